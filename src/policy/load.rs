//! Reading the configuration file into a [`Policy`].
//!
//! Refuses unknown keys, wrong types and values that cannot work, and says where: file, line, column, the key, what is
//! wrong with it, and the nearest valid name. Nothing is guessed and nothing is half loaded.

use super::config::Config;
use super::{Brand, Forwarder, Ladder, Phrases, Policy};
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// Octets of a configuration file that are read: a thousand brands fit, an endless file does not.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// Least likeness (Jaro-Winkler, 0 to 1) for a name to be suggested.
const LIKENESS: f64 = 0.7;

/// Why a configuration cannot be used: one line that says where it is and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Policy {
    /// The policy of a file; of the defaults without one.
    pub fn load(path: Option<&Path>) -> Result<Policy, ConfigError> {
        let Some(path) = path else { return Policy::compile(Config::default(), "", "defaults") };
        let origin = path.display().to_string();
        let cannot = |e: std::io::Error| ConfigError(format!("{origin}: cannot be read: {e}"));
        let size = std::fs::metadata(path).map_err(cannot)?.len();
        if size > MAX_FILE {
            return Err(ConfigError(format!(
                "{origin}: is {size} octets long, more than {MAX_FILE}: not a configuration"
            )));
        }
        Policy::from_toml(&std::fs::read_to_string(path).map_err(cannot)?, &origin)
    }

    /// The policy of a text; `origin` names it in errors.
    pub fn from_toml(text: &str, origin: &str) -> Result<Policy, ConfigError> {
        let config: Config = toml::from_str(text).map_err(|e| explain(text, origin, &e))?;
        Policy::compile(config, text, origin)
    }

    fn compile(config: Config, text: &str, origin: &str) -> Result<Policy, ConfigError> {
        let place = Place { text, origin };
        check_values(&config, &place)?;
        let mut brands = Vec::with_capacity(config.brand.len());
        for (n, profile) in config.brand.iter().enumerate() {
            let brand = Brand::compile(profile).map_err(|(key, value)| {
                place.error(
                    &["brand", &n.to_string(), key],
                    &format!("{value:?} of brand {:?} cannot be used", profile.name),
                )
            })?;
            brands.push(brand);
        }
        let forwarders = compile_forwarders(&config, &place)?;
        let phrases = Phrases::built_in().map_err(|e| ConfigError(format!("conf/phrases: {e}")))?;
        let ladder =
            Ladder { tag: config.policy.tag, quarantine: config.policy.quarantine, reject: config.policy.reject };
        Ok(Policy { id: id_of(&config), ladder, brands, forwarders, phrases, config })
    }

    /// The error for a signal id that does not exist; `known` are those that do.
    pub fn unknown_signal(&self, text: &str, origin: &str, id: &str, known: &[&str]) -> ConfigError {
        let hint = nearest(id, known).map(|n| format!("; did you mean {n:?}?")).unwrap_or_default();
        Place { text, origin }.error(&["signals", id], &format!("there is no signal {id:?}{hint}"))
    }
}

fn compile_forwarders(config: &Config, place: &Place<'_>) -> Result<Vec<Forwarder>, ConfigError> {
    let numbered = config.auth.forwarder.iter().enumerate();
    let compile = |(n, written): (usize, &super::config::Forwarder)| {
        Forwarder::compile(written)
            .map_err(|(key, what)| place.error(&["auth", "forwarder", &n.to_string(), key], &what))
    };
    numbered.map(compile).collect()
}

/// Eight hexadecimal digits of SHA-256 over the effective configuration.
fn id_of(config: &Config) -> String {
    let text = toml::to_string(config).unwrap_or_default();
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().take(4).map(|b| format!("{b:02x}")).collect()
}

/// Values that have the right type and still cannot work.
fn check_values(config: &Config, place: &Place<'_>) -> Result<(), ConfigError> {
    let p = &config.policy;
    if p.tag == 0 || p.tag > p.quarantine || p.quarantine > p.reject {
        let what = format!(
            "thresholds must rise: 0 < tag ({}) <= quarantine ({}) <= reject ({})",
            p.tag, p.quarantine, p.reject
        );
        let d = super::config::PolicySection::default();
        let set = [("tag", p.tag != d.tag), ("quarantine", p.quarantine != d.quarantine), ("reject", true)];
        let changed = set.iter().find(|(_, changed)| *changed).map_or("tag", |(key, _)| key);
        return Err(place.error(&["policy", changed], &what));
    }
    if p.subject_prefix.chars().any(char::is_control) {
        return Err(place.error(&["policy", "subject_prefix"], "the prefix holds control characters"));
    }
    let m = &config.milter;
    for listen in &m.listen {
        let inet = listen
            .strip_prefix("inet:")
            .is_some_and(|a| a.rsplit_once(':').is_some_and(|(_, p)| p.parse::<u16>().is_ok()));
        let unix = listen.strip_prefix("unix:").is_some_and(|p| p.starts_with('/'));
        if !inet && !unix {
            let what = format!("{listen:?} is no socket: write \"inet:HOST:PORT\" or \"unix:/PATH\"");
            return Err(place.error(&["milter", "listen"], &what));
        }
    }
    if u32::from_str_radix(&m.socket_mode, 8).map_or(true, |mode| mode > 0o777) {
        return Err(
            place.error(&["milter", "socket_mode"], &format!("{:?} is no octal mode such as \"0660\"", m.socket_mode))
        );
    }
    let f = &config.failure;
    if f.error == super::config::Fallback::Accept {
        return Err(
            place.error(&["failure", "error"], "mail is not delivered unjudged: \"tempfail\" or \"quarantine\"")
        );
    }
    let positive: [(&[&str], u64); 12] = [
        (&["failure", "dns_tries"], f.dns_tries.into()),
        (&["failure", "dns_hours"], f.dns_hours),
        (&["failure", "error_tries"], f.error_tries.into()),
        (&["milter", "listen"], m.listen.len() as u64),
        (&["milter", "max_connections"], m.max_connections as u64),
        (&["milter", "message_timeout_secs"], m.message_timeout_secs),
        (&["milter", "max_message_bytes"], m.max_message_bytes as u64),
        (&["dns", "timeout_ms"], config.dns.timeout_ms),
        (&["dns", "attempts"], config.dns.attempts as u64),
        (&["dns", "budget_ms"], config.dns.budget_ms),
        (&["dns", "cache_size"], config.dns.cache_size as u64),
        (&["brand"], config.brand.len() as u64),
    ];
    for (path, value) in positive {
        if value == 0 {
            return Err(place.error(path, "must not be empty or 0"));
        }
    }
    check_names(config, place)
}

/// Names and addresses.
fn check_names(config: &Config, place: &Place<'_>) -> Result<(), ConfigError> {
    for server in &config.dns.servers {
        if server.parse::<std::net::SocketAddr>().is_err() && server.parse::<std::net::IpAddr>().is_err() {
            return Err(place.error(&["dns", "servers"], &format!("{server:?} is no IP address or IP:PORT")));
        }
    }
    for sealer in &config.auth.trusted_sealers {
        if crate::mail::Domain::parse(sealer).is_none() {
            return Err(place.error(&["auth", "trusted_sealers"], &format!("{sealer:?} is no domain")));
        }
    }
    let id = &config.auth.authserv_id;
    if !id.is_empty() && crate::mail::Domain::parse(id).is_none() {
        return Err(place.error(&["auth", "authserv_id"], &format!("{id:?} is no host name")));
    }
    for (section, listen) in [("metrics", &config.metrics.listen), ("review", &config.review.listen)] {
        if !listen.is_empty() && listen.parse::<std::net::SocketAddr>().is_err() {
            return Err(place.error(&[section, "listen"], &format!("{listen:?} is no IP:PORT")));
        }
    }
    let url = &config.store.url;
    if !["sqlite:", "postgres://", "postgresql://"].iter().any(|s| url.starts_with(s)) {
        return Err(place.error(&["store", "url"], &format!("{url:?} is neither sqlite:/PATH nor postgres://…")));
    }
    for (n, brand) in config.brand.iter().enumerate() {
        let at = |key: &'static str, what: &str| Err(place.error(&["brand", &n.to_string(), key], what));
        if brand.name.trim().is_empty() || brand.name.chars().any(|c| c.is_control() || c == ';') {
            return at("name", "a brand needs a name without control characters and semicolons");
        }
        if brand.domains.is_empty() {
            return at("domains", &format!("brand {:?} has no domains, so nothing could prove it", brand.name));
        }
        if let Some(bad) = brand.report_mailboxes.iter().find(|m| !m.contains('@')) {
            return at("report_mailboxes", &format!("{bad:?} is no address"));
        }
    }
    Ok(())
}

/// The text an error is about.
struct Place<'a> {
    text: &'a str,
    origin: &'a str,
}

impl Place<'_> {
    /// `file:line:column: key: what`, as near to the key as it can be found.
    fn error(&self, path: &[&str], what: &str) -> ConfigError {
        let key = path.iter().filter(|p| p.parse::<usize>().is_err()).copied().collect::<Vec<_>>().join(".");
        match DeTable::parse(self.text).ok().and_then(|root| find(root.get_ref(), path)) {
            Some(at) => {
                let (line, column) = line_column(self.text, at);
                ConfigError(format!("{}:{line}:{column}: {key}: {what}", self.origin))
            }
            None => ConfigError(format!("{}: {key}: {what}", self.origin)),
        }
    }
}

/// Offset of the key at `path`, or of the nearest table above it.
fn find(table: &DeTable<'_>, path: &[&str]) -> Option<usize> {
    let (first, rest) = path.split_first()?;
    let (key, value) = table.iter().find(|(k, _)| k.get_ref() == first)?;
    let here = key.span().start;
    let deeper = match (value.get_ref(), rest) {
        (DeValue::Table(inner), [_, ..]) => find(inner, rest),
        (DeValue::Array(items), [index, inner @ ..]) => {
            let item = index.parse::<usize>().ok().and_then(|i| items.get(i));
            item.and_then(|item| match item.get_ref() {
                DeValue::Table(t) => find(t, inner).or(Some(item.span().start)),
                _ => Some(item.span().start),
            })
        }
        _ => None,
    };
    deeper.or(Some(here))
}

/// The dotted path of the innermost key whose value holds `offset`.
fn path_at(table: &DeTable<'_>, offset: usize) -> Vec<String> {
    for (key, value) in table.iter() {
        let name = key.get_ref().to_string();
        if key.span().contains(&offset) {
            return vec![name];
        }
        let inner = match value.get_ref() {
            DeValue::Table(t) => path_at(t, offset),
            DeValue::Array(items) => {
                let tables =
                    items.iter().filter_map(|i| if let DeValue::Table(t) = i.get_ref() { Some(t) } else { None });
                tables.map(|t| path_at(t, offset)).find(|p| !p.is_empty()).unwrap_or_default()
            }
            _ => vec![],
        };
        if !inner.is_empty() || value.span().contains(&offset) {
            return std::iter::once(name).chain(inner).collect();
        }
    }
    vec![]
}

/// toml's error in our form, with the key and the nearest valid name.
fn explain(text: &str, origin: &str, error: &toml::de::Error) -> ConfigError {
    let at = error.span().map_or(0, |s| s.start);
    let (line, column) = line_column(text, at);
    let message = error.message().replace('\n', " ");
    let key = DeTable::parse(text).map(|root| path_at(root.get_ref(), at).join(".")).unwrap_or_default();
    let key = if key.is_empty() { String::new() } else { format!("{key}: ") };
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    let hint = match quoted.split_first() {
        Some((wrong, known)) if unknown => {
            nearest(wrong, known).map(|n| format!("; did you mean {n:?}?")).unwrap_or_default()
        }
        _ => String::new(),
    };
    let message = message.replacen("unknown field", "unknown key", 1);
    ConfigError(format!("{origin}:{line}:{column}: {key}{message}{hint}"))
}

/// The most alike of `known`, if any is alike enough.
fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let scored = known.iter().map(|k| (strsim::jaro_winkler(wrong, k), *k));
    scored.filter(|(score, _)| *score >= LIKENESS).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, k)| k)
}

fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
