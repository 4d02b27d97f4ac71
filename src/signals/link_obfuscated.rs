//! `hxxp://mailer.example`, `elance[.]mailer[.]example`, `w w w . mailer . example`: only a person puts it together.

use super::{Brand, Check, Evidence, Kind, Signal, links};
use crate::mail::LinkKind;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-obfuscated",
    title: "An address is written so that only a person puts it together",
    why: "Filters find no link, and the reader is asked to type it. Innocent case: mail about security, which writes \
          bad addresses that way; so it counts only beside a claim.",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let (way, authority) = links::astray(e, brand).find(|(way, _)| way.link.kind == LinkKind::Obfuscated)?;
    Some(format!("{:?} is to be read as {}", way.link.shown, authority.host))
}
