//! The real gateway behind a real Sendmail: accept, tag, quarantine, refuse, and forged results taken away.
//!
//! Sendmail knows no XCLIENT, so the client is loopback and `trusted_networks` is empty. It fails, and never skips,
//! where root or Debian's packages of Sendmail are missing.

use crate::gateway::Gateway;
use crate::mta::free_port;
use crate::mta::sendmail::{Fate, Sendmail, inside_namespaces};
use crate::mta::smtp::Sent;
use std::path::{Path, PathBuf};

const ZONE: &str = "
friend.test A 192.0.2.70
friend.test TXT v=spf1 ip4:127.0.0.1 -all
_dmarc.friend.test TXT v=DMARC1; p=reject
bank.test A 192.0.2.71
bank.test TXT v=spf1 -all
_dmarc.bank.test TXT v=DMARC1; p=quarantine
stranger.test A 192.0.2.72
elance.com A 192.0.2.1
elance.com TXT v=spf1 ip4:192.0.2.0/28 -all
_dmarc.elance.com TXT v=DMARC1; p=reject
";
/// The points make each action certain, whatever the defaults come to be.
const POLICY: &str = "
[auth]
trusted_networks = []
[signals.dmarc-fail]
points = 40
[signals.brand-display-name]
points = 70
";

struct World {
    gateway: Gateway,
    sendmail: Sendmail,
}

impl World {
    fn start() -> World {
        let gateway = Gateway::start(Path::new(env!("CARGO_BIN_EXE_spoof-milter")), ZONE, POLICY).unwrap();
        let sendmail = Sendmail::start(&cache(), gateway.port).unwrap();
        World { gateway, sendmail }
    }

    fn send(&self, domain: &str, raw: &str) -> Sent {
        let from = format!("someone@{domain}");
        self.sendmail.send(domain, &from, "member@example.net", raw.replace('\n', "\r\n").as_bytes()).unwrap()
    }

    fn fate(&self, domain: &str, raw: &str) -> Fate {
        let sent = self.send(domain, raw);
        let id = sent.reply.queue_id().unwrap_or_else(|| panic!("{sent:?}; {}", self.gateway.log_tail()));
        self.sendmail.fate(&id).unwrap()
    }
}

fn cache() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

#[test]
fn every_action() {
    if !inside_namespaces("sendmail::every_action", &cache(), || ()) {
        return;
    }
    let world = World::start();
    accepts(&world);
    tags(&world);
    holds(&world);
    refuses(&world);
}

fn accepts(world: &World) {
    let raw = "Authentication-Results: mx.example.net; dmarc=pass header.from=elance.com\n\
        X-Spoof-Verdict: accept; forged\n\
        From: Someone <someone@friend.test>\nTo: member@example.net\nSubject: Lunch\n\nShall we meet at noon?\n";
    let Fate::Delivered(copy) = world.fate("friend.test", raw) else { panic!("held") };
    assert_eq!(copy.field("Subject").unwrap(), "Lunch");
    let verdicts = copy.fields("X-Spoof-Verdict");
    assert!(verdicts.len() == 1 && verdicts[0].starts_with("accept"), "{verdicts:?}");
    let results = copy.fields("Authentication-Results");
    assert_eq!(results.len(), 1, "the forged one is gone: {results:?}");
    assert!(results[0].contains("spf=pass") && results[0].contains("dmarc=pass"), "{results:?}");
    assert!(!results[0].contains("elance.com"), "{results:?}");
}

fn tags(world: &World) {
    let raw = "From: Bank <someone@bank.test>\nTo: member@example.net\nSubject: Your statement\n\nIt is ready.\n";
    let Fate::Delivered(copy) = world.fate("bank.test", raw) else { panic!("held") };
    assert_eq!(copy.field("Subject").unwrap(), "[Suspected spoof] Your statement");
    assert!(copy.field("X-Spoof-Verdict").unwrap().starts_with("tag"), "{}", copy.text);
    assert!(copy.field("X-Spoof-Signals").unwrap().contains("dmarc-fail(40)"), "{}", copy.text);
    assert!(copy.field("X-Spoof-Reason").is_some(), "{}", copy.text);
}

fn holds(world: &World) {
    let raw =
        "From: Elance Team <someone@stranger.test>\nTo: member@example.net\nSubject: News\n\nThere is a new page.\n";
    let Fate::Held { reason, control } = world.fate("stranger.test", raw) else { panic!("delivered") };
    assert!(!reason.is_empty(), "Sendmail keeps the reason: {control}");
    assert!(control.contains("X-Spoof-Verdict: quarantine"), "{control}");
}

fn refuses(world: &World) {
    let raw = "From: Elance <service@elance.com>\nTo: member@example.net\nSubject: Locked\n\nSign in again.\n";
    let sent = world.send("stranger.test", raw);
    assert_eq!((sent.command, sent.reply.code), (".", 550), "{sent:?}");
    assert!(sent.reply.text.starts_with("5.7."), "{sent:?}");
}

#[test]
fn defers_while_the_gateway_is_down() {
    if !inside_namespaces("sendmail::defers_while_the_gateway_is_down", &cache(), || ()) {
        return;
    }
    let sendmail = Sendmail::start(&cache(), free_port().unwrap()).unwrap();
    let sent =
        sendmail.send("friend.test", "someone@friend.test", "member@example.net", b"From: a@b.test\r\n\r\nx").unwrap();
    assert_eq!(sent.reply.code / 100, 4, "{sent:?}");
}
