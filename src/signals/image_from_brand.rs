//! `<img src="https://www.elance.com/logo.png">` in mail that is not the brand's.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::evidence::destination::quoted;
use crate::mail::LinkKind;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "image-from-brand",
    title: "A picture comes from the brand's own server, and the mail does not",
    why: "Forged mail shows the brand's own logo, straight from the brand's pages. Innocent case: newsletters with \
          icons of the networks they can be shared on, and forwarded mail of the brand; so it counts only where the \
          message poses as the brand.",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if !e.poses_as(brand) {
        return None;
    }
    let images = e.message.body.links.iter().filter(|l| l.kind == LinkKind::Image);
    images
        .filter(|l| l.domain().is_some_and(|d| brand.owns(d)))
        .map(|l| format!("the picture {} is {}'s", quoted(l), brand.name))
        .next()
}
