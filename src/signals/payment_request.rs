//! "Your parcel is on hold, pay the customs fee", "your subscription has been renewed".

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::wording::PhraseKind;

pub(super) static SIGNAL: Signal = Signal {
    id: "payment-request",
    title: "Talk of a fee, an unpaid bill, a refund or a renewal",
    why: "A parcel that waits for a small fee, an unpaid bill, a refund to collect, a subscription that was charged: \
          the usual reasons to open a page or call a number. Honest shops and carriers write the same, so it only \
          counts together with a brand.",
    points: 12,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    e.phrase(&[PhraseKind::Payment]).map(|words| format!("it speaks of money to pay or to get: {words:?}"))
}
