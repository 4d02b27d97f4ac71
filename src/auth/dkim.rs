//! DKIM (RFC 6376, RFC 8301, RFC 8463), in three steps: [`screen`] decides what needs no key, the keys are fetched,
//! [`verify`] does the arithmetic.
//!
//! The cryptography is mail_auth's; what it lets through and RFC 6376 or prudence does not (From unsigned, `l=`,
//! rsa-sha1, repeated tags, endless lists) is refused here first. A signature that cannot pass costs no look-up.

use super::keys::{KeyRing, NoKey, key_name};
use super::resolver::{Answers, Lookups};
use super::tags::{first, tag, tags};
use super::{Dkim, DkimResult};
use crate::mail::Domain;
use mail_auth::common::crypto::{Algorithm, HashAlgorithm};
use mail_auth::common::headers::Header;
use mail_auth::dkim::{Canonicalization, DkimError, Signature};
use mail_auth::{AuthenticatedMessage, Error, Parameters};
use std::time::{SystemTime, UNIX_EPOCH};

/// Signatures looked at in one message. Honest mail carries one to five; each costs a look-up and arithmetic.
pub(super) const MAX_SIGNATURES: usize = 10;
/// Names in one `h=`. mail_auth compares each with every field of the message, so the product must stay small.
pub(super) const MAX_SIGNED_NAMES: usize = 128;
/// Longest `s=` repeated in results: a DNS name is never longer (RFC 1035 section 2.3.4).
const MAX_SELECTOR: usize = 253;
/// Tags a signature must have, RFC 6376 section 3.5.
const REQUIRED: [&str; 7] = ["v", "a", "b", "bh", "d", "h", "s"];

/// A result and where its field stands, to give results in the order of the fields.
pub(super) struct Slot {
    at: usize,
    dkim: Dkim,
}

type Refusal = (DkimResult, String);

/// Takes out of `message` every signature that can be judged without its key, and judges it.
pub(super) fn screen(message: &mut AuthenticatedMessage<'_>, from: &[Domain], limits: &mut Vec<String>) -> Vec<Slot> {
    correct_relaxed_hashes(message);
    let mut slots = unreadable(message);
    keep_the_likeliest(message, from, limits);
    let mut kept = Vec::with_capacity(message.dkim_headers.len());
    for mut header in std::mem::take(&mut message.dkim_headers) {
        match refuse(&header, &message.body_hashes) {
            Some(refusal) => {
                if header.header.h.len() > MAX_SIGNED_NAMES {
                    limits.push(format!("more than {MAX_SIGNED_NAMES} names in the h= of a DKIM signature"));
                }
                slots.push(slot(header.value, &header.header, refusal));
            }
            None => {
                // Neither RFC 6541 (ATPS) nor failure reports (RFC 6651): both would let a stranger make us ask the DNS.
                header.header.atps = None;
                header.header.r = false;
                kept.push(header);
            }
        }
    }
    message.dkim_headers = kept;
    slots
}

/// The names of the keys that are needed.
pub(super) fn key_names(message: &AuthenticatedMessage<'_>) -> Vec<String> {
    message.dkim_headers.iter().filter_map(|h| key_name(&h.header)).collect()
}

/// Verifies what [`screen`] left, and gives all results in the order of their fields.
pub(super) async fn verify(
    lookups: &Lookups<'_>,
    message: &mut AuthenticatedMessage<'_>,
    answers: &Answers,
    mut slots: Vec<Slot>,
) -> Vec<Dkim> {
    let mut ring = KeyRing::default();
    message.dkim_headers.retain(|h| match ring.admit(&h.header, answers) {
        Ok(()) => true,
        Err(refused) => {
            let refusal = match refused {
                NoKey::Temporary(why) => (DkimResult::TempError, why),
                NoKey::Permanent(why) => (DkimResult::PermError, why),
                NoKey::Weak(why) => (DkimResult::Policy, why),
            };
            slots.push(slot(h.value, &h.header, refusal));
            false
        }
    });
    // Malformed signatures are judged already; mail_auth would list them again.
    message.errors.retain(|e| !matches!(e.header, Error::Dkim(_)));
    let message = &*message;
    let outputs = lookups.mail_auth().verify_dkim(Parameters::new(message).with_txt_cache(&ring)).await;
    for (header, output) in message.dkim_headers.iter().zip(&outputs) {
        slots.push(slot(header.value, &header.header, translate(output.result())));
    }
    in_order(slots)
}

/// Every signature of a message whose body we do not have.
pub(super) fn unverified(message: &AuthenticatedMessage<'_>, why: &str, limits: &mut Vec<String>) -> Vec<Dkim> {
    let mut slots = unreadable(message);
    let readable = message.dkim_headers.iter();
    slots.extend(readable.map(|h| slot(h.value, &h.header, (DkimResult::Neutral, why.to_owned()))));
    let mut all = in_order(slots);
    if all.len() > MAX_SIGNATURES {
        limits.push(too_many());
        all.truncate(MAX_SIGNATURES);
    }
    all
}

fn too_many() -> String {
    format!("more than {MAX_SIGNATURES} DKIM signatures")
}

fn in_order(mut slots: Vec<Slot>) -> Vec<Dkim> {
    slots.sort_by_key(|s| s.at);
    slots.into_iter().map(|s| s.dkim).collect()
}

/// Fields of one message lie in one buffer: their addresses give their order.
fn position(value: &[u8]) -> usize {
    value.as_ptr() as usize
}

fn slot(value: &[u8], signature: &Signature, (result, reason): Refusal) -> Slot {
    let selector = signature.s.chars().take(MAX_SELECTOR).collect();
    Slot { at: position(value), dkim: Dkim { result, domain: Domain::parse(&signature.d), selector, reason } }
}

/// Signatures mail_auth could not read, or reads and refuses (`l=`).
fn unreadable(message: &AuthenticatedMessage<'_>) -> Vec<Slot> {
    let fields = message.errors.iter().filter(|e| e.name.trim_ascii().eq_ignore_ascii_case(b"DKIM-Signature"));
    fields
        .take(MAX_SIGNATURES)
        .map(|field| {
            let (result, reason) = match &field.header {
                Error::Dkim(DkimError::SignatureLength) => (DkimResult::Policy, LENGTH.to_owned()),
                error => (DkimResult::PermError, format!("malformed signature: {error}")),
            };
            let text = String::from_utf8_lossy(field.value);
            let selector = first(&text, "s").chars().take(MAX_SELECTOR).collect();
            let dkim = Dkim { result, domain: Domain::parse(first(&text, "d")), selector, reason };
            Slot { at: position(field.value), dkim }
        })
        .collect()
}

const LENGTH: &str = "l= signs only the beginning of the body";

/// Cuts the signatures to [`MAX_SIGNATURES`]; those whose domain could vouch for the author stay first.
fn keep_the_likeliest(message: &mut AuthenticatedMessage<'_>, from: &[Domain], limits: &mut Vec<String>) {
    if message.dkim_headers.len() <= MAX_SIGNATURES {
        return;
    }
    limits.push(too_many());
    let aligned = |h: &Header<'_, Signature>| {
        Domain::parse(&h.header.d).is_some_and(|d| from.iter().any(|f| f.registrable() == d.registrable()))
    };
    message.dkim_headers.sort_by_cached_key(|h| (!aligned(h), position(h.value)));
    message.dkim_headers.truncate(MAX_SIGNATURES);
    message.dkim_headers.sort_by_key(|h| position(h.value));
}

type BodyHash = (Canonicalization, HashAlgorithm, u64, Vec<u8>);

/// Why a signature cannot pass whatever its key says.
fn refuse(header: &Header<'_, Signature>, hashes: &[BodyHash]) -> Option<Refusal> {
    let (signature, text) = (&header.header, String::from_utf8_lossy(header.value));
    let Some(list) = tags(&text) else {
        return Some((DkimResult::PermError, "malformed signature: broken or repeated tags".into()));
    };
    if let Some(missing) = REQUIRED.iter().find(|name| tag(&list, name).is_none()) {
        return Some((DkimResult::PermError, format!("malformed signature: no {missing}=")));
    }
    if key_name(signature).is_none() || tag(&list, "d").is_some_and(|d| d.contains(char::is_whitespace)) {
        return Some((DkimResult::PermError, "d= or s= is no domain name".into()));
    }
    if tag(&list, "q").is_some_and(|q| !q.split(':').any(|m| m.trim().eq_ignore_ascii_case("dns/txt"))) {
        return Some((DkimResult::PermError, "q= names no way to the key that is known".into()));
    }
    if signature.h.len() > MAX_SIGNED_NAMES {
        return Some((DkimResult::Policy, format!("h= lists more than {MAX_SIGNED_NAMES} names")));
    }
    if signature.x != 0 && (signature.x <= signature.t || signature.x <= now()) {
        return Some((DkimResult::Fail, "signature expired".into()));
    }
    if tag(&list, "l").is_some() {
        return Some((DkimResult::Policy, LENGTH.into()));
    }
    // RFC 6376 section 5.4: From must be signed, or the signature says nothing about the author.
    if !signature.h.iter().any(|h| h.trim().eq_ignore_ascii_case("from")) {
        return Some((DkimResult::Policy, "From is not signed".into()));
    }
    if signature.a == Algorithm::RsaSha1 {
        return Some((DkimResult::Policy, "rsa-sha1 proves nothing (RFC 8301)".into()));
    }
    let hash = HashAlgorithm::from(signature.a);
    let body = hashes.iter().find(|(c, h, l, _)| *c == signature.cb && *h == hash && *l == signature.l);
    (body.is_none_or(|(.., found)| *found != signature.bh))
        .then(|| (DkimResult::Fail, "body hash did not verify".into()))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

fn translate(result: &mail_auth::DkimResult) -> Refusal {
    use mail_auth::DkimResult as Theirs;
    match result {
        Theirs::Pass => (DkimResult::Pass, String::new()),
        Theirs::Fail(Error::Dkim(DkimError::FailedAuidMatch)) => {
            (DkimResult::PermError, "i= does not belong to d=".into())
        }
        Theirs::Neutral(Error::Dkim(DkimError::SignatureExpired)) => (DkimResult::Fail, "signature expired".into()),
        Theirs::Neutral(Error::Dkim(DkimError::FailedBodyHashMatch)) => {
            (DkimResult::Fail, "body hash did not verify".into())
        }
        Theirs::Fail(Error::Crypto(_)) => (DkimResult::Fail, "signature did not verify".into()),
        Theirs::Fail(e) => (DkimResult::Fail, e.to_string()),
        Theirs::Neutral(e) => (DkimResult::Neutral, e.to_string()),
        Theirs::PermError(e) => (DkimResult::PermError, e.to_string()),
        Theirs::TempError(e) => (DkimResult::TempError, e.to_string()),
        Theirs::None => (DkimResult::None, "not looked at".into()),
    }
}

/// mail_auth 0.13 hashes a relaxed body wrongly when its last lines hold only white space; RFC 6376 section 3.4.4
/// ignores such lines. Their hashes are taken again over the body without them.
fn correct_relaxed_hashes(message: &mut AuthenticatedMessage<'_>) {
    let body = message.raw_message.get(message.body_offset as usize..).unwrap_or_default();
    let trimmed = without_blank_end(body);
    // Empty lines at the end are ignored rightly.
    if body.get(trimmed.len()..).is_none_or(|end| end.iter().all(|b| matches!(b, b'\r' | b'\n'))) {
        return;
    }
    for (canonical, hash, length, value) in &mut message.body_hashes {
        if *canonical == Canonicalization::Relaxed && *length == 0 {
            *value = hash.hash(canonical.canonical_body(trimmed, 0)).as_ref().to_vec();
        }
    }
}

/// The body up to and with the end of its last line that holds more than white space.
fn without_blank_end(body: &[u8]) -> &[u8] {
    let mut end = body.len();
    while let Some(line) = body.get(..end).map(|b| b.strip_suffix(b"\r\n").unwrap_or(b)) {
        let start = line.windows(2).rposition(|w| w == b"\r\n").map_or(0, |at| at + 2);
        if end == 0 || !line.get(start..).is_some_and(|l| l.iter().all(|b| matches!(b, b' ' | b'\t'))) {
            break;
        }
        end = start;
    }
    body.get(..end).unwrap_or(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_at_the_end_are_cut_and_nothing_else() {
        let cases: [(&[u8], &[u8]); 7] = [
            (b"", b""),
            (b"a\r\n", b"a\r\n"),
            (b"a\r\n \t\r\n\r\n", b"a\r\n"),
            (b"a \r\n\r\n  ", b"a \r\n"),
            (b" \r\n\t\r\n", b""),
            (b"a", b"a"),
            (b"\r\na\r\n\r\n", b"\r\na\r\n"),
        ];
        for (body, wanted) in cases {
            assert_eq!(without_blank_end(body), wanted, "{:?}", String::from_utf8_lossy(body));
        }
    }
}
