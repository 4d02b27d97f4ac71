//! ARC (RFC 8617): the public chain validation suite over real DNS packets, and the chains that other verifiers wrongly
//! accept or crash on.
//!
//! The suite is read from the folder that `SPOOF_MILTER_SUITES` names, else from `../shared/suites`. Where it is not
//! there, the test says so in a line that begins with `NOT RUN:`.

use crate::{dns, suites};
use mail_auth::arc::ArcSealer;
use mail_auth::common::crypto::{RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::{ArcOutput, AuthenticatedMessage, AuthenticationResults, DmarcOutput, DmarcResult};
use serde::Deserialize;
use spoof_milter::auth::header::authentication_results;
use spoof_milter::auth::{ArcResult, ArcResults, Authenticator};
use spoof_milter::judge::{judge, policy_of};
use spoof_milter::mail::{Envelope, Message, message};
use spoof_milter::policy::{Action, config};
use spoof_milter::verdict::Verdict;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const SUITE: &str = "arc-validation-tests.yml";
/// Cases of the suite; fewer would mean that it was not read as a whole.
const CASES: usize = 171;

/// Cases that share a zone: one YAML document.
#[derive(Deserialize)]
struct Scenario {
    tests: BTreeMap<String, Case>,
    #[serde(rename = "txt-records", default)]
    txt: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Case {
    message: String,
    /// `None`, `Pass`, `Fail`; empty where the newest seal says itself that the chain is broken: never a pass.
    cv: String,
}

#[tokio::test]
async fn the_validation_suite() {
    let Some(text) = suites::read(SUITE, CASES) else { return };
    let (mut count, mut wrong) = (0, String::new());
    for document in serde_yaml_ng::Deserializer::from_str(&text) {
        let Some(scenario) = Option::<Scenario>::deserialize(document).unwrap() else { continue };
        let records = scenario.txt.unwrap_or_default();
        let zone: String = records.iter().map(|(name, data)| format!("{name} TXT {data}\n")).collect();
        let server = dns::serve(&zone, 0).await.unwrap();
        let settings = config::Dns { servers: vec![server.addr.to_string()], ..config::Dns::default() };
        let authenticator = Authenticator::new(&settings).unwrap();
        for (name, case) in scenario.tests {
            count += 1;
            let raw = message::on_the_wire(case.message.into_bytes());
            let results = authenticator.authenticate(&Envelope::default(), &Message::parse(raw, true)).await;
            let wanted = match case.cv.as_str() {
                "None" => ArcResult::None,
                "Pass" => ArcResult::Pass,
                "Fail" | "" => ArcResult::Fail,
                other => panic!("{name}: {other:?} is not a result"),
            };
            if results.arc.result != wanted {
                writeln!(wrong, "{name}: expected {wanted}, got {}", results.arc.result).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "these cases differ:\n{wrong}");
    assert_eq!(count, CASES);
    println!("{count} of {CASES} cases of {SUITE} pass");
}

const MAIL: &str = "From: Elance <news@elance.com>\r\nTo: bob@example.net\r\nSubject: Jobs\r\n\
                    Date: Tue, 24 Nov 2026 09:15:00 +0000\r\n\r\nHello Bob,\r\n\r\nbye\r\n";
const SIGNED: [&str; 4] = ["From", "To", "Subject", "Date"];

async fn forwarder() -> (dns::DnsServer, Authenticator) {
    let key = include_str!("../common/keys/rsa2048.pub");
    let zone = format!(
        "rsa._domainkey.list.test TXT v=DKIM1; k=rsa; p={key}\nweak._domainkey.list.test TXT v=DKIM1; k=rsa; p={}\n\
         slow._domainkey.list.test SERVFAIL\n_dmarc.elance.com TXT v=DMARC1; p=reject\n",
        include_str!("../common/keys/rsa512.pub")
    );
    let server = dns::serve(&zone, 0).await.unwrap();
    let settings = config::Dns { servers: vec![server.addr.to_string()], ..config::Dns::default() };
    let authenticator = Authenticator::new(&settings).unwrap();
    (server, authenticator)
}

/// Seals a mail the way a forwarder does that saw `dmarc=pass` for elance.com.
fn sealed(raw: &str, signed: &[&str]) -> String {
    #[allow(deprecated)]
    let key = RsaKey::<Sha256>::from_rsa_pem(include_str!("../common/keys/rsa2048.test-only.pem")).unwrap();
    let parsed = AuthenticatedMessage::parse(raw.as_bytes()).unwrap();
    let seen = DmarcOutput::new("elance.com".into()).with_dkim_result(DmarcResult::Pass);
    let stated = AuthenticationResults::new("list.test").with_dmarc_result(&seen);
    let sealer = ArcSealer::from_key(key).domain("list.test").selector("rsa").headers(signed.iter().copied());
    format!("{}{raw}", sealer.seal(&parsed, &stated, &ArcOutput::default()).unwrap().to_header())
}

async fn arc(authenticator: &Authenticator, raw: &[u8]) -> ArcResults {
    authenticator.authenticate(&Envelope::default(), &Message::parse(raw.to_vec(), true)).await.arc
}

#[tokio::test]
async fn a_chain_that_leaves_the_author_open_attests_nothing() {
    let (_server, authenticator) = forwarder().await;
    let whole = arc(&authenticator, sealed(MAIL, &SIGNED).as_bytes()).await;
    assert_eq!((whole.result, whole.attested.len()), (ArcResult::Pass, 1));
    let beside = sealed(MAIL, &SIGNED);
    for open in [
        sealed(MAIL, &["To", "Subject"]),
        format!("From: Elance <service@elance.com>\r\n{beside}"),
        format!("Subject: Confirm your account\r\n{beside}"),
        format!("Content-Type: text/html\r\nContent-Type: text/plain\r\n{beside}"),
    ] {
        let arc = arc(&authenticator, open.as_bytes()).await;
        assert_eq!((arc.result, arc.dmarc_pass_seen, arc.attested.len()), (ArcResult::Pass, false, 0), "{open}");
    }
}

/// Shapes on which other verifiers crashed or passed (OpenDMARC's issues 26, 31, 183, 186, 222 and 236 among them).
#[tokio::test]
async fn broken_chains_fail_and_nothing_panics() {
    let (_server, authenticator) = forwarder().await;
    let good = sealed(MAIL, &SIGNED);
    let field = |name: &str| {
        let start = good.find(&format!("{name}:")).unwrap();
        let end = good[start..].find("\r\nARC-").or(good[start..].find("\r\nFrom:")).unwrap() + 2;
        good[start..start + end].to_owned()
    };
    let (seal, signature, results) =
        (field("ARC-Seal"), field("ARC-Message-Signature"), field("ARC-Authentication-Results"));
    let long = "QUJD".repeat(200);
    for (what, bad) in [
        ("a seal without =", good.replace(&seal, "ARC-Seal: nothing\r\n")),
        ("an empty seal", good.replace(&seal, "ARC-Seal:\r\n")),
        ("a seal of semicolons", good.replace(&seal, "ARC-Seal: ;;;\r\n")),
        ("a tag without value", good.replace(&seal, "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=list.test; s=rsa; b\r\n")),
        (
            "a long b=",
            good.replace(&seal, &format!("ARC-Seal: i=1; a=rsa-sha256; cv=none; d=list.test; s=rsa; b={long};\r\n")),
        ),
        ("no results", good.replace(&results, "")),
        ("results without instance", good.replace(&results, "ARC-Authentication-Results: (null)=pass\r\n")),
        ("other results", good.replace(&results, "ARC-Authentication-Results: i=1; list.test; (null)=pass;\r\n")),
        ("no signature", good.replace(&signature, "")),
        ("two signatures", good.replace(&signature, &signature.repeat(2))),
        ("two seals", good.replace(&seal, &seal.repeat(2))),
        ("two sets of one instance", good.replace(&seal, &format!("{seal}{signature}{results}{seal}"))),
        ("a set that is missing", good.replace("i=1;", "i=2;").replace("cv=none", "cv=pass")),
        ("a first seal that says pass", good.replace("cv=none", "cv=pass")),
        ("a seal that says fail", good.replace("cv=none", "cv=fail")),
        ("rsa-sha1 in the seal", good.replace(&seal, &seal.replace("rsa-sha256", "rsa-sha1"))),
        ("rsa-sha1 in the signature", good.replace(&signature, &signature.replace("rsa-sha256", "rsa-sha1"))),
        ("no algorithm", good.replace(&seal, &seal.replace("a=rsa-sha256; ", ""))),
        ("a tag twice", good.replace(&seal, &seal.replace("cv=none", "cv=none; cv=none"))),
        ("a tag in upper case", good.replace(&seal, &seal.replace("cv=none", "CV=none"))),
        ("a broken tag list", good.replace(&seal, &seal.replace("cv=none", "cv=none;; x=y"))),
        ("an empty time", good.replace(&seal, &seal.replace("cv=none", "cv=none; t="))),
        ("a weak key", good.replace("s=rsa", "s=weak")),
        ("no key", good.replace("s=rsa", "s=absent")),
        ("another body", good.replace("bye", "buy")),
        ("another subject", good.replace("Jobs", "Work")),
        ("more sets than are verified", format!("{seal}{signature}{results}").repeat(11) + MAIL),
    ] {
        assert_ne!(bad, good, "{what}");
        let arc = arc(&authenticator, bad.as_bytes()).await;
        assert_eq!(arc.result, ArcResult::Fail, "{what}: {bad}");
        assert!(!arc.dmarc_pass_seen && arc.attested.is_empty(), "{what}");
    }
    let unsure = arc(&authenticator, good.replace("s=rsa", "s=slow").as_bytes()).await;
    assert_eq!(unsure.result, ArcResult::TempError, "a key that cannot be looked up breaks nothing");
}

#[tokio::test]
async fn only_a_trusted_sealer_overrides_and_that_is_written() {
    let (_server, authenticator) = forwarder().await;
    let judged = async |raw: &str, trusted: &str| -> (Verdict, String) {
        let policy = policy_of(&format!("[auth]\ntrusted_sealers = [{trusted}]\n"), "test").unwrap();
        let envelope = Envelope::default();
        let verdict = judge(&envelope, &Message::parse(raw.as_bytes().to_vec(), true), &policy, &authenticator).await;
        let written = authentication_results(&verdict.auth, &envelope, "mx.example.net", verdict.sealer.as_ref());
        (verdict, written)
    };
    let good = sealed(MAIL, &SIGNED);
    let (verdict, written) = judged(&good, "\"list.test\"").await;
    assert!(verdict.proven && verdict.action == Action::Accept, "{verdict:?}");
    assert!(
        written.contains("dmarc=fail reason=\"overridden by the word of ARC sealer list.test\" (p=reject)"),
        "{written}"
    );
    assert!(written.contains("header.from=elance.com policy.arc-sealer=list.test"), "{written}");
    for (raw, trusted) in [
        (good.clone(), ""),
        (good.clone(), "\"other.test\""),
        (good.replace("bye", "buy"), "\"list.test\""),
        (good.replace("dmarc=pass", "dmarc=fail"), "\"list.test\""),
        (format!("Subject: Confirm your account\r\n{good}"), "\"list.test\""),
    ] {
        let (verdict, written) = judged(&raw, trusted).await;
        assert!(!verdict.proven && verdict.action == Action::Reject && verdict.sealer.is_none(), "{trusted} {raw}");
        assert!(!written.contains("overridden"), "{written}");
    }
}
