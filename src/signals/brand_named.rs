//! A subject or text that speaks of the brand: the weak claim that intent must join.

use super::{Brand, Check, Evidence, Kind, Signal};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-named",
    title: "The message names a brand",
    why: "By itself this means nothing: members and newsletters write about the brand every day. It makes the wording of a \
          message count, which without any brand is not ours to judge.",
    points: 5,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if e.may_speak_for(brand) {
        return None;
    }
    let place = if brand.named_in(&e.subject).is_some() { "the subject" } else { "the text" };
    let name = brand.named_in(&e.subject).or_else(|| brand.named_in(&e.text))?;
    Some(format!("{place} names {name:?}"))
}
