//! `From: Elance <…>`, `"Elance Support"`, `"ELANCE®"`: the brand's name and nothing beside it.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-sender-name",
    title: "The sender calls himself by a brand's name alone",
    why: "Who writes about a brand, works for it or shares its name has a name of his own beside it (\"Jo Brandt, Elance\"); \
          who poses as it has not. Counts on top of brand-display-name. Innocent case: a service that sends for the brand; \
          list its domain in brand.allied.",
    points: 15,
    at_least: None,
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    e.origin.strangers(brand).find_map(|m| {
        brand.is_all_of(&m.name).then(|| format!("the sender is {:?} and nobody else, {}", m.name, m.where_it_is()))
    })
}
