//! How long judging takes, DNS cache warm: a 10 kB message signed with RSA-2048, the same unsigned, 1 MB of HTML, and a
//! newsletter of 5 MB.
//!
//! A real authoritative server on loopback answers the first look-up of each name; the rest comes from the cache, as
//! in a gateway that has run for a while. Reading the message is part of what is measured, copying it is not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

#[path = "../tests/common/dns.rs"]
mod dns;
mod messages;

use criterion::{BatchSize, Criterion};
use spoof_milter::auth::{Authenticator, DkimResult, SpfResult};
use spoof_milter::judge::{judge, policy_of};
use spoof_milter::mail::{Client, Envelope, Message};
use spoof_milter::policy::Action;
use tokio::runtime::Runtime;

fn main() {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(dns::serve(messages::ZONE, 0)).unwrap();
    let policy = policy_of(&format!("[dns]\nservers = [\"{}\"]\n", server.addr), "bench").unwrap();
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
        ("5 MB newsletter, unsigned", newsletter(5_000_000), false),
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

/// A newsletter of about `size` octets as the programs that design them write it: a style sheet, tables within tables
/// with every style written out, a tracked link with a tracked picture for each story, and no line longer than 200.
fn newsletter(size: usize) -> Vec<u8> {
    let before = "<!DOCTYPE html>\r\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Orchard Weekly</title>\r\n\
                  <style type=\"text/css\">\r\nbody { margin: 0; padding: 0; background: #f4f4f4; }\r\n.story td { padding: 0 24px; }\r\n\
                  @media only screen and (max-width: 600px) { .story { width: 100% !important; } }\r\n</style></head>\r\n\
                  <body bgcolor=\"#f4f4f4\"><div style=\"display:none;max-height:0;overflow:hidden\">Clients who answer soon</div>\r\n";
    let block = "<table role=\"presentation\" class=\"story\" width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" align=\"center\"\r\n \
                 style=\"border-collapse:collapse;background-color:#ffffff;margin:0 auto;max-width:600px\"><tbody><tr>\r\n\
                 <td align=\"left\" valign=\"top\" style=\"padding:20px 24px 0 24px;font-family:Helvetica,Arial,sans-serif;font-size:15px;\r\n\
                 line-height:22px;color:#333333\"><h2 style=\"margin:0 0 8px;font-size:20px;color:#113355\">What good clients ask</h2>\r\n\
                 <p style=\"margin:0 0 16px\">They say what it is for, who decides &amp; when it is needed; they answer within a day,\r\n\
                 pay on time and tell others&nbsp;about it. <span style=\"font-weight:bold\">Three of four</span> come back.</p>\r\n\
                 <a href=\"https://click.orchardmail.example/track/7?u=8f14e45fceea167a5a36dedd4bea2543&amp;id=c9f0f895fb98ab91&amp;e=45c48cce2e\"\r\n \
                 target=\"_blank\" style=\"display:inline-block;padding:10px 18px;background-color:#0055aa;color:#ffffff;text-decoration:none\">\r\n\
                 Read the story</a></td></tr><tr><td style=\"padding:16px 24px\"><img src=\"https://img.orchardmail.example/7/a.png\" \r\n \
                 alt=\"An orchard in bloom\" width=\"552\" height=\"240\" style=\"display:block;border:0;width:100%\"></td></tr></tbody></table>\r\n";
    messages::message("text/html", before, block, size)
}
