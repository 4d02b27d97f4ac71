//! "If you did not place this order, call +1 805 …".

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;

pub(super) static SIGNAL: Signal = Signal {
    id: "callback-number",
    title: "The reader is asked to telephone",
    why: "Call-back fraud has no link to find: an invoice nobody ordered, and a number to cancel it, where the \
          swindler answers. Honest invoices and shops print their hotlines too, so it only counts together with a \
          brand.",
    points: 15,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

/// Characters of a dialling link that are shown: the longest number with its signs.
const MAX_SHOWN_CHARS: usize = 40;

fn check(e: &Evidence<'_>) -> Option<String> {
    let (words, near) = e.call()?;
    let dialled = || e.message.body.links.iter().find(|l| l.scheme().as_deref() == Some("tel"));
    let number = near.map(str::to_owned).or_else(|| Some(dialled()?.href.chars().take(MAX_SHOWN_CHARS).collect()))?;
    Some(format!("it asks its reader to telephone: {words:?}, {number:?}"))
}
