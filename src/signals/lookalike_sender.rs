//! `From: service@elance-support.com`, `<x@e1ance.com>`, `<x@elance.com.mailer.example>`.

use super::{Brand, Check, Evidence, Kind, Signal};
use crate::mail::Domain;

pub(super) static SIGNAL: Signal = Signal {
    id: "lookalike-sender",
    title: "The sender's domain imitates a brand",
    why: "A domain registered to be misread can be fully authenticated, for itself. Innocent case: a company with a similar \
          name; list its word in brand.not_us.",
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
    shown.chain(path.map(|d| ("the envelope sender", d))).find_map(|(place, domain)| {
        let how = brand.imitated_by(&domain)?;
        Some(format!("{place}: {how}"))
    })
}
