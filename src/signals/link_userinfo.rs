//! `http://www.elance.com@mailer.example/`: what stands before the `@` has no say in where the link goes.

use super::signal::{Check, Kind, Signal};
use crate::evidence::links::Misread;
use crate::evidence::{Evidence, links};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-userinfo",
    title: "A link hides its host behind the brand and an @",
    why: "A person reads the brand before the first slash; the browser goes to what follows the last @. No honest web \
          link of today carries a brand's host as user name.",
    points: 60,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    links::astray(e, brand).find_map(|(way, authority)| {
        let Some(Misread::At(shown)) = links::misread(brand, authority) else { return None };
        Some(format!("{}: a person reads {shown}, a browser goes to {}", way.quoted(), authority.host))
    })
}
