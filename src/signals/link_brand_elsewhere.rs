//! `http://www.elance.com.mailer.example/`, `http://elance.mailer.example/`: the brand in front of a stranger's domain.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-brand-elsewhere",
    title: "A link's host carries the brand in front of a stranger's domain",
    why: "Readers who begin at the left see the brand; whose page it is stands at the right, immediately before the \
          first slash. Innocent case: a partner that gives each customer a host of its own name; list it in \
          brand.link_hosts.",
    points: 50,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    links::astray_hosts(e, brand).find_map(|(way, host)| {
        let owner = host.registrable();
        let is_misread = way.target.authority.as_ref().is_some_and(|a| links::misread(brand, a).is_some());
        (!is_misread && links::in_front(brand, host))
            .then(|| format!("{} leads to {host}, a page of {owner}", way.quoted()))
    })
}
