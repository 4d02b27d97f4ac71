//! A gateway in this process and an MTA's side of the milter protocol, over real sockets on loopback.

#![allow(unreachable_pub)]

use indymilter_test::{EomAction, EomActions, MacroStage, Status, TestConnection};
use spoof_milter::auth::AuthResults;
use spoof_milter::judge::policy_of;
use spoof_milter::mail::{Envelope, Message};
use spoof_milter::milter::Judge;
use spoof_milter::milter::listener::Address;
use spoof_milter::policy::{Action, Ladder, Policy};
use spoof_milter::serve::{Gateway, Running};
use spoof_milter::signals::{Finding, SIGNALS};
use spoof_milter::verdict::{Claim, Verdict};
use std::ffi::CString;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// A client that no policy trusts.
pub const STRANGER: [u8; 4] = [192, 0, 2, 1];

/// A policy that listens on a free port of loopback, with more lines of TOML.
pub fn policy(more: &str) -> Policy {
    let text = if more.contains("[milter]") {
        more.replace("[milter]", "[milter]\nlisten = [\"inet:127.0.0.1:0\"]")
    } else {
        format!("[milter]\nlisten = [\"inet:127.0.0.1:0\"]\n{more}")
    };
    let text = if text.contains("[metrics]") { text } else { format!("{text}\n[metrics]\nlisten = \"\"\n") };
    policy_of(&text, "test").unwrap()
}

/// A verdict with one finding, as the judge would give it.
pub fn verdict(action: Action, policy: &Policy) -> Verdict {
    let signal = SIGNALS.iter().copied().find(|s| s.id == "brand-from-unproven").unwrap();
    let finding = Finding {
        signal,
        points: 100,
        at_least: None,
        asked_by: None,
        shadow: false,
        exempt: false,
        evidence: "From: says elance.com\r\nX-Injected: yes \u{202e}".to_owned(),
    };
    Verdict {
        action,
        by: None,
        score: 100,
        ladder: Ladder { tag: 30, quarantine: 60, reject: 100 },
        brand: Some("Elance".to_owned()),
        claim: Claim::Strong,
        proven: false,
        findings: if action == Action::Accept { vec![] } else { vec![finding] },
        auth: AuthResults::default(),
        scan: spoof_milter::scan::Scan::Off,
        sealer: None,
        limits: vec![],
        deferred: None,
        notes: vec![],
        case_id: "case0123456789ab".to_owned(),
        policy_id: policy.id.clone(),
    }
}

/// What judges saw.
pub type Seen = Arc<Mutex<Vec<(Envelope, Message)>>>;

/// A judge that decides by the subject (`tag`, `quarantine`, `reject`, `defer`, `panic`, `hang`, else accept) and
/// remembers what it saw.
pub fn by_subject() -> (Judge, Seen) {
    let seen = Seen::default();
    let memory = Arc::clone(&seen);
    let judge: Judge = Arc::new(move |envelope, message, policy| {
        memory.lock().unwrap().push((Envelope::clone(&envelope), Message::clone(&message)));
        Box::pin(async move {
            let mut deferred = None;
            let action = match message.subject.as_str() {
                "tag" => Action::Tag,
                "quarantine" => Action::Quarantine,
                "reject" => Action::Reject,
                "defer" => {
                    deferred = Some("no answer for elance.com".to_owned());
                    Action::Reject
                }
                "panic" => panic!("on purpose"),
                "hang" => std::future::pending().await,
                _ => Action::Accept,
            };
            Verdict { deferred, ..verdict(action, &policy) }
        })
    });
    (judge, seen)
}

/// A gateway under test.
pub struct Bench {
    pub running: Running,
    pub seen: Seen,
}

impl Bench {
    pub async fn start(more: &str) -> Bench {
        let (judge, seen) = by_subject();
        Bench::judged_by(judge, seen, more).await
    }

    pub async fn judged_by(judge: Judge, seen: Seen, more: &str) -> Bench {
        let running = Gateway::new().with_judge(judge).start(policy(more)).await.unwrap();
        Bench { running, seen }
    }

    pub fn address(&self) -> SocketAddr {
        match self.running.addresses.first() {
            Some(Address::Inet(address)) => *address,
            other => panic!("{other:?}"),
        }
    }

    /// A connection of a stranger, introduced.
    pub async fn stranger(&self) -> TestConnection {
        let mut mta = TestConnection::open(self.address()).await.unwrap();
        introduce(&mut mta, STRANGER).await;
        mta
    }

    /// The last message judged.
    pub fn last(&self) -> (Envelope, Message) {
        self.seen.lock().unwrap().last().cloned().unwrap()
    }

    pub fn judged(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// The value of a metric by its line's beginning.
    pub fn metric(&self, name: &str) -> String {
        let text = self.running.metrics().render();
        let line = text.lines().find(|l| l.starts_with(&format!("spoof_milter_{name} ")));
        line.and_then(|l| l.rsplit(' ').next()).unwrap_or("none").to_owned()
    }
}

pub async fn introduce(mta: &mut TestConnection, client: [u8; 4]) {
    mta.macros(MacroStage::Connect, [("j", "mx.example.net")]).await.unwrap();
    mta.connect("client.example.org", client).await.unwrap();
    mta.helo("client.example.org").await.unwrap();
}

/// Everything of a message up to its end.
pub async fn begin(mta: &mut TestConnection, to: &[&str], fields: &[(&str, &str)]) {
    mta.mail(["<sender@example.org>", "SIZE=100"]).await.unwrap();
    for to in to {
        mta.rcpt([format!("<{to}>")]).await.unwrap();
    }
    for (name, value) in fields {
        mta.header(*name, *value).await.unwrap();
    }
}

/// Ends a message.
pub async fn end(mta: &mut TestConnection) -> (Vec<EomAction>, Status) {
    mta.eoh().await.unwrap();
    mta.body(&b"body\r\n"[..]).await.unwrap();
    mta.macros(MacroStage::Eom, [("i", "4bXqueue")]).await.unwrap();
    let (EomActions { actions }, status) = mta.eom().await.unwrap();
    (actions, status)
}

/// A whole message to one member with this subject.
pub async fn send(mta: &mut TestConnection, subject: &str) -> (Vec<EomAction>, Status) {
    send_to(mta, &["member@example.net"], subject).await
}

/// A whole message with this subject.
pub async fn send_to(mta: &mut TestConnection, to: &[&str], subject: &str) -> (Vec<EomAction>, Status) {
    begin(mta, to, &[("From", "a@example.org"), ("Subject", subject)]).await;
    end(mta).await
}

/// The value inserted under a name.
pub fn inserted(actions: &[EomAction], wanted: &str) -> Option<String> {
    actions.iter().find_map(|a| match a {
        EomAction::InsertHeader { index: 0, name, value } if name.to_bytes() == wanted.as_bytes() => Some(text(value)),
        _ => None,
    })
}

pub fn held(actions: &[EomAction]) -> bool {
    actions.iter().any(|a| matches!(a, EomAction::Quarantine { .. }))
}

/// The reply text of a refusal or deferral.
pub fn reply(status: &Status) -> String {
    match status {
        Status::Reject { message: Some(text) } | Status::Tempfail { message: Some(text) } => self::text(text),
        other => panic!("no reply but {other:?}"),
    }
}

pub fn text(s: &CString) -> String {
    s.to_string_lossy().into_owned()
}
