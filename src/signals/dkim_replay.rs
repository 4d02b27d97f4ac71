//! Signs that a soundly signed message is sent again, to people it was not written to.

use super::signal::{Check, Kind, Signal};
use crate::auth::{Dkim, DkimResult};
use crate::evidence::Evidence;
use crate::mail::read_mailboxes;
use std::collections::HashSet;

/// Days after which a signature is old. Servers give up after four to five days (RFC 5321 section 4.5.4.1); signers
/// that date their signatures let them expire after a week.
const OLD_DAYS: u64 = 7;
/// Hints that together make the finding.
const MIN_HINTS: usize = 2;

pub(super) static SIGNAL: Signal = Signal {
    id: "dkim-replay",
    title: "Signs that signed mail is sent again to others",
    why: "A message once signed by a good sender can be sent again to anyone, with another To or Subject if those are \
          not signed, and it still passes (RFC 6376 section 8.6). Each hint is ordinary alone: lists and blind copies \
          do not name the recipient, people send old mail on, some signers leave out To. Two of them, the way it \
          arrives among them, make the finding, which alone does nothing. Innocent case: old mail that is resent; a \
          newsletter to blind copies from an organization that does not sign To.",
    points: 20,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    e.auth.dkim.iter().filter(|d| d.result == DkimResult::Pass && is_aligned(e, d)).find_map(|d| finding(e, d))
}

fn is_aligned(e: &Evidence<'_>, dkim: &Dkim) -> bool {
    let authors = || e.message.from.iter().filter_map(|m| m.domain.as_ref());
    dkim.domain.as_ref().is_some_and(|d| authors().any(|a| a.registrable() == d.registrable()))
}

fn finding(e: &Evidence<'_>, dkim: &Dkim) -> Option<String> {
    let covers = &dkim.covers;
    // Without one of these it arrives as it was sent, whatever its signer forgot to sign.
    let old = covers.age_days.filter(|days| *days > OLD_DAYS).map(|days| format!("made {days} days ago"));
    let unnamed = recipients_unnamed(e).then(|| "none of its recipients stands in To or Cc".to_owned());
    if old.is_none() && unnamed.is_none() {
        return None;
    }
    let to = (!covers.to).then(|| "To is not signed".to_owned());
    let subject = (!covers.subject).then(|| "Subject is not signed".to_owned());
    let hints: Vec<String> = [old, unnamed, to, subject].into_iter().flatten().collect();
    let domain = dkim.domain.as_ref()?;
    (hints.len() >= MIN_HINTS).then(|| format!("the signature of {domain}: {}", hints.join("; ")))
}

/// True if there are recipients and the header names none of them.
fn recipients_unnamed(e: &Evidence<'_>) -> bool {
    let fields = e.message.values("To").chain(e.message.values("Cc"));
    let named: HashSet<String> = fields.flat_map(read_mailboxes).map(|m| m.address.to_ascii_lowercase()).collect();
    let recipients = &e.envelope.rcpt_to;
    !recipients.is_empty() && !recipients.iter().any(|r| named.contains(&r.to_ascii_lowercase()))
}
