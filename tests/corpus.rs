//! Judges every message of the corpus as the milter would, over real DNS packets, and says of all that differ at once.
//!
//! - `UPDATE_EXPECT=1` signs messages whose `[[sign]]` signature is missing or stale, writes `action` and `signals`
//!   where a case leaves `action` out, and `signals` where it leaves only these out and its `action` is right.
//! - `UPDATE_EXPECT=added` adds the id of a new signal to the `signals` of cases that are otherwise as expected, and
//!   tells which. New is what the signals table of the last commit's README.md does not list.
//! - Neither removes an id or changes an action that a case states.
//! - `CORPUS=text` keeps to cases whose names hold it.
//! - `VERDICTS=file` writes all that the verdicts say, a line a case, so that two versions can be compared.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/corpus.rs"]
mod corpus;
#[path = "common/dns.rs"]
mod dns;
#[path = "corpus/program.rs"]
mod program;
#[path = "corpus/update.rs"]
mod update;

use corpus::Case;
use dns::DnsServer;
use program::{batches, check_differences};
use spoof_milter::auth::Authenticator;
use spoof_milter::auth::header::authentication_results;
use spoof_milter::disposition::{Circumstances, dispose};
use spoof_milter::judge::{judge, load_policy};
use spoof_milter::mail::Message;
use spoof_milter::policy::{Action, Policy};
use spoof_milter::signals::{Finding, SIGNALS};
use spoof_milter::verdict::Verdict;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Mutex;
use update::{Update, add_signals, is_stale, sign, undecided, write_expectation};

/// Programs run at once by the command-line test: enough to hide their start, few enough for a small machine.
const PROGRAMS_AT_ONCE: usize = 4;
/// Cases a signal needs that fire it, and that nearly do.
const FIRING: usize = 3;
const NEAR_MISSES: usize = 3;
/// What needs more than a message and the DNS to fire, and where its cases are: tests/clamd.rs.
const SHOWN_ELSEWHERE: [&str; 1] = ["virus-found"];
/// Attacks on authentication that are caught, and honest messages that look odd and are not, in authentication/ and
/// hostile/.
const ATTACKS: usize = 150;
const HONEST_ODD: usize = 60;
/// What the names of those honest messages begin with.
const HONEST: &str = "honest-";
/// Folders that are not named for a signal.
const OTHER_FOLDERS: [&str; 4] = ["legitimate", "authentication", "hostile", "campaigns"];

/// What was made of a message, in the corpus's words.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    action: String,
    signals: BTreeSet<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_message_gets_the_expected_verdict() {
    let (_dns, policy) = world().await;
    let authenticator = Authenticator::for_policy(&policy).unwrap();
    let update = Update::asked_for();
    let mut differences = String::new();
    for mut case in cases() {
        if update == Update::Undecided && !corpus::is_signed(&case) {
            sign(&mut case);
        }
        let mut verdict = judged(&case, &policy, &authenticator).await;
        if update == Update::Undecided && is_stale(&case, &verdict) {
            sign(&mut case);
            verdict = judged(&case, &policy, &authenticator).await;
        }
        let outcome = outcome_of(&case, &policy, &verdict);
        match &update {
            Update::Undecided if undecided(&case, &outcome) => {
                write_expectation(&case, &outcome);
                continue;
            }
            Update::Added(new) => add_signals(&mut case, &outcome, new),
            Update::Undecided | Update::Nothing => {}
        }
        compare(&case, &outcome, &mut differences);
        compare_auth(&case, &verdict, &mut differences);
    }
    assert!(differences.is_empty(), "these cases differ:\n{differences}");
}

/// The same through the program: reading options, judging, printing JSON.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_gives_the_same_verdicts() {
    let (dns, _) = world().await;
    let dir = tempfile::tempdir().unwrap();
    let configuration = dir.path().join("spoof-milter.toml");
    let policy = std::fs::read_to_string(corpus::directory().join("policy.toml")).unwrap();
    std::fs::write(&configuration, format!("{policy}\n[dns]\nservers = [\"{}\"]\n", dns.addr)).unwrap();
    let queue = Mutex::new(batches(cases()));
    let differences = Mutex::new(String::new());
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            for _ in 0..PROGRAMS_AT_ONCE {
                scope.spawn(|| {
                    while let Some((options, cases)) = { queue.lock().unwrap().pop() } {
                        let told = check_differences(&options, &cases, &configuration);
                        differences.lock().unwrap().push_str(&told);
                    }
                });
            }
        });
    });
    let differences = differences.into_inner().unwrap();
    assert!(differences.is_empty(), "`check --json` differs:\n{differences}");
}

/// Writes a line a case with all that its verdict says to the file that `VERDICTS` names.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verdicts_are_written_where_they_are_asked_for() {
    let Some(path) = std::env::var_os("VERDICTS") else { return };
    let (_dns, policy) = world().await;
    let authenticator = Authenticator::for_policy(&policy).unwrap();
    let mut out = String::new();
    for case in cases() {
        let verdict = judged(&case, &policy, &authenticator).await;
        out += &all_it_says(&case, &verdict, &Circumstances::of(&case.envelope, &policy));
    }
    std::fs::write(path, out).unwrap();
}

fn all_it_says(case: &Case, v: &Verdict, circumstances: &Circumstances) -> String {
    let auth = authentication_results(&v.auth, &case.envelope, "mx.example.net", v.sealer.as_ref());
    let finding = |f: &Finding| {
        format!("{}({}) {:?} {} {}: {}", f.signal.id, f.points, f.at_least, f.shadow, f.exempt, f.evidence)
    };
    let findings: Vec<String> = v.findings.iter().map(finding).collect();
    let (name, word, findings) = (&case.name, dispose(v, circumstances).enforced.as_str(), findings.join(" / "));
    let decided = format!("{word} {} {:?} {:?} {}", v.score, v.brand, v.claim, v.proven);
    let (passed, id) = (circumstances.exempt, &v.case_id);
    let besides = format!("{:?} {:?} {:?} {passed:?} {id}", v.limits, v.notes, v.deferred);
    format!("{name}: {decided} {besides} | {findings} | {auth:?}\n")
}

#[test]
fn every_signal_has_messages_that_fire_it_and_near_misses() {
    let cases = corpus::load(&corpus::directory());
    let mut poor = String::new();
    for signal in SIGNALS.iter().filter(|s| !SHOWN_ELSEWHERE.contains(&s.id)) {
        let folder: Vec<&Case> = cases.iter().filter(|c| c.folder == signal.id).collect();
        let firing = folder.iter().filter(|c| c.signals.iter().any(|s| s == signal.id)).count();
        let near = folder.len() - firing;
        if firing < FIRING || near < NEAR_MISSES {
            writeln!(poor, "corpus/{}: {firing} fire, {near} nearly (at least {FIRING} and {NEAR_MISSES})", signal.id)
                .unwrap();
        }
    }
    assert!(poor.is_empty(), "add messages:\n{poor}");
}

#[test]
fn expectations_use_known_words() {
    let ids: BTreeSet<&str> = SIGNALS.iter().map(|s| s.id).collect();
    for case in corpus::load(&corpus::directory()) {
        assert!(
            ids.contains(case.folder.as_str()) || OTHER_FOLDERS.contains(&case.folder.as_str()),
            "corpus/{}: no signal is called that",
            case.folder
        );
        for signal in &case.signals {
            assert!(ids.contains(signal.as_str()), "{}: no signal is called {signal:?}", case.name);
        }
        let known = case.action.is_empty()
            || case.action == "tempfail"
            || Action::ALL.iter().any(|a| a.as_str() == case.action);
        assert!(known, "{}: {:?} is not an action", case.name, case.action);
        assert!(!case.why.trim().is_empty(), "{}: why does it exist?", case.name);
    }
}

#[test]
fn legitimate_mail_is_accepted() {
    for case in corpus::load(&corpus::directory()).iter().filter(|c| c.folder == "legitimate") {
        assert_eq!(case.action, "accept", "{}", case.name);
    }
}

#[test]
fn authentication_is_attacked_and_honest_mail_spared() {
    let cases = corpus::load(&corpus::directory());
    let here = |c: &&Case| c.folder == "authentication" || c.folder == "hostile";
    let is_honest = |c: &Case| c.name.split('/').next_back().is_some_and(|n| n.starts_with(HONEST));
    let (honest, others): (Vec<&Case>, Vec<&Case>) = cases.iter().filter(here).partition(|c| is_honest(c));
    for case in &honest {
        assert_eq!(case.action, "accept", "{}", case.name);
    }
    let caught = others.iter().filter(|c| matches!(c.action.as_str(), "tag" | "quarantine" | "reject")).count();
    assert!(caught >= ATTACKS, "only {caught} attacks");
    assert!(honest.len() >= HONEST_ODD, "only {} honest odd messages", honest.len());
}

/// What a signature's age makes of a message must not change while the corpus lies here.
#[test]
fn signatures_are_dated_only_where_a_case_says_so() {
    let cases = corpus::load(&corpus::directory());
    let wrong: Vec<&str> = cases.iter().filter(|c| !corpus::is_signed(c)).map(|c| c.name.as_str()).collect();
    assert!(
        wrong.is_empty(),
        "sign anew: UPDATE_EXPECT=1 cargo test --test corpus every_message\n{}",
        wrong.join("\n")
    );
}

/// Postfix hands over what came by SMTP; only hostile/ may hold lines no SMTP client would send.
#[test]
fn messages_are_as_on_the_wire() {
    for case in corpus::load(&corpus::directory()).iter().filter(|c| c.folder != "hostile") {
        let bare = case.raw.iter().enumerate().any(|(i, b)| *b == b'\n' && (i == 0 || case.raw[i - 1] != b'\r'));
        assert!(!bare, "{}: a line ends without CR", case.name);
        assert!(case.raw.ends_with(b"\r\n"), "{}: the last line does not end", case.name);
    }
}

/// The DNS of the corpus and the policy it is judged by.
async fn world() -> (DnsServer, Policy) {
    let dir = corpus::directory();
    let zone = std::fs::read_to_string(dir.join("zone.txt")).unwrap();
    let dns = dns::serve(&zone, 0).await.unwrap();
    let mut policy = load_policy(Some(&dir.join("policy.toml"))).unwrap();
    policy.config.dns.servers = vec![dns.addr.to_string()];
    (dns, policy)
}

fn cases() -> Vec<Case> {
    let only = std::env::var("CORPUS").unwrap_or_default();
    corpus::load(&corpus::directory()).into_iter().filter(|c| c.name.contains(&only)).collect()
}

async fn judged(case: &Case, policy: &Policy, authenticator: &Authenticator) -> Verdict {
    let message = Message::parse(case.raw.clone(), true);
    judge(&case.envelope, &message, policy, authenticator).await
}

/// What really happens to a message with this verdict.
fn outcome_of(case: &Case, policy: &Policy, verdict: &Verdict) -> Outcome {
    let disposition = dispose(verdict, &Circumstances::of(&case.envelope, policy));
    let enforced = verdict.findings.iter().filter(|f| !f.shadow);
    let action = disposition.measure.as_str();
    Outcome { action: action.into(), signals: enforced.map(|f| f.signal.id.to_owned()).collect() }
}

fn compare(case: &Case, got: &Outcome, differences: &mut String) {
    let expected: BTreeSet<String> = case.signals.iter().cloned().collect();
    if got.action == case.action && got.signals == expected {
        return;
    }
    writeln!(differences, "{}: {}", case.name, case.why).unwrap();
    if got.action != case.action {
        writeln!(differences, "    action   expected {}, got {}", case.action, got.action).unwrap();
    }
    let list = |set: Vec<&String>| set.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", ");
    let missing: Vec<&String> = expected.difference(&got.signals).collect();
    let surplus: Vec<&String> = got.signals.difference(&expected).collect();
    if !missing.is_empty() {
        writeln!(differences, "    silent   {}", list(missing)).unwrap();
    }
    if !surplus.is_empty() {
        writeln!(differences, "    surplus  {}", list(surplus)).unwrap();
    }
}

fn compare_auth(case: &Case, verdict: &Verdict, differences: &mut String) {
    let auth = &verdict.auth;
    let results = [
        ("spf", &case.auth.spf, auth.spf.result.as_str()),
        ("dkim", &case.auth.dkim, auth.dkim_summary().as_str()),
        ("dmarc", &case.auth.dmarc, auth.dmarc_summary().result.as_str()),
        ("arc", &case.auth.arc, auth.arc.result.as_str()),
    ];
    for (what, expected, got) in results {
        if expected.as_deref().is_some_and(|word| word != got) {
            let expected = expected.as_deref().unwrap_or_default();
            writeln!(differences, "{}: {what} expected {expected}, got {got}", case.name).unwrap();
        }
    }
}
