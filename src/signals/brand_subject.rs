//! `Subject: Elance: your account is on hold`, from a stranger.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, voice};
use crate::policy::Brand;
use crate::text::fold::fold;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-subject",
    title: "A stranger's subject names a brand",
    why: "Of mail that poses as a brand 39 % says so in the subject, of honest mail of strangers less than 0.1 %. \
          Innocent case: people and newsletters that write about the brand; those whose name fits their own, proven \
          address do not count, and by itself it only makes the rest of a message count. Answers and forwarded mail \
          (Re:, Fwd:) do not count.",
    points: 10,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if e.origin.own_author(brand).is_some() {
        return None;
    }
    e.own_subject()?;
    // What a list puts in front of its subjects is its own name.
    let subject = e.message.subject.trim();
    let unlisted = if e.origin.is_list_mail() { without_tag(subject) } else { subject };
    let name = brand.named_in(&fold(unlisted)).filter(|_| !voice::is_remark(e, brand))?;
    Some(format!("the subject names {name:?}, the sender is {}", e.message.from.first()?.where_it_is()))
}

/// `[outlook-users] Greetings` without its brackets.
fn without_tag(subject: &str) -> &str {
    let inside = subject.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    inside.map_or(subject, |(_, rest)| rest)
}
