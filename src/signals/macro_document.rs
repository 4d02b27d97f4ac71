//! A document that runs or loads something when it is opened.

use super::signal::{Check, Kind, Signal};
use crate::mail::Harm;

pub(super) static SIGNAL: Signal = Signal {
    id: "macro-document",
    title: "A document holds macros or loads something when opened",
    why: "Macros, templates and objects from elsewhere, packed files, DDE and scripts in a PDF are how a document \
          installs what a program could not. Innocent case: offices send each other spreadsheets with macros and forms \
          in PDF.",
    points: 20,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(|e| e.first_harm(Harm::Macros)),
};
