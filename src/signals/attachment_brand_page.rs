//! An attached web page dressed as the brand that asks for something.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::policy::Brand;
use crate::text::fold::fold;

pub(super) static SIGNAL: Signal = Signal {
    id: "attachment-brand-page",
    title: "An attached web page bears a brand's name and asks for something",
    why: "The page looks like the brand's, and what is typed into it goes to a stranger: no brand sends its sign-in \
          page as a file. Innocent case: a page saved from the brand's site and sent to a colleague.",
    points: 60,
    at_least: None,
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if e.origin.may_speak_for(brand) {
        return None;
    }
    e.message.body.attachments.iter().filter(|a| !a.page.is_empty()).find_map(|attachment| {
        let name = brand.named_in(&fold(&attachment.page))?.to_owned();
        Some(format!("the attached web page {:?} names {name:?} and has a form or a script", attachment.name))
    })
}
