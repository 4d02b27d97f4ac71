//! A name server of our own for tests and demonstrations: one zone text, UDP and TCP on one loopback port.
//!
//! It refuses a zone it cannot read, naming the line, and answers on 127.0.0.1 only. A line is `name TYPE rdata…`;
//! lines beginning with `;` or `#` are comments. Types: A AAAA MX TXT CNAME PTR NS, and two without rdata: `SERVFAIL`,
//! and `TIMEOUT`, which never answers. `*.x` is a wildcard. All that is not in the zone does not exist.

#![allow(dead_code)]

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, NS, PTR, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinHandle;

/// Time-to-live of every answer, in seconds: longer than any test.
const TTL: u32 = 300;
/// Octets in one string of a TXT record, RFC 1035 section 3.3.14.
const TXT_STRING: usize = 255;
/// Aliases followed for one question.
const MAX_ALIASES: usize = 8;
/// How often a free port is looked for that is free for UDP and TCP alike.
const PORT_TRIES: usize = 20;

/// A running server; dropping it ends it.
#[derive(Debug)]
pub(crate) struct DnsServer {
    /// Where it listens.
    pub(crate) addr: SocketAddr,
    /// Questions received so far.
    pub(crate) queries: Arc<AtomicUsize>,
    tasks: Vec<JoinHandle<()>>,
}

impl DnsServer {
    /// Questions received so far.
    pub(crate) fn count(&self) -> usize {
        self.queries.load(Ordering::Relaxed)
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Serves `zone_text` on 127.0.0.1 at `port`, or at a free one if it is 0.
pub(crate) async fn serve(zone_text: &str, port: u16) -> Result<DnsServer, String> {
    let zone = Arc::new(Zone::parse(zone_text)?);
    let (udp, tcp) = bind(port).await?;
    let addr = tcp.local_addr().map_err(|e| e.to_string())?;
    let queries = Arc::new(AtomicUsize::new(0));
    let udp_task = tokio::spawn(over_udp(udp, Arc::clone(&zone), Arc::clone(&queries)));
    let tcp_task = tokio::spawn(over_tcp(tcp, zone, Arc::clone(&queries)));
    Ok(DnsServer { addr, queries, tasks: vec![udp_task, tcp_task] })
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

async fn over_udp(socket: UdpSocket, zone: Arc<Zone>, queries: Arc<AtomicUsize>) {
    let mut buffer = vec![0; 4096];
    // A loopback socket reports the resolver's closed ports as errors of its own: no reason to stop.
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
        queries.fetch_add(1, Ordering::Relaxed);
        if let Some((reply, limit)) = zone.reply(&buffer[..length]) {
            let mut octets = reply.to_vec().unwrap_or_default();
            if octets.len() > limit {
                octets = reply.truncate().to_vec().unwrap_or_default();
            }
            let _ = socket.send_to(&octets, from).await;
        }
    }
}

async fn over_tcp(listener: TcpListener, zone: Arc<Zone>, queries: Arc<AtomicUsize>) {
    let mut sessions = tokio::task::JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            sessions.spawn(tcp_session(stream, Arc::clone(&zone), Arc::clone(&queries)));
        }
    }
}

async fn tcp_session(mut stream: TcpStream, zone: Arc<Zone>, queries: Arc<AtomicUsize>) {
    while let Ok(length) = stream.read_u16().await {
        let mut question = vec![0; usize::from(length)];
        if stream.read_exact(&mut question).await.is_err() {
            return;
        }
        queries.fetch_add(1, Ordering::Relaxed);
        let Some((reply, _)) = zone.reply(&question) else { continue };
        let octets = reply.to_vec().unwrap_or_default();
        let Ok(length) = u16::try_from(octets.len()) else { return };
        if stream.write_u16(length).await.is_err() || stream.write_all(&octets).await.is_err() {
            return;
        }
    }
}

#[derive(Debug, Default)]
struct Node {
    records: Vec<RData>,
    servfail: bool,
    timeout: bool,
}

/// Nodes by name: lower case, absolute.
#[derive(Debug, Default)]
struct Zone {
    nodes: BTreeMap<String, Node>,
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
        let (kind, rdata) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let owner = key(&name(owner)?);
        let node = self.nodes.entry(owner.clone()).or_default();
        match kind.to_ascii_uppercase().as_str() {
            "SERVFAIL" => node.servfail = true,
            "TIMEOUT" => node.timeout = true,
            kind => node.records.push(record(kind, rdata.trim())?),
        }
        // Names above exist too, without records (RFC 8020).
        let mut above = owner.as_str();
        while let Some((_, parent)) = above.split_once('.').filter(|(_, p)| !p.is_empty()) {
            self.nodes.entry(parent.to_owned()).or_default();
            above = parent;
        }
        Ok(())
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

    /// The reply to a question and the octets it may have over UDP; none to `TIMEOUT` names and to what is no question.
    fn reply(&self, octets: &[u8]) -> Option<(Message, usize)> {
        let question = Message::from_vec(octets).ok()?;
        let query = question.queries.first()?.clone();
        let mut reply = Message::response(question.metadata.id, question.metadata.op_code);
        reply.metadata.recursion_desired = question.metadata.recursion_desired;
        reply.metadata.recursion_available = true;
        reply.metadata.authoritative = true;
        let mut owner = query.name.clone();
        let wanted = query.query_type;
        reply.add_query(query);
        for _ in 0..MAX_ALIASES {
            let node = self.node(&key(&owner));
            if node.is_some_and(|n| n.timeout) {
                return None;
            }
            if node.is_some_and(|n| n.servfail) {
                reply.metadata.response_code = ResponseCode::ServFail;
                break;
            }
            let Some(node) = node else {
                reply.metadata.response_code = ResponseCode::NXDomain;
                break;
            };
            let records = node.records.iter().filter(|r| r.record_type() == wanted || wanted == RecordType::ANY);
            reply.add_answers(records.map(|r| Record::from_rdata(owner.clone(), TTL, r.clone())));
            let alias =
                node.records.iter().find_map(|r| if let RData::CNAME(to) = r { Some(to.0.clone()) } else { None });
            match alias {
                Some(to) if wanted != RecordType::CNAME => {
                    reply.add_answer(Record::from_rdata(owner, TTL, RData::CNAME(CNAME(to.clone()))));
                    owner = to;
                }
                _ => break,
            }
        }
        if !reply.answers.iter().any(|r| r.data.record_type() == wanted) {
            // With the SOA, the absence itself may be remembered (RFC 2308).
            let soa = SOA::new(Name::root(), Name::root(), 1, 3600, 600, 86400, TTL);
            reply.add_authority(Record::from_rdata(Name::root(), TTL, RData::SOA(soa)));
        }
        Some((reply, usize::from(question.max_payload())))
    }
}

fn key(name: &Name) -> String {
    let name = name.to_lowercase().to_ascii();
    if name.ends_with('.') { name } else { format!("{name}.") }
}

fn name(text: &str) -> Result<Name, String> {
    let mut name = Name::from_str_relaxed(text).map_err(|e| format!("{text:?} is no name: {e}"))?;
    name.set_fqdn(true);
    Ok(name)
}

fn record(kind: &str, rdata: &str) -> Result<RData, String> {
    if rdata.is_empty() {
        return Err(format!("{kind} without data"));
    }
    fn address<T: FromStr>(text: &str) -> Result<T, String> {
        text.parse().map_err(|_| format!("{text:?} is no address of this type"))
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
                preference.parse().map_err(|_| format!("{preference:?} is no number"))?,
                name(host.trim())?,
            ))
        }
        "TXT" => {
            let text = rdata.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(rdata);
            RData::TXT(TXT::from_bytes(text.as_bytes().chunks(TXT_STRING).collect()))
        }
        other => return Err(format!("type {other:?} is not known")),
    })
}
