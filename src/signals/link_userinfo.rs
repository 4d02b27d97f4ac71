//! `http://www.elance.com@mailer.example/`: what stands before the `@` has no say in where the link goes.

use super::{Brand, Check, Evidence, Kind, Signal, links};
use crate::mail::text::fold;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-userinfo",
    title: "A link hides its host behind the brand and an @",
    why: "A person reads the brand before the first slash; the browser goes to what follows the last @. No honest web link of \
          today carries a brand's host as user name.",
    points: 60,
    at_least: None,
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    links::astray(e, brand).find_map(|(link, authority)| {
        if let Some(shown) = behind(&authority.rest, brand) {
            return Some(format!(
                "{} shows {shown:?} behind an @ and leads to {}",
                links::quoted(link),
                authority.host
            ));
        }
        let user = authority.userinfo.as_deref()?;
        let shows = brand.domain_in(user).is_some() || brand.named_in(&fold(user)).is_some();
        shows.then(|| format!("{} shows {user:?} before the @ and leads to {}", links::quoted(link), authority.host))
    })
}

/// The brand's host in `http://mailer.example\@www.elance.com/`: browsers stop at the backslash, `?` or `#`, older
/// readers of URLs at the slash, so that the @ seems to part a user name from the brand.
fn behind(rest: &str, brand: &Brand) -> Option<String> {
    let after = rest.strip_prefix(['\\', '?', '#'])?.strip_prefix('@')?;
    brand.domain_in(after.split(['/', '?', '#']).next().unwrap_or_default())
}
