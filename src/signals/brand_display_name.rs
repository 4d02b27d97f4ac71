//! `From: "Elance Support" <x@mailer.example>`.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::evidence::sender_name::NameClaim;
use crate::mail::Mailbox;
use crate::policy::Brand;
use crate::text::fold::fold;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-display-name",
    title: "The sender's name claims a brand",
    why: "Most mail programs show the name and hide the address. Nine of ten impersonations do just this. A person \
          whose surname it is (\"Marie Elance\"<marie.elance@…>) is not one; nor is one who adds the brand as trade \
          or place to a name of their own. Innocent case: a service that sends for the brand; list its domain in \
          brand.allied.",
    points: 50,
    at_least: None,
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    e.origin.strangers(brand).find_map(|m| {
        // What is shown as an address is for brand-address-in-name to tell; the same words do not count twice.
        if m.has_quoted_local_part() && m.name.is_empty() && brand.shown_by(m).is_some() {
            return None;
        }
        // A name that only repeats the address claims nothing beyond it; without a name the address is what is shown.
        if m.name.is_empty() || m.name.eq_ignore_ascii_case(&m.address) {
            let how = brand.claimed_by_local_part(&m.local)?;
            return Some(format!("the address shows {how}, {}", m.where_it_is()));
        }
        if brand.is_surname_of(m) {
            return None;
        }
        let rest = brand.domain_in(&m.name).map(|shown| fold(&m.name).replace(&shown, " "));
        let named = Mailbox { name: rest.unwrap_or_else(|| m.name.clone()), ..m.clone() };
        let NameClaim::Poses(how) = e.name_claim(brand, &named) else { return None };
        Some(format!("the display name {:?} shows {how}, the address is {}", m.name, m.where_it_is()))
    })
}
