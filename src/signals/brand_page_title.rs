//! `<title>Elance | Sign in</title>` in a stranger's message.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, voice};
use crate::policy::Brand;
use crate::text::disguise::unmasked;
use crate::text::fold::fold;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-page-title",
    title: "The title of a stranger's HTML names a brand",
    why: "Mail programs show no title, so nobody writes one for mail. It comes along when a page or a message of the \
          brand is copied: 17 % of mail that poses as a brand has it, of honest mail of strangers less than 0.1 %. \
          Innocent case: a newsletter whose headline is about the brand.",
    points: 20,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let title = e.message.body.title.as_str();
    if title.is_empty() {
        return None;
    }
    let name = brand.named_in(&fold(&unmasked(title)))?;
    let innocent = e.origin.own_author(brand).is_some()
        || e.answers()
        || e.origin.may_speak_for(brand)
        || voice::is_mention(e, brand);
    (!innocent).then(|| format!("the title of its HTML, {title:?}, names {name:?}"))
}
