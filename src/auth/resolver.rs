//! The DNS as this room uses it. A [`Resolver`] serves all messages; the [`Lookups`] of one message share a deadline
//! and a number of queries, whichever protocol asks.
//!
//! Answers are kept only as raw records, in hickory's cache: what one protocol makes of a name can then never poison
//! what another reads there. "No such record" is an empty answer; everything else that is not an answer is [`Trouble`],
//! and trouble is never more than `temperror`.

use crate::auth::last_good::LastGood;
use crate::auth::results::{Dkim, DkimResult, Remembered};
use crate::mail::Domain;
use crate::policy::config::Dns;
use futures_util::future::join_all;
use mail_auth::MessageAuthenticator;
use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use mail_auth::hickory_resolver::lookup::Lookup;
use mail_auth::hickory_resolver::net::{DnsError, NetError, NoRecords};
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::hickory_resolver::proto::rr::{Name, RData, RecordType};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Port of a server written without one, RFC 1035 section 4.2.
const DNS_PORT: u16 = 53;
/// Longest time an answer is kept: a withdrawn key or policy is noticed within a day whatever its TTL says.
const MAX_TTL: Duration = Duration::from_secs(86_400);
/// Longest time a "no such record" is kept, RFC 2308 section 5 (one to three hours).
const MAX_NEGATIVE_TTL: Duration = Duration::from_secs(3_600);

/// Queries that one message may cost. Honest mail needs five to thirty; what a stranger publishes must not make us ask
/// the DNS without end (a single SPF record can ask for 111). Aliases that are followed count, remembered answers too:
/// the same message then gets the same answer whatever the cache holds.
pub(super) const MAX_QUERIES: usize = 64;
/// What hickory may have asked where aliases lead to nothing: it follows seven.
const ALIASES: usize = 7;
/// Longest label in octets, RFC 1035 section 2.3.4.
const MAX_LABEL_BYTES: usize = 63;
/// Longest domain name in octets, RFC 1035 section 2.3.4.
const MAX_NAME_BYTES: usize = 253;

/// No answer: a time-out, SERVFAIL, a refused or broken reply. In words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble(pub(super) String);

/// TXT answers by the name asked for.
pub(super) type Answers = HashMap<String, Result<Vec<String>, Trouble>>;

/// A resolver over the configured servers. Cloning shares connections and cache.
#[derive(Clone)]
pub(super) struct Resolver {
    inner: MessageAuthenticator,
    last_good: Option<Arc<LastGood>>,
}

impl Resolver {
    pub(super) fn new(dns: &Dns) -> Result<Resolver, String> {
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
        Ok(Resolver { inner, last_good: None })
    }

    /// Lets the last good answers about names at and below `domains` stand in for the DNS while it does not answer.
    pub(super) fn remembering(self, domains: Vec<Domain>, max_age: Duration) -> Resolver {
        Resolver { last_good: LastGood::new(domains, max_age).map(Arc::new), ..self }
    }

    /// For the checks that mail_auth does with look-ups of its own.
    pub(super) fn mail_auth(&self) -> &MessageAuthenticator {
        &self.inner
    }
}

/// Why there is no answer.
enum Failure {
    /// A reply that says "no such record", with its code: NXDOMAIN or NOERROR.
    Missing(ResponseCode),
    /// An error that the server replied with, such as SERVFAIL.
    Replied(String),
    /// No reply that can be read, no time left, or no query.
    Silence(String),
}

impl Failure {
    fn of(error: &NetError) -> Failure {
        match error {
            NetError::Dns(DnsError::NoRecordsFound(none))
                if matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError) =>
            {
                Failure::Missing(none.response_code)
            }
            NetError::Dns(e) => Failure::Replied(e.to_string()),
            e => Failure::Silence(e.to_string()),
        }
    }
}

/// The queries of one message.
struct Queries {
    left: AtomicUsize,
    refused: AtomicBool,
    /// Answers from [`LastGood`].
    remembered: Mutex<Vec<Remembered>>,
}

/// The look-ups of one message: they share its deadline and its [`MAX_QUERIES`].
pub(super) struct Lookups<'a> {
    resolver: &'a Resolver,
    deadline: Instant,
    queries: Arc<Queries>,
    spared: usize,
}

impl<'a> Lookups<'a> {
    /// All that one message may ask until `deadline`.
    pub(super) fn new(resolver: &'a Resolver, deadline: Instant) -> Lookups<'a> {
        let queries = Queries {
            left: AtomicUsize::new(MAX_QUERIES),
            refused: AtomicBool::new(false),
            remembered: Mutex::default(),
        };
        Lookups { resolver, deadline, queries: Arc::new(queries), spared: 0 }
    }

    /// The same, for a check that leaves the last `spared` queries to others. So no identity can use up what another
    /// needs.
    pub(super) fn sparing(&self, spared: usize) -> Lookups<'a> {
        Lookups { queries: Arc::clone(&self.queries), spared, ..*self }
    }

    /// True if a query was refused because there were none left.
    pub(super) fn ran_out(&self) -> bool {
        self.queries.refused.load(Ordering::Relaxed)
    }

    /// For the checks that mail_auth does.
    pub(super) fn mail_auth(&self) -> &MessageAuthenticator {
        self.resolver.mail_auth()
    }

    /// The TXT records at `name`, the strings of each joined (RFC 7208 section 3.3); empty if there are none. Where the
    /// DNS does not answer, the last good answer does, if there is one.
    pub(super) async fn txt(&self, name: &str) -> Result<Vec<String>, Trouble> {
        let answer = self.records(name, RecordType::TXT, |data| match data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        });
        let Some(last_good) = &self.resolver.last_good else { return answer.await };
        match answer.await {
            Ok(texts) => {
                last_good.said(name, &texts);
                Ok(texts)
            }
            Err(trouble) => {
                last_good.recall(name).map(|(texts, remembered)| self.note(texts, remembered)).ok_or(trouble)
            }
        }
    }

    fn note(&self, texts: Vec<String>, remembered: Remembered) -> Vec<String> {
        let mut all = self.queries.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.iter().any(|r| r.name == remembered.name) {
            all.push(remembered);
        }
        texts
    }

    /// The answers that stood in for the DNS.
    pub(super) fn remembered(&self) -> Vec<Remembered> {
        self.queries.remembered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes the keys with which signatures verified.
    pub(super) fn held(&self, signatures: &[Dkim], answers: &Answers) {
        let Some(last_good) = &self.resolver.last_good else { return };
        for signature in signatures.iter().filter(|s| s.result == DkimResult::Pass) {
            let Some(name) = signature.key_name() else { continue };
            for (asked, answer) in answers {
                if let (Ok(texts), true) = (answer, Domain::parse(asked).as_ref() == Some(&name)) {
                    last_good.held(asked, texts);
                }
            }
        }
    }

    /// The TXT records of several names, asked for at the same time. Equal names are asked for once.
    pub(super) async fn txt_all(&self, names: impl IntoIterator<Item = String>) -> Answers {
        let names: BTreeSet<String> = names.into_iter().collect();
        // Not in tasks of their own: most answers come from the cache, and waking another thread costs more than they.
        let answers = names.into_iter().map(|name| async { (self.txt(&name).await, name) });
        join_all(answers).await.into_iter().map(|(answer, name)| (name, answer)).collect()
    }

    /// The addresses of `name`: IPv6 or IPv4.
    pub(super) async fn addresses(&self, name: &str, v6: bool) -> Result<Vec<IpAddr>, Trouble> {
        self.records(name, address_type(v6), address).await
    }

    /// The hosts of the MX records at `name`, in the order of the answer; a null MX (RFC 7505) is an
    /// empty name.
    pub(super) async fn mail_hosts(&self, name: &str) -> Result<Vec<String>, Trouble> {
        self.records(name, RecordType::MX, |data| match data {
            RData::MX(mx) => Some(written(&mx.exchange)),
            _ => None,
        })
        .await
    }

    /// The names of the PTR records of an address, in the order of the answer. An error that was replied counts as none
    /// (RFC 7208 section 5.5): the client's own zone is for the client to keep. Silence may be our fault, and is
    /// trouble.
    pub(super) async fn names_of(&self, ip: IpAddr) -> Result<Vec<String>, Trouble> {
        let name = Name::from(ip);
        forgive(self.ask(name, RecordType::PTR).await.map(|lookup| {
            let names = lookup.answers().iter().filter_map(|record| match &record.data {
                RData::PTR(name) => Some(written(&name.0)),
                _ => None,
            });
            names.collect()
        }))
    }

    /// True if `name` has the address. An error that was replied counts as no, as for [`Lookups::names_of`].
    pub(super) async fn has_address(&self, name: &str, ip: IpAddr) -> Result<bool, Trouble> {
        let Some(name) = fqdn(name) else { return Ok(false) };
        let answer = self.ask(name, address_type(ip.is_ipv6())).await;
        forgive(answer.map(|lookup| lookup.answers().iter().any(|record| address(&record.data) == Some(ip))))
    }

    /// False only if the DNS says the name does not exist (NXDOMAIN, RFC 8020).
    pub(super) async fn exists(&self, name: &str) -> Result<bool, Trouble> {
        let Some(name) = fqdn(name) else { return Ok(false) };
        match self.ask(name, RecordType::A).await {
            Ok(_) => Ok(true),
            Err(Failure::Missing(code)) => Ok(code != ResponseCode::NXDomain),
            Err(Failure::Replied(why) | Failure::Silence(why)) => Err(Trouble(why)),
        }
    }

    /// The records of one type at `name`, as `read` takes them; empty if there are none, as at a name that cannot
    /// exist.
    async fn records<T>(
        &self,
        name: &str,
        kind: RecordType,
        read: impl Fn(&RData) -> Option<T>,
    ) -> Result<Vec<T>, Trouble> {
        let Some(name) = fqdn(name) else { return Ok(vec![]) };
        match self.ask(name, kind).await {
            Ok(lookup) => Ok(lookup.answers().iter().filter_map(|record| read(&record.data)).collect()),
            Err(Failure::Missing(_)) => Ok(vec![]),
            Err(Failure::Replied(why) | Failure::Silence(why)) => Err(Trouble(why)),
        }
    }

    async fn ask(&self, name: Name, kind: RecordType) -> Result<Lookup, Failure> {
        self.take_query()?;
        let asked = self.resolver.inner.resolver().lookup(name.clone(), kind);
        match timeout_at(self.deadline, asked).await {
            Err(_) => Err(Failure::Silence("the time for one message (dns.budget_ms) is over".into())),
            Ok(Ok(lookup)) => {
                let aliases = lookup.answers().iter().filter(|record| record.record_type() == RecordType::CNAME);
                self.add_queries(aliases.count());
                Ok(lookup)
            }
            Ok(Err(e)) => {
                if matches!(&e, NetError::Dns(DnsError::NoRecordsFound(none)) if is_behind_aliases(none, &name)) {
                    self.add_queries(ALIASES);
                }
                Err(Failure::of(&e))
            }
        }
    }

    fn take_query(&self) -> Result<(), Failure> {
        let one_less = |left: usize| left.checked_sub(1).filter(|_| left > self.spared);
        self.queries.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).map(|_| ()).map_err(|_| {
            self.queries.refused.store(true, Ordering::Relaxed);
            Failure::Silence(format!("the {MAX_QUERIES} DNS queries for one message are used up"))
        })
    }

    /// Counts queries that have happened.
    fn add_queries(&self, count: usize) {
        let fewer = |left: usize| Some(left.saturating_sub(count));
        // Cannot fail: the closure always gives a number.
        let _ = self.queries.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer);
    }
}

/// True if nothing was found at the end of a chain of aliases: what is said is about another name, or the chain has
/// none and hickory gave up, which it tells without what the server said of its authority.
fn is_behind_aliases(none: &NoRecords, name: &Name) -> bool {
    none.query.name() != name || none.response_code == ResponseCode::NoError && none.authorities.is_none()
}

fn address_type(v6: bool) -> RecordType {
    if v6 { RecordType::AAAA } else { RecordType::A }
}

fn address(data: &RData) -> Option<IpAddr> {
    match data {
        RData::A(a) => Some(a.0.into()),
        RData::AAAA(aaaa) => Some(aaaa.0.into()),
        _ => None,
    }
}

/// Takes an error that was replied for an empty answer.
fn forgive<T: Default>(answer: Result<T, Failure>) -> Result<T, Trouble> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(Failure::Missing(_) | Failure::Replied(_)) => Ok(T::default()),
        Err(Failure::Silence(why)) => Err(Trouble(why)),
    }
}

/// A name from an answer, to the octet and without its trailing dot; empty if dots cannot part it, so that it never
/// stands for another name.
fn written(name: &Name) -> String {
    let labels: Option<Vec<&str>> =
        name.iter().map(|label| std::str::from_utf8(label).ok().filter(|l| !l.contains('.'))).collect();
    labels.unwrap_or_default().join(".")
}

/// True if the name can stand in the DNS: labels of 1 to 63 octets of ASCII, 253 in all (RFC 1035 section 2.3.4).
pub(super) fn is_askable(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.is_ascii()
        && name.len() <= MAX_NAME_BYTES
        && name.split('.').all(|l| !l.is_empty() && l.len() <= MAX_LABEL_BYTES)
}

/// The name, taken to the octet where it is ASCII: record texts may call for names that are not host names. `None` if
/// no such name can exist.
fn fqdn(name: &str) -> Option<Name> {
    let parsed = match is_askable(name) {
        true => Name::from_labels(name.strip_suffix('.').unwrap_or(name).split('.').map(str::as_bytes)),
        false => Name::from_str_relaxed(name),
    };
    let mut name = parsed.ok()?;
    name.set_fqdn(true);
    Some(name)
}

/// Reads `IP` or `IP:PORT` (`[IPv6]:PORT`).
fn server(text: &str) -> Result<NameServerConfig, String> {
    let address = text.parse::<SocketAddr>().or_else(|_| {
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        bare.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, DNS_PORT))
    });
    let address = address.map_err(|_| {
        format!(
            "dns.servers: {text:?} is not an IP address; write IP or IP:PORT, such as \"127.0.0.1:5300\" or \
             \"[::1]:53\""
        )
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
