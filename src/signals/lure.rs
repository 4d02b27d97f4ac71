//! "Congratulations, you have been selected", "claim your reward".

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::wording::PhraseKind;

pub(super) static SIGNAL: Signal = Signal {
    id: "lure",
    title: "A prize, gift or reward is promised",
    why: "People who have won something click before they ask from whom. Honest shops give away vouchers and points \
          too, so it only counts together with a brand.",
    points: 15,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    e.phrase(&[PhraseKind::Lure]).map(|words| format!("it lures its reader: {words:?}"))
}
