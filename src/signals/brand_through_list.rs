//! `From: a@elance.com` without proof, through what presents itself as a mailing list.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, through_list};
use crate::policy::{Action, Brand};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-through-list",
    title: "A brand address in From without proof, through a mailing list",
    why: "Lists that put a footer or a tag into messages break the signatures of honest authors, so what a list hands \
          over is held for a person to look at instead of being refused. Anybody can run a list: it is never simply \
          delivered. An operator who keeps forgers out belongs in auth.list_operators.",
    points: 50,
    at_least: Some(Action::Quarantine),
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    through_list::handed_over(e, brand, false)
}
