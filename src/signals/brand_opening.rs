//! A text that begins with the brand: "Elance has detected …".

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, voice};
use crate::policy::Brand;
use crate::text::fold::first_bytes;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-opening",
    title: "A stranger's text begins by naming a brand",
    why: "Those who pose as a brand say so at once: 62 % of such mail names it in its first 150 characters, of honest \
          mail of strangers less than 0.1 %. Innocent case: a newsletter whose first story is about the brand; an \
          author whose name fits their own, proven address does not count.",
    points: 6,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

/// Octets of folded text that are its beginning: what a person reads before deciding whether to go on.
const OPENING_BYTES: usize = 150;

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    // Telling quoted words apart is work that mail without the name is spared.
    brand.named_in(&e.text)?;
    let name = brand.named_in(first_bytes(e.own_text(), OPENING_BYTES))?;
    if e.origin.own_author(brand).is_some() || voice::is_remark(e, brand) {
        return None;
    }
    Some(format!("the text begins with {name:?}"))
}
