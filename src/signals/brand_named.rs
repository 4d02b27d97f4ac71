//! A subject or text that speaks of the brand: the weak claim that intent must join.

use super::{Brand, Check, Evidence, Kind, Signal, naming};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-named",
    title: "The message names a brand",
    why: "By itself this means nothing: members and newsletters write about the brand every day. It makes the wording of a \
          message count, which without any brand is not ours to judge. Where all links lead to the brand's own pages, or \
          half of them to those of a proven author, the name is a mention and no more.",
    points: 4,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let place = if brand.named_in(&e.subject).is_some() { "the subject" } else { "the text" };
    let name = brand.named_in(&e.subject).or_else(|| brand.named_in(&e.text))?;
    (!naming::is_mention(e, brand)).then(|| format!("{place} names {name:?}"))
}
