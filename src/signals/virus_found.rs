//! The virus scanner knows the message.

use super::signal::{Asked, Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::policy::Action;
use crate::scan::Scan;

pub(super) static SIGNAL: Signal = Signal {
    id: "virus-found",
    title: "The virus scanner found something",
    why: "clamd (attachments.clamd) names a virus: refused, whatever the message claims to be. What it only suspects \
          (Heuristics, PUA) is held. Innocent case: a signature that is too wide; its name is in the evidence, and \
          at_least = \"quarantine\" holds all.",
    points: 60,
    at_least: None,
    kind: Kind::File,
    check: Check::AtLeast(check),
};

/// How names begin by which clamd marks a suspicion.
const SUSPICIONS: [&str; 2] = ["Heuristics.", "PUA."];

fn check(e: &Evidence<'_>) -> Option<Asked> {
    let Scan::Found(name) = &e.scan else { return None };
    let suspects = SUSPICIONS.iter().any(|s| name.starts_with(s));
    let wish = if suspects { Action::Quarantine } else { Action::Reject };
    Some(Asked { at_least: wish, key: None, evidence: format!("the virus scanner found {name}") })
}
