//! `From: "Elance Support" <x@mailer.example>`.

use super::{Brand, Check, Evidence, Kind, Signal};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-display-name",
    title: "The sender's name claims a brand",
    why: "Most mail programs show the name and hide the address. Nine of ten impersonations do just this. Innocent case: a \
          service that sends for the brand; list its domain in brand.allied.",
    points: 50,
    at_least: None,
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    // A name that only repeats the address claims nothing beyond it.
    e.strangers(brand).filter(|m| !m.name.eq_ignore_ascii_case(&m.address)).find_map(|m| {
        let how = brand.claimed_in(&m.name)?;
        Some(format!("the display name {:?} shows {how}, the address is at {}", m.name, m.written_domain()))
    })
}
