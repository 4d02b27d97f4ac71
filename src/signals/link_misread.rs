//! `http://www.elance.com⁄login.mailer.example/`, `http://mailer.example\.elance.com/`,
//! `http://www.elance.com%2emailer.example/`:
//! a person reads one host, a browser another.

use super::signal::{Check, Kind, Signal};
use crate::evidence::links::Misread;
use crate::evidence::{Evidence, links};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-misread",
    title: "A link is read as the brand's by a person and as a stranger's by a browser",
    why: "A character that looks like a slash and is not one, an escape, a tab or a backslash ends the host for the \
          eye and not for the browser, or the other way round. No honest link carries a brand's host that way.",
    points: 60,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    links::astray(e, brand).find_map(|(way, authority)| {
        let Some(Misread::Host(read)) = links::misread(brand, authority) else { return None };
        Some(format!("{}: a person reads {read}, a browser goes to {}", way.quoted(), authority.host))
    })
}
