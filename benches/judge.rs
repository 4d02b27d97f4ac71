//! How long judging takes, DNS cache warm: a 10 kB message signed with RSA-2048, the same unsigned, 1 MB of HTML.
//!
//! A real authoritative server on loopback answers the first look-up of each name; the rest comes from the cache, as in a
//! gateway that has run for a while. Reading the message is part of what is measured, copying it is not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

#[path = "../tests/common/dns.rs"]
mod dns;
mod messages;

use criterion::{BatchSize, Criterion};
use spoof_milter::auth::{Authenticator, DkimResult, SpfResult};
use spoof_milter::judge::judge;
use spoof_milter::mail::{Client, Envelope, Message};
use spoof_milter::policy::{Action, Policy};
use tokio::runtime::Runtime;

fn main() {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(dns::serve(messages::ZONE, 0)).unwrap();
    let policy = Policy::from_toml(&format!("[dns]\nservers = [\"{}\"]\n", server.addr), "bench").unwrap();
    let authenticator = Authenticator::for_policy(&policy).unwrap();
    let envelope = Envelope {
        client: Client { ip: Some(messages::CLIENT.parse().unwrap()), name: String::new() },
        helo: format!("mail.{}", messages::DOMAIN),
        mail_from: format!("bounce@{}", messages::DOMAIN),
        rcpt_to: vec!["member@example.net".into()],
        ..Envelope::default()
    };
    let cases = [
        ("10 kB, RSA-2048", messages::signed(&messages::text(10_000)), true),
        ("10 kB, unsigned", messages::text(10_000), false),
        ("10 kB HTML, RSA-2048", messages::signed(&html(10_000)), true),
        ("1 MB HTML, unsigned", html(1_000_000), false),
    ];
    let mut criterion = Criterion::default().configure_from_args();
    for (name, raw, is_signed) in cases {
        let judged =
            |raw: Vec<u8>| async { judge(&envelope, &Message::parse(raw, true), &policy, &authenticator).await };
        // What is measured must be the real thing: everything looked up, verified, and accepted.
        let verdict = runtime.block_on(judged(raw.clone()));
        assert_eq!((verdict.action, verdict.auth.spf.result), (Action::Accept, SpfResult::Pass));
        assert_eq!(verdict.auth.dkim_summary() == DkimResult::Pass, is_signed);
        criterion.bench_function(name, |b| {
            b.iter_batched(|| raw.clone(), |raw| runtime.block_on(judged(raw)), BatchSize::LargeInput);
        });
    }
    criterion.final_summary();
}

/// HTML of about `size` octets: tables, styles, links and images, as newsletters are built.
fn html(size: usize) -> Vec<u8> {
    let block = "<table width=\"600\"><tr><td style=\"font-size:14px;color:#333333\"><p>Good <b>clients</b> answer soon &amp; \
                 pay early.</p>\r\n<a href=\"https://orchardmail.example/7?x=1&amp;y=2\" style=\"color:#0055aa\">Read more</a>\
                 <img src=\"https://orchardmail.example/a.png\" alt=\"An orchard\" width=\"20\"></td></tr></table>\r\n";
    messages::message("text/html", "<html><body>\r\n", block, size)
}
