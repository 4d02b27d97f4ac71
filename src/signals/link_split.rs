//! `https:/<span style="display:none">x</span>/www.elance.com/`: hidden text in the address that is shown.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::evidence::destination::quoted;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-split",
    title: "Hidden text stands in the middle of an address that is shown",
    why: "The reader sees one address, programs that look for addresses see another. No honest mail hides letters in \
          the middle of an address; what only keeps programs from making a link (blanks, invisible characters) does \
          not count.",
    points: 20,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    let link = e.message.body.links.iter().find(|l| l.is_split)?;
    Some(format!("{:?} is shown with hidden text in it; it leads to {}", link.shown, quoted(link)))
}
