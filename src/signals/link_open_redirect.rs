//! `https://www.elance.com/redirect?url=https://mailer.example/`: the brand's own host passes the click on.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::policy::{Brand, urls_in_parameters};

/// Names of parameters that say where to go on to.
const GOES_ON: [&str; 14] =
    ["url", "uri", "u", "r", "to", "next", "dest", "destination", "target", "out", "link", "continue", "rurl", "redir"];

pub(super) static SIGNAL: Signal = Signal {
    id: "link-open-redirect",
    title: "A link to the brand's own host names a stranger as the place to go on to",
    why: "Pages that send their visitor on to any address are used to borrow the brand's name; \"elance.com\" stands \
          before the first slash and the click still ends elsewhere. Innocent case: a link to a page that shares, or \
          comes back after signing in; so it counts only beside a claim.",
    points: 15,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if e.origin.may_speak_for(brand) {
        return None;
    }
    links::followed(e).find_map(|(way, authority)| {
        authority.domain.as_ref().filter(|d| brand.owns(d)).filter(|_| !shares(&authority.rest))?;
        let elsewhere = |(key, link): (&str, crate::mail::Link)| {
            link.domain().filter(|d| goes_on(key) && !brand.links_to(d)).map(ToString::to_string)
        };
        let target = urls_in_parameters(&authority.rest).find_map(elsewhere)?;
        Some(format!("{} goes on to {target}", way.quoted()))
    })
}

/// True if a parameter of this name says where to go on to.
fn goes_on(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    GOES_ON.iter().any(|word| key == *word || key.strip_suffix(['_', '-']).is_some_and(|k| k == *word))
        || ["redirect", "return", "forward", "goto"].iter().any(|word| key.contains(word))
}

/// True if the page is one that offers the address to others.
fn shares(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    path.contains("share") || path.contains("intent")
}
