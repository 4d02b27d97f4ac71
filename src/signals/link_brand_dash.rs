//! `http://secure-elance.com/`, `http://elance-login.example/`: the brand joined to something else with a dash.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-brand-dash",
    title: "A link's host joins the brand to something else with a dash",
    why: "\"elance.com\" must stand immediately before the first slash, after nothing or a dot; a dash makes it a \
          stranger's domain. Innocent case: a fan site or a tool of others that carries the name; list its host in \
          brand.link_hosts.",
    points: 50,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    links::astray_hosts(e, brand).find_map(|(way, host)| {
        links::dashed(brand, host).then(|| format!("{} leads to {host}, which is not {}", way.quoted(), brand.name))
    })
}
