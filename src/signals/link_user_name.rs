//! `http://qx7@mailer.example/`, `https://a.b,c@mailer.example/`: a web link with a user name.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-user-name",
    title: "A web link has a user name before its host",
    why: "What stands before the @ only hides the host from readers and from filters; 7 % of mail that poses as a \
          brand does it, of 1,680 honest messages none. Counts on top of link-userinfo. Innocent case: addresses of \
          repositories and of a firm's own servers; so it counts only beside a claim.",
    points: 25,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    links::astray(e, brand).find_map(|(way, authority)| {
        authority.userinfo.as_ref().filter(|_| !authority.host.is_empty())?;
        Some(format!("{} goes to {}: what stands before the @ is not part of it", way.quoted(), authority.host))
    })
}
