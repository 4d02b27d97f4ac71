//! Reading the configuration file into a [`Policy`].
//!
//! Refuses unknown keys, wrong types and values that cannot work, and says where: file, line, column, the key, what is
//! wrong with it, and the nearest valid name. Nothing is guessed and nothing is half loaded.

use crate::lookalike::NotUs;
use crate::policy::brand::Brand;
use crate::policy::config::Config;
use crate::policy::forwarder::Forwarder;
use crate::policy::hosts::Hosts;
use crate::policy::place::{Place, nearest};
use crate::policy::sources::{Source, Written};
use crate::policy::{Ladder, Policy, sources};
use crate::text::fold::fold;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// Why a configuration cannot be used: one line that says where it is and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Policy {
    /// The policy of a file and of the brands beside it (`brands.d/*.toml`); of the defaults without one. Each file is read
    /// once. `known` are the ids that `[signals.<id>]` may name.
    pub fn load(path: Option<&Path>, known: &[&str]) -> Result<Policy, ConfigError> {
        match path {
            Some(path) => Policy::compile(&sources::read(path)?, known),
            None => Policy::from_toml("", "defaults", known),
        }
    }

    /// The policy of a text; `origin` names it in errors.
    pub fn from_toml(text: &str, origin: &str, known: &[&str]) -> Result<Policy, ConfigError> {
        Policy::compile(&[Source { text: text.to_owned(), origin: origin.to_owned() }], known)
    }

    fn compile(sources: &[Source], known: &[&str]) -> Result<Policy, ConfigError> {
        let (config, written) = sources::merge(sources)?;
        let place = written.main;
        check_values(&config, &place)?;
        check_signals(&config, &place, known)?;
        check_brands(&config, &written)?;
        // Words that are no brand's imitation: what any of them says is not it, and the names of them all.
        let words = config.brand.iter().flat_map(|b| b.not_us.iter().chain(&b.names));
        let not_us = Arc::new(NotUs::new(words.map(String::as_str)));
        let compile = |(n, profile): (usize, &crate::policy::config::brand::Brand)| {
            Brand::compile(profile, n, &not_us).map_err(|(key, value)| {
                written.error(n, key, &format!("{value:?} of brand {:?} cannot be used", profile.name))
            })
        };
        let mut brands = config.brand.iter().enumerate().map(compile).collect::<Result<Vec<Brand>, ConfigError>>()?;
        let lookalikes = Brand::index(&mut brands, &not_us);
        let forwarders = compile_forwarders(&config, &place)?;
        let hosts = Hosts::compile(&config.links, &config.auth.list_operators)
            .map_err(|(key, what)| place.error(&["links", key], &what))?;
        let ladder =
            Ladder { tag: config.policy.tag, quarantine: config.policy.quarantine, reject: config.policy.reject };
        let brand_files = (0..brands.len()).map(|n| written.file(n).to_owned()).collect();
        Ok(Policy { id: id_of(&config), ladder, brands, brand_files, lookalikes, forwarders, hosts, config })
    }
}

fn compile_forwarders(config: &Config, place: &Place<'_>) -> Result<Vec<Forwarder>, ConfigError> {
    let numbered = config.auth.forwarder.iter().enumerate();
    let compile = |(n, written): (usize, &crate::policy::config::Forwarder)| {
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

/// Refuses a setting of a signal that does not exist.
fn check_signals(config: &Config, place: &Place<'_>, known: &[&str]) -> Result<(), ConfigError> {
    let Some(id) = config.signals.keys().find(|id| !known.contains(&id.as_str())) else { return Ok(()) };
    let hint = nearest(id, known).map(|n| format!("; did you mean {n:?}?")).unwrap_or_default();
    Err(place.error(&["signals", id], &format!("there is no signal {id:?}{hint}")))
}

/// Values that have the right type and still cannot work.
fn check_values(config: &Config, place: &Place<'_>) -> Result<(), ConfigError> {
    let p = &config.policy;
    if p.tag == 0 || p.tag > p.quarantine || p.quarantine > p.reject {
        let what = format!(
            "thresholds must rise: 0 < tag ({}) <= quarantine ({}) <= reject ({})",
            p.tag, p.quarantine, p.reject
        );
        let d = crate::policy::config::PolicySection::default();
        let set = [("tag", p.tag != d.tag), ("quarantine", p.quarantine != d.quarantine), ("reject", true)];
        let changed = set.iter().find(|(_, changed)| *changed).map_or("tag", |(key, _)| key);
        return Err(place.error(&["policy", changed], &what));
    }
    if p.subject_prefix.chars().any(char::is_control) {
        return Err(place.error(&["policy", "subject_prefix"], "the prefix holds control characters"));
    }
    let m = &config.milter;
    for listen in &m.listen {
        if !is_socket(listen) {
            let what = format!("{listen:?} is no socket: write \"inet:HOST:PORT\" or \"unix:/PATH\"");
            return Err(place.error(&["milter", "listen"], &what));
        }
    }
    if u32::from_str_radix(&m.socket_mode, 8).map_or(true, |mode| mode > 0o777) {
        return Err(
            place.error(&["milter", "socket_mode"], &format!("{:?} is no octal mode such as \"0660\"", m.socket_mode))
        );
    }
    let clamd = &config.attachments.clamd;
    if !clamd.is_empty() && !is_socket(clamd) {
        let what =
            format!("{clamd:?} is no socket: write \"unix:/PATH\" or \"inet:HOST:PORT\", or \"\" for no scanner");
        return Err(place.error(&["attachments", "clamd"], &what));
    }
    let f = &config.failure;
    if f.error == crate::policy::config::Fallback::Accept {
        return Err(
            place.error(&["failure", "error"], "mail is not delivered unjudged: \"tempfail\" or \"quarantine\"")
        );
    }
    let positive: [(&[&str], u64); 13] = [
        (&["failure", "dns_tries"], f.dns_tries.into()),
        (&["failure", "dns_hours"], f.dns_hours),
        (&["failure", "error_tries"], f.error_tries.into()),
        (&["attachments", "clamd_timeout_ms"], config.attachments.clamd_timeout_ms),
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

/// True for `inet:HOST:PORT` and `unix:/PATH`.
fn is_socket(written: &str) -> bool {
    let port = |address: &str| address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    written.strip_prefix("inet:").is_some_and(port) || written.strip_prefix("unix:").is_some_and(|p| p.starts_with('/'))
}

/// Names and addresses.
fn check_names(config: &Config, place: &Place<'_>) -> Result<(), ConfigError> {
    for server in &config.dns.servers {
        if server.parse::<std::net::SocketAddr>().is_err() && server.parse::<std::net::IpAddr>().is_err() {
            return Err(place.error(&["dns", "servers"], &format!("{server:?} is no IP address or IP:PORT")));
        }
    }
    let trusted = [("trusted_sealers", &config.auth.trusted_sealers), ("list_operators", &config.auth.list_operators)];
    for (key, domains) in trusted {
        if let Some(wrong) = domains.iter().find(|d| crate::mail::Domain::parse(d).is_none()) {
            return Err(place.error(&["auth", key], &format!("{wrong:?} is no domain")));
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
    Ok(())
}

/// What one profile cannot hold, and two cannot share.
fn check_brands(config: &Config, written: &Written<'_>) -> Result<(), ConfigError> {
    let mut names: HashMap<String, usize> = HashMap::new();
    for (n, brand) in config.brand.iter().enumerate() {
        let at = |key: &'static str, what: &str| Err(written.error(n, key, what));
        if brand.name.trim().is_empty() || brand.name.chars().any(|c| c.is_control() || c == ';') {
            return at("name", "a brand needs a name without control characters and semicolons");
        }
        if let Some(first) = names.insert(fold(&brand.name), n) {
            return at("name", &format!("brand {:?} is defined at {} already", brand.name, written.locate(first)));
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
