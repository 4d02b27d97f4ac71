//! `https://www.elance.com/redirect?url=https://mailer.example/`: the brand's own host passes the click on.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-open-redirect",
    title: "A link to the brand's own host names a stranger as the place to go on to",
    why: "Pages that send their visitor on to any address are used to borrow the brand's name; \"elance.com\" stands \
          before the first slash and the click still ends elsewhere. Innocent case: a link to a page that shares, or \
          comes back after signing in; so it counts only beside a claim.",
    points: 15,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if e.origin.may_speak_for(brand) {
        return None;
    }
    links::going_on(e, brand).next().map(|(way, target)| format!("{} goes on to {target}", way.quoted()))
}
