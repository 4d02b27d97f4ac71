//! `From: service@elance.com` with a return path at a name of elance.com that somebody else may have in hand.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, Proof};
use crate::policy::{Action, Brand};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-path-only",
    title: "A brand address in From that only another name's return path vouches for",
    why: "Brands forget names: an alias or an SPF record that leads to a provider no longer used lets whoever takes \
          that over pass SPF (SubdoMailing). The record of the author's own name does not list the server, and no \
          signature of the brand holds. Innocent case: a brand that sends through a provider from a bounce name and \
          signs nothing; have it sign, or name the provider in the record of the From domain too.",
    points: 60,
    at_least: Some(Action::Quarantine),
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let author = e.origin.own_author(brand)?;
    let Proof::PathOnly(path) = e.origin.proof(brand) else { return None };
    Some(format!(
        "From says {}, whose SPF record does not list the client; it passes for the return path at {path} only",
        author.written_domain()
    ))
}
