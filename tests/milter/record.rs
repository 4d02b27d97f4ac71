//! Records: what is written is read back equal, by this program and by a later one whose signals are others.

use crate::bench::{policy, verdict};
use spoof_milter::auth::{AuthResults, Dkim, DkimResult, Dmarc, DmarcPolicy, DmarcResult};
use spoof_milter::disposition::{Circumstances, Outcome};
use spoof_milter::mail::{Client, Domain, Envelope, Message};
use spoof_milter::policy::Action;
use spoof_milter::record::{FORMAT, LogLine, Ruling, VerdictRecord};
use spoof_milter::scan::Scan;
use spoof_milter::verdict::{By, Verdict};
use std::time::Duration;

/// A verdict with something in every field.
fn full() -> Verdict {
    let domain = Domain::parse("elance.com");
    let dkim = Dkim { domain: domain.clone(), selector: "s1".to_owned(), result: DkimResult::Fail, ..Dkim::default() };
    let dmarc =
        Dmarc { result: DmarcResult::Fail, domain: domain.clone(), policy: DmarcPolicy::Reject, ..Dmarc::default() };
    let auth = AuthResults { dkim: vec![dkim], dmarc: vec![dmarc], ..AuthResults::default() };
    Verdict {
        by: Some(By::AtLeast("brand-through-list")),
        auth,
        scan: Scan::Found("Eicar".to_owned()),
        limits: vec!["more than 10 DKIM signatures".to_owned()],
        notes: vec!["held: no answer".to_owned()],
        ..verdict(Action::Quarantine, &policy(""))
    }
}

fn record(verdict: &Verdict) -> VerdictRecord {
    let envelope = Envelope {
        client: Client { ip: Some([198, 51, 100, 9].into()), name: "mail.mailhub.example".to_owned() },
        helo: "mailhub.example".to_owned(),
        mail_from: "b@mailhub.example".to_owned(),
        rcpt_to: vec!["member@example.net".to_owned()],
        auth_user: None,
        queue_id: "4bX".to_owned(),
        mta_name: "mx.example.net".to_owned(),
        ..Envelope::default()
    };
    let message = Message::parse(b"From: Elance <a@elance.com>\r\n\r\nhello\r\n".to_vec(), true);
    let ruling = Ruling::of(verdict, Circumstances::default());
    VerdictRecord::of(&ruling, Outcome::Done, &envelope, Some(&message), Some(Duration::from_micros(1234)))
}

#[test]
fn a_record_is_read_back_equal() {
    let written = record(&full());
    assert_eq!(VerdictRecord::from_json(&written.to_json()).unwrap(), written);
    assert_eq!((written.format, written.program.as_str()), (FORMAT, env!("CARGO_PKG_VERSION")));
    assert_eq!(written.author_domain.as_deref(), Some("elance.com"));
    assert_eq!(written.auth.as_ref().unwrap().dmarc_authors[0].policy, "reject");
}

#[test]
fn a_record_outlives_the_signal_it_names() {
    let mut written = record(&full());
    written.signals[0].id = "a-signal-of-long-ago".to_owned();
    written.by = Some("a.rule.of.long.ago".to_owned());
    let read = VerdictRecord::from_json(&written.to_json()).unwrap();
    assert_eq!(read, written);
    assert!(LogLine::of(&read).to_string().contains("signals=a-signal-of-long-ago"), "{}", LogLine::of(&read));
}

/// What version 0.2.0 wrote, to the octet: later versions must read it.
#[test]
fn the_first_format_is_still_read() {
    let read = VerdictRecord::from_json(include_str!("../formats/record-1.json")).unwrap();
    assert_eq!((read.format, read.action.as_str(), read.score), (1, "quarantine", Some(100)));
    assert_eq!(read, VerdictRecord { program: "0.2.0".to_owned(), policy: "00000000".to_owned(), ..record(&full()) });
}

#[test]
fn what_a_later_version_adds_or_leaves_out_is_no_obstacle() {
    let read =
        VerdictRecord::from_json(r#"{"format":2,"action":"tag","something_new":[1],"signals":[{"id":"x","y":1}]}"#);
    let read = read.unwrap();
    assert_eq!((read.format, read.action.as_str(), read.signals[0].id.as_str()), (2, "tag", "x"));
    assert_eq!(read.score, None);
    assert!(VerdictRecord::from_json("{\"format\":\"x\"}").is_err(), "what is not a record says so");
}

/// The keys that programs rely on (`check --json`).
#[test]
fn the_keys_of_the_contract_stand() {
    let json: serde_json::Value = serde_json::from_str(&record(&full()).to_json()).unwrap();
    for key in ["action", "score", "brand", "signals", "auth", "limits", "elapsed_us", "case", "policy", "by"] {
        assert!(!json[key].is_null(), "{key} is missing in {json}");
    }
    for key in ["id", "points", "evidence"] {
        assert!(!json["signals"][0][key].is_null(), "{key} is missing in {json}");
    }
    for key in ["spf", "dmarc", "arc"] {
        assert!(json["auth"][key].is_string(), "{key} is missing in {json}");
    }
    assert_eq!(json["auth"]["dkim"][0]["result"], "fail");
}
