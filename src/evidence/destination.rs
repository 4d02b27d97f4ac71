//! Where the links of a message lead in the end, through the hosts that pass them on.

use crate::mail::{Link, LinkKind};
use crate::policy::{Hosts, Passage, Route};
use crate::text::fold::{first_bytes, is_invisible};
use std::borrow::Cow;
use std::collections::HashSet;

/// Octets of a URL that evidence quotes.
const MAX_QUOTED_BYTES: usize = 120;

/// Where the links of a message lead, worked out once.
pub(crate) struct Destinations<'a> {
    pub(super) all: Vec<Destination<'a>>,
    /// Those of `all` that lead to a host none before them leads to.
    pub(super) by_host: Vec<usize>,
}

/// One way a link leads: straight to its target, or to one that stands in it, through hosts that pass it on.
pub(crate) struct Destination<'a> {
    /// The link as it stands in the message.
    pub(crate) link: &'a Link,
    /// Where it leads in the end: the last address that can be told.
    pub(crate) target: Cow<'a, Link>,
    /// The hosts it is passed on by, first to last.
    pub(crate) through: Vec<(String, Passage)>,
    /// Who hides what is behind the target, if it passes links on to nobody knows where.
    pub(crate) hidden_by: Option<Passage>,
}

impl<'a> Destinations<'a> {
    /// Where `links` lead; images are not followed.
    pub(crate) fn new(links: &'a [Link], hosts: &Hosts) -> Destinations<'a> {
        let followed = links.iter().filter(|l| l.kind != LinkKind::Image);
        let all: Vec<Destination<'a>> = followed.flat_map(|link| Destination::of(link, hosts)).collect();
        let mut seen = HashSet::new();
        let new = |d: &Destination<'a>| {
            d.link.kind != LinkKind::Obfuscated && d.target.domain().is_some_and(|host| seen.insert(host.clone()))
        };
        let by_host = all.iter().map(new).enumerate().filter(|(_, new)| *new).map(|(n, _)| n).collect();
        Destinations { all, by_host }
    }
}

impl<'a> Destination<'a> {
    fn of(link: &'a Link, hosts: &Hosts) -> Vec<Destination<'a>> {
        let routes = hosts.routes(link);
        if routes.is_empty() {
            return vec![Destination { link, target: Cow::Borrowed(link), through: vec![], hidden_by: None }];
        }
        let of =
            |Route { target, through, hidden_by }| Destination { link, target: Cow::Owned(target), through, hidden_by };
        routes.into_iter().map(of).collect()
    }

    /// The link for evidence, cut to a readable length, with the hosts that pass it on.
    pub(crate) fn quoted(&self) -> String {
        let url = quoted(self.link);
        match self.through.first() {
            None => url,
            Some((host, _)) => format!("{url} (passed on by {host})"),
        }
    }

    /// The last host that passes it on and whose writer chose the target.
    pub(crate) fn redirector(&self) -> Option<&str> {
        let chosen = |(_, kind): &&(String, Passage)| *kind == Passage::Redirector;
        self.through.iter().rev().find(chosen).map(|(host, _)| host.as_str())
    }

    /// True if the target is a wrapper itself, so that its name and path say nothing about whose page it is.
    pub(super) fn is_wrapper(&self) -> bool {
        self.hidden_by.is_some()
    }
}

/// A URL for evidence: cut to a readable length, without what would turn or break the line.
pub(crate) fn quoted(link: &Link) -> String {
    let dropped = |c: &char| !c.is_control() && !is_invisible(*c);
    first_bytes(&link.href, MAX_QUOTED_BYTES).chars().filter(dropped).collect()
}
