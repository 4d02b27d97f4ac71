//! Values of the right type that cannot work, refused before anything is compiled from them; each error says where the
//! value stands, and what would do. Looks at nothing but the configuration.

use crate::mail::Domain;
use crate::policy::config::sections::{Config, Fallback, PolicySection};
use crate::policy::error::ConfigError;
use crate::policy::position::{Position, nearest};
use crate::policy::sources::Written;
use crate::text::fold::fold;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

/// Refuses a setting of a signal that does not exist.
pub(super) fn check_signals(config: &Config, main: &Position<'_>, known: &[&str]) -> Result<(), ConfigError> {
    let Some(id) = config.signals.keys().find(|id| !known.contains(&id.as_str())) else { return Ok(()) };
    let hint = nearest(id, known).map(|n| format!("; did you mean {n:?}?")).unwrap_or_default();
    Err(main.error(&["signals", id], &format!("there is no signal {id:?}{hint}")))
}

/// Everything of the main file but its brands.
pub(super) fn check_values(config: &Config, main: &Position<'_>) -> Result<(), ConfigError> {
    check_policy(config, main)?;
    check_sockets(config, main)?;
    if config.failure.error == Fallback::Accept {
        let what = "mail is not delivered unjudged: \"tempfail\" or \"quarantine\"";
        return Err(main.error(&["failure", "error"], what));
    }
    check_positive(config, main)?;
    check_names(config, main)
}

/// `[policy]`.
fn check_policy(config: &Config, main: &Position<'_>) -> Result<(), ConfigError> {
    let p = &config.policy;
    if p.tag == 0 || p.tag > p.quarantine || p.quarantine > p.reject {
        let what = format!(
            "thresholds must rise: 0 < tag ({}) <= quarantine ({}) <= reject ({})",
            p.tag, p.quarantine, p.reject
        );
        let d = PolicySection::default();
        let set = [("tag", p.tag != d.tag), ("quarantine", p.quarantine != d.quarantine), ("reject", true)];
        let changed = set.iter().find(|(_, changed)| *changed).map_or("tag", |(key, _)| key);
        return Err(main.error(&["policy", changed], &what));
    }
    if p.subject_prefix.chars().any(char::is_control) {
        return Err(main.error(&["policy", "subject_prefix"], "the prefix holds control characters"));
    }
    Ok(())
}

/// Sockets, ours and the scanner's.
fn check_sockets(config: &Config, main: &Position<'_>) -> Result<(), ConfigError> {
    if let Some(listen) = config.milter.listen.iter().find(|listen| !is_socket(listen)) {
        let what = format!("{listen:?} is not a socket address: write \"inet:HOST:PORT\" or \"unix:/PATH\"");
        return Err(main.error(&["milter", "listen"], &what));
    }
    let mode = &config.milter.socket_mode;
    if u32::from_str_radix(mode, 8).map_or(true, |mode| mode > 0o777) {
        let what = format!("{mode:?} is not an octal mode such as \"0660\"");
        return Err(main.error(&["milter", "socket_mode"], &what));
    }
    let clamd = &config.attachments.clamd;
    if !clamd.is_empty() && !is_socket(clamd) {
        let what = format!(
            "{clamd:?} is not a socket address: write \"unix:/PATH\" or \"inet:HOST:PORT\", or \"\" for no scanner"
        );
        return Err(main.error(&["attachments", "clamd"], &what));
    }
    Ok(())
}

/// Numbers and lists with which nothing could work if they were empty or 0.
fn check_positive(config: &Config, main: &Position<'_>) -> Result<(), ConfigError> {
    let (milter, dns, failure) = (&config.milter, &config.dns, &config.failure);
    let positive: [(&[&str], u64); 13] = [
        (&["failure", "dns_tries"], failure.dns_tries.into()),
        (&["failure", "dns_hours"], failure.dns_hours),
        (&["failure", "error_tries"], failure.error_tries.into()),
        (&["attachments", "clamd_timeout_ms"], config.attachments.clamd_timeout_ms),
        (&["milter", "listen"], milter.listen.len() as u64),
        (&["milter", "max_connections"], milter.max_connections as u64),
        (&["milter", "message_timeout_secs"], milter.message_timeout_secs),
        (&["milter", "max_message_bytes"], milter.max_message_bytes as u64),
        (&["dns", "timeout_ms"], dns.timeout_ms),
        (&["dns", "attempts"], dns.attempts as u64),
        (&["dns", "budget_ms"], dns.budget_ms),
        (&["dns", "cache_size"], dns.cache_size as u64),
        (&["brand"], config.brand.len() as u64),
    ];
    match positive.iter().find(|(_, value)| *value == 0) {
        Some((path, _)) => Err(main.error(path, "must not be empty or 0")),
        None => Ok(()),
    }
}

/// True for `inet:HOST:PORT` and `unix:/PATH`.
fn is_socket(written: &str) -> bool {
    let port = |address: &str| address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    written.strip_prefix("inet:").is_some_and(port) || written.strip_prefix("unix:").is_some_and(|p| p.starts_with('/'))
}

/// Names and addresses.
fn check_names(config: &Config, main: &Position<'_>) -> Result<(), ConfigError> {
    let is_address = |server: &str| server.parse::<SocketAddr>().is_ok() || server.parse::<IpAddr>().is_ok();
    if let Some(server) = config.dns.servers.iter().find(|server| !is_address(server)) {
        return Err(main.error(&["dns", "servers"], &format!("{server:?} is not an IP address or IP:PORT")));
    }
    let auth = &config.auth;
    for (key, domains) in [("trusted_sealers", &auth.trusted_sealers), ("list_operators", &auth.list_operators)] {
        if let Some(wrong) = domains.iter().find(|d| Domain::parse(d).is_none()) {
            return Err(main.error(&["auth", key], &format!("{wrong:?} is not a domain name")));
        }
    }
    let id = &auth.authserv_id;
    if !id.is_empty() && Domain::parse(id).is_none() {
        return Err(main.error(&["auth", "authserv_id"], &format!("{id:?} is not a host name")));
    }
    for (section, listen) in [("metrics", &config.metrics.listen), ("review", &config.review.listen)] {
        if !listen.is_empty() && listen.parse::<SocketAddr>().is_err() {
            return Err(main.error(&[section, "listen"], &format!("{listen:?} is not an IP:PORT address")));
        }
    }
    let url = &config.store.url;
    if !["sqlite:", "postgres://", "postgresql://"].iter().any(|s| url.starts_with(s)) {
        return Err(main.error(&["store", "url"], &format!("{url:?} is neither sqlite:/PATH nor postgres://…")));
    }
    Ok(())
}

/// What one profile cannot hold, and two cannot share.
pub(super) fn check_brands(config: &Config, written: &Written<'_>) -> Result<(), ConfigError> {
    let mut names: HashMap<String, usize> = HashMap::new();
    for (n, brand) in config.brand.iter().enumerate() {
        let at = |key: &'static str, what: &str| Err(written.error(n, key, what));
        if brand.name.trim().is_empty() || brand.name.chars().any(|c| c.is_control() || c == ';') {
            return at("name", "a brand needs a name without control characters and semicolons");
        }
        if let Some(first) = names.insert(fold(&brand.name), n) {
            return at("name", &format!("brand {:?} is already defined at {}", brand.name, written.locate(first)));
        }
        if brand.domains.is_empty() {
            return at("domains", &format!("brand {:?} has no domains, so nothing could prove it", brand.name));
        }
        if let Some(bad) = brand.report_mailboxes.iter().find(|m| !m.contains('@')) {
            return at("report_mailboxes", &format!("{bad:?} is not an address"));
        }
    }
    Ok(())
}
