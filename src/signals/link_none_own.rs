//! A message that poses as the brand and has no link to it.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-none-own",
    title: "A message poses as the brand, and none of its links leads to the brand",
    why: "Nearly all honest mail of a firm links to the firm; most mail that forges it links to strangers only. It \
          says nothing by itself, so it counts only where the message poses as the brand. Innocent case: the brand \
          uses hosts that are not listed in brand.link_hosts.",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if !e.poses_as(brand) || links::any_own(e, brand) {
        return None;
    }
    let (way, authority) = links::astray(e, brand).next()?;
    Some(format!("no link leads to {}; one leads to {} ({})", brand.name, authority.host, way.quoted()))
}
