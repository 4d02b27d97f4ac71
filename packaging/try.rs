//! What `packaging/try` runs once everything is installed and built: the corpus through a private Postfix and the real
//! gateway, a table of what happened beside what was expected, then an open house for messages of one's own.
//!
//! It refuses to take the gateway's word: what happened is read from SMTP replies, Postfix's hold queue and the
//! mailbox. It fails with 1 on any difference, and with one sentence if something cannot be started; whatever the end,
//! Postfix, the gateway and their directories are gone.
//!
//! usage: `try PROGRAM [--once]`, or `try send PORT FILE [--ip A] [--helo H] [--from A] [--to A] [--login U]`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/common/corpus.rs"]
mod corpus;
#[path = "../tests/common/dns.rs"]
mod dns;
#[path = "../tests/common/gateway.rs"]
mod gateway;
#[path = "../tests/common/mta.rs"]
mod mta;
#[path = "try_table.rs"]
mod table;

use gateway::Gateway;
use mta::postfix::{Fate, Postfix};
use mta::smtp::{self, Sent};
use spoof_milter::mail::{Client, Envelope};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use table::{Happened, Row};

/// All of the corpus lies in a mailbox long before, on a loaded machine too.
const DELIVERY_LIMIT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["send", rest @ ..] => send_one(rest).map(|()| true),
        [program] => show(Path::new(program), false),
        [program, "--once"] => show(Path::new(program), true),
        _ => Err("usage: packaging/try [--once]".into()),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("packaging/try: {e}");
            ExitCode::FAILURE
        }
    }
}

/// Starts everything, sends everything, shows everything; true if all was as expected.
fn show(program: &Path, once: bool) -> Result<bool, String> {
    let stop = Stop::listen()?;
    let folder = corpus::directory();
    let cases = corpus::load(&folder);
    let zone = read(&folder.join("zone.txt"))?;
    let policy = read(&folder.join("policy.toml")).unwrap_or_default();
    let mut gateway = Gateway::start(program, &zone, &policy)?;
    let mut postfix = Postfix::start(&gateway.milter())?;
    println!("Sending {} messages through Postfix on 127.0.0.1:{} …", cases.len(), postfix.port);
    let mut sent = vec![];
    for case in &cases {
        if stop.asked() {
            return Err("stopped".into());
        }
        sent.push(postfix.send(&case.envelope, &case.raw).map_err(|e| format!("{}: {e}", case.name))?);
        if !gateway.alive() {
            return Err(format!("the gateway ended at {}: {}", case.name, gateway.log_tail()));
        }
    }
    postfix.settle(DELIVERY_LIMIT)?;
    let mut rows = vec![];
    for (case, sent) in cases.iter().zip(&sent) {
        let (happened, reason) = happened(&postfix, sent)?;
        let judged = case.envelope.auth_user.is_none();
        rows.push(Row::new(&case.name, &case.action, happened, judged, reason));
    }
    table::print(&rows);
    let good = rows.iter().all(Row::as_expected);
    if !once {
        invite(&postfix, &gateway);
        stop.wait();
        println!("\nStopping.");
    }
    postfix.stop()?;
    Ok(good)
}

/// What became of one message, and the first reason given for it.
fn happened(postfix: &Postfix, sent: &Sent) -> Result<(Happened, String), String> {
    let reply = format!("{} {}", sent.reply.code, sent.reply.text);
    if sent.command != "." {
        return Ok((Happened::Other(format!("{} refused", sent.command)), reply));
    }
    let Some(id) = sent.reply.queue_id().filter(|_| sent.reply.positive()) else {
        // Postfix's own words when no milter answers; a gateway that is down must not pass for one that defers.
        let unanswered = sent.reply.text.contains("Service unavailable");
        return Ok(match sent.reply.code {
            500..600 => (Happened::Refused, reply),
            400..500 if !unanswered => (Happened::Deferred, reply),
            _ => (Happened::Other("no verdict".into()), reply),
        });
    };
    let reason = |kept: &mta::Kept| kept.field("X-Spoof-Reason").unwrap_or_default();
    Ok(match postfix.fate(&id)? {
        Fate::Held(kept) => (Happened::Held, reason(&kept)),
        Fate::Delivered(copies) => {
            let copy = &copies[0];
            let tagged = copy.field("Subject").is_some_and(|s| s.starts_with("[Suspected spoof]"));
            let happened = match copy.field("X-Spoof-Verdict") {
                _ if tagged => Happened::Tagged,
                Some(_) => Happened::Delivered,
                None => Happened::Unjudged,
            };
            (happened, reason(copy))
        }
        Fate::Gone => (Happened::Other("vanished".into()), reply),
    })
}

fn invite(postfix: &Postfix, gateway: &Gateway) {
    let this = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("try"));
    let (port, this) = (postfix.port, this.display());
    println!(
        "
Everything stays up until Ctrl-C. Send a message of your own (a file with its header fields):
  {this} send {port} FILE --ip 203.0.113.99 --helo mail.sender.example --from someone@sender.example --to member@example.net
or the same with swaks:
  swaks --server 127.0.0.1:{port} --xclient-addr 203.0.113.99 --helo mail.sender.example \\
        --from someone@sender.example --to member@example.net --h-From: '\"Elance\" <someone@sender.example>' --body 'Your account is locked.'
Delivered mail, with its X-Spoof-* fields:  {}/new
Held mail:                                  postqueue -c {etc} -p; postcat -c {etc} -q ID
The gateway's log, one line a message:      {}
Postfix's log:                              {}
Metrics:                                    http://127.0.0.1:{}/metrics
Configuration:                              {}
DNS (only the zone of the corpus):          {}",
        postfix.mailbox().display(),
        gateway.log().display(),
        postfix.log().display(),
        gateway.metrics_port,
        gateway.config().display(),
        gateway.dns(),
        etc = postfix.config().display(),
    );
}

/// `try send`: one message as the client that is named.
fn send_one(arguments: &[&str]) -> Result<(), String> {
    let usage = || "usage: try send PORT FILE [--ip A] [--helo H] [--from A] [--to A] [--login U]".to_owned();
    let [port, file, options @ ..] = arguments else { return Err(usage()) };
    let port = port.parse().map_err(|_| format!("{port} is not a port; {}", usage()))?;
    let raw = std::fs::read(file).map_err(|e| format!("{file}: {e}"))?;
    let mut envelope = Envelope {
        client: Client { ip: "203.0.113.99".parse().ok(), name: String::new() },
        helo: "mail.sender.example".into(),
        mail_from: "someone@sender.example".into(),
        rcpt_to: vec!["member@example.net".into()],
        ..Envelope::default()
    };
    for pair in options.chunks(2) {
        let [option, value] = pair else { return Err(usage()) };
        let value = (*value).to_owned();
        match *option {
            "--ip" => envelope.client.ip = Some(value.parse().map_err(|_| format!("{value} is no IP address"))?),
            "--helo" => envelope.helo = value,
            "--from" => envelope.mail_from = value,
            "--to" => envelope.rcpt_to = vec![value],
            "--login" => envelope.auth_user = Some(value),
            _ => return Err(usage()),
        }
    }
    let sent = smtp::send(port, &envelope, &crlf(&raw))?;
    println!("{}: {} {}", sent.command, sent.reply.code, sent.reply.text);
    Ok(())
}

/// Line ends as SMTP has them; files written by hand have others.
fn crlf(raw: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(raw.len() + raw.len() / 32);
    for &octet in raw {
        if octet == b'\n' && !octets.ends_with(b"\r") {
            octets.push(b'\r');
        }
        octets.push(octet);
    }
    octets
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// Ctrl-C, SIGTERM or SIGHUP: asks this program to end, which stops what it started.
struct Stop {
    asked: Arc<AtomicBool>,
    // Listens for as long as the value lives.
    _runtime: tokio::runtime::Runtime,
}

impl Stop {
    fn listen() -> Result<Stop, String> {
        use tokio::signal::unix::{SignalKind, signal};
        let asked = Arc::new(AtomicBool::new(false));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|e| e.to_string())?;
        let inside = runtime.enter();
        for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
            let mut signals = signal(kind).map_err(|e| e.to_string())?;
            let asked = Arc::clone(&asked);
            runtime.spawn(async move {
                while signals.recv().await.is_some() {
                    asked.store(true, Ordering::Relaxed);
                }
            });
        }
        drop(inside);
        Ok(Stop { asked, _runtime: runtime })
    }

    fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    fn wait(&self) {
        while !self.asked() {
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
