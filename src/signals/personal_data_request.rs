//! "Your credit card number", "your date of birth".

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::wording::PhraseKind;

pub(super) static SIGNAL: Signal = Signal {
    id: "personal-data-request",
    title: "A request for personal or financial data",
    why: "Card, bank, tax and identity numbers are never asked for by mail. Banks and tax offices write about such \
          numbers honestly, so it only counts together with a brand.",
    points: 15,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    e.phrase(&[PhraseKind::Personal]).map(|words| format!("it asks for personal data: {words:?}"))
}
