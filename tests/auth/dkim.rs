//! DKIM (RFC 6376, RFC 8301, RFC 8463) over real DNS packets: the vector of RFC 8463, what must never be a proof, and
//! what hostile messages may cost.

use crate::corpus::{self, Sign};
use crate::dns;
use spoof_milter::auth::{AuthResults, Authenticator, Dkim, DkimResult, Repeated};
use spoof_milter::mail::{Envelope, Message, message};
use spoof_milter::policy::config;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const MAIL: &str = "From: Mila <mila@a.test>\r\nTo: bob@example.net\r\nSubject: Minutes\r\n\
                    Date: Tue, 24 Nov 2026 09:15:00 +0000\r\nContent-Type: text/plain\r\n\r\nHi,\r\n\r\nbye\r\n";
const DAY: u64 = 86_400;
/// What a hostile message may cost in the debug profile on a busy machine: many times what it does cost, far below what
/// quadratic work would take.
const CHEAP: Duration = Duration::from_secs(5);

/// The public half of `corpus/keys/rsa.pem`, as the corpus's DNS has it.
fn public_key(selector: &str) -> String {
    let zone = std::fs::read_to_string(corpus::directory().join("zone.txt")).unwrap();
    let record = zone.lines().find(|l| l.starts_with(&format!("{selector}._domainkey.elance.com "))).unwrap();
    record.split_once("p=").unwrap().1.to_owned()
}

struct Lab {
    server: dns::DnsServer,
    authenticator: Authenticator,
}

async fn lab(zone: &str) -> Lab {
    let server = dns::serve(zone, 0).await.unwrap();
    let settings = config::Dns { servers: vec![server.addr.to_string()], ..config::Dns::default() };
    Lab { authenticator: Authenticator::new(&settings).unwrap(), server }
}

async fn keys() -> Lab {
    let (rsa, ed) = (public_key("s1"), public_key("ed"));
    lab(&format!(
        "s1._domainkey.a.test TXT v=DKIM1; k=rsa; p={rsa}
ed._domainkey.a.test TXT v=DKIM1; k=ed25519; p={ed}
strict._domainkey.a.test TXT v=DKIM1; t=s; p={rsa}
sha1._domainkey.a.test TXT v=DKIM1; h=sha1; p={rsa}
sha256._domainkey.a.test TXT v=DKIM1; h=sha1:sha256; p={rsa}
kind._domainkey.a.test TXT v=DKIM1; k=dsa; p={rsa}
other._domainkey.a.test TXT v=DKIM1; k=ed25519; p={ed}
v2._domainkey.a.test TXT v=DKIM2; p={rsa}
late._domainkey.a.test TXT p={rsa}; v=DKIM1
twice._domainkey.a.test TXT v=DKIM1; p={rsa}; p={rsa}
garbage._domainkey.a.test TXT v=DKIM1; p=!!!
two._domainkey.a.test TXT v=DKIM1; p={rsa}
two._domainkey.a.test TXT v=DKIM1; p=
copies._domainkey.a.test TXT v=DKIM1; p={rsa}
copies._domainkey.a.test TXT v=DKIM1; p={rsa}
beside._domainkey.a.test TXT v=spf1 -all
beside._domainkey.a.test TXT v=DKIM1; p={rsa}
"
    ))
    .await
}

impl Lab {
    async fn judge(&self, raw: &[u8]) -> AuthResults {
        self.authenticator.authenticate(&Envelope::default(), &Message::parse(raw.to_vec(), true)).await
    }

    async fn dkim(&self, raw: &[u8]) -> Dkim {
        let results = self.judge(raw).await;
        assert_eq!(results.dkim.len(), 1, "{results:?}");
        results.dkim[0].clone()
    }
}

/// `MAIL` signed for a.test; `how` holds further lines of a `[[sign]]` table.
fn signed(how: &str) -> String {
    signed_mail(MAIL, how)
}

fn signed_mail(raw: &str, how: &str) -> String {
    let selector = if how.contains("selector") { "" } else { "selector = \"s1\"\n" };
    let sign: Sign = toml::from_str(&format!("domain = \"a.test\"\n{selector}{how}")).unwrap();
    String::from_utf8(corpus::sign(raw.as_bytes(), &[sign], &corpus::directory().join("keys"))).unwrap()
}

fn with_selector(name: &str) -> String {
    signed(&format!("selector = {name:?}"))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Appendix A of RFC 8463: one message, an Ed25519 and an RSA signature.
#[tokio::test]
async fn the_vector_of_rfc_8463() {
    let lab = lab(
        "brisbane._domainkey.football.example.com TXT v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
test._domainkey.football.example.com TXT v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP\
3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyV\
YLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
",
    )
    .await;
    let text = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
";
    let judged = async |text: &str| {
        let results = lab.judge(&message::on_the_wire(text.as_bytes().to_vec())).await;
        results.dkim.iter().map(|d| (d.selector.clone(), d.result)).collect::<Vec<_>>()
    };
    let both = |result| vec![("brisbane".to_owned(), result), ("test".to_owned(), result)];
    assert_eq!(judged(text).await, both(DkimResult::Pass));
    assert_eq!(judged(&text.replace("hungry", "thirsty")).await, both(DkimResult::Fail));
    assert_eq!(judged(&text.replace("dinner", "lunch")).await, both(DkimResult::Fail));
    assert_eq!(judged(&text.replace("To: Suzie", "To: Suzie  ")).await, both(DkimResult::Pass), "relaxed");
}

#[tokio::test]
async fn sound_signatures_pass() {
    let lab = keys().await;
    for raw in [
        signed(""),
        signed("selector = \"ed\"\nalgorithm = \"ed25519-sha256\""),
        signed(&format!("time = {}\nexpires = {}", now() + 60, now() + DAY)),
        signed("identity = \"mila@a.test\""),
        signed("identity = \"@news.a.test\""),
        signed("selector = \"strict\"\nidentity = \"@A.test\""),
        with_selector("sha256"),
        with_selector("copies"),
        with_selector("beside"),
    ] {
        let dkim = lab.dkim(raw.as_bytes()).await;
        assert_eq!(dkim.result, DkimResult::Pass, "{}: {raw}", dkim.reason);
    }
}

#[tokio::test]
async fn unsound_signatures_never_pass() {
    let lab = keys().await;
    use DkimResult::{Fail, PermError, Policy};
    let good = signed(&format!("time = {}", now() - DAY));
    let cases = [
        (signed(&format!("time = {}", now() + DAY)), Policy, "future"),
        (signed(&format!("time = {}\nexpires = {}", now() - 2 * DAY, now() - DAY)), Fail, "expired"),
        (signed(&format!("time = {}\nexpires = {}", now(), now())), Fail, "expired"),
        (signed("selector = \"strict\"\nidentity = \"@news.a.test\""), PermError, "i="),
        (signed("identity = \"@b.test\""), PermError, "i="),
        (signed("identity = \"@ba.test\""), PermError, "i="),
        (signed("identity = \"a.test\""), PermError, "i="),
        (signed("headers = [\"To\", \"Subject\"]"), Policy, "From"),
        (signed("body_length = true"), Policy, "l="),
        (good.replace("v=1;", "v=2;"), PermError, "malformed"),
        (good.replace("v=1;", "v=01;"), PermError, "v="),
        (good.replace("v=1;", ""), PermError, "malformed"),
        (good.replace("v=1;", "v=1; D=a.test;"), PermError, "D="),
        (good.replace("v=1;", "v=1; i=;"), PermError, "i="),
        (good.replace("v=1;", "v=1; x=soon;"), PermError, "x="),
        (good.replace("c=relaxed/relaxed", "c=nofws"), PermError, "malformed"),
        (good.replace("c=relaxed/relaxed", "c="), PermError, "c="),
        (good.replace("bh=", "zz="), PermError, "malformed"),
        (signed("").replace("v=1;", "v=1; t=soon;"), PermError, "t="),
        (good.replace("v=1;", &format!("v=1;{}", "x=;".repeat(2))), PermError, "repeated"),
        (with_selector("sha1"), PermError, "h="),
        (with_selector("kind"), PermError, "Unsupported key type"),
        (with_selector("other"), PermError, "kind"),
        (with_selector("v2"), PermError, "DKIM1"),
        (with_selector("late"), PermError, "DKIM1"),
        (with_selector("twice"), PermError, "tag list"),
        (with_selector("garbage"), PermError, "key at"),
        (with_selector("two"), PermError, "2 keys"),
    ];
    for (raw, wanted, says) in cases {
        let dkim = lab.dkim(raw.as_bytes()).await;
        assert_eq!(dkim.result, wanted, "{}: {raw}", dkim.reason);
        assert!(dkim.reason.contains(says), "{:?} does not say {says:?}", dkim.reason);
    }
}

#[tokio::test]
async fn what_is_put_beside_signed_fields_costs_the_proof() {
    let lab = keys().await;
    let good = signed("");
    for added in [
        "From: Elance <service@elance.com>",
        "FROM:x@b.test",
        "Subject: Confirm your account",
        "sUBJECT : Confirm your account",
        "Subject\t:\r\n Confirm your account",
        "Content-Type: multipart/mixed; boundary=b",
    ] {
        let name = added.split([':', ' ', '\t']).next().unwrap();
        let place = good.find("\r\nDate: ").unwrap() + 2;
        for raw in [format!("{added}\r\n{good}"), format!("{}{added}\r\n{}", &good[..place], &good[place..])] {
            let dkim = lab.dkim(raw.as_bytes()).await;
            assert_eq!(dkim.result, DkimResult::Policy, "{raw}");
            assert!(dkim.reason.to_lowercase().contains(&name.to_lowercase()), "{}", dkim.reason);
        }
    }
    let unsigned = signed_mail(&format!("Subject: a\r\n{MAIL}"), "headers = [\"From\", \"Date\"]");
    assert_eq!(lab.dkim(unsigned.as_bytes()).await.result, DkimResult::Policy, "two subjects, none signed");
    let open = signed("headers = [\"From\", \"Date\"]");
    assert_eq!(lab.dkim(open.as_bytes()).await.result, DkimResult::Pass, "one subject, not signed, is common");
}

#[tokio::test]
async fn what_a_signature_covers_is_told() {
    let lab = keys().await;
    let long_ago = signed(&format!("headers = [\"From\", \"To\"]\ntime = {}", now() - 30 * DAY - 60));
    let dkim = lab.dkim(format!("To: x@b.test\r\n{long_ago}").as_bytes()).await;
    assert_eq!(dkim.result, DkimResult::Pass, "a sloppy mailer's second To costs nothing");
    assert_eq!((dkim.covers.to, dkim.covers.subject, dkim.covers.age_days), (true, false, Some(30)));
    assert_eq!(dkim.covers.repeated, [Repeated { name: "To", count: 2, signed: 1 }]);
    let covers = lab.dkim(signed("").as_bytes()).await.covers;
    assert!(covers.to && covers.subject && covers.age_days.is_none() && covers.repeated.is_empty());
}

/// A name that is none is neither asked for nor repeated.
#[tokio::test]
async fn two_hundred_metacharacter_domains() {
    let lab = keys().await;
    let good = signed("").replace("d=a.test", "d=victim.test");
    lab.judge(good.as_bytes()).await;
    let asked = lab.server.count();
    let metacharacters = "()<>[]{}\"'`,:@/\\|!#$%^&*+~? \t\u{1}\u{7f}\u{0}\u{a0}\u{200b}\u{202e}\u{3000}=".chars();
    let mut count = 0;
    for c in metacharacters {
        for name in [
            format!("{c}victim.test"),
            format!("victim.test{c}.b.test"),
            format!("vic{c}tim.test"),
            format!("b.test.{c}"),
        ] {
            for raw in [good.replace("d=victim.test", &format!("d={name}")), good.replace("s=s1", &format!("s={name}"))]
            {
                count += 1;
                for dkim in lab.judge(raw.as_bytes()).await.dkim {
                    assert_ne!(dkim.result, DkimResult::Pass, "{name:?}");
                    let shown = dkim.domain.map(|d| d.to_string()).unwrap_or_default();
                    assert!(shown.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b)), "{shown:?}");
                }
            }
        }
    }
    assert!(count >= 200, "{count}");
    // Blanks around a name are no part of it (RFC 6376 section 3.2): those names are still asked for, and only those.
    assert!(lab.server.count() - asked <= 2 * 4, "{} questions", lab.server.count() - asked);
}

#[tokio::test]
async fn hostile_messages_cost_little() {
    let lab = keys().await;
    let good = signed("");
    let field = &good[..good.find("From:").unwrap()];
    let names = format!("h={}From", "x:".repeat(20_000));
    let cases = [
        ("1,000 signatures", format!("{}{good}", field.repeat(1_000))),
        (
            "1,000 signatures of as many keys",
            (0..1_000).map(|i| field.replace("s=s1", &format!("s=s{i}"))).collect::<String>() + MAIL,
        ),
        ("1,000 malformed signatures", "DKIM-Signature: v=1; a=b\r\n".repeat(1_000) + &good),
        ("100,000 header lines", "X-Filler: x\r\n".repeat(100_000) + &good),
        ("20,000 names in h=", good.replacen("h=", &format!("{names}:"), 1)),
        ("20,000 names in h= and 990 fields", "x: y\r\n".repeat(980) + &good.replacen("h=", &format!("{names}:"), 1)),
        (
            "40,000 tags",
            good.replacen("v=1;", &format!("v=1;{}", (0..40_000).map(|i| format!("x{i}=;")).collect::<String>()), 1),
        ),
        ("1,000 seals", "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=a.test; s=s1; b=YQ==\r\n".repeat(990) + &good),
        (
            "a seal of 40,000 tags",
            format!("ARC-Seal: {}\r\n{good}", (0..40_000).map(|i| format!("x{i}=;")).collect::<String>()),
        ),
    ];
    for (what, raw) in cases {
        let (asked, begin) = (lab.server.count(), Instant::now());
        let results = lab.judge(raw.as_bytes()).await;
        assert!(begin.elapsed() < CHEAP, "{what}: {:?}", begin.elapsed());
        assert!(results.dkim.len() <= 20, "{what}: {} results", results.dkim.len());
        // At most ten keys, and the policy of the author's domain.
        assert!(lab.server.count() - asked <= 20, "{what}: {} questions", lab.server.count() - asked);
    }
}
