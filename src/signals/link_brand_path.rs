//! `https://mailer.example/elance/`: the brand in the path of a stranger's page.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::policy::Brand;
use crate::text::fold::fold;
use crate::text::percent::percent_decoded;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-brand-path",
    title: "A link leads to a stranger's page in a folder named after the brand",
    why: "A hacked site holds pages for many brands, each in its folder. Innocent case: the brand's page on a social \
          network or in an article; so it counts only where the message poses as the brand.",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if !e.poses_as(brand) {
        return None;
    }
    links::astray(e, brand).filter(|(way, _)| way.hidden_by.is_none()).find_map(|(way, authority)| {
        let path = authority.rest.split(['?', '#']).next().filter(|p| p.len() > 1)?;
        let path = fold(&percent_decoded(path));
        let named = |segment: &str| brand.compact_names().any(|n| n.is_token_of(segment));
        let segment = path.split('/').find(|s| named(s))?;
        Some(format!("{} carries {segment:?} in the path at {}", way.quoted(), authority.host))
    })
}
