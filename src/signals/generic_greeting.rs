//! "Attention Elance Member", "Dear customer".

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::wording::PhraseKind;

pub(super) static SIGNAL: Signal = Signal {
    id: "generic-greeting",
    title: "A greeting without a name",
    why: "The brand knows its members' names and uses them; a mass mailing does not know them. Newsletters and small \
          shops greet like this too, so it only counts together with a brand.",
    points: 15,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    e.phrase(&[PhraseKind::Greeting]).map(|words| format!("it greets its reader with {words:?}"))
}
