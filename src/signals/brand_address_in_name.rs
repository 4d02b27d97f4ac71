//! `From: "service@elance.com" <x@mailer.example>`, and Sender or Resent-From of the brand over a stranger's mail.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-address-in-name",
    title: "The sender's name shows a brand's address",
    why: "A mail program that shows only the name shows the brand's own address over a stranger's. So does one that \
          shows by whom or on whose behalf it was sent. Innocent case: a mailing list that writes the author's address \
          into the name.",
    points: 70,
    at_least: None,
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let named = e.origin.strangers(brand).find_map(|m| {
        let shown = brand.shown_by(m)?;
        let part =
            if m.has_quoted_local_part() && brand.domain_in(&m.name).is_none() { "local part" } else { "display name" };
        Some(format!("the {part} shows {shown:?}, the address is {}", m.where_it_is()))
    });
    named.or_else(|| {
        // Some programs show "service@elance.com on behalf of x@mailer.example" or "redirected by service@elance.com".
        let (field, handler) = e.origin.own_handler_unproven(brand)?;
        let author = e.origin.strangers(brand).next()?;
        Some(format!("{field} says {}, the author is {}", handler.address, author.where_it_is()))
    })
}
