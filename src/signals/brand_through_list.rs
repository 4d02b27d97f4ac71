//! `From: a@elance.com` without proof, through what presents itself as a mailing list.

use super::{Brand, Check, Evidence, Kind, Proof, Signal};
use crate::mail::Domain;
use crate::policy::Action;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-through-list",
    title: "A brand address in From without proof, through a mailing list",
    why: "Lists that put a footer or a tag into messages break the signatures of honest authors, so what a list hands over \
          is for a person to look at instead of refused. Anybody can run a list: it is never simply delivered. An \
          operator who keeps forgers out belongs into auth.list_operators.",
    points: 50,
    at_least: Some(Action::Quarantine),
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let (author, list) = handed_over(e, brand)?;
    (!e.policy.hosts.is_kept_list(&list))
        .then(|| format!("From says {author}, nothing proves it; it came through the list {list}"))
}

/// The brand's domain in From that nothing proves, and the list through which the message came.
pub(super) fn handed_over<'e>(e: &'e Evidence<'_>, brand: &Brand) -> Option<(&'e str, Domain)> {
    let author = e.own_author(brand)?;
    let list = e.handed_over_by_list().filter(|_| brand.sends_mail && e.proof(brand) == Proof::Missing)?;
    Some((author.written_domain(), list))
}
