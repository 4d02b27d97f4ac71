//! `From: Service <service@correio>`, `<x@88123>`: an address not under a public suffix, which nobody can answer.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::mail::Domain;

pub(super) static SIGNAL: Signal = Signal {
    id: "from-unroutable",
    title: "The author's domain is not under a public suffix",
    why: "One in nine forged messages writes a name there that only looks good and belongs to nobody. Innocent case: \
          machines of a local network that name themselves; names reserved for those (RFC 6761, RFC 6762, RFC 8375) do \
          not count.",
    points: 25,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(check),
};

/// Last labels that no stranger can own: reserved for local networks, tests and documentation.
const RESERVED: [&str; 11] =
    ["test", "example", "invalid", "localhost", "localdomain", "local", "lan", "home", "internal", "arpa", "onion"];

fn check(e: &Evidence<'_>) -> Option<String> {
    let unroutable = |d: &&Domain| !d.is_public() && !d.labels().last().is_some_and(|last| RESERVED.contains(&last));
    let domains = e.message.from.iter().filter_map(|m| m.domain.as_ref());
    // A brand may own a suffix of its own.
    let mut strangers = domains.filter(|d| !e.policy.brands.iter().any(|b| b.owns(d)));
    strangers.find(unroutable).map(|d| format!("nobody can own the author's domain {:?}", d.as_str()))
}
