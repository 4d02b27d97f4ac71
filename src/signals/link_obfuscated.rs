//! `hxxp://mailer.example`, `elance[.]mailer[.]example`, `w w w . mailer . example`: only a person puts it together.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::mail::LinkKind;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-obfuscated",
    title: "An address is written so that only a person puts it together",
    why: "Filters find no link, and the reader is asked to type it. Innocent case: mail about security, which writes \
          bad addresses that way; so it counts only where the message poses as the brand.",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if !e.poses_as(brand) {
        return None;
    }
    let links = e.message.body.links.iter().filter(|l| l.kind == LinkKind::Obfuscated);
    let mut strangers = links.filter(|l| !l.domain().is_some_and(|d| brand.links_to(d)));
    let link = strangers.next()?;
    let authority = link.authority.as_ref()?;
    Some(format!("{:?} is to be read as {}", link.shown, authority.host))
}
