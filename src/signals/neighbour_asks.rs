//! `From: Elanco News <news@elanco.com>`, a house of its own one letter away from a brand, that asks for something.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, ask};
use crate::policy::Brand;
use crate::wording::PhraseKind::{Credential, Payment, Personal, Threat, Urgency};

pub(super) static SIGNAL: Signal = Signal {
    id: "neighbour-asks",
    title: "A sender one letter away from a brand asks for something",
    why: "A house with a similar name, proven, with that name of its own in what it writes and no word of the brand, \
          is nobody's forgery. One that asks for a password, data, money or haste may be. If it is what it says, its \
          word belongs in brand.not_us.",
    points: 30,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let neighbour = e.neighbour()?;
    let imitates = e.policy.imitations(neighbour).into_iter().find(|i| i.owner == brand.number())?;
    let phrase = e.phrase(&[Credential, Personal, Threat, Urgency, Payment]).map(str::to_owned);
    let words = phrase.or_else(|| ask::of_author(e))?;
    Some(format!("{}, and asks {words:?}; if it is a house of its own, its word belongs in not_us", imitates.how))
}
