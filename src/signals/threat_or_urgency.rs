//! "Your account will be suspended", "within 24 hours".

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::wording::PhraseKind;

pub(super) static SIGNAL: Signal = Signal {
    id: "threat-or-urgency",
    title: "A threat of suspension, or a call to hurry",
    why: "Fear and hurry keep people from looking twice. Honest lock notices and sales talk do the same, so it only \
          counts together with a brand.",
    points: 15,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    e.phrase(&[PhraseKind::Threat, PhraseKind::Urgency]).map(|words| format!("it presses its reader: {words:?}"))
}
