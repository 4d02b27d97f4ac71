//! What proves a protected brand, what exempts a forwarder, and what happens when something fails: judged over real DNS
//! packets in the corpus's world, with the configuration that each test is about.

use crate::{corpus, dns};
use mail_auth::common::crypto::{RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use spoof_milter::auth::{Authenticator, DmarcResult, header::authentication_results};
use spoof_milter::disposition::{Circumstances, Measure, dispose};
use spoof_milter::judge::{judge, policy_of};
use spoof_milter::mail::{Client, Envelope, Message};
use spoof_milter::policy::Policy;
use spoof_milter::record::{Ruling, headers};
use spoof_milter::verdict::{By, Verdict};
use std::fmt::Write;

const RSA: &str = include_str!("../common/keys/rsa2048.test-only.pem");
const RSA_PUBLIC: &str = include_str!("../common/keys/rsa2048.pub");

/// What is done about a verdict where nothing else decides.
fn word(verdict: &Verdict) -> &'static str {
    dispose(verdict, &Circumstances::default()).measure.as_str()
}

/// A brand with a name server of its own and an SPF record that a provider's other customers profit from.
const BRAND: &str = "[[brand]]\nname = \"Elance\"\ndomains = [\"elance.com\"]\n";

/// A mail from a stranger's server that says it is the brand.
struct Mail {
    from: &'static str,
    envelope: &'static str,
    ip: &'static str,
    client: &'static str,
    to: &'static str,
    /// d= and s= of its signature.
    sign: Option<(&'static str, &'static str)>,
    text: String,
}

impl Mail {
    fn new() -> Mail {
        Mail {
            from: "service@elance.com",
            envelope: "bounce@cheaphost.test",
            ip: "198.51.100.13",
            client: "",
            to: "bob@example.net",
            sign: None,
            text: "The invoice of May is in your account.\r\n".to_owned(),
        }
    }

    fn message(&self) -> Message {
        let text = format!("From: <{}>\r\nTo: <{}>\r\nSubject: Invoice\r\n\r\n{}", self.from, self.to, self.text);
        let signature = self.sign.map(|(d, s)| {
            #[allow(deprecated)]
            let key = RsaKey::<Sha256>::from_rsa_pem(RSA).unwrap();
            let signer = DkimSigner::from_key(key).domain(d).selector(s).headers(["From", "To", "Subject"]);
            signer.sign(text.as_bytes()).unwrap().to_header()
        });
        Message::parse(format!("{}{text}", signature.unwrap_or_default()).into_bytes(), true)
    }

    fn envelope(&self) -> Envelope {
        Envelope {
            client: Client { ip: Some(self.ip.parse().unwrap()), name: self.client.into() },
            mail_from: self.envelope.into(),
            rcpt_to: vec![self.to.into()],
            ..Envelope::default()
        }
    }
}

fn zone() -> String {
    let mut zone = std::fs::read_to_string(corpus::directory().join("zone.txt")).unwrap();
    for name in ["rsa._domainkey.elance.com", "old._domainkey.elance.com", "rsa._domainkey.mail.elance.com"] {
        writeln!(zone, "{name} TXT v=DKIM1; k=rsa; p={RSA_PUBLIC}").unwrap();
    }
    for name in ["rsa._domainkey.alumni.example", "rsa._domainkey.evil.test"] {
        writeln!(zone, "{name} TXT v=DKIM1; k=rsa; p={RSA_PUBLIC}").unwrap();
    }
    // A subdomain somebody forgot: whoever registers the name it includes sends as the brand (SubdoMailing).
    zone + "forgotten.elance.com TXT v=spf1 include:abandoned.test -all\nabandoned.test TXT v=spf1 +all\n\
            mx.alumni.example A 203.0.113.17\nmx.sick.alumni.example SERVFAIL\n"
}

/// A policy, and the DNS it is judged in.
struct World {
    policy: Policy,
    authenticator: Authenticator,
    _dns: dns::DnsServer,
}

async fn world(config: &str) -> World {
    let dns = dns::serve(&zone(), 0).await.unwrap();
    let (policy, authenticator) = open(config, &dns);
    World { policy, authenticator, _dns: dns }
}

fn open(config: &str, dns: &dns::DnsServer) -> (Policy, Authenticator) {
    let dns = format!("servers = [\"{}\"]\ntimeout_ms = 1000\nattempts = 1\nbudget_ms = 4000\n", dns.addr);
    let text = match config.split_once("[dns]\n") {
        Some((before, after)) => format!("{before}[dns]\n{dns}{after}"),
        None => format!("[dns]\n{dns}{config}"),
    };
    let policy = policy_of(&text, "test").unwrap();
    let authenticator = Authenticator::for_policy(&policy).unwrap();
    (policy, authenticator)
}

impl World {
    async fn judge(&self, mail: &Mail) -> Verdict {
        judge(&mail.envelope(), &mail.message(), &self.policy, &self.authenticator).await
    }

    async fn word(&self, mail: &Mail) -> &'static str {
        word(&self.judge(mail).await)
    }
}

fn fires(verdict: &Verdict, id: &str) -> bool {
    verdict.findings.iter().any(|f| f.signal.id == id)
}

#[tokio::test]
async fn what_proves_a_brand_is_what_it_configures() {
    let signed = |d, s| Mail { sign: Some((d, s)), ..Mail::new() };
    let spf = || Mail { envelope: "bounce@elance.com", ip: "192.0.2.1", ..Mail::new() };
    let forgotten = || Mail { envelope: "a@forgotten.elance.com", ..Mail::new() };
    let cases: [(&str, [(Mail, &str); 6]); 4] = [
        (
            "",
            [
                (signed("elance.com", "rsa"), "accept"),
                (signed("mail.elance.com", "rsa"), "accept"),
                (signed("elance.com", "old"), "accept"),
                (signed("evil.test", "rsa"), "reject"),
                (spf(), "accept"),
                (forgotten(), "quarantine"),
            ],
        ),
        (
            "proof = \"dkim\"\n",
            [
                (signed("elance.com", "rsa"), "accept"),
                (signed("mail.elance.com", "rsa"), "accept"),
                (signed("elance.com", "old"), "accept"),
                (signed("evil.test", "rsa"), "reject"),
                (spf(), "reject"),
                (forgotten(), "reject"),
            ],
        ),
        (
            "proof = \"dkim\"\ndkim_selectors = [\"RSA\"]\n",
            [
                (signed("elance.com", "rsa"), "accept"),
                (signed("mail.elance.com", "rsa"), "accept"),
                (signed("elance.com", "old"), "reject"),
                (signed("evil.test", "rsa"), "reject"),
                (spf(), "reject"),
                (forgotten(), "reject"),
            ],
        ),
        (
            "signing_domains = [\"mail.elance.com\"]\n",
            [
                (signed("elance.com", "rsa"), "reject"),
                (signed("mail.elance.com", "rsa"), "accept"),
                (signed("elance.com", "old"), "reject"),
                (signed("evil.test", "rsa"), "reject"),
                (spf(), "accept"),
                (forgotten(), "quarantine"),
            ],
        ),
    ];
    for (keys, mails) in cases {
        let world = world(&format!("{BRAND}{keys}")).await;
        for (n, (mail, wanted)) in mails.iter().enumerate() {
            let verdict = world.judge(mail).await;
            assert_eq!(word(&verdict), *wanted, "{keys:?}, mail {n}: {:?}", verdict.findings);
        }
    }
}

#[tokio::test]
async fn a_key_that_cannot_prove_is_not_waited_for() {
    let ill = Mail { sign: Some(("elance.com", "ill")), ..Mail::new() };
    assert_eq!(world(BRAND).await.word(&ill).await, "tempfail");
    let expected = format!("{BRAND}dkim_selectors = [\"rsa\"]\n");
    assert_eq!(world(&expected).await.word(&ill).await, "reject");
}

/// A forwarder's table with these keys, in front of the default brand.
fn forwarder(keys: &str) -> String {
    format!("[[auth.forwarder]]\nreason = \"The alumni office\"\nexpires = \"2199-12-31\"\n{keys}\n")
}

#[tokio::test]
async fn a_forwarder_is_exempt_by_address_name_or_signature() {
    let forwarded = || Mail { ip: "203.0.113.17", client: "mx.alumni.example", ..Mail::new() };
    let by_signature = || Mail { sign: Some(("alumni.example", "rsa")), ..Mail::new() };
    for (keys, mail, wanted) in [
        ("networks = [\"203.0.113.16/29\"]", forwarded(), "tag"),
        ("networks = [\"203.0.113.16/29\"]\naction = \"accept\"", forwarded(), "accept"),
        ("networks = [\"203.0.113.16/29\"]\naction = \"quarantine\"", forwarded(), "quarantine"),
        ("networks = [\"203.0.113.16/29\"]", Mail::new(), "reject"),
        ("host = \"alumni.example\"", forwarded(), "tag"),
        ("host = \"mx.alumni.example\"", Mail { ip: "203.0.113.99", ..forwarded() }, "reject"),
        ("host = \"mx.alumni.example\"", Mail { client: "", ..forwarded() }, "reject"),
        ("host = \"mx.other.example\"", forwarded(), "reject"),
        ("host = \"sick.alumni.example\"", Mail { client: "mx.sick.alumni.example", ..forwarded() }, "tempfail"),
        ("dkim = \"alumni.example\"", by_signature(), "tag"),
        ("dkim = \"alumni.example\"", Mail { sign: Some(("evil.test", "rsa")), ..Mail::new() }, "reject"),
        ("dkim = \"alumni.example\"", forwarded(), "reject"),
        ("dkim = \"alumni.example\"\nrecipients = [\"@example.net\"]", by_signature(), "tag"),
        ("dkim = \"alumni.example\"\nrecipients = [\"eve@example.net\"]", by_signature(), "reject"),
    ] {
        let verdict = world(&forwarder(keys)).await.judge(&mail).await;
        assert_eq!(word(&verdict), wanted, "{keys}: {verdict:?}");
    }
    let expired = forwarder("networks = [\"203.0.113.16/29\"]").replace("2199", "2020");
    let world = world(&expired).await;
    assert_eq!(world.word(&forwarded()).await, "reject");
    let warnings = world.policy.warnings(spoof_milter::auth::clock::today());
    assert!(warnings.len() == 1 && warnings[0].contains("The alumni office") && warnings[0].contains("2020-12-31"));
}

#[tokio::test]
async fn an_exemption_is_narrow_and_told() {
    let world = world(&forwarder("networks = [\"203.0.113.16/29\"]")).await;
    let forwarded = Mail { ip: "203.0.113.17", ..Mail::new() };
    let verdict = world.judge(&forwarded).await;
    assert!(fires(&verdict, "brand-from-unproven") && verdict.score == 0, "{verdict:?}");
    let headers = headers(&Ruling::of(&verdict, Circumstances::default()));
    let told: String = headers.iter().map(|(name, value)| format!("{name}: {}\n", value.replace('\n', ""))).collect();
    assert!(told.contains("brand-from-unproven(100, exempt)") && told.contains("(exempt, does not count)"), "{told}");
    assert!(told.contains("until 2199-12-31): The alumni office"), "{told}");
    // A forwarder hands over phishing too: everything else counts in full.
    let text = "Dear user,\r\nplease confirm your password within 24 hours or your account will be suspended: \
                http://elance.com.evil.test/signin\r\n";
    let phishing = Mail { text: text.into(), ..forwarded };
    let verdict = world.judge(&phishing).await;
    assert!(word(&verdict) == "quarantine" || word(&verdict) == "reject", "{verdict:?}");
}

#[tokio::test]
async fn the_policies_of_strangers_count_as_configured() {
    let forged = || Mail { from: "info@railways.example", ..Mail::new() };
    let asked = |what: &str| format!("[policy]\ndmarc_reject = \"{what}\"\n");
    for what in ["accept", "tag", "quarantine", "reject"] {
        let verdict = world(&asked(what)).await.judge(&forged()).await;
        // The signal's own points make a tag of it.
        assert_eq!(word(&verdict), if what == "accept" { "tag" } else { what }, "{what}");
        assert_eq!(verdict.auth.dmarc_summary().result, DmarcResult::Fail);
    }
    assert_eq!(world("").await.word(&forged()).await, "quarantine");
    let off = "[signals.dmarc-fail]\nmode = \"off\"\n";
    assert_eq!(world(off).await.word(&forged()).await, "accept");
    let shadow = "[signals.dmarc-fail]\nmode = \"shadow\"\n";
    assert_eq!(world(shadow).await.word(&forged()).await, "accept");
}

#[tokio::test]
async fn failures_are_answered_as_configured() {
    let brand = || Mail { envelope: "a@ill.elance.com", ..Mail::new() };
    let stranger = || Mail { from: "a@sick.example", envelope: "a@sick.example", ..Mail::new() };
    for (keys, of_brand, of_stranger) in [
        ("", "tempfail", "accept"),
        ("dns_brand = \"quarantine\"\ndns_stranger = \"tempfail\"\n", "quarantine", "tempfail"),
        ("dns_brand = \"accept\"\ndns_stranger = \"quarantine\"\n", "accept", "quarantine"),
    ] {
        let world = world(&format!("[failure]\n{keys}")).await;
        assert_eq!((world.word(&brand()).await, world.word(&stranger()).await), (of_brand, of_stranger), "{keys}");
    }
    let waited = Circumstances { has_waited: true, ..Circumstances::default() };
    let waiting = world("").await.judge(&brand()).await;
    let ruling = Ruling::of(&waiting, waited);
    assert_eq!((ruling.disposition.measure, ruling.disposition.by), (Measure::Hold, Some(By::Waited)));
    let notes = ruling.notes();
    assert!(notes.iter().any(|n| n.starts_with("waited long enough: the SPF record")), "{notes:?}");
    let waiting = world("[failure]\ndns_stranger = \"tempfail\"\n").await.judge(&stranger()).await;
    assert_eq!(dispose(&waiting, &waited).measure, Measure::Deliver { tag: false });
}

#[tokio::test]
async fn brand_mail_that_was_not_read_to_its_end_is_held_at_the_least() {
    let mut config = "[signals.brand-from-unproven]\npoints = 0\nat_least = \"accept\"\n".to_owned();
    let cut = |mail: &Mail| {
        let mut message = mail.message();
        message.limits.push(spoof_milter::mail::Limit("the message was read up to 7 octets only".into()));
        message
    };
    for (wanted, forged) in [("quarantine", Mail::new()), ("accept", Mail { from: "a@mailhub.example", ..Mail::new() })]
    {
        let world = world(&config).await;
        let verdict = judge(&forged.envelope(), &cut(&forged), &world.policy, &world.authenticator).await;
        assert_eq!(word(&verdict), wanted, "{verdict:?}");
    }
    config += "[failure]\nlimit_brand = \"reject\"\n";
    let world = world(&config).await;
    let verdict = judge(&Mail::new().envelope(), &cut(&Mail::new()), &world.policy, &world.authenticator).await;
    assert_eq!(word(&verdict), "reject");
}

/// The brand's DNS while it works, and while all below .com fails.
fn working(key: &str) -> String {
    format!(
        "$TTL 0\nelance.com TXT v=spf1 ip4:192.0.2.1 -all\n_dmarc.elance.com TXT v=DMARC1; p=reject\n\
         rsa._domainkey.elance.com TXT v=DKIM1; k=rsa; p={key}\nnew._domainkey.elance.com TXT v=DKIM1; k=rsa; p={key}\n"
    )
}
const ILL: &str = "$TTL 0\n*.com SERVFAIL\n";

#[tokio::test]
async fn last_good_answers_stand_in_for_a_silent_dns_and_for_nothing_else() {
    let dns = dns::serve(&working(RSA_PUBLIC), 0).await.unwrap();
    let (policy, authenticator) = open(BRAND, &dns);
    let judged = async |mail: &Mail| judge(&mail.envelope(), &mail.message(), &policy, &authenticator).await;
    let signed = |s| Mail { sign: Some(("elance.com", s)), ..Mail::new() };
    let spf = Mail { envelope: "bounce@elance.com", ip: "192.0.2.1", ..Mail::new() };
    assert_eq!((word(&judged(&signed("rsa")).await), word(&judged(&spf).await)), ("accept", "accept"));
    assert!(judged(&spf).await.notes.is_empty());

    dns.replace(ILL).unwrap();
    for mail in [&signed("rsa"), &spf] {
        let verdict = judged(mail).await;
        assert_eq!(word(&verdict), "accept", "{verdict:?}");
        assert!(verdict.notes.iter().any(|n| n.contains("elance.com as of 0 minutes ago")), "{:?}", verdict.notes);
        let written = authentication_results(&verdict.auth, &mail.envelope(), "mx.test", verdict.sealer.as_ref());
        assert!(written.contains("as of 0 minutes ago, for want of DNS)"), "{written}");
    }
    // A key nothing has verified with is not known, and a forgery stays one.
    assert_eq!(word(&judged(&signed("new")).await), "tempfail");
    let forged = Mail { envelope: "bounce@elance.com", ..Mail::new() };
    let verdict = judged(&forged).await;
    assert_eq!((word(&verdict), verdict.auth.dmarc_summary().result), ("reject", DmarcResult::Fail), "{verdict:?}");

    // The DNS is back and has revoked the key; when it fails again, nothing brings the key back.
    dns.replace(&working("")).unwrap();
    assert_eq!(word(&judged(&signed("rsa")).await), "reject");
    dns.replace(ILL).unwrap();
    assert_eq!(word(&judged(&signed("rsa")).await), "tempfail");
}

#[tokio::test]
async fn without_last_good_hours_brand_mail_waits() {
    let dns = dns::serve(&working(RSA_PUBLIC), 0).await.unwrap();
    let (policy, authenticator) = open(&format!("[dns]\nlast_good_hours = 0\n{BRAND}"), &dns);
    let mail = Mail { sign: Some(("elance.com", "rsa")), ..Mail::new() };
    let judged = async || judge(&mail.envelope(), &mail.message(), &policy, &authenticator).await;
    assert_eq!(word(&judged().await), "accept");
    dns.replace(ILL).unwrap();
    assert_eq!(word(&judged().await), "tempfail");
}
