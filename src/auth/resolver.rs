//! The DNS as this room uses it: TXT answers and whether a name exists, each within a deadline.
//!
//! Answers are kept only as raw records, in hickory's cache: what one protocol makes of a name can then never poison
//! what another reads there. "No such record" is an empty answer; everything else that is no answer is [`Trouble`],
//! and trouble is never more than `temperror`.

use crate::policy::config;
use futures_util::future::join_all;
use mail_auth::MessageAuthenticator;
use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use mail_auth::hickory_resolver::net::{DnsError, NetError};
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::hickory_resolver::proto::rr::{Name, RData};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Port of a server written without one, RFC 1035 section 4.2.
const DNS_PORT: u16 = 53;
/// Longest time an answer is kept: a withdrawn key or policy is noticed within a day whatever its TTL says.
const MAX_TTL: Duration = Duration::from_secs(86_400);
/// Longest time a "no such record" is kept, RFC 2308 section 5 (one to three hours).
const MAX_NEGATIVE_TTL: Duration = Duration::from_secs(3_600);

/// No answer: a time-out, SERVFAIL, a refused or broken reply. In words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble(pub(super) String);

/// TXT answers by the name asked for.
pub(super) type Answers = HashMap<String, Result<Vec<String>, Trouble>>;

/// A resolver over the configured servers. Cloning shares connections and cache.
#[derive(Clone)]
pub(super) struct Resolver {
    inner: MessageAuthenticator,
}

impl Resolver {
    pub(super) fn new(dns: &config::Dns) -> Result<Resolver, String> {
        let (servers, mut options) = if dns.servers.is_empty() {
            read_system_conf()
                .map_err(|e| format!("cannot read the system's resolver settings: {e}; set dns.servers"))?
        } else {
            let servers = dns.servers.iter().map(|s| server(s)).collect::<Result<Vec<_>, _>>()?;
            (ResolverConfig::from_parts(None, vec![], servers), ResolverOpts::default())
        };
        // Names in mail are public names: a line in the gateway's hosts file must not vouch for anyone.
        options.use_hosts_file = ResolveHosts::Never;
        options.timeout = Duration::from_millis(dns.timeout_ms.max(1));
        options.attempts = dns.attempts;
        options.cache_size = dns.cache_size as u64;
        options.edns0 = true;
        options.positive_max_ttl = Some(MAX_TTL);
        options.negative_max_ttl = Some(MAX_NEGATIVE_TTL);
        let inner =
            MessageAuthenticator::new(servers, options).map_err(|e| format!("cannot set up the resolver: {e}"))?;
        Ok(Resolver { inner })
    }

    /// For the checks that mail_auth does with look-ups of its own.
    pub(super) fn mail_auth(&self) -> &MessageAuthenticator {
        &self.inner
    }

    /// The TXT records at `name`, the strings of each joined (RFC 7208 section 3.3); empty if there are none.
    pub(super) async fn txt(&self, name: &str, deadline: Instant) -> Result<Vec<String>, Trouble> {
        let lookup = async {
            let name = fqdn(name)?;
            match self.inner.resolver().txt_lookup(name).await {
                Ok(answer) => Ok(answer
                    .answers()
                    .iter()
                    .filter_map(|record| match &record.data {
                        RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
                        _ => None,
                    })
                    .collect()),
                Err(e) => missing(&e).map(|_| vec![]).ok_or_else(|| Trouble(e.to_string())),
            }
        };
        within(deadline, lookup).await
    }

    /// The TXT records of several names, asked for at the same time. Equal names are asked for once.
    pub(super) async fn txt_all(&self, names: impl IntoIterator<Item = String>, deadline: Instant) -> Answers {
        let names: BTreeSet<String> = names.into_iter().collect();
        // Not in tasks of their own: most answers come from the cache, and waking another thread costs more than they.
        let answers = names.into_iter().map(|name| async { (self.txt(&name, deadline).await, name) });
        join_all(answers).await.into_iter().map(|(answer, name)| (name, answer)).collect()
    }

    /// False only if the DNS says the name does not exist (NXDOMAIN, RFC 8020).
    pub(super) async fn exists(&self, name: &str, deadline: Instant) -> Result<bool, Trouble> {
        let lookup = async {
            match self.inner.resolver().ipv4_lookup(fqdn(name)?).await {
                Ok(_) => Ok(true),
                Err(e) => match missing(&e) {
                    Some(code) => Ok(code != ResponseCode::NXDomain),
                    None => Err(Trouble(e.to_string())),
                },
            }
        };
        within(deadline, lookup).await
    }
}

/// The code of a reply that says "no such record"; `None` for errors that say nothing about the name.
fn missing(error: &NetError) -> Option<ResponseCode> {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none))
            if matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError) =>
        {
            Some(none.response_code)
        }
        _ => None,
    }
}

fn fqdn(name: &str) -> Result<Name, Trouble> {
    let mut name = Name::from_str_relaxed(name).map_err(|e| Trouble(format!("cannot ask for {name:?}: {e}")))?;
    name.set_fqdn(true);
    Ok(name)
}

async fn within<T>(deadline: Instant, lookup: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    match timeout_at(deadline, lookup).await {
        Ok(answer) => answer,
        Err(_) => Err(Trouble("the time for one message (dns.budget_ms) is over".into())),
    }
}

/// Reads `IP` or `IP:PORT` (`[IPv6]:PORT`).
fn server(text: &str) -> Result<NameServerConfig, String> {
    let address = text.parse::<SocketAddr>().or_else(|_| {
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        bare.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, DNS_PORT))
    });
    let address = address.map_err(|_| {
        format!("dns.servers: {text:?} is no address; write IP or IP:PORT, such as \"127.0.0.1:5300\" or \"[::1]:53\"")
    })?;
    let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
    connections.iter_mut().for_each(|c| c.port = address.port());
    Ok(NameServerConfig::new(address.ip(), true, connections))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn servers_are_addresses_with_or_without_a_port() {
        for (text, port) in
            [("192.0.2.1", 53), ("192.0.2.1:5300", 5300), ("::1", 53), ("[::1]", 53), ("[::1]:5300", 5300)]
        {
            let server = server(text).unwrap();
            assert!(server.connections.iter().all(|c| c.port == port), "{text}");
            assert_eq!(server.connections.len(), 2, "UDP and TCP");
        }
        for text in ["", "dns.example", "192.0.2.1:x", "192.0.2.1:99999", "300.0.0.1"] {
            let error = server(text).unwrap_err();
            assert!(error.contains("dns.servers") && error.contains(text), "{error}");
        }
    }
}
