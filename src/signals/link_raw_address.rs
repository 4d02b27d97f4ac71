//! `http://198.51.100.7/login`, `http://0xc6336407/`: a host without a name.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-raw-address",
    title: "A link leads to a bare IP address",
    why: "Whoever links to an address has no name for it, or a reason to hide it: hacked machines are linked that way, \
          often in hexadecimal or octal. Innocent case: technical mail about one's own network; so it counts only \
          where the message poses as the brand.",
    points: 15,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if !e.poses_as(brand) {
        return None;
    }
    links::astray(e, brand).find_map(|(way, authority)| {
        let address = authority.address?;
        Some(format!("{} leads to the bare address {address}", way.quoted()))
    })
}
