//! Two hundred domains with characters that mean something to some reader: as d=, return path, HELO and From. None of
//! them vouches for the brand, none leaves the gateway unescaped, and where a reader sees the brand in one, it is a
//! claim.
//!
//! The DNS answers every question a forger could have answered: all names below his own domain pass SPF and hold the
//! key that signs.

use super::{readers, results};
use crate::dns;
use spoof_milter::auth::header::authentication_results;
use spoof_milter::auth::{Authenticator, DkimResult, SpfResult};
use spoof_milter::disposition::Circumstances;
use spoof_milter::judge::{judge, policy_of};
use spoof_milter::mail::{Client, Envelope, Message};
use spoof_milter::policy::{Action, Policy, config};
use spoof_milter::record::{Ruling, headers};
use spoof_milter::verdict::Verdict;
use std::collections::BTreeSet;

const ID: &str = "mx.example.net";
/// The forger's own domain, over whose DNS he rules.
const EVIL: &str = "evil.test";
/// What stands between the two domains.
const SIGNS: [&str; 48] = [
    "(", ")", "<", ">", "[", "]", "{", "}", ";", ":", ",", "@", "\"", "'", "`", "\\", "/", "|", "!", "#", "$", "%",
    "%00", "%2e", "&", "*", "+", "=", "?", "^", "~", " ", "\t", "\u{b}", "\u{c}", "\r", "\r\n ", "\u{1}", "\u{8}",
    "\u{1b}", "\u{7f}", "\u{80}", "\u{a0}", "\u{ad}", "\u{200b}", "\u{202e}", "\u{2028}", "\u{3002}",
];

/// The brand and the forger's domain on either side of each sign, in four ways.
fn domains() -> BTreeSet<String> {
    let forms = |sign: &str| {
        [
            format!("{EVIL}{sign}.elance.com"),
            format!("elance.com{sign}.{EVIL}"),
            format!("elance.com{sign}"),
            format!("{sign}elance.com"),
            format!("elance.com{sign}{EVIL}"),
        ]
    };
    SIGNS.iter().flat_map(|sign| forms(sign)).collect()
}

struct Bench {
    authenticator: Authenticator,
    policy: Policy,
    _dns: dns::DnsServer,
}

impl Bench {
    async fn start() -> Bench {
        let key = include_str!("../common/keys/rsa2048.pub").trim();
        let zone = format!(
            "{EVIL} TXT v=spf1 +all\n*.{EVIL} TXT v=spf1 +all\n*._domainkey.{EVIL} TXT v=DKIM1; k=rsa; p={key}\n\
             elance.com TXT v=spf1 ip4:192.0.2.1 -all\n_dmarc.elance.com TXT v=DMARC1; p=reject\n"
        );
        let server = dns::serve(&zone, 0).await.unwrap();
        let dns = config::Dns { servers: vec![server.addr.to_string()], ..config::Dns::default() };
        let policy = policy_of("", "test").unwrap();
        Bench { authenticator: Authenticator::new(&dns).unwrap(), policy, _dns: server }
    }

    async fn judge(&self, envelope: &Envelope, raw: String) -> Verdict {
        let verdict = judge(envelope, &Message::parse(raw.into_bytes(), true), &self.policy, &self.authenticator).await;
        let value = authentication_results(&verdict.auth, envelope, ID, verdict.sealer.as_ref());
        assert_eq!(results::unsound("Authentication-Results", &value), None);
        let stated = results::parse(&value, ID).unwrap_or_else(|why| panic!("{why}: {value:?}"));
        assert!(!stated.iter().any(|(method, result, _)| method == "dmarc" && result == "pass"), "{value}");
        for (name, value) in headers(&Ruling::of(&verdict, Circumstances::default())) {
            assert_eq!(results::unsound(name, &value), None);
        }
        verdict
    }
}

fn envelope(mail_from: &str, helo: &str) -> Envelope {
    let client = Client { ip: Some([198, 51, 100, 9].into()), name: String::new() };
    Envelope { client, mail_from: mail_from.into(), helo: helo.into(), ..Envelope::default() }
}

/// True if something that passed is the brand's.
fn vouches(verdict: &Verdict) -> bool {
    let spf = &verdict.auth.spf;
    let path = spf.domain.as_ref().filter(|_| spf.result == SpfResult::Pass);
    let signed = verdict.auth.dkim.iter().filter(|d| d.result == DkimResult::Pass).filter_map(|d| d.domain.as_ref());
    signed.chain(path).any(|d| d.as_str().ends_with("elance.com")) || verdict.proven
}

#[test]
fn there_are_two_hundred() {
    assert!(domains().len() >= 200, "{}", domains().len());
}

#[tokio::test]
async fn none_vouches_from_the_envelope() {
    let bench = Bench::start().await;
    let message = "From: Elance <support@elance.com>\r\n\r\nHello.\r\n";
    for domain in domains() {
        let path = format!("a@{domain}");
        for envelope in [envelope(&path, "mail.evil.test"), envelope("", &domain), envelope("a@evil.test", &domain)] {
            let verdict = bench.judge(&envelope, message.to_owned()).await;
            assert!(!vouches(&verdict) && verdict.action == Action::Reject, "{domain:?} {envelope:?}: {verdict:?}");
        }
    }
}

#[tokio::test]
async fn none_vouches_from_a_signature() {
    let bench = Bench::start().await;
    let envelope = envelope("a@evil.test", "mail.evil.test");
    for domain in domains() {
        // No d= is looked at twice: whatever follows, the signature is not the brand's.
        let message = format!(
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s1; h=from; bh=AAAA; b=AAAA\r\n\
             From: Elance <support@elance.com>\r\n\r\nHello.\r\n"
        );
        let verdict = bench.judge(&envelope, message).await;
        assert!(!vouches(&verdict) && verdict.action == Action::Reject, "{domain:?}: {verdict:?}");
    }
}

#[tokio::test]
async fn each_is_a_claim_where_a_reader_sees_the_brand() {
    let bench = Bench::start().await;
    let envelope = envelope("a@evil.test", "mail.evil.test");
    let mut seen = 0;
    for domain in domains() {
        for value in [format!("a@{domain}"), format!("Ann <a@{domain}>"), format!("\"a@{domain}\" <b@evil.test>")] {
            let raw = format!("From: {value}\r\n\r\nHello.\r\n");
            if let Some((reader, what)) = readers::who_sees_the_brand(raw.as_bytes()) {
                seen += 1;
                let verdict = bench.judge(&envelope, raw).await;
                let enough = verdict.action >= Action::Quarantine;
                assert!(enough, "{value:?}: {reader} sees {what:?}: {:?}", verdict.findings);
            }
        }
    }
    assert!(seen > 400, "only {seen} show the brand");
}
