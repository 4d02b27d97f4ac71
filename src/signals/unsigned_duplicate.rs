//! A field that should be there once stands there twice, and the signature covers one of them.

use super::signal::{Check, Kind, Signal};
use crate::auth::DkimResult;
use crate::evidence::Evidence;

pub(super) static SIGNAL: Signal = Signal {
    id: "unsigned-duplicate",
    title: "A header field is repeated beyond what is signed",
    why: "A signature covers fields from the bottom up, and many mail programs show the topmost: a Subject, From, To \
          or Content-Type put above signed mail changes what is read and leaves the signature whole (RFC 6376 section \
          8.15). A second From, Subject or Content-Type also costs the signature its worth as proof. Innocent case: \
          sloppy mailers that write To, Date or MIME-Version twice and sign one; so this alone does nothing.",
    points: 20,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    // A signature that is broken anyway vouches for none of them.
    let sound = e.auth.dkim.iter().filter(|d| matches!(d.result, DkimResult::Pass | DkimResult::Policy));
    let (signature, repeated) = sound.filter_map(|d| d.covers.repeated.first().map(|r| (d, r))).next()?;
    let domain = signature.domain.as_ref().map_or("a domain that cannot be read", |d| d.as_str());
    Some(format!("signed by {domain}, but {repeated}"))
}
