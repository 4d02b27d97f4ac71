//! `http://elanse.com/`, `http://e1ance.com/`, `http://elance.net/`: a host registered to be misread.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-lookalike",
    title: "A link's host imitates a brand",
    why: "A domain one letter, one look-alike character or one suffix away is registered to be misread. Innocent case: \
          a company with a similar name; list its word in brand.not_us.",
    points: 50,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    links::astray_hosts(e, brand).find_map(|(way, host)| {
        if links::dashed(brand, host) || links::in_front(brand, host) {
            return None;
        }
        let how = e.imitation(brand, host)?;
        Some(format!("{}: {how}", way.quoted()))
    })
}
