//! The only way a message leads anywhere is a link inside a file.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::mail::{LinkKind, QR_SHOWN};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-in-attachment",
    title: "The only links stand in an attached file",
    why: "Filters read the text, so the link is moved into a PDF, a document, a calendar entry or an attached message. \
          Innocent case: invoices in PDF carry links; it counts only beside a claim.",
    points: 15,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if links::followed(e).any(|(link, _)| link.link.kind != LinkKind::Attachment) {
        return None;
    }
    let (link, authority) = links::astray(e, brand).find(|(link, _)| !link.link.shown.starts_with(QR_SHOWN))?;
    Some(format!("only the attachment {:?} leads anywhere, to {}", link.link.shown, authority.host))
}
