//! A hostile or broken DNS, over real packets: whatever it answers, or does not, a message costs bounded queries and
//! bounded time, no trouble becomes `fail`, and the next message is served at once.

use crate::dns;
use futures_util::future::join_all;
use spoof_milter::auth::{AuthResults, Authenticator, DmarcPolicy, DmarcResult, SpfResult};
use spoof_milter::mail::{Client, Envelope, Message};
use spoof_milter::policy::config;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Queries one message may cost, whatever it meets.
const MAX_QUERIES: usize = 64;
/// The time the DNS may take for one message, in milliseconds.
const BUDGET_MS: u64 = 1500;
/// What an answer may take beyond the budget.
const GRACE: Duration = Duration::from_secs(1);
/// What the next message may take; one that waited for the last would take the budget.
const AT_ONCE: Duration = Duration::from_secs(1);

struct Lab {
    server: dns::DnsServer,
    authenticator: Authenticator,
}

async fn lab(zone: &str) -> Lab {
    let zone =
        format!("{zone}\nhonest.test TXT v=spf1 ip4:192.0.2.1 -all\n_dmarc.honest.test TXT v=DMARC1; p=reject\n");
    let server = dns::serve(&zone, 0).await.unwrap();
    let servers = vec![server.addr.to_string()];
    let settings =
        config::Dns { servers, timeout_ms: 400, attempts: 1, budget_ms: BUDGET_MS, ..config::Dns::default() };
    Lab { authenticator: Authenticator::new(&settings).unwrap(), server }
}

fn envelope(helo: &str, sender: &str) -> Envelope {
    let client = Client { ip: Some("192.0.2.1".parse().unwrap()), name: String::new() };
    Envelope { client, helo: helo.into(), mail_from: sender.into(), ..Envelope::default() }
}

fn message(author: &str) -> Message {
    Message::parse(format!("From: {author}\r\nSubject: x\r\n\r\nx\r\n").into_bytes(), true)
}

impl Lab {
    /// Judges a message of `a@domain`, holds it to its bounds, and shows that the next one is served at once.
    async fn judge(&self, domain: &str) -> AuthResults {
        self.judge_from(domain, domain).await
    }

    async fn judge_from(&self, helo: &str, domain: &str) -> AuthResults {
        let (asked, begin) = (self.server.count(), Instant::now());
        let author = format!("a@{domain}");
        let results = self.authenticator.authenticate(&envelope(helo, &author), &message(&author)).await;
        let (took, queries) = (begin.elapsed(), self.server.count() - asked);
        assert!(took < Duration::from_millis(BUDGET_MS) + GRACE, "{domain}: {took:?}");
        assert!(queries <= MAX_QUERIES, "{domain}: {queries} queries");
        let begin = Instant::now();
        let honest = envelope("honest.test", "a@honest.test");
        let next = self.authenticator.authenticate(&honest, &message("a@honest.test")).await;
        assert_eq!((next.spf.result, next.dmarc[0].result), (SpfResult::Pass, DmarcResult::Pass), "{domain}");
        assert!(begin.elapsed() < AT_ONCE, "after {domain}: {:?}", begin.elapsed());
        results
    }

    async fn spf(&self, domain: &str) -> SpfResult {
        self.judge(domain).await.spf.result
    }
}

#[tokio::test]
async fn includes_and_redirects_without_end() {
    let mut zone = String::from(
        "loop.test TXT v=spf1 include:loop.test -all\n\
         ping.test TXT v=spf1 include:pong.test -all\n\
         pong.test TXT v=spf1 include:ping.test -all\n\
         round.test TXT v=spf1 redirect=round.test\n\
         *.deep.test TXT v=spf1 include:x.%{d} -all\n\
         *.grow.test TXT v=spf1 redirect=x.%{d}\n",
    );
    // Each includes ten others, which include ten others.
    let tenfold = |level: usize| (0..10).map(|n| format!("include:b{n}.l{level}.bomb.test ")).collect::<String>();
    writeln!(zone, "bomb.test TXT v=spf1 {}-all", tenfold(1)).unwrap();
    for level in 1..4 {
        for n in 0..10 {
            writeln!(zone, "b{n}.l{level}.bomb.test TXT v=spf1 {}?all", tenfold(level + 1)).unwrap();
        }
    }
    let lab = lab(&zone).await;
    for domain in ["loop.test", "ping.test", "round.test", "a.deep.test", "a.grow.test", "bomb.test"] {
        assert_eq!(lab.spf(domain).await, SpfResult::PermError, "{domain}");
    }
}

#[tokio::test]
async fn mail_hosts_without_end() {
    let mut zone = String::from("wide.test TXT v=spf1 ");
    (0..9).for_each(|n| write!(zone, "mx:m{n}.wide.test ").unwrap());
    zone += "mx -all\n";
    for list in 0..9 {
        (0..10).for_each(|n| writeln!(zone, "m{list}.wide.test MX {n} h{n}.m{list}.wide.test").unwrap());
        (0..10).for_each(|n| writeln!(zone, "h{n}.m{list}.wide.test A 198.51.100.{n}").unwrap());
    }
    zone += "many.test TXT v=spf1 mx -all\n";
    (0..200).for_each(|n| writeln!(zone, "many.test MX {n} h{n}.many.test").unwrap());
    let lab = lab(&zone).await;
    let wide = lab.judge("wide.test").await;
    assert_eq!(wide.spf.result, SpfResult::TempError, "111 look-ups are more than one message gets");
    assert_eq!(wide.limits, ["more than 64 DNS queries"]);
    assert_eq!(lab.spf("many.test").await, SpfResult::PermError);
}

/// A domain with the dearest record there can be: ten times ten mail hosts.
fn costly() -> String {
    let mut zone = String::from("costly.test TXT v=spf1 ");
    (0..10).for_each(|n| write!(zone, "mx:m{n}.costly.test ").unwrap());
    zone += "-all\n";
    for list in 0..10 {
        (0..10).for_each(|n| writeln!(zone, "m{list}.costly.test MX {n} h{n}.m{list}.costly.test").unwrap());
        (0..10).for_each(|n| writeln!(zone, "h{n}.m{list}.costly.test A 198.51.100.{n}").unwrap());
    }
    zone
}

#[tokio::test]
async fn a_costly_helo_name_hides_nothing() {
    // All ten terms that RFC 7208 allows, and a policy.
    let mut zone = costly() + "victim.test TXT v=spf1 ";
    (0..10).for_each(|n| write!(zone, "a:h{n}.victim.test ").unwrap());
    zone += "-all\n_dmarc.victim.test TXT v=DMARC1; p=reject\n";
    (0..10).for_each(|n| writeln!(zone, "h{n}.victim.test A 203.0.113.{n}").unwrap());
    // The HELO name has the time to ask for all it wants.
    zone += "h0.victim.test DELAY 150\n";
    let results = lab(&zone).await.judge_from("costly.test", "victim.test").await;
    assert_eq!(results.spf_helo.result, SpfResult::TempError);
    assert_eq!((results.spf.result, results.dmarc[0].result), (SpfResult::Fail, DmarcResult::Fail));
}

#[tokio::test]
async fn costly_identities_hide_no_policy() {
    let policies = ["one", "two", "three"].map(|name| format!("_dmarc.{name}.test TXT v=DMARC1; p=reject\n")).concat();
    let lab = lab(&(costly() + &policies)).await;
    let authors = "x@a.b.c.d.e.f.g.h.one.test, y@a.b.c.d.e.f.g.h.two.test, z@a.b.c.d.e.f.g.h.three.test";
    let results = lab.authenticator.authenticate(&envelope("costly.test", "a@costly.test"), &message(authors)).await;
    assert!(lab.server.count() <= MAX_QUERIES, "{} queries", lab.server.count());
    let found = results.dmarc.iter().map(|d| (d.result, d.policy)).collect::<Vec<_>>();
    assert_eq!(found, [(DmarcResult::Fail, DmarcPolicy::Reject); 3]);
    assert_eq!((results.spf.result, results.limits.len()), (SpfResult::TempError, 1), "{:?}", results.limits);
}

#[tokio::test]
async fn look_ups_that_find_nothing() {
    let mut zone = String::from("void.test TXT v=spf1 ");
    (0..10).for_each(|n| write!(zone, "exists:{n}.nothing.test ").unwrap());
    zone += "+all\n";
    let lab = lab(&zone).await;
    let before = lab.server.count();
    assert_eq!(lab.spf("void.test").await, SpfResult::PermError);
    assert!(lab.server.count() - before < 12, "ended at the third");
}

#[tokio::test]
async fn records_of_any_size() {
    let mut zone = String::new();
    writeln!(zone, "huge.test TXT v=spf1 {}ip4:192.0.2.1 -all", "ip4:198.51.100.1 ".repeat(3_700)).unwrap();
    writeln!(zone, "macros.test TXT v=spf1 exists:{} -all", "%{s}".repeat(15_000)).unwrap();
    (0..200).for_each(|n| writeln!(zone, "crowd.test TXT v=other{n} {}", "x".repeat(200)).unwrap());
    zone += "crowd.test TXT v=spf1 ip4:192.0.2.1 -all\n";
    let lab = lab(&zone).await;
    assert_eq!(lab.spf("huge.test").await, SpfResult::Pass, "64 kB over TCP");
    assert_eq!(lab.spf("macros.test").await, SpfResult::Fail);
    assert_eq!(lab.spf("crowd.test").await, SpfResult::Pass);
}

#[tokio::test]
async fn aliases_without_end() {
    let mut zone = String::from("circle.test CNAME circle2.test\ncircle2.test CNAME circle.test\n");
    (0..100).for_each(|n| writeln!(zone, "c{n}.chain.test CNAME c{}.chain.test", n + 1).unwrap());
    zone += "c100.chain.test A 192.0.2.1\nc5.short.test A 192.0.2.1\n";
    (0..5).for_each(|n| writeln!(zone, "c{n}.short.test CNAME c{}.short.test", n + 1).unwrap());
    zone += "short.test TXT v=spf1 a:c0.short.test -all\n\
             a.test TXT v=spf1 a:circle.test ~all\n\
             b.test TXT v=spf1 a:c0.chain.test ~all\n\
             d.test TXT v=spf1 mx ?all\n";
    // Ten circles, each of which is asked round and round.
    for n in 0..10 {
        writeln!(zone, "d.test MX {n} h{n}.d.test\nh{n}.d.test CNAME i{n}.d.test\ni{n}.d.test CNAME h{n}.d.test")
            .unwrap();
    }
    let lab = lab(&zone).await;
    assert_eq!(lab.spf("short.test").await, SpfResult::Pass);
    for domain in ["circle.test", "a.test", "b.test", "d.test"] {
        let result = lab.spf(domain).await;
        assert!(!matches!(result, SpfResult::Fail | SpfResult::Pass), "{domain}: {result}");
    }
}

#[tokio::test]
async fn absent_records_cost_one_query_each() {
    let zone = ["one", "two", "three"].map(|name| format!("*.{name}.test A 198.51.100.1\n")).concat();
    let lab = lab(&zone).await;
    let authors = "x@a.b.c.d.e.f.g.h.one.test, y@a.b.c.d.e.f.g.h.two.test, z@a.b.c.d.e.f.g.h.three.test";
    let results = lab.authenticator.authenticate(&envelope("one.test", "a@two.test"), &message(authors)).await;
    let policies = results.dmarc.iter().map(|d| d.result).collect::<Vec<_>>();
    assert_eq!((policies, results.limits), (vec![DmarcResult::None; 3], vec![]));
    assert!(lab.server.count() >= 20, "many names were asked for");
}

#[tokio::test]
async fn packets_cut_short() {
    let zone = "cut.test TXT v=spf1 ip4:192.0.2.1 -all\ncut.test TRUNCATE\n\
                dead.test TXT v=spf1 ip4:198.51.100.1 -all\ndead.test DEADTCP\n\
                in.test TXT v=spf1 a:dead.test -all\n_dmarc.in.test TXT v=DMARC1; p=reject\n";
    let lab = lab(zone).await;
    assert_eq!(lab.spf("cut.test").await, SpfResult::Pass, "asked again over TCP");
    assert_eq!(lab.spf("dead.test").await, SpfResult::TempError);
    let results = lab.judge("in.test").await;
    assert_eq!((results.spf.result, results.dmarc[0].result), (SpfResult::TempError, DmarcResult::TempError));
}

#[tokio::test]
async fn slow_answers() {
    // Each in time for one look-up, together too slow for one message.
    let mut zone = String::from("slow.test TXT v=spf1 ");
    (0..10).for_each(|n| write!(zone, "a:h{n}.slow.test ").unwrap());
    zone += "-all\n";
    (0..10).for_each(|n| writeln!(zone, "h{n}.slow.test A 198.51.100.{n}\nh{n}.slow.test DELAY 300").unwrap());
    zone += "_dmarc.slow.test TXT v=DMARC1; p=reject\n\
             quick.test TXT v=spf1 a:h.quick.test -all\nh.quick.test A 192.0.2.1\nh.quick.test DELAY 50\n";
    let lab = lab(&zone).await;
    assert_eq!(lab.spf("quick.test").await, SpfResult::Pass);
    let results = lab.judge("slow.test").await;
    assert_eq!((results.spf.result, results.dmarc[0].result), (SpfResult::TempError, DmarcResult::TempError));
}

#[tokio::test]
async fn servers_that_fail() {
    let zone = "s.test TXT v=spf1 include:bad.test a:bad.test -all\nbad.test SERVFAIL\n\
                _dmarc.s.test TXT v=DMARC1; p=reject\n";
    let results = lab(zone).await.judge("s.test").await;
    assert_eq!((results.spf.result, results.dmarc[0].result), (SpfResult::TempError, DmarcResult::TempError));
}

/// 200 messages, all at once, of strangers each with a name of his own, while the DNS says nothing at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_dns() {
    const BUDGET: u64 = 500;
    let server = dns::serve("* TIMEOUT\n", 0).await.unwrap();
    let servers = vec![server.addr.to_string()];
    let settings = config::Dns { servers, timeout_ms: 300, attempts: 2, budget_ms: BUDGET, ..config::Dns::default() };
    let authenticator = Authenticator::new(&settings).unwrap();
    let judged = join_all((0..200).map(|n| {
        let authenticator = &authenticator;
        async move {
            let begin = Instant::now();
            let author = format!("a@s{n}.test");
            let results = authenticator.authenticate(&envelope("mx.helo.test", &author), &message(&author)).await;
            (begin.elapsed(), results)
        }
    }))
    .await;
    let mut times: Vec<Duration> = judged.iter().map(|(took, _)| *took).collect();
    times.sort();
    println!("a dead DNS, a budget of {BUDGET} ms, 200 messages: median {:?}, p99 {:?}", times[100], times[197]);
    assert!(times[197] < Duration::from_millis(BUDGET) + GRACE, "p99 {:?}", times[197]);
    for (_, results) in judged {
        let found = (results.spf.result, results.spf_helo.result, results.dmarc[0].result);
        assert_eq!(found, (SpfResult::TempError, SpfResult::TempError, DmarcResult::TempError));
    }
    assert!(server.count() < 200 * MAX_QUERIES);
}

#[test]
fn a_server_that_is_no_address_is_refused_in_words() {
    let settings = config::Dns { servers: vec!["dns.example".into()], ..config::Dns::default() };
    let error = Authenticator::new(&settings).err().unwrap();
    assert!(error.contains("dns.example") && error.contains("IP:PORT"), "{error}");
}

#[tokio::test]
async fn a_bad_zone_is_refused_with_its_line() {
    let error = dns::serve("a.test A 192.0.2.1\n\n; x\nb.test A nonsense\n", 0).await.err().unwrap();
    assert!(error.contains("line 4"), "{error}");
}
