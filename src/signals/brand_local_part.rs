//! `From: Your manager <elance-support@mailer.example>`: the brand in front of the `@`.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-local-part",
    title: "The sender's address has a brand's name before the @",
    why: "Readers who look at the address begin at its left. One in ten forged messages puts the brand there. Innocent \
          cases: the address a member keeps for the brand (elance@…, jo+elance@…), which does not count; a recruiter \
          who sorts answers by it.",
    points: 15,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    e.origin.strangers(brand).find_map(|m| {
        let how = brand.beside_in_local_part(&m.local)?;
        Some(format!("the address {:?} shows {how}", m.address))
    })
}
