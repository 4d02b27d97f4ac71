//! Why a signature cannot pass, whatever its key says. What is found here costs no look-up.

use crate::auth::coverage::{MAX_SIGNED_NAMES, ambiguity};
use crate::auth::keys::key_name;
use crate::auth::results::{Coverage, DkimResult};
use crate::auth::tags::{flaw, tag, tags};
use mail_auth::common::crypto::{Algorithm, HashAlgorithm};
use mail_auth::common::headers::Header;
use mail_auth::dkim::{Canonicalization, Signature};

/// Seconds a signer's clock may be ahead of ours. Mail servers keep time by NTP; a quarter of an hour is generous.
const MAX_CLOCK_SKEW_SECS: u64 = 15 * 60;
/// Tags a signature must have, RFC 6376 section 3.5.
const REQUIRED: [&str; 7] = ["v", "a", "b", "bh", "d", "h", "s"];

/// Why a signature with `l=` proves nothing.
pub(super) const LENGTH: &str = "l= signs only the beginning of the body";

/// The result of a signature that does not pass, and why.
pub(super) type Refusal = (DkimResult, String);
pub(super) type BodyHash = (Canonicalization, HashAlgorithm, u64, Vec<u8>);
type Tags<'a> = [(&'a str, &'a str)];

/// The reason, if there is one. `now` is in seconds since 1970.
pub(super) fn refuse(
    header: &Header<'_, Signature>,
    coverage: &Coverage,
    hashes: &[BodyHash],
    now: u64,
) -> Option<Refusal> {
    let text = String::from_utf8_lossy(header.value);
    let Some(list) = tags(&text) else {
        return Some(malformed("broken or repeated tags"));
    };
    let signature = &header.header;
    syntax(&list, signature)
        .or_else(|| times(signature, now))
        .or_else(|| weakness(&list, signature))
        .or_else(|| {
            let open = ambiguity(&coverage.repeated);
            open.map(|which| (DkimResult::Policy, format!("what was signed is unclear: {which}")))
        })
        .or_else(|| {
            let hash = HashAlgorithm::from(signature.a);
            let body = hashes.iter().find(|(c, h, l, _)| *c == signature.cb && *h == hash && *l == signature.l);
            (body.is_none_or(|(.., found)| *found != signature.bh))
                .then(|| (DkimResult::Fail, "body hash did not verify".into()))
        })
}

fn malformed(why: &str) -> Refusal {
    (DkimResult::PermError, format!("malformed signature: {why}"))
}

/// What RFC 6376 section 3.5 does not allow.
fn syntax(list: &Tags<'_>, signature: &Signature) -> Option<Refusal> {
    if let Some(missing) = REQUIRED.iter().find(|name| tag(list, name).is_none()) {
        return Some(malformed(&format!("no {missing}=")));
    }
    if let Some(flaw) = flaw(list) {
        return Some(malformed(&flaw));
    }
    if tag(list, "v") != Some("1") {
        return Some(malformed("v= is not 1"));
    }
    if key_name(signature).is_none() || tag(list, "d").is_some_and(|d| d.contains(char::is_whitespace)) {
        return Some((DkimResult::PermError, "d= or s= is not a domain name".into()));
    }
    if tag(list, "i").is_some_and(|i| !i.contains('@')) {
        return Some(malformed("i= is not an address"));
    }
    if tag(list, "q").is_some_and(|q| !q.split(':').any(|m| m.trim().eq_ignore_ascii_case("dns/txt"))) {
        return Some((DkimResult::PermError, "q= names no way to the key that is known".into()));
    }
    None
}

/// `t=` and `x=`: signatures that are over, and those that have not yet been made.
fn times(signature: &Signature, now: u64) -> Option<Refusal> {
    if signature.x != 0 && (signature.x <= signature.t || signature.x <= now) {
        return Some((DkimResult::Fail, "signature expired".into()));
    }
    (signature.t > now.saturating_add(MAX_CLOCK_SKEW_SECS))
        .then(|| (DkimResult::Policy, "signature is dated in the future".into()))
}

/// Sound by the RFC, and no proof here.
fn weakness(list: &Tags<'_>, signature: &Signature) -> Option<Refusal> {
    let why = if signature.h.len() > MAX_SIGNED_NAMES {
        format!("h= lists more than {MAX_SIGNED_NAMES} names")
    } else if tag(list, "l").is_some() {
        LENGTH.into()
    } else if !signature.h.iter().any(|h| h.trim().eq_ignore_ascii_case("from")) {
        // RFC 6376 section 5.4: From must be signed, or the signature says nothing about the author.
        "From is not signed".into()
    } else if signature.a == Algorithm::RsaSha1 {
        "rsa-sha1 proves nothing (RFC 8301)".into()
    } else {
        return None;
    };
    Some((DkimResult::Policy, why))
}
