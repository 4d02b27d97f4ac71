//! SPF (RFC 7208): may this client send for the HELO name, and for the reverse-path?
//!
//! The two identities are checked separately. Without a client address nobody can be checked: `none`. Records are read
//! in [`record`] and [`macros`], which need no DNS, and weighed in [`evaluate`]. Internationalized mail follows RFC
//! 8616.

mod evaluate;
mod macros;
mod record;

use crate::auth::resolver::Lookups;
use crate::auth::results::{Spf, SpfIdentity, SpfResult};
use crate::auth::spf::evaluate::{Evaluation, Outcome, Sender};
use crate::mail::{Domain, Envelope};
use std::net::IpAddr;

/// The local part of an identity that has none, RFC 7208 section 4.3.
const POSTMASTER: &str = "postmaster";

/// Queries that checking the reverse-path needs if it fans out nowhere: its record and ten terms (RFC 7208 section
/// 4.6.4). The HELO name leaves them, so that a costly record there cannot hide what the reverse-path would say.
pub(super) const SENDER_QUERIES: usize = 11;

/// The HELO identity, not yet checked. A HELO that is an address or a single label has none (RFC 7208 section 2.3).
pub(super) fn helo_identity(envelope: &Envelope) -> Spf {
    let helo = envelope.helo.trim();
    let named = helo.contains('.') && helo.parse::<IpAddr>().is_err();
    Spf { domain: Domain::parse(helo).filter(|_| named), identity: SpfIdentity::Helo, ..Spf::default() }
}

/// The reverse-path's identity, not yet checked; `postmaster@HELO` for the null sender (RFC 7208 section 2.4).
pub(super) fn sender_identity(envelope: &Envelope) -> Spf {
    if envelope.mail_from.is_empty() {
        return helo_identity(envelope);
    }
    let domain = envelope.mail_from.rsplit_once('@').and_then(|(_, domain)| Domain::parse(domain));
    Spf { domain, identity: SpfIdentity::MailFrom, ..Spf::default() }
}

/// Checks one identity.
pub(super) async fn check(lookups: &Lookups<'_>, envelope: &Envelope, ip: Option<IpAddr>, spf: Spf) -> Spf {
    match &spf.domain {
        Some(domain) => {
            let (outcome, _) = evaluate(lookups, envelope, ip, spf.identity, domain, false).await;
            Spf { result: outcome.result, ..spf }
        }
        None => spf,
    }
}

/// Checks the reverse-path, and asks for the explanation that goes with `fail`.
pub(super) async fn explain(
    lookups: &Lookups<'_>,
    envelope: &Envelope,
    ip: Option<IpAddr>,
) -> (SpfResult, Option<String>) {
    let spf = sender_identity(envelope);
    let Some(domain) = &spf.domain else { return (SpfResult::None, None) };
    let (outcome, explanation) = evaluate(lookups, envelope, ip, spf.identity, domain, true).await;
    (outcome.result, explanation)
}

async fn evaluate(
    lookups: &Lookups<'_>,
    envelope: &Envelope,
    ip: Option<IpAddr>,
    identity: SpfIdentity,
    domain: &Domain,
    explained: bool,
) -> (Outcome, Option<String>) {
    let Some(ip) = ip else { return (Outcome::default(), None) };
    // In A-labels where it is a name (RFC 8616 section 4), as written where it is not.
    let written = envelope.helo.trim();
    let helo = Domain::parse(written);
    let local = match identity {
        SpfIdentity::Helo => POSTMASTER,
        SpfIdentity::MailFrom => envelope.mail_from.rsplit_once('@').map_or("", |(local, _)| local),
    };
    let sender = Sender {
        ip: ip.to_canonical(),
        helo: helo.as_ref().map_or(written, Domain::as_str),
        local: if local.is_empty() { POSTMASTER } else { local },
        domain: domain.as_str(),
    };
    let mut evaluation = Evaluation::new(lookups, sender);
    let outcome = evaluation.check().await;
    let explanation = if explained { evaluation.explain(&outcome).await } else { None };
    (outcome, explanation)
}
