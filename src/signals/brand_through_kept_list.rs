//! `From: jo@elance.com` without proof, through a mailing list whose operator keeps forgers out.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, through_list};
use crate::policy::{Action, Brand};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-through-kept-list",
    title: "A brand address in From without proof, through a mailing list that is looked after",
    why: "When an employee of the brand posts to a list of developers, the list's footer breaks the signature. Such \
          lists let only subscribers post, so the post is marked and delivered, unless it wants something too. \
          Operators are listed in conf/hosts/lists.toml and auth.list_operators.",
    points: 30,
    at_least: Some(Action::Tag),
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    through_list::handed_over(e, brand, true)
}
