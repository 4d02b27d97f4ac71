//! How long judging takes, on one thread: parse, authenticate (keys and policies in the cache), examine, decide.
//!
//! `cargo bench --bench judge`. The name server is the corpus's own on loopback; after the first message of each kind
//! nothing is asked any more.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../tests/common/corpus.rs"]
mod corpus;
#[path = "../tests/common/dns.rs"]
mod dns;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use spoof_milter::auth::Authenticator;
use spoof_milter::judge::judge;
use spoof_milter::mail::{Client, Envelope, Message};
use spoof_milter::policy::Policy;
use std::hint::black_box;
use tokio::runtime::{Builder, Runtime};

/// A plain text of about 10 kB.
fn unsigned() -> Vec<u8> {
    let head = "From: Ines Duarte <ines@orchardmail.example>\r\nTo: member@example.net\r\nSubject: Minutes of the meeting\r\n\
                Date: Mon, 1 Jun 2026 10:00:00 +0000\r\nMessage-ID: <1@orchardmail.example>\r\nMIME-Version: 1.0\r\n\
                Content-Type: text/plain; charset=utf-8\r\n\r\n";
    let line =
        "We spoke about the harvest, see https://www.orchardmail.example/minutes, and agreed on the next date.\r\n";
    [head, &line.repeat(10_000 / line.len())].concat().into_bytes()
}

/// The same with one signature of a 2048-bit RSA key.
fn signed() -> Vec<u8> {
    let dir = corpus::directory();
    let mut case = corpus::load_case(&dir.join("brand-from-unproven/near-freelance-domain.toml"));
    case.raw = unsigned();
    case.sign.truncate(1);
    case.sign[0].domain = "orchardmail.example".into();
    corpus::signed(&case, &dir.join("keys"))
}

/// A newsletter of about 1 MB of HTML.
fn large_html() -> Vec<u8> {
    let head = "From: News <news@orchardmail.example>\r\nTo: member@example.net\r\nSubject: All about apples\r\n\
                MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><table>\r\n";
    let row = "<tr><td style=\"color:#333;font-size:14px\"><a href=\"https://www.orchardmail.example/a?n=1\">Apples</a> \
               are <b>ripe</b> now &mdash; order early.</td></tr>\r\n";
    [head, &row.repeat(1_000_000 / row.len()), "</table></body></html>\r\n"].concat().into_bytes()
}

fn envelope() -> Envelope {
    Envelope {
        client: Client { ip: Some([203, 0, 113, 10].into()), name: String::new() },
        helo: "mail.orchardmail.example".into(),
        mail_from: "ines@orchardmail.example".into(),
        rcpt_to: vec!["member@example.net".into()],
        ..Envelope::default()
    }
}

fn benches(c: &mut Criterion) {
    // The server answers from threads of its own, so that the measured thread only judges.
    let aside = Runtime::new().unwrap();
    let zone = std::fs::read_to_string(corpus::directory().join("zone.txt")).unwrap();
    let server = aside.block_on(dns::serve(&zone, 0)).unwrap();
    let mut policy = Policy::load(None).unwrap();
    policy.config.dns.servers = vec![server.addr.to_string()];
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let authenticator = runtime.block_on(async { Authenticator::new(&policy.config.dns) }).unwrap();
    let envelope = envelope();
    let one = |raw: Vec<u8>| {
        let message = Message::parse(raw, true);
        runtime.block_on(judge(&envelope, &message, &policy, &authenticator))
    };
    let proven = one(signed());
    assert_eq!(proven.auth.dkim_summary().as_str(), "pass", "the signed message must verify");
    let kinds = [("signed, RSA-2048, 10 kB", signed()), ("unsigned, 10 kB", unsigned()), ("HTML, 1 MB", large_html())];
    for (name, raw) in kinds {
        one(raw.clone());
        let asked = server.count();
        c.bench_function(name, |b| b.iter_batched(|| raw.clone(), |raw| black_box(one(raw)), BatchSize::LargeInput));
        assert_eq!(server.count(), asked, "the cache was warm");
    }
}

criterion_group!(group, benches);
criterion_main!(group);
