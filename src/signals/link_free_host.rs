//! `https://elance-help.web.app/`, `https://storage.googleapis.com/x/login.html`: a page that anybody puts up.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-free-host",
    title: "A link leads to a host where anybody can put up a page",
    why: "Free sites, cloud storage and functions ask for no name and no money, and their domains have a good \
          reputation. Innocent case: a person or a small firm with a page there who writes about the brand; so it \
          counts only beside a claim. Hosts are listed in conf/hosts/free_hosts.toml and [links]; a brand's own go \
          into brand.link_hosts.",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    links::astray_hosts(e, brand).find_map(|(way, host)| {
        let listed = e.policy.hosts.free_host(host)?;
        Some(format!("{} leads to {host}: anybody puts up pages at {listed}", way.quoted()))
    })
}
