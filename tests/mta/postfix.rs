//! The real gateway behind a real Postfix: `packaging/try --once`, the command of the README's first screen, sends the
//! whole corpus and ends with 0 only if what happened is what is expected.
//!
//! It fails, and never skips, where root or Postfix are missing.

use crate::mta::free_port;
use crate::mta::postfix::Postfix;
use spoof_milter::mail::{Client, Envelope};
use std::path::Path;
use std::process::Command;

#[test]
fn corpus_through_postfix() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/try");
    let output = Command::new(script).arg("--once").env("SPOOF_MILTER_PROFILE", "dev").output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "packaging/try --once ended with {}:\n{said}", output.status);
}

#[test]
fn defers_while_the_gateway_is_down() {
    let postfix = Postfix::start(&format!("inet:127.0.0.1:{}", free_port().unwrap())).unwrap();
    let envelope = Envelope {
        client: Client { ip: Some("192.0.2.70".parse().unwrap()), name: String::new() },
        helo: "friend.test".into(),
        mail_from: "someone@friend.test".into(),
        rcpt_to: vec!["member@example.net".into()],
        ..Envelope::default()
    };
    let sent = postfix.send(&envelope, b"From: a@friend.test\r\n\r\nx\r\n").unwrap();
    assert_eq!(sent.reply.code / 100, 4, "{sent:?}");
}
