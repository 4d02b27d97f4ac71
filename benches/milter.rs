//! What the gateway costs beside a milter that accepts everything: CPU time of both processes for the same messages,
//! measured in turns in one run, and the memory of the idle gateway.
//!
//! `cargo bench --bench milter`. Both speak the same negotiation over loopback TCP; the client writes as Postfix does,
//! all that needs no answer in one go. Without `--bench` a few messages only show that it works.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../tests/common/corpus.rs"]
mod corpus;
#[path = "../tests/common/dns.rs"]
mod dns;

use indymilter::{Callbacks, ProtoOpts, Status};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use tokio::runtime::Runtime;

/// The argument by which this program becomes the milter that accepts everything.
const NOOP: &str = "accept-everything";
/// Clock ticks a second in /proc (USER_HZ is 100 on every Linux).
const TICKS: f64 = 100.0;
/// Turns, so that a machine that changes its pace does so to both.
const TURNS: usize = 4;
/// All actions and options of protocol version 6, as Postfix offers them.
const OFFER: [u8; 12] = [0, 0, 0, 6, 0, 0, 1, 0xff, 0, 0x1f, 0xff, 0xff];

fn main() {
    if std::env::args().any(|a| a == NOOP) {
        return Runtime::new().unwrap().block_on(accept_everything());
    }
    let messages = if std::env::args().any(|a| a == "--bench") { 2000 } else { 40 };
    let runtime = Runtime::new().unwrap();
    let zone = std::fs::read_to_string(corpus::directory().join("zone.txt")).unwrap();
    let server = runtime.block_on(dns::serve(&zone, 0)).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let gateway = gateway(dir.path(), server.addr);
    let idle = gateway.resident();
    let noop = noop();
    let mail = packets(&signed());
    for milter in [&gateway, &noop] {
        deliver(milter.address, &mail, messages / 20, 1);
    }
    println!("{messages} messages of 10 kB with an RSA-2048 signature, keys in the cache, over loopback TCP");
    for (what, each) in [("a connection for each message", 1), ("ten messages a connection", 10)] {
        let (mut ours, mut theirs) = (0.0, 0.0);
        for _ in 0..TURNS {
            ours += gateway.cost_of(|| deliver(gateway.address, &mail, messages / TURNS, each));
            theirs += noop.cost_of(|| deliver(noop.address, &mail, messages / TURNS, each));
        }
        let each_us = |seconds: f64| seconds * 1e6 / messages as f64;
        println!(
            "{what}: spoof-milter {:.0} µs CPU a message, accepting everything {:.0} µs, ratio {:.2}",
            each_us(ours),
            each_us(theirs),
            ours / theirs
        );
    }
    println!("resident memory: idle {:.1} MB, afterwards {:.1} MB", idle, gateway.resident());
}

/// A milter process.
struct Milter {
    child: Child,
    address: SocketAddr,
}

impl Milter {
    /// CPU seconds it uses while `work` runs.
    fn cost_of(&self, work: impl FnOnce()) -> f64 {
        let before = self.cpu();
        work();
        self.cpu() - before
    }

    /// User and system time: fields 14 and 15 of /proc/PID/stat, counted behind the command's closing parenthesis.
    fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        fields[11..13].iter().map(|t| t.parse::<f64>().unwrap()).sum::<f64>() / TICKS
    }

    /// Resident memory in MB.
    fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap();
        line.trim().split(' ').next().unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Milter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The gateway as a process.
fn gateway(dir: &std::path::Path, dns: SocketAddr) -> Milter {
    let path = dir.join("spoof-milter.toml");
    let text =
        format!("[milter]\nlisten = [\"inet:127.0.0.1:0\"]\n[dns]\nservers = [\"{dns}\"]\n[metrics]\nlisten = \"\"\n");
    std::fs::write(&path, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_spoof-milter"));
    let mut child = command.arg("-c").arg(path).arg("run").stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("serving on inet:") {
        line.clear();
        assert!(log.read_line(&mut line).unwrap() > 0, "the gateway did not start");
    }
    let address = line.split_once("serving on inet:").unwrap().1.split(',').next().unwrap().parse().unwrap();
    // Its log is written to a pipe, as a service manager has it, and read by nobody who counts.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    Milter { child, address }
}

/// This program again, as the milter that accepts everything.
fn noop() -> Milter {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let mut child = command.arg(NOOP).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    Milter { child, address: line.trim().parse().unwrap() }
}

async fn accept_everything() {
    const WANTED: ProtoOpts = ProtoOpts::LEADING_SPACE
        .union(ProtoOpts::SKIP)
        .union(ProtoOpts::NO_DATA)
        .union(ProtoOpts::NO_UNKNOWN)
        .union(ProtoOpts::NOREPLY_CONNECT)
        .union(ProtoOpts::NOREPLY_HELO)
        .union(ProtoOpts::NOREPLY_MAIL)
        .union(ProtoOpts::NOREPLY_RCPT)
        .union(ProtoOpts::NOREPLY_HEADER)
        .union(ProtoOpts::NOREPLY_EOH);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let callbacks = Callbacks::<()>::new()
        .on_negotiate(|cx, _, _| {
            cx.requested_opts = WANTED;
            Box::pin(async { Status::Continue })
        })
        .on_connect(|_, _, _| Box::pin(async { Status::Noreply }))
        .on_helo(|_, _| Box::pin(async { Status::Noreply }))
        .on_mail(|_, _| Box::pin(async { Status::Noreply }))
        .on_rcpt(|_, _| Box::pin(async { Status::Noreply }))
        .on_header(|_, _, _| Box::pin(async { Status::Noreply }))
        .on_eoh(|_| Box::pin(async { Status::Noreply }))
        .on_body(|_, _| Box::pin(async { Status::Continue }))
        .on_eom(|_| Box::pin(async { Status::Accept }));
    indymilter::run(listener, callbacks, indymilter::Config::default(), std::future::pending::<()>()).await.unwrap();
}

/// A text of about 10 kB with a signature that verifies.
fn signed() -> Vec<u8> {
    let dir = corpus::directory();
    let mut case = corpus::load_case(&dir.join("brand-from-unproven/near-freelance-domain.toml"));
    let head = "From: Ines Duarte <ines@orchardmail.example>\r\nTo: member@example.net\r\nSubject: Minutes\r\n\
                Date: Mon, 1 Jun 2026 10:00:00 +0000\r\nMessage-ID: <1@orchardmail.example>\r\n\r\n";
    case.raw = [head, &"We spoke about the harvest and agreed on the next date for a meeting.\r\n".repeat(140)]
        .concat()
        .into_bytes();
    case.sign.truncate(1);
    case.sign[0].domain = "orchardmail.example".into();
    corpus::signed(&case, &dir.join("keys"))
}

/// What is written for one message: MAIL to the body, which is answered; then the end.
struct Packets {
    to_body: Vec<u8>,
    end: Vec<u8>,
}

fn packet(command: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len() + 1).unwrap().to_be_bytes();
    [&length[..], &[command], payload].concat()
}

fn packets(raw: &[u8]) -> Packets {
    let at = raw.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let mut to_body = packet(b'M', b"<ines@orchardmail.example>\0");
    to_body.extend(packet(b'R', b"<member@example.net>\0"));
    let header = String::from_utf8(raw[..at].to_vec()).unwrap().replace("\r\n\t", "\n\t").replace("\r\n ", "\n ");
    for field in header.split("\r\n") {
        let (name, value) = field.split_once(':').unwrap();
        to_body.extend(packet(b'L', format!("{name}\0{value}\0").as_bytes()));
    }
    to_body.extend(packet(b'N', b""));
    to_body.extend(packet(b'B', &raw[at + 4..]));
    let end = [packet(b'D', b"Ei\x004bTest1234\0"), packet(b'E', b"")].concat();
    Packets { to_body, end }
}

/// Delivers `count` messages, `each` over one connection.
fn deliver(address: SocketAddr, mail: &Packets, count: usize, each: usize) {
    for _ in 0..count.div_ceil(each) {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(&packet(b'O', &OFFER)).unwrap();
        assert_eq!(reply(&mut stream), b'O');
        let mut hello = packet(b'D', b"Cj\0mx.example.net\0");
        hello.extend(packet(b'C', b"mail.orchardmail.example\x004\x10\xe1203.0.113.10\0"));
        hello.extend(packet(b'H', b"mail.orchardmail.example\0"));
        stream.write_all(&hello).unwrap();
        for _ in 0..each {
            stream.write_all(&mail.to_body).unwrap();
            assert_eq!(reply(&mut stream), b'c');
            stream.write_all(&mail.end).unwrap();
            // Edits come first, then the answer.
            while !matches!(reply(&mut stream), b'a' | b'c') {}
        }
        stream.write_all(&packet(b'Q', b"")).unwrap();
    }
}

/// The kind of the next reply.
fn reply(stream: &mut TcpStream) -> u8 {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut rest = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut rest).unwrap();
    assert!(!b"rty".contains(&rest[0]), "refused: {}", rest.escape_ascii());
    rest[0]
}
