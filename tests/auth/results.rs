//! Authentication against real DNS packets: the resolver under test asks a name server of our own on loopback.

use crate::dns;
use mail_auth::arc::ArcSealer;
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{Canonicalization, DkimSigner};
use mail_auth::{AuthenticatedMessage, AuthenticationResults, DmarcOutput};
use spoof_milter::auth::{
    ArcResult, AuthResults, Authenticator, DkimResult, DmarcPolicy, DmarcResult, SpfIdentity, SpfResult,
};
use spoof_milter::mail::{Client, Domain, Envelope, Mailbox, Message};
use spoof_milter::policy::config;

const RSA: &str = include_str!("../common/keys/rsa2048.test-only.pem");
const RSA_PUBLIC: &str = include_str!("../common/keys/rsa2048.pub");
const RSA_WEAK_PUBLIC: &str = include_str!("../common/keys/rsa512.pub");
const ED25519_SEED: [u8; 32] = [7; 32];
/// Base64 of the public half of the seed above.
const ED25519_PUBLIC: &str = "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=";

const MAIL: &str = "From: Elance <news@elance.test>\r\nTo: bob@example.net\r\nSubject:  a  test \r\n\
                    Date: Mon, 1 Jun 2026 10:00:00 +0000\r\nMessage-ID: <1@elance.test>\r\n\r\n\
                    Hello  Bob,\r\n\r\nbye \r\n";
const SIGNED: [&str; 4] = ["From", "To", "Subject", "Date"];

fn zone() -> String {
    format!(
        r#"
; senders
elance.test                     TXT  v=spf1 ip4:192.0.2.10 ip6:2001:db8::/64 include:_spf.helper.test -all
elance.test                     TXT  some-other=verification
_spf.helper.test                TXT  v=spf1 ip4:192.0.2.20 ~all
soft.test                       TXT  v=spf1 ip4:192.0.2.10 ~all
twice.test                      TXT  v=spf1 ip4:192.0.2.10 -all
twice.test                      TXT  v=spf1 +all
broken.test                     TXT  v=spf1 ip4:not-an-address -all
evil.test                       TXT  v=spf1 +all
poison.test                     TXT  v=spf1 include:_dmarc.elance.test include:s1._domainkey.elance.test +all
servfail.test                   SERVFAIL
timeout.test                    TIMEOUT
slow.elance.test                TIMEOUT
mail.elance.test                TXT  v=spf1 a -all
mail.elance.test                A    192.0.2.10
; keys
rsa._domainkey.elance.test      TXT  v=DKIM1; k=rsa; p={RSA_PUBLIC}
ed._domainkey.elance.test       TXT  v=DKIM1; k=ed25519; p={ED25519_PUBLIC}
alias._domainkey.elance.test    CNAME rsa._domainkey.elance.test
weak._domainkey.elance.test     TXT  v=DKIM1; k=rsa; p={RSA_WEAK_PUBLIC}
revoked._domainkey.elance.test  TXT  v=DKIM1; p=
tls._domainkey.elance.test      TXT  v=DKIM1; s=tlsrpt; k=rsa; p={RSA_PUBLIC}
fail._domainkey.elance.test     SERVFAIL
slow._domainkey.elance.test     TIMEOUT
rsa._domainkey.evil.test        TXT  v=DKIM1; k=rsa; p={RSA_PUBLIC}
rsa._domainkey.list.test        TXT  v=DKIM1; k=rsa; p={RSA_PUBLIC}
rsa._domainkey.m.elance.test    TXT  v=DKIM1; k=rsa; p={RSA_PUBLIC}
rsa._domainkey.m.strict.test    TXT  v=DKIM1; k=rsa; p={RSA_PUBLIC}
rsa._domainkey.nodmarc.test     TXT  v=DKIM1; k=rsa; p={RSA_PUBLIC}
rsa._domainkey.a.host.co.uk     TXT  v=DKIM1; k=rsa; p={RSA_PUBLIC}
; policies
_dmarc.elance.test              TXT  v=DMARC1; p=reject; sp=quarantine; np=reject; fo=bogus; rua=mailto:x@elance.test
sub.elance.test                 A    192.0.2.10
_dmarc.strict.test              TXT  "v=DMARC1; p=quarantine; adkim=s; aspf=s"
_dmarc.two.test                 TXT  v=DMARC1; p=reject
_dmarc.two.test                 TXT  v=DMARC1; p=none
_dmarc.monitor.test             TXT  v=DMARC1; p=none
_dmarc.troubled.test            SERVFAIL
_dmarc.slow.test                TIMEOUT
_dmarc.co.uk                    TXT  v=DMARC1; p=reject
"#
    )
}

struct Lab {
    server: dns::DnsServer,
    authenticator: Authenticator,
}

async fn lab() -> Lab {
    let server = dns::serve(&zone(), 0).await.unwrap();
    Lab { authenticator: Authenticator::new(&settings(&server)).unwrap(), server }
}

fn settings(server: &dns::DnsServer) -> config::Dns {
    let servers = vec![server.addr.to_string()];
    config::Dns { servers, timeout_ms: 300, attempts: 1, budget_ms: 1500, ..config::Dns::default() }
}

impl Lab {
    async fn judge(&self, envelope: &Envelope, raw: &str) -> AuthResults {
        self.authenticator.authenticate(envelope, &message(raw)).await
    }

    async fn dkim(&self, raw: &str) -> (DkimResult, String) {
        let results = self.judge(&Envelope::default(), raw).await;
        assert_eq!(results.dkim.len(), 1, "{results:?}");
        (results.dkim[0].result, results.dkim[0].reason.clone())
    }

    async fn spf(&self, ip: &str, sender: &str) -> SpfResult {
        self.judge(&envelope(ip, "unknown.test", sender), MAIL).await.spf.result
    }
}

fn envelope(ip: &str, helo: &str, sender: &str) -> Envelope {
    let client = Client { ip: Some(ip.parse().unwrap()), name: String::new() };
    Envelope { client, helo: helo.into(), mail_from: sender.into(), ..Envelope::default() }
}

/// A message with the author addresses found by the simplest reading that these tests need.
fn message(raw: &str) -> Message {
    let mut message = Message::parse(raw.as_bytes().to_vec(), true);
    message.from = raw
        .lines()
        .take_while(|l| !l.is_empty())
        .filter_map(|l| l.strip_prefix("From:"))
        .flat_map(|v| v.split(','))
        .map(|a| {
            let address = a.rsplit('<').next().unwrap_or(a).trim().trim_end_matches('>');
            let domain = address.rsplit_once('@').and_then(|(_, d)| Domain::parse(d));
            Mailbox { address: address.into(), domain, ..Mailbox::default() }
        })
        .collect();
    message
}

#[allow(deprecated)]
fn rsa_key() -> RsaKey<Sha256> {
    RsaKey::<Sha256>::from_rsa_pem(RSA).unwrap()
}

/// The mail signed with the RSA key.
fn signed(raw: &str, domain: &str, selector: &str) -> String {
    signed_by(raw, DkimSigner::from_key(rsa_key()).domain(domain).selector(selector).headers(SIGNED))
}

fn signed_by(raw: &str, signer: DkimSigner<RsaKey<Sha256>, mail_auth::dkim::Done>) -> String {
    format!("{}{raw}", signer.sign(raw.as_bytes()).unwrap().to_header())
}

fn from(author: &str) -> String {
    MAIL.replace("news@elance.test", author)
}

#[tokio::test]
async fn spf_results() {
    let lab = lab().await;
    for (ip, sender, wanted) in [
        ("192.0.2.10", "a@elance.test", SpfResult::Pass),
        ("192.0.2.20", "a@ELANCE.test", SpfResult::Pass),
        ("2001:db8::1", "a@elance.test", SpfResult::Pass),
        ("::ffff:192.0.2.10", "a@elance.test", SpfResult::Pass),
        ("198.51.100.1", "a@elance.test", SpfResult::Fail),
        ("198.51.100.1", "a@soft.test", SpfResult::SoftFail),
        ("192.0.2.10", "a@twice.test", SpfResult::PermError),
        ("192.0.2.10", "a@broken.test", SpfResult::PermError),
        ("192.0.2.10", "a@absent.test", SpfResult::None),
        ("192.0.2.10", "a@servfail.test", SpfResult::TempError),
        ("192.0.2.10", "a@timeout.test", SpfResult::TempError),
        ("192.0.2.10", "no-domain", SpfResult::None),
        ("192.0.2.10", "a@(evil).test", SpfResult::None),
    ] {
        assert_eq!(lab.spf(ip, sender).await, wanted, "{ip} {sender}");
    }
}

#[tokio::test]
async fn null_sender_is_judged_by_its_helo() {
    let lab = lab().await;
    let raw = from("postmaster@elance.test");
    let results = lab.judge(&envelope("192.0.2.10", "mail.elance.test", ""), &raw).await;
    assert_eq!((results.spf.result, results.spf.identity), (SpfResult::Pass, SpfIdentity::Helo));
    assert_eq!(results.spf_helo, results.spf);
    assert_eq!(results.dmarc[0].result, DmarcResult::Pass, "aligned by the HELO name");
    let results = lab.judge(&envelope("198.51.100.9", "mail.elance.test", ""), &raw).await;
    assert_eq!((results.spf.result, results.dmarc[0].result), (SpfResult::Fail, DmarcResult::Fail));
    let results = lab.judge(&envelope("192.0.2.10", "[192.0.2.10]", "a@elance.test"), MAIL).await;
    assert_eq!((results.spf_helo.result, results.spf.result), (SpfResult::None, SpfResult::Pass));
}

#[tokio::test]
async fn no_client_address_no_spf() {
    let lab = lab().await;
    let unknown = Envelope { mail_from: "a@elance.test".into(), ..Envelope::default() };
    assert_eq!(lab.judge(&unknown, MAIL).await.spf.result, SpfResult::None);
}

#[tokio::test]
async fn sound_signatures_pass() {
    let lab = lab().await;
    use Canonicalization::{Relaxed, Simple};
    let blank_end = MAIL.to_owned() + " \t\r\n\r\n  \r\n";
    for raw in [MAIL, &blank_end] {
        for (head, body) in [(Simple, Simple), (Relaxed, Relaxed), (Simple, Relaxed), (Relaxed, Simple)] {
            let signer = DkimSigner::from_key(rsa_key()).domain("elance.test").selector("rsa").headers(SIGNED);
            // Signed over the body as RFC 6376 canonicalizes it: the signing side shares the fault worked around.
            let canonical = if body == Relaxed { MAIL } else { raw };
            let signer = signer.header_canonicalization(head).body_canonicalization(body);
            let signature = signer.sign(canonical.as_bytes()).unwrap().to_header();
            let (result, reason) = lab.dkim(&format!("{signature}{raw}")).await;
            assert_eq!(result, DkimResult::Pass, "{head:?} {body:?} {reason}");
        }
    }
    let key = ring::signature::Ed25519KeyPair::from_seed_unchecked(&ED25519_SEED).unwrap();
    let public = ring::signature::KeyPair::public_key(&key).as_ref().to_vec();
    let key = Ed25519Key::from_seed_and_public_key(&ED25519_SEED, &public).unwrap();
    let signer = DkimSigner::from_key(key).domain("elance.test").selector("ed").headers(SIGNED);
    let raw = format!("{}{MAIL}", signer.sign(MAIL.as_bytes()).unwrap().to_header());
    assert_eq!(lab.dkim(&raw).await, (DkimResult::Pass, String::new()));
    assert_eq!(lab.dkim(&signed(MAIL, "elance.test", "alias")).await.0, DkimResult::Pass, "a key behind an alias");
}

#[tokio::test]
async fn unsound_signatures_never_pass() {
    let lab = lab().await;
    let good = signed(MAIL, "elance.test", "rsa");
    let signer = || DkimSigner::from_key(rsa_key()).domain("elance.test").selector("rsa");
    let unsigned_from = signed_by(MAIL, signer().headers(["To", "Subject"]));
    let short = signed_by(MAIL, signer().headers(SIGNED).body_length(true));
    let endless = format!(
        "DKIM-Signature: v=1; a=rsa-sha256; d=elance.test; s=rsa; bh=eHh4; b=eHh4; h=from{}\r\n{MAIL}",
        ":x".repeat(200)
    );
    let cases = [
        (good.replace("bye", "buy"), DkimResult::Fail, "body hash"),
        (good.replace("a  test", "another"), DkimResult::Fail, "did not verify"),
        (good.replace("v=1;", "v=1; x=100;"), DkimResult::Fail, "expired"),
        (unsigned_from, DkimResult::Policy, "From is not signed"),
        (short, DkimResult::Policy, "l="),
        (good.replace("v=1;", "v=1; l=0;"), DkimResult::Policy, "l="),
        (good.replace("rsa-sha256", "rsa-sha1"), DkimResult::Policy, "sha1"),
        (good.replace("v=1;", "v=1; v=1;"), DkimResult::PermError, "repeated"),
        (good.replace(" a=rsa-sha256;", ""), DkimResult::PermError, "no a="),
        (good.replace("v=1;", "v=1; q=http;"), DkimResult::PermError, "q="),
        (good.replace("d=elance.test", "d=elance.test(.evil.test"), DkimResult::PermError, "is not a domain name"),
        (good.replace("d=elance.test", "d=elan\tce.test"), DkimResult::PermError, "is not a domain name"),
        (good.replace("s=rsa", "s=r\"a"), DkimResult::PermError, "is not a domain name"),
        (good.replace("\r\n\r\nHello", "\r\nno field\r\nHello"), DkimResult::Neutral, "is not a field"),
        (format!("DKIM-Signature: garbage\r\n{MAIL}"), DkimResult::PermError, "malformed"),
        (endless, DkimResult::Policy, "128"),
        (signed(MAIL, "elance.test", "weak"), DkimResult::Policy, "512 bits"),
        (signed(MAIL, "elance.test", "revoked"), DkimResult::PermError, "revoked"),
        (signed(MAIL, "elance.test", "absent"), DkimResult::PermError, "no key"),
        (signed(MAIL, "elance.test", "tls"), DkimResult::PermError, "s="),
        (signed(MAIL, "elance.test", "fail"), DkimResult::TempError, "no answer"),
        (signed(MAIL, "elance.test", "slow"), DkimResult::TempError, "no answer"),
    ];
    for (raw, wanted, says) in cases {
        let (result, reason) = lab.dkim(&raw).await;
        assert_eq!(result, wanted, "{reason}: {raw}");
        assert!(reason.contains(says), "{reason:?} does not say {says:?}");
    }
}

#[tokio::test]
async fn limits_are_kept_and_told() {
    let lab = lab().await;
    let envelope = Envelope::default();
    let mut many = String::new();
    for _ in 0..30 {
        many += &signed(MAIL, "evil.test", "rsa").replace(MAIL, "");
    }
    let results = lab.judge(&envelope, &format!("{many}{}", signed(MAIL, "elance.test", "rsa"))).await;
    assert_eq!((results.dkim.len(), results.limits.len()), (10, 1), "{:?}", results.limits);
    assert!(results.limits[0].contains("10 DKIM signatures"));
    let aligned = results.dkim_domains().any(|d| d.as_str() == "elance.test");
    assert!(aligned, "the signature that can vouch for the author is among those kept");

    let fields = "X-Filler: x\r\n".repeat(1100) + &signed(MAIL, "elance.test", "rsa");
    let results = lab.judge(&envelope, &fields).await;
    assert!(results.limits[0].contains("1000 header fields"), "{:?}", results.limits);
    assert_eq!(results.dkim[0].result, DkimResult::Neutral);
    let octets = format!("X-Filler: {}\r\n{}", "x".repeat(300_000), signed(MAIL, "elance.test", "rsa"));
    let results = lab.judge(&envelope, &octets).await;
    assert!(results.limits[0].contains("262144 octets"), "{:?}", results.limits);

    let many_authors = from("a@one.test>, <b@two.test>, <c@three.test>, <d@four.test>, <e@five.test");
    let results = lab.judge(&envelope, &many_authors).await;
    assert_eq!(results.dmarc.len(), 3);
    assert!(results.limits[0].contains("3 author domains"), "{:?}", results.limits);
}

#[tokio::test]
async fn a_message_cut_short_is_not_verified() {
    let lab = lab().await;
    let mut cut = message(&signed(MAIL, "elance.test", "rsa"));
    cut.complete = false;
    let results = lab.authenticator.authenticate(&Envelope::default(), &cut).await;
    assert_eq!(results.dkim[0].result, DkimResult::Neutral);
    assert!(results.dkim[0].reason.contains("not read to its end"));
    assert_eq!(results.dkim[0].domain, Domain::parse("elance.test"));
    assert_eq!(results.dmarc[0].result, DmarcResult::Fail);
}

#[tokio::test]
async fn dmarc_results() {
    let lab = lab().await;
    let stranger = envelope("198.51.100.1", "x.test", "a@evil.test");
    use DmarcPolicy::{None, Quarantine, Reject};
    let by = |raw: &str, domain: &str| signed(raw, domain, "rsa");
    let cases = [
        (by(&from("a@elance.test"), "elance.test"), DmarcResult::Pass, Reject, Some("elance.test")),
        (by(&from("a@elance.test"), "m.elance.test"), DmarcResult::Pass, Reject, Some("m.elance.test")),
        (by(&from("a@elance.test"), "evil.test"), DmarcResult::Fail, Reject, Option::None),
        (from("a@elance.test"), DmarcResult::Fail, Reject, Option::None),
        (from("a@sub.elance.test"), DmarcResult::Fail, Quarantine, Option::None),
        (from("a@no.such.elance.test"), DmarcResult::Fail, Reject, Option::None),
        (by(&from("a@strict.test"), "m.strict.test"), DmarcResult::Fail, Quarantine, Option::None),
        (from("a@two.test"), DmarcResult::None, None, Option::None),
        (from("a@monitor.test"), DmarcResult::Fail, None, Option::None),
        (from("a@troubled.test"), DmarcResult::TempError, None, Option::None),
        (from("a@slow.test"), DmarcResult::TempError, None, Option::None),
        (from("a@absent.test"), DmarcResult::None, None, Option::None),
        (by(&from("a@nodmarc.test"), "nodmarc.test"), DmarcResult::None, None, Some("nodmarc.test")),
        (signed(MAIL, "elance.test", "fail"), DmarcResult::TempError, Reject, Option::None),
        // A neighbour under a public suffix whose registry publishes a policy without psd=y.
        (by(&from("a@victim.co.uk"), "a.host.co.uk"), DmarcResult::Fail, Reject, Option::None),
    ];
    for (raw, result, policy, aligned) in cases {
        let results = lab.judge(&stranger, &raw).await;
        let dmarc = &results.dmarc[0];
        let from = raw.lines().find(|l| l.starts_with("From:")).unwrap();
        assert_eq!((dmarc.result, dmarc.policy), (result, policy), "{from}: {results:?}");
        assert_eq!(dmarc.aligned_by.as_ref().map(Domain::as_str), aligned, "{from}");
    }
    let own = lab.judge(&envelope("192.0.2.10", "x.test", "bounce@elance.test"), MAIL).await;
    assert_eq!(own.dmarc[0].result, DmarcResult::Pass, "aligned by SPF");
    let unsure = lab.judge(&envelope("192.0.2.10", "x.test", "bounce@slow.elance.test"), MAIL).await;
    assert_eq!(unsure.dmarc[0].result, DmarcResult::TempError, "{unsure:?}");
}

#[tokio::test]
async fn every_author_domain_is_judged() {
    let lab = lab().await;
    let stranger = envelope("198.51.100.1", "x.test", "a@evil.test");
    let raw = signed(&from("a@elance.test>, Other <b@evil.test"), "evil.test", "rsa");
    let results = lab.judge(&stranger, &raw).await;
    assert_eq!(results.dmarc.len(), 2);
    assert_eq!((results.dmarc[0].result, results.dmarc[0].policy), (DmarcResult::Fail, DmarcPolicy::Reject));
    assert_eq!(results.dmarc_summary().domain, Domain::parse("elance.test"));
    let results = lab.judge(&stranger, "From: nobody\r\n\r\nx\r\n").await;
    assert_eq!((results.dmarc.len(), &results.dmarc[0].domain), (1, &None));
}

#[tokio::test]
async fn a_name_that_cannot_be_asked_for_hides_no_policy() {
    let lab = lab().await;
    let longest = format!("{}elance.test", "x".repeat(60).chars().chain(['.']).collect::<String>().repeat(4));
    let longest = &longest[longest.len() - 250..];
    assert!(Domain::parse(longest).is_some(), "it is a name, but `_dmarc.` does not fit before it");
    let stranger = envelope("198.51.100.1", "x.test", "a@evil.test");
    let results = lab.judge(&stranger, &from(&format!("a@{longest}"))).await;
    assert_eq!((results.dmarc[0].result, results.dmarc[0].policy), (DmarcResult::Fail, DmarcPolicy::Reject));
}

#[tokio::test]
async fn what_spf_reads_cannot_void_a_policy() {
    let lab = lab().await;
    let poison = envelope("198.51.100.1", "x.test", "a@poison.test");
    for _ in 0..2 {
        let results = lab.judge(&poison, MAIL).await;
        assert_eq!((results.dmarc[0].result, results.dmarc[0].policy), (DmarcResult::Fail, DmarcPolicy::Reject));
    }
    assert_eq!(lab.dkim(&signed(MAIL, "elance.test", "rsa")).await.0, DkimResult::Pass);
}

/// Seals a mail the way a forwarder does that saw `dmarc=pass` for elance.test.
fn sealed(raw: &str) -> String {
    let parsed = AuthenticatedMessage::parse(raw.as_bytes()).unwrap();
    let seen = DmarcOutput::new("elance.test".into()).with_dkim_result(mail_auth::DmarcResult::Pass);
    let stated = AuthenticationResults::new("list.test").with_dmarc_result(&seen);
    let sealer = ArcSealer::from_key(rsa_key()).domain("list.test").selector("rsa").headers(SIGNED);
    let set = sealer.seal(&parsed, &stated, &mail_auth::ArcOutput::default());
    format!("{}{raw}", set.unwrap().to_header())
}

#[tokio::test]
async fn arc_chains() {
    let lab = lab().await;
    let nobody = Envelope::default();
    let results = lab.judge(&nobody, MAIL).await;
    assert_eq!((results.arc.result, &results.arc.sealer), (ArcResult::None, &None));
    let raw = sealed(MAIL);
    let results = lab.judge(&nobody, &raw).await;
    assert_eq!((results.arc.result, results.arc.sealer), (ArcResult::Pass, Domain::parse("list.test")), "{raw}");
    assert!(results.arc.dmarc_pass_seen);
    assert_eq!(results.arc.attested, [Domain::parse("elance.test").unwrap()]);
    for bad in [
        raw.replace("bye", "buy"),
        raw.replace("dmarc=pass", "dmarc=pass "),
        raw.replace("header.from=elance.test", "header.from=other.test"),
        raw.replace("cv=none", "cv=pass"),
        raw.replace("i=1;", "i=2;"),
        raw.replace("rsa-sha256", "rsa-sha1"),
        raw.replace("ARC-Seal:", "X-Seal:"),
        raw.replace("s=rsa", "s=absent"),
    ] {
        let results = lab.judge(&nobody, &bad).await;
        let relaxed = bad.contains("dmarc=pass \r\n") || bad.contains("dmarc=pass  ");
        assert_eq!(results.arc.result == ArcResult::Pass, relaxed, "{bad}");
        assert_eq!(results.arc.dmarc_pass_seen, relaxed, "{bad}");
    }
}

#[tokio::test]
async fn the_budget_ends_all_waiting() {
    let server = dns::serve(&zone(), 0).await.unwrap();
    let settings = config::Dns { timeout_ms: 60_000, attempts: 5, budget_ms: 200, ..settings(&server) };
    let authenticator = Authenticator::new(&settings).unwrap();
    let raw = signed(&from("a@slow.test"), "elance.test", "slow");
    let sender = envelope("192.0.2.1", "timeout.test", "a@timeout.test");
    let results = authenticator.authenticate(&sender, &message(&raw)).await;
    assert_eq!(results.spf.result, SpfResult::TempError);
    assert_eq!(results.spf_helo.result, SpfResult::TempError);
    assert_eq!(results.dkim[0].result, DkimResult::TempError);
    assert_eq!(results.dmarc[0].result, DmarcResult::TempError);
    assert!(results.has_temperror());
}

#[tokio::test]
async fn offline_asks_nobody() {
    let raw = signed(MAIL, "elance.test", "rsa");
    let authenticator = Authenticator::offline();
    let results = authenticator.authenticate(&envelope("192.0.2.10", "h.test", "a@elance.test"), &message(&raw)).await;
    assert!(results.unchecked);
    assert_eq!((results.spf.result, results.dkim.len()), (SpfResult::None, 0));
    assert_eq!((results.dmarc[0].result, &results.dmarc[0].domain), (DmarcResult::None, &Domain::parse("elance.test")));
}

#[tokio::test]
async fn answers_are_remembered() {
    let lab = lab().await;
    let raw = signed(MAIL, "elance.test", "rsa");
    let sender = envelope("192.0.2.10", "mail.elance.test", "a@elance.test");
    let first = lab.judge(&sender, &raw).await;
    let asked = lab.server.count();
    assert_eq!(lab.judge(&sender, &raw).await, first);
    assert_eq!(lab.server.count(), asked, "absent names are remembered too");
}
