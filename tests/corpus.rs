//! Judges every message of the corpus as the milter would, over real DNS packets, and says of all that differ at once.
//!
//! `UPDATE_EXPECT=1` signs messages whose `[[sign]]` signature is missing or stale, and writes `action` and `signals`
//! into cases that leave `action` out, `signals` into those whose `action` is right; what a case already says is never
//! changed. `CORPUS=text` keeps to names that hold it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common {
    pub(crate) mod corpus;
    pub(crate) mod dns;
}

use common::corpus::{self, Case};
use common::dns::{self, DnsServer};
use spoof_milter::auth::{Authenticator, DkimResult};
use spoof_milter::judge::{judge, load_policy};
use spoof_milter::mail::Message;
use spoof_milter::policy::{Action, Mode, Policy};
use spoof_milter::signals::SIGNALS;
use spoof_milter::verdict::Verdict;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

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
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut differences = String::new();
    for mut case in cases() {
        if update && !corpus::is_signed(&case) {
            sign(&mut case);
        }
        let mut verdict = judged(&case, &policy, &authenticator).await;
        if update && is_stale(&case, &verdict) {
            sign(&mut case);
            verdict = judged(&case, &policy, &authenticator).await;
        }
        let outcome = outcome_of(&verdict);
        let open = case.action.is_empty() || !case.signals_decided && case.action == outcome.action;
        if update && open {
            write_expectation(&case, &outcome);
            continue;
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
    let queue = Mutex::new(cases());
    let differences = Mutex::new(String::new());
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            for _ in 0..PROGRAMS_AT_ONCE {
                scope.spawn(|| {
                    while let Some(case) = { queue.lock().unwrap().pop() } {
                        match checked(&case, &configuration) {
                            Ok(outcome) => compare(&case, &outcome, &mut differences.lock().unwrap()),
                            Err(why) => writeln!(differences.lock().unwrap(), "{}: {why}", case.name).unwrap(),
                        }
                    }
                });
            }
        });
    });
    let differences = differences.into_inner().unwrap();
    assert!(differences.is_empty(), "`check --json` differs:\n{differences}");
}

/// Writes a line a case with all that its verdict says to the file `VERDICTS` names, so that two versions can be
/// compared.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verdicts_are_written_where_they_are_asked_for() {
    let Some(path) = std::env::var_os("VERDICTS") else { return };
    let (_dns, policy) = world().await;
    let authenticator = Authenticator::for_policy(&policy).unwrap();
    let mut out = String::new();
    for case in cases() {
        let message = Message::parse(case.raw.clone(), true);
        let v = judge(&case.envelope, &message, &policy, &authenticator).await;
        let auth = spoof_milter::auth::header::authentication_results(
            &v.auth,
            &case.envelope,
            "mx.example.net",
            v.sealer.as_ref(),
        );
        let findings: Vec<String> = v
            .findings
            .iter()
            .map(|f| {
                format!("{}({}) {:?} {} {}: {}", f.signal.id, f.points, f.at_least, f.shadow, f.exempt, f.evidence)
            })
            .collect();
        writeln!(
            out,
            "{}: {} {} {:?} {:?} {} {:?} {:?} {:?} {:?} {} | {} | {auth:?}",
            case.name,
            v.word(),
            v.score,
            v.brand,
            v.claim,
            v.proven,
            v.limits,
            v.notes,
            v.deferred,
            v.passed,
            v.case_id,
            findings.join(" / ")
        )
        .unwrap();
    }
    std::fs::write(path, out).unwrap();
}

#[test]
fn every_signal_has_messages_that_fire_it_and_near_misses() {
    let cases = corpus::load(&corpus::directory());
    let mut poor = String::new();
    for signal in SIGNALS.into_iter().filter(|s| !SHOWN_ELSEWHERE.contains(&s.id)) {
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
        assert!(known, "{}: {:?} is no action", case.name, case.action);
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
fn outcome_of(verdict: &Verdict) -> Outcome {
    let action = if verdict.passed.is_some() || verdict.mode == Mode::Monitor {
        "accept"
    } else if verdict.deferred.is_some() {
        "tempfail"
    } else {
        verdict.action.as_str()
    };
    let enforced = verdict.findings.iter().filter(|f| !f.shadow);
    Outcome { action: action.into(), signals: enforced.map(|f| f.signal.id.to_owned()).collect() }
}

/// The outcome as the program prints it.
fn checked(case: &Case, configuration: &Path) -> Result<Outcome, String> {
    let envelope = &case.envelope;
    let mut command = Command::new(env!("CARGO_BIN_EXE_spoof-milter"));
    command.arg("-c").arg(configuration).args(["check", "--json"]);
    if let Some(ip) = envelope.client.ip {
        command.args(["--ip", &ip.to_string()]);
    }
    command.arg(format!("--helo={}", envelope.helo)).arg(format!("--mail-from={}", envelope.mail_from));
    for recipient in &envelope.rcpt_to {
        command.arg(format!("--rcpt={recipient}"));
    }
    if let Some(user) = &envelope.auth_user {
        command.arg(format!("--auth-user={user}"));
    }
    let output = command.arg(&case.eml).output().map_err(|e| e.to_string())?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let json: serde_json::Value = serde_json::from_str(stdout.trim())
        .map_err(|e| format!("{e} in {stdout:?}; stderr {:?}", String::from_utf8_lossy(&output.stderr)))?;
    let signals = json["signals"].as_array().ok_or("no signals")?;
    Ok(Outcome {
        action: json["action"].as_str().ok_or("no action")?.to_owned(),
        signals: signals.iter().filter_map(|s| s["id"].as_str().map(str::to_owned)).collect(),
    })
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

/// True if a signature that should verify does not: the message was edited since.
fn is_stale(case: &Case, verdict: &Verdict) -> bool {
    case.sign.iter().filter(|s| s.damage.is_empty()).any(|sign| {
        let of_domain = |d: &&spoof_milter::auth::Dkim| d.domain.as_ref().is_some_and(|d| d.to_string() == sign.domain);
        verdict.auth.dkim.iter().filter(of_domain).any(|d| d.result == DkimResult::Fail)
    })
}

fn sign(case: &mut Case) {
    case.raw = corpus::signed(case, &corpus::directory().join("keys"));
    std::fs::write(&case.eml, &case.raw).unwrap();
}

/// Puts `action` and `signals` below `why` in place of what stood there, for someone to read before they are committed.
fn write_expectation(case: &Case, outcome: &Outcome) {
    let path = case.eml.with_extension("toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let signals: Vec<String> = outcome.signals.iter().map(|s| format!("{s:?}")).collect();
    let lines = format!("action = {:?}\nsignals = [{}]\n", outcome.action, signals.join(", "));
    let decided = |line: &&str| !line.starts_with("signals =") && !line.starts_with("action =");
    let kept: String = text.split_inclusive('\n').filter(decided).collect();
    let after_why = kept.find('\n').map_or(kept.len(), |at| at + 1);
    std::fs::write(&path, format!("{}{lines}{}", &kept[..after_why], &kept[after_why..])).unwrap();
}
