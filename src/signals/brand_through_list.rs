//! `From: a@elance.com` without proof, through what presents itself as a mailing list.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, Proof};
use crate::policy::{Action, Brand};

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
    handed_over(e, brand, false)
}

/// That the brand's domain stands in From unproven, and through which list the message came; of lists that are looked after
/// (`kept`), or of all others.
pub(super) fn handed_over(e: &Evidence<'_>, brand: &Brand, kept: bool) -> Option<String> {
    let author = e.origin.own_author(brand)?.written_domain();
    let list =
        e.origin.handed_over_by_list().filter(|_| brand.sends_mail && e.origin.proof(brand) == Proof::Missing)?;
    (e.policy.hosts.is_kept_list(&list) == kept)
        .then(|| format!("From says {author}, nothing proves it; it came through the list {list}"))
}
