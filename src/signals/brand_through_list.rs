//! `From: a@elance.com` without proof, through what presents itself as a mailing list.

use super::{Brand, Check, Evidence, Kind, Proof, Signal};
use crate::policy::Action;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-through-list",
    title: "A brand address in From without proof, through a mailing list",
    why: "Lists that put a footer or a tag into messages break the signatures of honest authors, so what a list hands over \
          is for a person to look at instead of refused. Anybody can run a list: it is never simply delivered. A list \
          that its members need belongs into [[auth.forwarder]].",
    points: 50,
    at_least: Some(Action::Quarantine),
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let author = e.own_author(brand)?;
    let list = e.handed_over_by_list().filter(|_| brand.sends_mail && e.proof(brand) == Proof::Missing)?;
    Some(format!("From says {}, nothing proves it; it came through the list {list}", author.written_domain()))
}
