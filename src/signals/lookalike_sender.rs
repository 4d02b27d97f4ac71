//! `From: service@elance-support.com`, `<x@e1ance.com>`, `<x@elance.com.mailer.example>`; the same in Sender, Reply-To,
//! the envelope sender and the `d=` of a passing signature. Not HELO: it is the name of a machine that readers never
//! see.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::mail::Domain;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "lookalike-sender",
    title: "The sender's domain imitates a brand",
    why: "A domain registered to be misread can be fully authenticated, for itself. Innocent cases: a company with a \
          similar name, whose word belongs in brand.not_us; a domain of the brand's own in another country, which \
          belongs in brand.domains.",
    points: 60,
    at_least: None,
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let m = e.message;
    let mailboxes = [("From", &m.from), ("Sender", &m.sender), ("Reply-To", &m.reply_to)];
    let header = mailboxes.into_iter().flat_map(|(field, list)| list.iter().map(move |m| (field, m)));
    let shown = header.filter_map(|(field, m)| Some((field, m.domain.clone()?)));
    let path = e.envelope.mail_from.rsplit_once('@').and_then(|(_, d)| Domain::parse(d));
    let shown = shown.chain(path.map(|d| ("the envelope sender", d)));
    let imitates = |(place, domain): (&str, Domain)| Some(format!("{place}: {}", e.imitation(brand, &domain)?));
    shown.into_iter().find_map(imitates).or_else(|| signer(e, brand))
}

/// The domain of a passing signature. Few readers ever see it, so it counts only in a message that names the brand: who
/// signs for others (a mail provider with a similar name) claims nothing.
fn signer(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let how = e.auth.dkim_domains().find_map(|d| e.imitation(brand, d))?;
    let named = || e.names(brand) || e.message.from.iter().any(|m| brand.claimed_in(&m.name).is_some());
    named().then(|| format!("the signer, of a message that names {}: {how}", brand.name))
}
