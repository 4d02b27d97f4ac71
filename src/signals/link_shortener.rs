//! `https://bit.ly/3xYz`, `https://www.linkedin.com/slink?code=x`: nobody can tell where it leads.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::policy::{Brand, Passage};

pub(super) static SIGNAL: Signal = Signal {
    id: "link-shortener",
    title: "A link leads to a shortener that hides where it goes",
    why: "A firm links to its own pages under their own names; forged mail hides its page behind a shortener, which \
          lists of bad hosts cannot see through. Innocent case: a person or a newsletter who writes about the brand \
          and shortens links; so it counts only beside a claim. Hosts are listed in conf/hosts/shorteners.toml and \
          [links].",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    links::astray(e, brand).find_map(|(way, authority)| {
        let listed = authority.domain.as_ref().and_then(|d| e.policy.hosts.shortener(d));
        let hidden = || way.hidden_by.filter(|by| *by == Passage::Redirector).map(|_| authority.host.as_str());
        listed.or_else(hidden).map(|by| format!("{}: {by} hides where it leads", way.quoted()))
    })
}
