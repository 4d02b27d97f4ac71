//! `From: "noreply" <…>`, `Technical support <…>`, `KYC team <…>`: an office without the name of an organization.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, names};
use crate::mail::Mailbox;
use crate::text::fold::fold;

pub(super) static SIGNAL: Signal = Signal {
    id: "role-sender",
    title: "The sender's name is an office's, not a person's or a firm's",
    why: "A firm signs with its name, a person with theirs. Those who borrow another's name in the text need a sender \
          that fits all: 17 % of mail that poses as a brand has one, of honest mail 1 %. Innocent case: small firms \
          whose programs set nothing better; so it counts only beside a claim.",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    if e.proven {
        return None;
    }
    let office = |m: &Mailbox| {
        let name = fold(&m.name);
        let organization = || m.domain.as_ref().is_some_and(|d| names::names_organization(&name, d));
        names::is_office(&name) && !organization()
    };
    let m = e.message.from.iter().find(|m| office(m))?;
    Some(format!("the sender is {:?}, {}", m.name, m.where_it_is()))
}
