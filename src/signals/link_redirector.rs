//! `https://www.google.com/url?q=https://mailer.example/`: a known host passes the click on to a stranger.

use super::signal::{Check, Kind, Signal};
use crate::evidence::destination::quoted;
use crate::evidence::{Evidence, links};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-redirector",
    title: "A link goes through a redirector to a stranger",
    why: "The reader sees a host they trust, and whoever wrote the link chose where it ends. Innocent case: links \
          copied from search results or social networks, so it counts only beside a claim. Links wrapped by mail \
          gateways or counted by mailers do not count.",
    points: 8,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    links::astray(e, brand).find_map(|(way, authority)| {
        let by = way.redirector()?;
        Some(format!("{} is passed on by {by} to {}", quoted(way.link), authority.host))
    })
}
