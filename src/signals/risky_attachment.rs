//! A program, a script, a shortcut, or a file that is not what it says; also inside an archive.

use super::signal::{Asked, Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::mail::Harm;

pub(super) static SIGNAL: Signal = Signal {
    id: "risky-attachment",
    title: "An attachment that can do harm",
    why: "Attachments can carry viruses: programs, scripts, shortcuts, disk images, installer packages, names with two \
          endings or a hidden one, and files whose content is not what the name says; in archives too. Held by itself, \
          from whomever (policy.dangerous_files). Innocent case: developers sending scripts to each other.",
    points: 40,
    at_least: None,
    kind: Kind::File,
    check: Check::AtLeast(check),
};

fn check(e: &Evidence<'_>) -> Option<Asked> {
    let key = Some("policy.dangerous_files");
    Some(Asked { at_least: e.policy.config.policy.dangerous_files, key, evidence: e.first_harm(Harm::Runs)? })
}
