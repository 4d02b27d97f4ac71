//! The CPU time of the gateway over the milter socket, beside a milter that accepts everything, in the same run.
//!
//! Both are processes of their own (the second is this program, started with `--accept-all`) with the same negotiation
//! on unix sockets; the same signed 10 kB messages go to both in turns, once with a connection for each message (an MTA
//! opens one for each SMTP session, which nearly always brings one message), once all through one connection. What is
//! printed is their own CPU time (user and system, from /proc), not that of the client, and the gateway's memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

#[path = "../tests/common/dns.rs"]
mod dns;
mod messages;

use indymilter::{Callbacks, Context, NegotiateContext, ProtoOpts, Status};
use indymilter_test::{MacroStage, TestConnection};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Messages in a turn, and turns: long enough for the kernel's clock (100 ticks a second), short enough to be bounded.
const MESSAGES: usize = 1_000;
const TURNS: usize = 4;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match std::env::args().skip_while(|a| a != "--accept-all").nth(1) {
        Some(socket) => runtime.block_on(accept_all(Path::new(&socket))),
        None => runtime.block_on(measure()),
    }
}

/// The milter that accepts everything: negotiates what the gateway negotiates, and looks at nothing.
async fn accept_all(socket: &Path) {
    let listener = tokio::net::UnixListener::bind(socket).unwrap();
    eprintln!("listens on unix:{}", socket.display());
    let opts = ProtoOpts::LEADING_SPACE | ProtoOpts::SKIP | ProtoOpts::NO_DATA | ProtoOpts::NO_UNKNOWN;
    let noreply =
        ProtoOpts::NOREPLY_CONNECT | ProtoOpts::NOREPLY_HELO | ProtoOpts::NOREPLY_MAIL | ProtoOpts::NOREPLY_RCPT;
    let noreply = noreply | ProtoOpts::NOREPLY_HEADER | ProtoOpts::NOREPLY_EOH;
    let silent = || Box::pin(std::future::ready(Status::Noreply));
    let callbacks = Callbacks::<()>::new()
        .on_negotiate(move |cx: &mut NegotiateContext<()>, _, offered| {
            cx.requested_opts = (opts | noreply) & offered;
            Box::pin(std::future::ready(Status::Continue))
        })
        .on_connect(move |_: &mut Context<()>, _, _| silent())
        .on_helo(move |_, _| silent())
        .on_mail(move |_, _| silent())
        .on_rcpt(move |_, _| silent())
        .on_header(move |_, _, _| silent())
        .on_eoh(move |_| silent())
        .on_body(|_, _| Box::pin(std::future::ready(Status::Continue)))
        .on_eom(|_| Box::pin(std::future::ready(Status::Accept)));
    indymilter::run(listener, callbacks, indymilter::Config::default(), std::future::pending::<()>()).await.unwrap();
}

async fn measure() {
    let server = dns::serve(messages::ZONE, 0).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("bench.toml");
    let (gateway_socket, noop_socket) = (folder.path().join("gateway"), folder.path().join("noop"));
    let text = format!(
        "[milter]\nlisten = [\"unix:{}\"]\n[metrics]\nlisten = \"\"\n[dns]\nservers = [\"{}\"]\n",
        gateway_socket.display(),
        server.addr
    );
    std::fs::write(&config, text).unwrap();
    let mut gateway = Command::new(env!("CARGO_BIN_EXE_spoof-milter"));
    let gateway = start(gateway.arg("-c").arg(&config).arg("run"));
    let noop = start(Command::new(std::env::current_exe().unwrap()).arg("--accept-all").arg(&noop_socket));
    let idle = memory(&gateway.0);
    let raw = messages::signed(&messages::text(10_000));
    for (connections, messages) in [(MESSAGES, 1), (1, MESSAGES)] {
        let (mut judged, mut accepted) = (0, 0);
        for _ in 0..TURNS {
            judged += cpu_of(&gateway, &gateway_socket, &raw, connections, messages).await;
            accepted += cpu_of(&noop, &noop_socket, &raw, connections, messages).await;
        }
        let each = |ticks: u64| ticks as f64 * 10_000.0 / (MESSAGES * TURNS) as f64;
        println!("{} signed messages of 10 kB, {messages} a connection, CPU time a message:", MESSAGES * TURNS);
        println!("  a milter that accepts everything  {:7.1} µs", each(accepted));
        println!("  the gateway                       {:7.1} µs", each(judged));
        println!("  ratio                             {:7.2}", judged as f64 / accepted.max(1) as f64);
    }
    println!("memory of the gateway: idle {idle} kB, then {} kB", memory(&gateway.0));
}

/// A child that is ended with its owner.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a milter and waits until it says on stderr that it listens.
fn start(command: &mut Command) -> Ended {
    // One log line a message is part of the gateway's work; where it goes is not.
    let mut child = command.env("RUST_LOG", "info,indymilter=warn").stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|l| l.unwrap().contains("listens on")), "it ended before it listened");
    std::thread::spawn(move || lines.for_each(drop));
    Ended(child)
}

/// CPU ticks that the milter spends on so many connections with so many messages each.
async fn cpu_of(milter: &Ended, socket: &Path, raw: &[u8], connections: usize, messages: usize) -> u64 {
    let text = String::from_utf8(raw.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let unfolded = head.replace("\r\n\t", "\n\t").replace("\r\n ", "\n ");
    let fields: Vec<(&str, &str)> = unfolded.split("\r\n").map(|f| f.split_once(':').unwrap()).collect();
    let before = ticks(&milter.0);
    for _ in 0..connections {
        let mut connection = TestConnection::configure().exact_leading_space(true).open_unix(socket).await.unwrap();
        connection.macros(MacroStage::Connect, [("j", "mx.example.net")]).await.unwrap();
        let client = messages::CLIENT.parse::<std::net::IpAddr>().unwrap();
        connection.connect("client.example", (client, 25)).await.unwrap();
        connection.helo("mail.orchardmail.example").await.unwrap();
        for _ in 0..messages {
            send(&mut connection, &fields, body).await;
        }
        connection.close().await.unwrap();
    }
    ticks(&milter.0) - before
}

async fn send(connection: &mut TestConnection, fields: &[(&str, &str)], body: &str) {
    connection.mail(["<bounce@orchardmail.example>"]).await.unwrap();
    connection.rcpt(["<member@example.net>"]).await.unwrap();
    for (name, value) in fields {
        connection.header(*name, *value).await.unwrap();
    }
    connection.eoh().await.unwrap();
    connection.body(body.as_bytes().to_vec()).await.unwrap();
    connection.macros(MacroStage::Eom, [("i", "4bXbench")]).await.unwrap();
    let (_, status) = connection.eom().await.unwrap();
    assert!(matches!(status, indymilter_test::Status::Accept | indymilter_test::Status::Continue), "{status:?}");
}

/// User and system time of a process, in hundredths of a second (proc(5): fields 14 and 15 of stat).
fn ticks(child: &Child) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    after_name.split_whitespace().skip(11).take(2).map(|n| n.parse::<u64>().unwrap()).sum()
}

/// Resident memory in kB.
fn memory(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
