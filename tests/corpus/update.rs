//! What `UPDATE_EXPECT` writes into the corpus, for someone to read before it is committed.

use crate::Outcome;
use crate::corpus::{self, Case};
use spoof_milter::auth::DkimResult;
use spoof_milter::signals::SIGNALS;
use spoof_milter::verdict::Verdict;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Command;

/// What `UPDATE_EXPECT` asks for.
#[derive(PartialEq, Eq)]
pub(crate) enum Update {
    Nothing,
    /// Sign, and fill in what cases leave out.
    Undecided,
    /// Add these signals to cases that state their signals.
    Added(BTreeSet<&'static str>),
}

impl Update {
    pub(crate) fn asked_for() -> Update {
        match std::env::var("UPDATE_EXPECT").as_deref() {
            Err(_) | Ok("") => Update::Nothing,
            Ok("added") => Update::Added(new_signals()),
            Ok(_) => Update::Undecided,
        }
    }
}

/// Signals that the README of the last commit does not list.
fn new_signals() -> BTreeSet<&'static str> {
    let git = Command::new("git").args(["show", "HEAD:./README.md"]).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let output = git.expect("UPDATE_EXPECT=added needs git");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "UPDATE_EXPECT=added needs the README.md of the last commit: {said}");
    let readme = String::from_utf8_lossy(&output.stdout);
    SIGNALS.iter().map(|s| s.id).filter(|id| !readme.contains(&format!("\n| `{id}` |"))).collect()
}

pub(crate) fn undecided(case: &Case, outcome: &Outcome) -> bool {
    case.action.is_empty() || !case.signals_decided && case.action == outcome.action
}

/// Adds the new signals that fired to what a case expects, if nothing else differs, and says so for someone to read.
pub(crate) fn add_signals(case: &mut Case, outcome: &Outcome, new: &BTreeSet<&'static str>) {
    let expected: BTreeSet<String> = case.signals.iter().cloned().collect();
    let added: Vec<String> = outcome.signals.difference(&expected).cloned().collect();
    let only_added = case.action == outcome.action && expected.is_subset(&outcome.signals);
    let all_new = added.iter().all(|id| new.contains(id.as_str()));
    if added.is_empty() || !only_added || !all_new || !case.signals_decided {
        return;
    }
    let path = case.eml.with_extension("toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let line = |line: &str| match line.strip_prefix("signals = [").and_then(|list| list.split_once(']')) {
        Some((list, rest)) => {
            let quoted = added.iter().map(|id| format!("{id:?}"));
            let ids: Vec<String> = Some(list.to_owned()).filter(|l| !l.is_empty()).into_iter().chain(quoted).collect();
            format!("signals = [{}]{rest}", ids.join(", "))
        }
        None => line.to_owned(),
    };
    std::fs::write(&path, text.split_inclusive('\n').map(line).collect::<String>()).unwrap();
    // Past the test harness, which keeps to itself what a test that passes prints.
    let told = format!("added to {}: {}\n", case.name, added.join(", "));
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    *case = corpus::load_case(&path);
}

/// Puts `action` and `signals` below `why` in place of what stood there, for someone to read before they are committed.
pub(crate) fn write_expectation(case: &Case, outcome: &Outcome) {
    let path = case.eml.with_extension("toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let signals: Vec<String> = outcome.signals.iter().map(|s| format!("{s:?}")).collect();
    let lines = format!("action = {:?}\nsignals = [{}]\n", outcome.action, signals.join(", "));
    let decided = |line: &&str| !line.starts_with("signals =") && !line.starts_with("action =");
    let kept: String = text.split_inclusive('\n').filter(decided).collect();
    let after_why = kept.find('\n').map_or(kept.len(), |at| at + 1);
    std::fs::write(&path, format!("{}{lines}{}", &kept[..after_why], &kept[after_why..])).unwrap();
}

/// True if a signature that should verify does not: the message was edited since.
pub(crate) fn is_stale(case: &Case, verdict: &Verdict) -> bool {
    case.sign.iter().filter(|s| s.damage.is_empty()).any(|sign| {
        let of_domain = |d: &&spoof_milter::auth::Dkim| d.domain.as_ref().is_some_and(|d| d.to_string() == sign.domain);
        verdict.auth.dkim.iter().filter(of_domain).any(|d| d.result == DkimResult::Fail)
    })
}

pub(crate) fn sign(case: &mut Case) {
    case.raw = corpus::signed(case, &corpus::directory().join("keys"));
    std::fs::write(&case.eml, &case.raw).unwrap();
}
