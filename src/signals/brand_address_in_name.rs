//! `From: "service@elance.com" <x@mailer.example>`.

use super::{Brand, Check, Evidence, Kind, Signal};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-address-in-name",
    title: "The sender's name shows a brand's address",
    why: "A mail program that shows only the name shows the brand's own address over a stranger's. Innocent case: a mailing \
          list that writes the author's address into the name.",
    points: 70,
    at_least: None,
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let named = e.strangers(brand).find_map(|m| {
        let shown = brand.domain_in(&m.name)?;
        Some(format!("the display name shows {shown:?}, the address is at {}", m.written_domain()))
    });
    named.or_else(|| {
        // "service@elance.com on behalf of x@mailer.example", as some programs show it.
        let sender = e.own_sender_unproven(brand)?;
        let author = e.strangers(brand).next()?;
        Some(format!("Sender says {}, the author is at {}", sender.address, author.written_domain()))
    })
}
