//! `Elance-invoice-7731.pdf` from a stranger.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::mail::Attachment;
use crate::policy::Brand;
use crate::text::fold::fold;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-file-name",
    title: "A stranger's file is named after a brand",
    why: "Where the text is empty or a picture, the file says who is supposed to write. Innocent case: a member who \
          passes on a receipt of the brand, or a firm's own paper about it.",
    points: 15,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

/// Files that are looked at; a person sees the first few.
const MAX_FILES: usize = 20;

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if e.origin.may_speak_for(brand) || e.origin.own_author(brand).is_some() || e.answers() || e.origin.is_list_mail() {
        return None;
    }
    // A message that is passed on keeps its subject; what it says counts by itself.
    let passed_on = |file: &&Attachment| file.declared.starts_with("message/") && e.own_subject().is_none();
    let files = e.message.body.attachments.iter().filter(|file| !passed_on(file)).take(MAX_FILES);
    files.map(|file| &file.name).find_map(|name| {
        let words: String = fold(name).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        brand.named_in(&words).map(|brand| format!("the attachment {name:?} has the name {brand:?}"))
    })
}
