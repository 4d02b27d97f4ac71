//! The brand in subject or first words, and all there is to click leads to a stranger: a request by its shape.

use super::signal::{Check, Kind, Signal};
use crate::evidence::relation::{Place, Speaker};
use crate::evidence::{Evidence, links, voice};
use crate::mail::LinkKind;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-leads-astray",
    title: "A message about a brand by nobody in particular leads only to strangers",
    why: "In whatever language it is written: the brand is what it is about, nobody with a name of their own writes \
          it, and the one or two things to click lead to somebody else. Innocent case: a short notice of a small \
          service that does not say who it is.",
    points: 16,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

/// Hosts that a message leads to that is made for one click; newsletters and digests lead to more.
const MAX_HOSTS: usize = 2;

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let voice = voice::of(e, brand)?;
    // Where the sender poses as the brand, link-none-own says it.
    if !matches!(voice.speaker, Speaker::Nobody | Speaker::Brand) || e.poses_as(brand) {
        return None;
    }
    let about = |place: &Place| matches!(place, Place::Subject | Place::SubjectHead | Place::Opening | Place::Greeting);
    let (_, words) = voice.places.iter().find(|(place, _)| about(place))?;
    if links::any_own(e, brand) || e.message.body.links.iter().any(|l| l.kind == LinkKind::Obfuscated) {
        return None;
    }
    let mut hosts = links::astray_hosts(e, brand);
    let (way, _) = hosts.next()?;
    (hosts.count() < MAX_HOSTS).then(|| format!("{words}, and all there is to click leads to {}", way.quoted()))
}
