//! An HTML form in the mail itself that posts to a stranger.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::mail::LinkKind;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "form-elsewhere",
    title: "A form in the message sends what is typed away from the brand it claims",
    why: "What is typed into the mail goes to a host the brand does not own. Newsletters carry search and survey \
          forms, so it counts only where the message poses as a brand or names it beside a password field.",
    points: 40,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let asks = e.message.body.has_password_field && e.names(brand) && !e.origin.may_speak_for(brand);
    if !asks && !e.poses_as(brand) {
        return None;
    }
    let (_, authority) = links::astray(e, brand).find(|(way, _)| way.link.kind == LinkKind::Form)?;
    Some(format!("the form posts to {}, which is not {}'s", authority.host, brand.name))
}
