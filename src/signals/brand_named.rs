//! A subject or text that speaks of the brand: the weak claim that intent must join.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, voice};
use crate::policy::Brand;
use crate::text::fold::first_bytes;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-named",
    title: "The message names a brand",
    why: "By itself this means nothing: members and newsletters write about the brand every day. It makes the wording \
          of a message count, which without any brand is not ours to judge. Where all links lead to the brand's own \
          pages, or half of them to those of a proven author, the name is a mention and no more; nor does a name count \
          that stands once or twice far down, as in newsletters and digests.",
    points: 8,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

/// Octets of folded text within which a message says whose it is: a screen or two.
const NEAR_BYTES: usize = 1_000;
/// Times a brand is named by a text that is about it, wherever.
const MIN_TIMES: usize = 3;

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let named = brand.named_in(&e.subject).map(|name| ("the subject", name));
    let often = || brand.places_in(&e.text).nth(MIN_TIMES - 1).and_then(|_| brand.named_in(&e.text));
    let text = || brand.named_in(first_bytes(&e.text, NEAR_BYTES)).or_else(often).map(|name| ("the text", name));
    let (place, name) = named.or_else(text)?;
    (!voice::is_mention(e, brand)).then(|| format!("{place} names {name:?}"))
}
