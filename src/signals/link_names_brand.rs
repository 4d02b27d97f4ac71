//! `<a href="https://mailer.example/">Elance</a>`: the brand's name on a stranger's link.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::mail::LinkKind;
use crate::policy::Brand;
use crate::text::fold::fold;

/// Words of a text that is the name and little more.
const MAX_NAME_WORDS: usize = 4;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-names-brand",
    title: "A link's text is the brand's name, and it leads to a stranger",
    why: "Readers who click the brand's name expect the brand. Innocent case: an article whose links show names it \
          writes about; so it counts only where the message poses as the brand.",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if !e.poses_as(brand) {
        return None;
    }
    links::astray(e, brand).filter(|(way, _)| way.link.kind == LinkKind::Anchor).find_map(|(way, authority)| {
        let shown = &way.link.shown;
        let is_short = shown.split_whitespace().count() <= MAX_NAME_WORDS && !shown.contains("//");
        brand.named_in(&fold(shown)).filter(|_| is_short)?;
        Some(format!("the text shows {shown:?}, the link leads to {}", authority.host))
    })
}
