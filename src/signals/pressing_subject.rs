//! "Your account will be closed" in the subject.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::wording::PhraseKind;

pub(super) static SIGNAL: Signal = Signal {
    id: "pressing-subject",
    title: "The subject presses or lures",
    why: "Forged mail must be opened, so its subject already threatens, hurries, demands or promises. Honest reminders \
          and sales talk do the same now and then, so it only counts together with a brand.",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

const KINDS: [PhraseKind; 6] = [
    PhraseKind::Threat,
    PhraseKind::Urgency,
    PhraseKind::Credential,
    PhraseKind::Personal,
    PhraseKind::Payment,
    PhraseKind::Lure,
];

fn check(e: &Evidence<'_>) -> Option<String> {
    e.phrase_in_subject(&KINDS).map(|words| format!("the subject says {words:?}"))
}
