//! `From: Elance <…>`, `"Elance Support"`, `"ELANCE®"`: the brand's name and nothing beside it.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-sender-name",
    title: "The sender's name is a brand's name and nothing else",
    why: "People who write about a brand, work for it or share its name give a name of their own beside it (\"Jo \
          Brandt, Elance\"); those who pose as it do not. Counts on top of brand-display-name. Innocent case: a \
          service that sends for the brand; list its domain in brand.allied.",
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
