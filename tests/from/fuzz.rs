//! From, read against other readers: for any octets, if any of them sees the brand as the author and nothing proves it,
//! the verdict is at least quarantine. And nothing panics.
//!
//! Runs for 10 seconds, 60 with `SPOOF_MILTER_LONG=1`, or as many as `SPOOF_MILTER_FUZZ_SECS` says, in rounds of fixed
//! seeds that a failure names; `SPOOF_MILTER_FUZZ_SEED` begins at another one.

use super::grammar;
use super::readers::who_sees_the_brand;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use spoof_milter::auth::Authenticator;
use spoof_milter::judge::{judge, policy_of};
use spoof_milter::mail::{Client, Envelope, Message};
use spoof_milter::policy::{Action, Policy};
use spoof_milter::verdict::Verdict;
use std::io::Write;
use std::time::{Duration, Instant};

/// Seconds the search goes on unless the environment says otherwise, and those of a long run.
const SHORT_SECS: u64 = 10;
const LONG_SECS: u64 = 60;
/// Messages in one round, all from one seed.
const ROUND: u32 = 500;
/// The first seed.
const FIRST_SEED: u64 = 1;

/// A gateway that can look nothing up: nothing is ever proven.
struct Unproving {
    runtime: tokio::runtime::Runtime,
    policy: Policy,
    envelope: Envelope,
}

impl Unproving {
    fn new() -> Unproving {
        Unproving {
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
            policy: policy_of("", "test").unwrap(),
            envelope: Envelope {
                client: Client { ip: Some([198, 51, 100, 9].into()), name: String::new() },
                helo: "mail.evil.test".into(),
                mail_from: "bounce@evil.test".into(),
                rcpt_to: vec!["member@example.net".into()],
                ..Envelope::default()
            },
        }
    }

    fn judge(&self, raw: &[u8]) -> Verdict {
        let message = Message::parse(raw.to_vec(), true);
        self.runtime.block_on(judge(&self.envelope, &message, &self.policy, &Authenticator::offline()))
    }

    /// What is wrong with the judgement of these octets, and whether there was anything to see.
    fn check(&self, raw: &[u8]) -> Result<bool, String> {
        let verdict = self.judge(raw);
        match who_sees_the_brand(raw) {
            Some((reader, domain)) if verdict.action < Action::Quarantine => Err(format!(
                "{} is {:?}, but the reader {reader} sees {domain:?}; findings: {:?}",
                raw.escape_ascii(),
                verdict.action,
                verdict.findings.iter().map(|f| &f.evidence).collect::<Vec<_>>()
            )),
            seen => Ok(seen.is_some()),
        }
    }
}

/// Octets that print as a person can read them.
#[derive(Clone)]
struct Octets(Vec<u8>);

impl std::fmt::Debug for Octets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap_or_else(|e| panic!("{variable}: {e}")))
}

/// What nobody asked to be longer says that it is short, in a line of its own past the test harness.
fn usual_secs() -> u64 {
    if std::env::var_os("SPOOF_MILTER_LONG").is_some_and(|v| !v.is_empty() && v != "0") {
        return LONG_SECS;
    }
    let line = format!("\nSHORT: From is searched for {SHORT_SECS} s; SPOOF_MILTER_LONG=1 makes it {LONG_SECS}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    SHORT_SECS
}

#[test]
fn whoever_sees_the_brand_we_see_it() {
    let end = Instant::now() + Duration::from_secs(number("SPOOF_MILTER_FUZZ_SECS", usual_secs()));
    let first = number("SPOOF_MILTER_FUZZ_SEED", FIRST_SEED);
    let gateway = Unproving::new();
    let noise = proptest::collection::vec(any::<u8>(), 0..200).prop_map(|n| [b"From:", &n[..], b"\r\n\r\n"].concat());
    let messages = prop_oneof![9 => grammar::message(), 1 => noise].prop_map(Octets);
    let (mut seed, mut judged, seen) = (first, 0, std::cell::Cell::new(0));
    while seed == first || Instant::now() < end {
        let mut octets = [0; 32];
        octets[..8].copy_from_slice(&seed.to_le_bytes());
        let config = Config { cases: ROUND, failure_persistence: None, ..Config::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &octets);
        let outcome = TestRunner::new_with_rng(config, rng).run(&messages, |Octets(raw)| {
            let visible = gateway.check(&raw).map_err(TestCaseError::fail)?;
            seen.set(seen.get() + u64::from(visible));
            Ok(())
        });
        assert!(outcome.is_ok(), "SPOOF_MILTER_FUZZ_SEED={seed}: {}", outcome.unwrap_err());
        (seed, judged) = (seed + 1, judged + u64::from(ROUND));
    }
    println!("{judged} messages, seeds {first} to {}; in {} some reader saw the brand", seed - 1, seen.get());
    // A generator that never shows the brand, or always does, proves nothing.
    assert!(seen.get() > judged / 10 && seen.get() < judged, "{} of {judged}", seen.get());
}

/// The attacks of "Composition kills" (Chen et al., USENIX Security 2020) and "Weak links in authentication chains"
/// (Shen et al., USENIX Security 2021) that live in From.
#[test]
fn published_attacks_are_seen() {
    let gateway = Unproving::new();
    let mut missed = vec![];
    for header in [
        "From: b@evil.test\r\nFrom: a@elance.com\r\n",
        "From: a@elance.com\r\nFrom: b@evil.test\r\n",
        " From: a@elance.com\r\nFrom: b@evil.test\r\n",
        "From : a@elance.com\r\nFrom: b@evil.test\r\n",
        "From\r\n : a@elance.com\r\nFrom: b@evil.test\r\n",
        "From: b@evil.test, a@elance.com\r\n",
        "From: a@elance.com, b@evil.test\r\n",
        "From: <@elance.com,@x.test:b@evil.test>\r\n",
        "From: <@evil.test:a@elance.com>\r\n",
        "From: (a@elance.com) b@evil.test\r\n",
        "From: <b@evil.test> (a@elance.com)\r\n",
        "From: a@elance.com(<b@evil.test>\r\n",
        "From: <a@elance.com>b@evil.test\r\n",
        "From: <a@elance.com> <b@evil.test>\r\n",
        "From: <a@elance.com>\0@evil.test\r\n",
        "From: <a@elance.com\\>,<b@evil.test>\r\n",
        "From: a@elance.com\0.evil.test\r\n",
        "From: a@elance.com \0@evil.test\r\n",
        "From: \"a@elance.com\"@evil.test\r\n",
        "From: a@elance.com@evil.test\r\n",
        "From: =?utf-8?b?PGFAZWxhbmNlLmNvbT4=?= <b@evil.test>\r\n",
        "From: =?utf-8?b?YUBlbGFuY2UuY29tAA==?=@evil.test\r\n",
        "From: =?utf-8?q?a=40elance.com=2C?= b@evil.test\r\n",
        "From: \"a@elance.com\" <b@evil.test>\r\n",
        "From: a@elance.com: b@evil.test;\r\n",
        "From: elance.com: b@evil.test;\r\n",
        "From: Team: a@elance.com;\r\n",
        "From: a@elance.com\r X: y\r\n",
        "X: y\rFrom: a@elance.com\r\nFrom: b@evil.test\r\n",
        "Fr\0om: a@elance.com\r\nFrom: b@evil.test\r\n",
        "From: \r\n a@elance.com\r\n",
        "From: a@elance\r\n .com\r\n",
        "From: b@evil.test\r\nSender: a@elance.com\r\n",
        "From: b@evil.test\r\nResent-From: a@elance.com\r\n",
        "From: b@evil.test\r\nResent-Sender: a@elance.com\r\n",
        "Sender: a@elance.com\r\n",
        "From: a@sub.that.is.not.elance.com\r\n",
        "From: a@elance.com.\r\n",
        "From: a@ｅｌａｎｃｅ。ｃｏｍ\r\n",
        "From: a@𝓮𝓵𝓪𝓷𝓬𝓮.𝓬𝓸𝓶\r\n",
        "From: a@elan\u{ad}ce.com\r\n",
    ] {
        let verdict = gateway.judge(format!("{header}\r\nHello.\r\n").as_bytes());
        if verdict.action < Action::Quarantine {
            missed.push(format!("{header:?} is {:?}: {:?}", verdict.action, verdict.findings));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    let many: String = (0..40).map(|i| format!("b@d{i}.test, ")).collect();
    let hidden = format!("From: {many}a@elance.com, {many}x@last.test\r\n\r\n");
    assert_eq!(gateway.judge(hidden.as_bytes()).action, Action::Reject, "no limit hides the brand");
    let fields: String = (0..90).map(|i| format!("From: b@d{}.test\r\n", i % 45)).collect();
    let hidden = format!("{fields}From: a@elance.com\r\n{fields}\r\n");
    assert_eq!(gateway.judge(hidden.as_bytes()).action, Action::Reject, "nor do many fields");
}

/// Odd and honest: nobody is told that this From is ambiguous, or that it claims the brand.
#[test]
fn honest_oddities_are_left_alone() {
    let gateway = Unproving::new();
    let mut wronged = vec![];
    for header in [
        "From: Ann <a@x.test>, Bob <b@y.test>\r\nSender: a@x.test\r\n",
        "From: Undisclosed senders:;\r\n",
        "From: \"Ann (Sales), Ltd.\" <a@x.test>\r\n",
        "From: a@x.test (Ann, \"the boss\" <of all>)\r\n",
        "From: \"ann smith\"@x.test\r\n",
        "From: \"ann@home\"@x.test\r\n",
        "From: \"b@y.test\" <a@x.test>\r\n",
        "From: \"b@y.test via list\" <a@x.test>\r\n",
        "From: =?utf-8?q?J=C3=BCrgen?= <jürgen@bücher.test>\r\n",
        "From: 用户@例子.test\r\n",
        "From: Ann\r\n <a@x.test>\r\n",
        "From: <a@x.test>\r\n",
        "From: a @ x.test\r\n",
        "From: \"@ann\" <a@x.test>\r\n",
        "From: Ann @ X Ltd <a@x.test>\r\n",
        "From: [List] Ann <a@x.test>\r\n",
        "From: elance.com@x.test\r\n",
    ] {
        let verdict = gateway.judge(format!("{header}\r\nHello.\r\n").as_bytes());
        if verdict.action != Action::Accept {
            wronged.push(format!("{header:?}: {:?}", verdict.findings));
        }
    }
    assert!(wronged.is_empty(), "{}", wronged.join("\n"));
}
