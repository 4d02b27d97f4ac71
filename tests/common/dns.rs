//! A name server of our own for tests and demonstrations: one zone text, UDP and TCP on one loopback port.
//!
//! It refuses a zone it cannot read, naming the line, and answers on 127.0.0.1 only. A line is `name TYPE rdata…`;
//! lines beginning with `;` or `#` are comments. Types: A AAAA MX TXT SPF CNAME PTR NS. Behaviours of a name:
//! `SERVFAIL`; `TIMEOUT`, which never answers what it has no record for; `DELAY n`, which answers after n milliseconds;
//! `TRUNCATE`, which answers over TCP only; `DEADTCP`, which truncates over UDP and never answers over TCP. `*.x` is a
//! wildcard. All that is not in the zone does not exist.

#![allow(dead_code)]

use async_trait::async_trait;
use hickory_server::net::runtime::Time;
use hickory_server::net::xfer::Protocol;
use hickory_server::proto::op::{Header, HeaderCounts, Metadata, ResponseCode};
use hickory_server::proto::rr::rdata::{A, AAAA, CNAME, MX, NS, NULL, PTR, SOA, TXT};
use hickory_server::proto::rr::{Name, RData, Record, RecordType};
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo, Server};
use hickory_server::zone_handler::MessageResponseBuilder;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, UdpSocket};

/// Time-to-live of answers, in seconds, unless the zone says otherwise (`$TTL 0`): longer than any test.
const TTL: u32 = 300;
/// Octets in one string of a TXT record, RFC 1035 section 3.3.14.
const TXT_STRING: usize = 255;
/// Number of the type SPF, which RFC 7208 section 3.1 has given up.
const TYPE_SPF: u16 = 99;
/// Aliases followed for one question.
const MAX_ALIASES: usize = 8;
/// Time after which a silent TCP connection is closed.
const TCP_IDLE: Duration = Duration::from_secs(10);
/// Responses that wait for one TCP connection.
const TCP_RESPONSES: usize = 32;
/// How often a free port is looked for that is free for UDP and TCP alike.
const PORT_TRIES: usize = 20;

/// A running server; dropping it ends it.
pub(crate) struct DnsServer {
    /// Where it listens.
    pub(crate) addr: SocketAddr,
    /// Questions received so far.
    pub(crate) queries: Arc<AtomicUsize>,
    zone: Arc<Mutex<Zone>>,
    _server: Server<Answerer>,
}

impl DnsServer {
    /// Questions received so far.
    pub(crate) fn count(&self) -> usize {
        self.queries.load(Ordering::Relaxed)
    }

    /// Serves another zone from now on.
    pub(crate) fn replace(&self, zone_text: &str) -> Result<(), String> {
        *self.zone.lock().map_err(|e| e.to_string())? = Zone::parse(zone_text)?;
        Ok(())
    }
}

/// Serves `zone_text` on 127.0.0.1 at `port`, or at a free one if it is 0.
pub(crate) async fn serve(zone_text: &str, port: u16) -> Result<DnsServer, String> {
    serve_zone(Zone::parse(zone_text)?, port).await
}

/// Serves a zone that was put together rather than written.
pub(crate) async fn serve_zone(zone: Zone, port: u16) -> Result<DnsServer, String> {
    let (udp, tcp) = bind(port).await?;
    let addr = tcp.local_addr().map_err(|e| e.to_string())?;
    let queries = Arc::new(AtomicUsize::new(0));
    let zone = Arc::new(Mutex::new(zone));
    let mut server = Server::new(Answerer { zone: Arc::clone(&zone), queries: Arc::clone(&queries) });
    server.register_socket(udp);
    server.register_listener(tcp, TCP_IDLE, TCP_RESPONSES);
    Ok(DnsServer { addr, queries, zone, _server: server })
}

async fn bind(port: u16) -> Result<(UdpSocket, TcpListener), String> {
    let mut last = String::new();
    for _ in 0..PORT_TRIES {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|e| format!("port {port}: {e}"))?;
        let chosen = tcp.local_addr().map_err(|e| e.to_string())?;
        match UdpSocket::bind(chosen).await {
            Ok(udp) => return Ok((udp, tcp)),
            Err(e) => last = format!("port {}: {e}", chosen.port()),
        }
        if port != 0 {
            break;
        }
    }
    Err(last)
}

/// What hickory's server asks: answers from the zone, counted.
struct Answerer {
    zone: Arc<Mutex<Zone>>,
    queries: Arc<AtomicUsize>,
}

#[async_trait]
impl RequestHandler for Answerer {
    async fn handle_request<R: ResponseHandler, T: Time>(&self, request: &Request, mut respond: R) -> ResponseInfo {
        self.queries.fetch_add(1, Ordering::Relaxed);
        let mut metadata = Metadata::response_from_request(&request.metadata);
        metadata.authoritative = true;
        metadata.recursion_available = true;
        let unanswered = ResponseInfo::from(Header { metadata, counts: HeaderCounts::default() });
        let Ok(info) = request.request_info() else { return unanswered };
        let Ok(found) = self.zone.lock().map(|z| z.answer(info.query.name().into(), info.query.query_type())) else {
            return unanswered;
        };
        let Some(mut answer) = found else { return unanswered };
        tokio::time::sleep(answer.delay).await;
        if answer.transport != Transport::Sound {
            if info.protocol == Protocol::Udp {
                metadata.truncation = true;
                answer.records.clear();
                answer.soa = None;
            } else if answer.transport == Transport::DeadTcp {
                return unanswered;
            }
        }
        metadata.response_code = answer.code;
        let response = MessageResponseBuilder::from_message_request(request);
        let response = response.build(metadata, &answer.records, [], &answer.soa, []);
        respond.send_response(response).await.unwrap_or(unanswered)
    }
}

/// What the zone says to a question.
struct Answer {
    code: ResponseCode,
    records: Vec<Record>,
    /// With the SOA, an absence itself may be remembered (RFC 2308).
    soa: Option<Record>,
    delay: Duration,
    transport: Transport,
}

/// What goes wrong on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Transport {
    #[default]
    Sound,
    Truncated,
    DeadTcp,
}

#[derive(Debug, Default)]
struct Node {
    records: Vec<RData>,
    servfail: bool,
    timeout: bool,
    delay: Duration,
    transport: Transport,
}

/// Nodes by name: lower case, absolute.
#[derive(Debug, Default)]
pub(crate) struct Zone {
    nodes: BTreeMap<String, Node>,
    ttl: Option<u32>,
}

impl Zone {
    fn parse(text: &str) -> Result<Zone, String> {
        let mut zone = Zone::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with([';', '#']) {
                zone.add(line).map_err(|e| format!("zone line {}: {e}", index + 1))?;
            }
        }
        Ok(zone)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let (owner, rest) = line.split_once(char::is_whitespace).ok_or("no type")?;
        let rest = rest.trim();
        if owner == "$TTL" {
            self.ttl = Some(rest.parse().map_err(|_| format!("{rest:?} is not a number"))?);
            return Ok(());
        }
        let (kind, rdata) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let node = self.node_at(&name(owner)?);
        match kind.to_ascii_uppercase().as_str() {
            "SERVFAIL" => node.servfail = true,
            "TIMEOUT" => node.timeout = true,
            "TRUNCATE" => node.transport = Transport::Truncated,
            "DEADTCP" => node.transport = Transport::DeadTcp,
            "DELAY" => {
                let milliseconds = rdata.trim().parse().map_err(|_| format!("{rdata:?} is not a number"))?;
                node.delay = Duration::from_millis(milliseconds);
            }
            kind => node.records.push(record(kind, rdata.trim())?),
        }
        Ok(())
    }

    /// Adds a record.
    pub(crate) fn put(&mut self, owner: &Name, data: RData) {
        self.node_at(owner).records.push(data);
    }

    /// Never answers what the name has no record for.
    pub(crate) fn silence(&mut self, owner: &Name) {
        self.node_at(owner).timeout = true;
    }

    fn node_at(&mut self, owner: &Name) -> &mut Node {
        let owner = key(owner);
        // Names above exist too, without records (RFC 8020).
        let mut above = owner.as_str();
        while let Some((_, parent)) = above.split_once('.').filter(|(_, p)| !p.is_empty()) {
            self.nodes.entry(parent.to_owned()).or_default();
            above = parent;
        }
        self.nodes.entry(owner).or_default()
    }

    /// The node of a name: its own, else the wildcard below its closest existing ancestor (RFC 4592).
    fn node(&self, owner: &str) -> Option<&Node> {
        if let Some(node) = self.nodes.get(owner) {
            return Some(node);
        }
        let mut above = owner;
        while let Some((_, parent)) = above.split_once('.') {
            if self.nodes.contains_key(parent) || parent.is_empty() {
                return self.nodes.get(&format!("*.{parent}"));
            }
            above = parent;
        }
        None
    }

    /// The answer to a question; none to `TIMEOUT` names.
    fn answer(&self, mut owner: Name, wanted: RecordType) -> Option<Answer> {
        let ttl = self.ttl.unwrap_or(TTL);
        let (delay, transport) = (Duration::ZERO, Transport::Sound);
        let mut answer = Answer { code: ResponseCode::NoError, records: vec![], soa: None, delay, transport };
        for _ in 0..MAX_ALIASES {
            let node = self.node(&key(&owner));
            if node.is_some_and(|n| n.timeout && !n.records.iter().any(|r| r.record_type() == wanted)) {
                return None;
            }
            if let Some(node) = node {
                answer.delay += node.delay;
                answer.transport = node.transport;
            }
            if node.is_some_and(|n| n.servfail) {
                answer.code = ResponseCode::ServFail;
                break;
            }
            let Some(node) = node else {
                answer.code = ResponseCode::NXDomain;
                break;
            };
            let records = node.records.iter().filter(|r| r.record_type() == wanted || wanted == RecordType::ANY);
            answer.records.extend(records.map(|r| Record::from_rdata(owner.clone(), ttl, r.clone())));
            let alias =
                node.records.iter().find_map(|r| if let RData::CNAME(to) = r { Some(to.0.clone()) } else { None });
            match alias {
                Some(to) if wanted != RecordType::CNAME => {
                    answer.records.push(Record::from_rdata(owner, ttl, RData::CNAME(CNAME(to.clone()))));
                    owner = to;
                }
                _ => break,
            }
        }
        if !answer.records.iter().any(|r| r.data.record_type() == wanted) {
            let soa = SOA::new(Name::root(), Name::root(), 1, 3600, 600, 86400, ttl);
            answer.soa = Some(Record::from_rdata(Name::root(), ttl, RData::SOA(soa)));
        }
        Some(answer)
    }
}

fn key(name: &Name) -> String {
    let name = name.to_lowercase().to_ascii();
    if name.ends_with('.') { name } else { format!("{name}.") }
}

fn name(text: &str) -> Result<Name, String> {
    let mut name = Name::from_str_relaxed(text).map_err(|e| format!("{text:?} is not a name: {e}"))?;
    name.set_fqdn(true);
    Ok(name)
}

fn record(kind: &str, rdata: &str) -> Result<RData, String> {
    if rdata.is_empty() {
        return Err(format!("{kind} without data"));
    }
    fn address<T: FromStr>(text: &str) -> Result<T, String> {
        text.parse().map_err(|_| format!("{text:?} is not an address of this type"))
    }
    Ok(match kind {
        "A" => RData::A(A(address(rdata)?)),
        "AAAA" => RData::AAAA(AAAA(address(rdata)?)),
        "CNAME" => RData::CNAME(CNAME(name(rdata)?)),
        "PTR" => RData::PTR(PTR(name(rdata)?)),
        "NS" => RData::NS(NS(name(rdata)?)),
        "MX" => {
            let (preference, host) = rdata.split_once(char::is_whitespace).ok_or("MX is a number and a name")?;
            RData::MX(MX::new(
                preference.parse().map_err(|_| format!("{preference:?} is not a number"))?,
                name(host.trim())?,
            ))
        }
        "TXT" => {
            let text = rdata.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(rdata);
            RData::TXT(TXT::from_bytes(text.as_bytes().chunks(TXT_STRING).collect()))
        }
        "SPF" => RData::Unknown { code: RecordType::Unknown(TYPE_SPF), rdata: NULL::with(rdata.as_bytes().to_vec()) },
        other => return Err(format!("type {other:?} is not known")),
    })
}
