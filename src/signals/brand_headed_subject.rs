//! `Subject: Elance: your account`, `[Elance] Ticket 8841`, `ELANCE - last notice`: the brand as who is speaking.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links, voice};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-headed-subject",
    title: "A stranger's subject is headed by a brand",
    why: "A name and a colon in front of a subject says who is speaking, not what about. Counts on top of \
          brand-subject. Innocent case: a newspaper's headline about the brand; where its links lead to its own pages, \
          it does not count.",
    points: 12,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if e.origin.own_author(brand).is_some() || e.origin.is_list_mail() {
        return None;
    }
    let subject = e.own_subject()?;
    let bracketed = subject.starts_with(['[', '(', '{', '<', '【']);
    let subject = subject.trim_start_matches(|c: char| !c.is_alphanumeric());
    let (_, end) = brand.places_in(subject).find(|(start, _)| *start == 0)?;
    let rest = subject[end..].trim_start_matches(['®', '™', ' ']);
    let heads = bracketed || rest.is_empty() || rest.starts_with([':', '-', '|', ']', '>', '/']);
    // Without anything to follow or to open, it is how people write a subject.
    let leads = !e.message.body.attachments.is_empty() || links::all_astray(e, brand).next().is_some();
    (heads && leads && !voice::is_remark(e, brand)).then(|| format!("the subject is headed by {:?}", &subject[..end]))
}
