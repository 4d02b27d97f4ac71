//! The virus scanner knows the message.

use super::{Check, Evidence, Kind, Signal};
use crate::policy::Action;
use crate::scan::Scan;

pub(super) static SIGNAL: Signal = Signal {
    id: "virus-found",
    title: "The virus scanner found something",
    why: "clamd (attachments.clamd) names a virus: refused, whatever the message claims to be. What it only suspects \
          (Heuristics, PUA, signatures of third parties) is held. Innocent case: a signature that is too wide; the name \
          in the evidence tells which to switch off in clamd.",
    points: 60,
    at_least: None,
    kind: Kind::Virus,
    check: Check::Wish(check),
};

/// How names begin and end by which clamd marks a suspicion, or a signature it does not vouch for.
const SUSPICIONS: [&str; 2] = ["Heuristics.", "PUA."];
const UNOFFICIAL: &str = ".UNOFFICIAL";

fn check(e: &Evidence<'_>) -> Option<(Action, String)> {
    let Scan::Found(name) = &e.scan else { return None };
    let suspects = SUSPICIONS.iter().any(|s| name.starts_with(s)) || name.ends_with(UNOFFICIAL);
    let wish = if suspects { Action::Quarantine } else { Action::Reject };
    Some((wish, format!("the virus scanner found {name}")))
}
