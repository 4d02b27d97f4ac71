//! SPF (RFC 7208): may this client send for the HELO name, and for the reverse-path?
//!
//! The two identities are checked separately. Without a client address nobody can be checked: `none`. The record is
//! evaluated by mail_auth; what must not depend on its leniency (several records) is looked at before.

use super::resolver::Resolver;
use super::{Spf, SpfIdentity, SpfResult};
use crate::mail::{Domain, Envelope};
use mail_auth::spf::verify::SpfParameters;
use std::net::IpAddr;
use tokio::time::{Instant, timeout_at};

/// What `%{r}` expands to (RFC 7208 section 7.3): the checker's own name is nobody's business.
const RECEIVER: &str = "unknown";

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
pub(super) async fn check(
    resolver: &Resolver,
    envelope: &Envelope,
    ip: Option<IpAddr>,
    spf: Spf,
    deadline: Instant,
) -> Spf {
    let (Some(ip), Some(domain)) = (ip, &spf.domain) else { return spf };
    // An outside time-out rather than mail_auth's own: RFC 7208 section 4.6.4 asks for temperror when time runs out.
    let result = timeout_at(deadline, evaluate(resolver, envelope, ip, &spf, domain.as_str(), deadline)).await;
    Spf { result: result.unwrap_or(SpfResult::TempError), ..spf }
}

async fn evaluate(
    resolver: &Resolver,
    envelope: &Envelope,
    ip: IpAddr,
    spf: &Spf,
    domain: &str,
    deadline: Instant,
) -> SpfResult {
    match resolver.txt(domain, deadline).await {
        Err(_) => return SpfResult::TempError,
        Ok(records) => match records.iter().filter(|r| is_spf(r)).count() {
            0 => return SpfResult::None,
            1 => {}
            // RFC 7208 section 4.5; mail_auth would take the first.
            _ => return SpfResult::PermError,
        },
    }
    let helo = envelope.helo.as_str();
    let local = envelope.mail_from.rsplit_once('@').map_or("postmaster", |(local, _)| local);
    let sender = format!("{local}@{domain}");
    let parameters = match spf.identity {
        SpfIdentity::Helo => SpfParameters::verify_ehlo(ip, domain, RECEIVER),
        SpfIdentity::MailFrom => SpfParameters::verify_mail_from(ip, helo, RECEIVER, &sender),
    };
    match translate(resolver.mail_auth().verify_spf(mail_auth::Parameters::new(parameters)).await.result()) {
        // There is a record, so "none" can only mean that it could not be read (RFC 7208 section 4.6).
        SpfResult::None => SpfResult::PermError,
        result => result,
    }
}

/// RFC 7208 section 4.5: the version section ends at a space or at the end of the record.
fn is_spf(record: &str) -> bool {
    record.get(..6).is_some_and(|v| v.eq_ignore_ascii_case("v=spf1"))
        && matches!(record.as_bytes().get(6), None | Some(b' '))
}

fn translate(result: mail_auth::SpfResult) -> SpfResult {
    match result {
        mail_auth::SpfResult::Pass => SpfResult::Pass,
        mail_auth::SpfResult::Fail => SpfResult::Fail,
        mail_auth::SpfResult::SoftFail => SpfResult::SoftFail,
        mail_auth::SpfResult::Neutral => SpfResult::Neutral,
        mail_auth::SpfResult::TempError => SpfResult::TempError,
        mail_auth::SpfResult::PermError => SpfResult::PermError,
        mail_auth::SpfResult::None => SpfResult::None,
    }
}
