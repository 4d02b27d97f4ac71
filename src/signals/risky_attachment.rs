//! A program, a script, a shortcut, or a file that is not what it says; also inside an archive.

use super::signal::{Check, Kind, Signal};
use crate::mail::Harm;

pub(super) static SIGNAL: Signal = Signal {
    id: "risky-attachment",
    title: "An attachment that can do harm",
    why: "Attachments can carry viruses: programs, scripts, shortcuts, disk images, installer packages, names with two \
          endings or a hidden one, and files whose content is not what the name says; in archives too. Innocent case: \
          developers sending scripts to each other.",
    points: 40,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(|e| e.first_harm(Harm::Runs)),
};
