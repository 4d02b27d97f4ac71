//! SPF (RFC 7208, RFC 8616) over real DNS packets: a table of our own, and the public suite where it is at hand.

use crate::dns;
use spoof_milter::auth::{Authenticator, SpfResult};
use spoof_milter::mail::{Client, Envelope, Message};
use spoof_milter::policy::config;

pub(crate) fn authenticator(server: &dns::DnsServer) -> Authenticator {
    let servers = vec![server.addr.to_string()];
    let settings = config::Dns { servers, timeout_ms: 1000, attempts: 1, budget_ms: 5000, ..config::Dns::default() };
    Authenticator::new(&settings).unwrap()
}

pub(crate) fn envelope(ip: &str, helo: &str, sender: &str) -> Envelope {
    let client = Client { ip: Some(ip.parse().unwrap()), name: String::new() };
    Envelope { client, helo: helo.into(), mail_from: sender.into(), ..Envelope::default() }
}

const ZONE: &str = r#"
; every mechanism
all.test TXT v=spf1 include:inc.test a mx ptr ip4:203.0.113.0/25 ip6:2001:db8:4::/48 exists:%{ir}.list.all.test -all
all.test        A    192.0.2.1
all.test        AAAA 2001:db8:1::1
all.test        MX   10 mx1.all.test
all.test        MX   20 mx2.all.test
mx1.all.test    A    192.0.2.2
mx2.all.test    A    192.0.2.3
mx2.all.test    AAAA 2001:db8:1::3
inc.test        TXT  v=spf1 ip4:192.0.2.9 ~all
4.2.0.192.in-addr.arpa  PTR  other.test
4.2.0.192.in-addr.arpa  PTR  Client.ALL.test
client.all.test A    192.0.2.4
5.2.0.192.in-addr.arpa  PTR  liar.all.test
liar.all.test   A    192.0.2.99
6.2.0.192.list.all.test A 127.0.0.2
mask.test       TXT  v=spf1 a:all.test/30 a:all.test//64 -all
; results and selection
soft.test       TXT  v=spf1 ~all
neutral.test    TXT  v=spf1 ip4:192.0.2.1
nothing.test    TXT  some-other=verification
old.test        SPF  v=spf1 -all
two.test        TXT  v=spf1 -all
two.test        TXT  v=spf1 +all
later.test      TXT  v=spf1 +all ip4:300.1.1.1
tab.test        TXT  v=spf1 +all	-all
; redirect
to.test         TXT  v=spf1 redirect=soft.test
nowhere.test    TXT  v=spf1 redirect=absent.test
first.test      TXT  v=spf1 redirect=absent.test ip4:192.0.2.1 -all
; the limits
ten.test        TXT  v=spf1 a:x.all.test include:a.ten.test exists:all.test ~all
a.ten.test      TXT  v=spf1 mx:all.test mx:all.test mx:all.test mx:all.test mx:all.test mx:all.test mx:all.test -all
eleven.test     TXT  v=spf1 a:x.all.test include:a.ten.test a:all.test exists:absent.test ~all
void2.test      TXT  v=spf1 a:v1.test exists:v2.test ?all
void3.test      TXT  v=spf1 a:v1.test mx:v2.test exists:v3.test +all
void3in.test    TXT  v=spf1 include:void2.test a:v3.test +all
voidlate.test   TXT  v=spf1 ip4:192.0.2.1 a:v1.test a:v2.test a:v3.test -all
mxmany.test     TXT  v=spf1 mx +all
v6only.test     TXT  v=spf1 mx -all
v6only.test     MX   10 mx1.all.test
; DNS trouble
t1.test         TXT  v=spf1 a:servfail.test -all
t2.test         TXT  v=spf1 include:servfail.test +all
t3.test         TXT  v=spf1 redirect=servfail.test
t4.test         TXT  v=spf1 ip4:192.0.2.1 a:servfail.test -all
t5.test         TXT  v=spf1 ptr -all
8.2.0.192.in-addr.arpa  SERVFAIL
7.2.0.192.in-addr.arpa  TIMEOUT
servfail.test   SERVFAIL
; internationalized mail
xn--bro-hoa.test          TXT  v=spf1 exists:%{d}.ok.test exists:%{l}.never.test include:%{s}.never.test ~all
xn--bro-hoa.test.ok.test  A    192.0.2.1
xn--bro-hoa.test.no.test  A    192.0.2.1
local.test      TXT  v=spf1 -exists:%{l1r-}.all.test redirect=%{l}.all.test
helo.test       TXT  v=spf1 exists:%{h}.ok.test -all
; explanations
why.test        TXT  v=spf1 -all exp=%{d1r}.because.test
why.because.test TXT "%{i} is not ours; see http://x.test/?%{S}"
how.test        TXT  v=spf1 include:why.test -all exp=bell.test
bell.test       TXT  see %{h} %{p} %{x}
who.test        TXT  v=spf1 -all exp=who.because.test
who.because.test TXT "%{p} is not of %{o}, says %{r}"
"#;

fn zone() -> String {
    let hosts = (1..=11).map(|n| format!("mxmany.test MX {n} h{n}.all.test\n"));
    ZONE.to_owned() + &hosts.collect::<String>()
}

#[tokio::test]
async fn results() {
    use SpfResult::*;
    let server = dns::serve(&zone(), 0).await.unwrap();
    let authenticator = authenticator(&server);
    let cases = [
        // Every mechanism, and the client that none of them lets in.
        ("192.0.2.9", "a@all.test", Pass),
        ("192.0.2.1", "a@all.test", Pass),
        ("2001:db8:1::1", "a@all.test", Pass),
        ("192.0.2.3", "a@all.test", Pass),
        ("2001:db8:1::3", "a@all.test", Pass),
        ("192.0.2.4", "a@all.test", Pass),
        ("192.0.2.5", "a@all.test", Fail),
        ("203.0.113.127", "a@all.test", Pass),
        ("203.0.113.128", "a@all.test", Fail),
        ("2001:db8:4:ffff::1", "a@all.test", Pass),
        ("192.0.2.6", "a@all.test", Pass),
        ("192.0.2.77", "a@ALL.test.", Fail),
        // An IPv4-mapped address is an IPv4 address, and ip6 never matches one.
        ("::ffff:192.0.2.1", "a@all.test", Pass),
        ("192.0.2.2", "a@mask.test", Pass),
        ("192.0.2.4", "a@mask.test", Fail),
        ("2001:db8:1::ffff", "a@mask.test", Pass),
        ("2001:db8:2::1", "a@mask.test", Fail),
        // Selection (sections 4.3 to 4.7).
        ("192.0.2.1", "a@soft.test", SoftFail),
        ("192.0.2.7", "a@neutral.test", Neutral),
        ("192.0.2.1", "a@nothing.test", None),
        ("192.0.2.1", "a@old.test", None),
        ("192.0.2.1", "a@absent.test", None),
        ("192.0.2.1", "a@test", None),
        ("192.0.2.1", "a@[192.0.2.1]", None),
        ("192.0.2.1", "a@two.test", PermError),
        ("192.0.2.1", "a@later.test", PermError),
        ("192.0.2.1", "a@tab.test", PermError),
        // Redirect (section 6.1).
        ("192.0.2.1", "a@to.test", SoftFail),
        ("192.0.2.1", "a@nowhere.test", PermError),
        ("192.0.2.1", "a@first.test", Pass),
        ("192.0.2.7", "a@first.test", Fail),
        // Limits (section 4.6.4).
        ("198.51.100.1", "a@ten.test", Pass),
        ("198.51.100.1", "a@eleven.test", PermError),
        ("198.51.100.1", "a@void2.test", Neutral),
        ("198.51.100.1", "a@void3.test", PermError),
        ("198.51.100.1", "a@void3in.test", PermError),
        ("192.0.2.1", "a@voidlate.test", Pass),
        ("198.51.100.1", "a@mxmany.test", PermError),
        ("2001:db8::7", "a@v6only.test", Fail),
        // DNS trouble is temperror, unless the result is known before. A client's own broken reverse zone is not ours.
        ("192.0.2.1", "a@t1.test", TempError),
        ("192.0.2.1", "a@t2.test", TempError),
        ("192.0.2.1", "a@t3.test", TempError),
        ("192.0.2.1", "a@t4.test", Pass),
        ("192.0.2.8", "a@t5.test", Fail),
        ("192.0.2.7", "a@t5.test", TempError),
        // RFC 8616: U-labels are asked for as A-labels, a local part beyond ASCII matches nothing.
        ("192.0.2.1", "a@büro.test", Pass),
        ("192.0.2.1", "jürgen@büro.test", Pass),
        ("192.0.2.1", "x-jürgen@local.test", Neutral),
    ];
    let mut wrong = Vec::new();
    for (ip, sender, wanted) in cases {
        let (result, _) = authenticator.explain_spf(&envelope(ip, "mx1.all.test", sender)).await;
        if result != wanted {
            wrong.push(format!("{ip} {sender}: expected {wanted}, got {result}"));
        }
        let judged = authenticator.authenticate(&envelope(ip, "mx1.all.test", sender), &message()).await;
        assert_eq!((judged.spf.result, judged.limits), (result, vec![]), "both ways of asking, {ip} {sender}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn message() -> Message {
    Message::parse(b"From: a@nowhere.test\r\n\r\nx\r\n".to_vec(), true)
}

#[tokio::test]
async fn the_helo_name_is_a_name() {
    let server = dns::serve(&zone(), 0).await.unwrap();
    let authenticator = authenticator(&server);
    let spf = async |helo: &str| authenticator.explain_spf(&envelope("192.0.2.1", helo, "a@helo.test")).await.0;
    assert_eq!(spf("büro.test").await, SpfResult::Pass, "U-labels as A-labels");
    assert_eq!(spf("büro .test").await, SpfResult::Fail, "no name, so nothing matches");
    assert_eq!(spf(&format!("{}.test", "x".repeat(64))).await, SpfResult::Fail);
}

#[tokio::test]
async fn explanations_are_those_of_the_domain_that_decides() {
    let server = dns::serve(&zone(), 0).await.unwrap();
    let authenticator = authenticator(&server);
    let told = async |sender: &str| authenticator.explain_spf(&envelope("192.0.2.4", "h.test", sender)).await.1;
    let because = "192.0.2.4 is not ours; see http://x.test/?a%2Bb%40why.test";
    assert_eq!(told("a+b@why.test").await.as_deref(), Some(because));
    assert_eq!(told("a@how.test").await, None, "one that cannot be read is none, and an include's is not used");
    assert_eq!(told("a@soft.test").await, None);
    let who = "client.all.test is not of who.test, says unknown";
    assert_eq!(told("a@who.test").await.as_deref(), Some(who));
}
