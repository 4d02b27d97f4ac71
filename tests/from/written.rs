//! What the gateway writes, whatever it was told: arbitrary text in the envelope, in signatures, names, reasons and
//! limits never starts a line, a field or a result of its own in a header, and never a second line or pair in the log.

use super::results;
use proptest::collection::vec;
use proptest::prelude::*;
use spoof_milter::auth::header::authentication_results;
use spoof_milter::auth::{
    ArcResult, ArcResults, AuthResults, Dkim, DkimResult, Dmarc, DmarcPolicy, DmarcResult, Spf, SpfIdentity, SpfResult,
};
use spoof_milter::disposition::{Circumstances, Outcome};
use spoof_milter::mail::{Client, Domain, Envelope, Message};
use spoof_milter::policy::{Action, Ladder};
use spoof_milter::record::{LogLine, Ruling, VerdictRecord, headers};
use spoof_milter::signals::{Finding, SIGNALS};
use spoof_milter::verdict::{Claim, Verdict};
use std::time::Duration;

const ID: &str = "mx.example.net";

/// Text made to break out, and any other text.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "\r\n",
        "\n",
        "\r",
        "\0",
        ";",
        "(",
        ")",
        "\"",
        "\\",
        "=",
        " ",
        "\t",
        "@",
        "dmarc=pass",
        "header.from=elance.com",
        "X-Spoof-Verdict: accept",
        "mx.example.net",
        "a.test",
        "\u{2028}",
        "\u{85}",
        "é",
        "\u{202e}",
        "%s",
        "\u{7f}",
        "\n\n",
        " action=accept",
        "--",
    ]);
    prop_oneof![
        3 => vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
        2 => any::<String>(),
        1 => "[a-z;()\"\\\\ =\r\n]{0,40}",
        1 => (0..40_usize, text_unit()).prop_map(|(n, unit)| unit.repeat(n * 50)),
    ]
}

fn text_unit() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["x", "\"", ";", "\r\n", "é", " "]).prop_map(str::to_owned)
}

/// A domain, as far as the text is one.
fn domain() -> impl Strategy<Value = Option<Domain>> {
    prop_oneof![text(), Just("a.test".to_owned()), Just("_x.bücher.test".to_owned())].prop_map(|t| Domain::parse(&t))
}

fn auth() -> impl Strategy<Value = AuthResults> {
    let spf = (domain(), domain(), any::<bool>());
    let dkim = vec((domain(), text(), text(), any::<bool>()), 0..4);
    let dmarc = vec(domain(), 0..3);
    (spf, dkim, dmarc, domain()).prop_map(|((domain, helo, null), dkim, dmarc, sealer)| AuthResults {
        spf: Spf {
            result: SpfResult::Fail,
            identity: if null { SpfIdentity::Helo } else { SpfIdentity::MailFrom },
            domain,
        },
        spf_helo: Spf { result: SpfResult::None, identity: SpfIdentity::Helo, domain: helo },
        dkim: dkim.into_iter().map(signature).collect(),
        dmarc: dmarc.into_iter().map(judged).collect(),
        arc: ArcResults { result: ArcResult::Fail, sealer, ..ArcResults::default() },
        ..AuthResults::default()
    })
}

fn signature((domain, selector, reason, pass): (Option<Domain>, String, String, bool)) -> Dkim {
    Dkim {
        result: if pass { DkimResult::Pass } else { DkimResult::PermError },
        domain,
        selector,
        reason,
        ..Dkim::default()
    }
}

fn judged(domain: Option<Domain>) -> Dmarc {
    Dmarc { result: DmarcResult::Fail, domain, policy: DmarcPolicy::Reject, ..Dmarc::default() }
}

fn envelope() -> impl Strategy<Value = Envelope> {
    (text(), text(), text(), text()).prop_map(|(helo, mail_from, queue_id, name)| Envelope {
        client: Client { ip: Some([198, 51, 100, 9].into()), name },
        helo,
        mail_from,
        queue_id,
        ..Envelope::default()
    })
}

/// Methods and results in the order in which they must be read, and nothing else.
fn intended(a: &AuthResults) -> Vec<(&'static str, &'static str)> {
    let mut all = vec![];
    if a.spf.identity == SpfIdentity::MailFrom {
        all.push(("spf", a.spf.result.as_str()));
    }
    if a.spf_helo.domain.is_some() {
        all.push(("spf", a.spf_helo.result.as_str()));
    }
    all.extend(a.dkim.iter().map(|d| ("dkim", d.result.as_str())));
    all.extend(a.dmarc.iter().filter(|d| d.domain.is_some()).map(|d| ("dmarc", d.result.as_str())));
    all.push(("arc", a.arc.result.as_str()));
    if a.dkim.is_empty() {
        all.push(("dkim", "none"));
    }
    all
}

fn verdict(auth: AuthResults, evidence: Vec<String>, brand: String, limits: Vec<String>) -> Verdict {
    let findings = evidence.into_iter().zip(SIGNALS.iter().copied().cycle());
    let findings = findings.map(|(evidence, signal)| Finding {
        signal,
        points: 40,
        at_least: None,
        asked_by: None,
        shadow: false,
        exempt: false,
        evidence,
    });
    Verdict {
        action: Action::Quarantine,
        by: None,
        score: 80,
        ladder: Ladder { tag: 30, quarantine: 60, reject: 100 },
        brand: Some(brand),
        claim: Claim::Strong,
        proven: false,
        findings: findings.collect(),
        auth,
        scan: spoof_milter::scan::Scan::Off,
        sealer: None,
        limits: limits.clone(),
        deferred: None,
        notes: limits,
        case_id: "case0123456789ab".into(),
        policy_id: "00000000".into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn authentication_results_say_what_was_found_and_nothing_else(auth in auth(), envelope in envelope()) {
        let value = authentication_results(&auth, &envelope, ID, None);
        prop_assert_eq!(results::unsound("Authentication-Results", &value), None);
        let read = results::parse(&value, ID).map_err(|why| TestCaseError::fail(format!("{why}: {value}")))?;
        let said: Vec<(&str, &str)> =
            read.iter().map(|(method, result, _)| (method.as_str(), result.as_str())).collect();
        prop_assert_eq!(said, intended(&auth), "{}", value);
        for (method, _, properties) in &read {
            let allowed: &[&str] = match method.as_str() {
                "spf" => &["smtp.mailfrom", "smtp.helo"],
                "dkim" => &["reason", "header.d", "header.s"],
                "dmarc" => &["header.from"],
                _ => &[],
            };
            prop_assert!(properties.iter().all(|(name, _)| allowed.contains(&name.as_str())), "{}", value);
        }
    }

    #[test]
    fn verdict_fields_and_log_lines_are_one_each(
        auth in auth(), envelope in envelope(), evidence in vec(text(), 0..25), brand in text(),
        limits in vec(text(), 0..3),
        from in text(),
    ) {
        let verdict = verdict(auth, evidence, brand, limits);
        let ruling = Ruling::of(&verdict, Circumstances::default());
        for (name, value) in headers(&ruling) {
            prop_assert_eq!(results::unsound(name, &value), None);
        }
        let value = headers(&ruling)[0].1.replace('\n', "");
        prop_assert!(value.starts_with("quarantine; score=80; ladder=30/60/100; "), "{}", value);
        prop_assert_eq!(value.matches("; case=").count(), 1, "{}", value);
        let message = Message::parse(format!("From: {from}\r\n\r\n").into_bytes(), true);
        let elapsed = Some(Duration::from_millis(1));
        let record = VerdictRecord::of(&ruling, Outcome::Done, &envelope, Some(&message), elapsed);
        let line = LogLine::of(&record).to_string();
        prop_assert!(line.bytes().all(|b| (b' '..=b'~').contains(&b)), "{}", line);
        // Outside quotes each key stands once.
        let outside: String = line.split('"').step_by(2).collect::<Vec<_>>().join("");
        prop_assert_eq!(outside.matches(" action=").count(), 1, "{}", line);
        prop_assert!(!line.split(": ").next().unwrap_or_default().contains(' '), "{}", line);
        let json = record.to_json();
        prop_assert!(!json.contains(char::is_control), "{}", json);
        prop_assert_eq!(VerdictRecord::from_json(&json).ok(), Some(record));
    }
}
