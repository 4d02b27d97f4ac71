//! `http://bаnk.example` with a Cyrillic letter: a host that looks like ASCII and is not.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::mail::Domain;
use crate::policy::Brand;
use crate::text::fold::{fold, skeleton};
use unicode_security::MixedScript;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-mixed-letters",
    title: "A link's host mixes alphabets, or looks like ASCII and is not",
    why: "Letters of other alphabets that look like Latin ones make a second name for the eye of the first. Names in \
          one alphabet that look like what they are do not count. Innocent case: a company that mixes alphabets in its \
          name; so it counts only beside a claim.",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    // What imitates the brand itself is for link-lookalike.
    let poses = |host: &Domain| host.as_str().contains("xn--") && poses(host) && e.imitation(brand, host).is_none();
    let (way, host) = links::astray_hosts(e, brand).find(|(_, host)| poses(host))?;
    Some(format!("{} leads to {}, in letters {host}", way.quoted(), host.to_unicode()))
}

/// True if a label mixes letters of several scripts, or is made of letters that all look like ASCII, under a suffix in
/// ASCII.
fn poses(host: &Domain) -> bool {
    let unicode = host.to_unicode();
    let mut labels = unicode.rsplit('.');
    let ascii_suffix = labels.next().is_some_and(|suffix| suffix.is_ascii());
    let has_foreign = |label: &str| fold(label).chars().any(|c| c.is_alphabetic() && !c.is_ascii());
    labels.any(|label| has_foreign(label) && (!label.is_single_script() || ascii_suffix && skeleton(label).is_ascii()))
}
