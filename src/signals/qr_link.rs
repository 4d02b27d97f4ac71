//! A QR code that leads away from the brand.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::mail::QR_SHOWN;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "qr-link",
    title: "A QR code leads away from the brand the message claims",
    why: "A code is opened with a telephone, outside of what protects the mailbox, and no eye reads where it goes. \
          Innocent case: tickets, vouchers and signatures carry codes; it counts only beside a claim.",
    points: 25,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let (link, authority) = links::astray(e, brand).find(|(link, _)| link.link.shown.starts_with(QR_SHOWN))?;
    Some(format!("the {} leads to {}", link.link.shown, authority.host))
}
