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
    e.strangers(brand).find_map(|m| {
        // A name that only repeats the address claims nothing beyond it; without a name the address is what is shown.
        if m.name.is_empty() || m.name.eq_ignore_ascii_case(&m.address) {
            let how = brand.claimed_by_local_part(&m.local)?;
            return Some(format!("the address shows {how}, at {}", m.written_domain()));
        }
        let how = brand.claimed_in(&m.name)?;
        Some(format!("the display name {:?} shows {how}, the address is at {}", m.name, m.written_domain()))
    })
}
