//! `From: "Jo Brandt, Elance" <jo@mailhub.example>`: a person or a house with the brand beside a name of their own.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::evidence::sender_name::NameClaim;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-badge",
    title: "The sender adds a brand to a name of their own",
    why: "Freelancers write the brand behind their name as a trade, colleagues as the place where they work, and \
          platforms write \"Elance via\" themselves; so does, now and then, who wants to be taken for the brand. By \
          itself it only makes the rest of a message count. Innocent case: nearly all.",
    points: 8,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    e.origin.strangers(brand).find_map(|m| match e.name_claim(brand, m) {
        NameClaim::Badge(how) => {
            Some(format!("the display name {:?} has {how} beside a name of its own, {}", m.name, m.where_it_is()))
        }
        NameClaim::Poses(_) | NameClaim::Nothing => None,
    })
}
