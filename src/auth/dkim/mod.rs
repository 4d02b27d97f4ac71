//! DKIM (RFC 6376, RFC 8301, RFC 8463), in three steps: [`screen`] decides what needs no key, the keys are fetched,
//! [`verify`] does the arithmetic.
//!
//! The cryptography is mail_auth's; what it lets through and RFC 6376 or prudence does not (From unsigned, `l=`,
//! rsa-sha1, repeated tags, fields added beside the signed ones, endless lists) is refused here first. A signature that
//! cannot pass costs no look-up.

mod refuse;

use crate::auth::body_hash::correct_hashes;
use crate::auth::coverage::{Census, MAX_SIGNED_NAMES};
use crate::auth::dkim::refuse::{LENGTH, Refusal, refuse};
use crate::auth::keys::{KeyRing, NoKey, key_name};
use crate::auth::resolver::{Answers, Lookups};
use crate::auth::results::{Coverage, Dkim, DkimResult};
use crate::auth::tags::first;
use crate::mail::Domain;
use mail_auth::common::crypto::CryptoError;
use mail_auth::common::headers::Header;
use mail_auth::dkim::{DkimError, Signature};
use mail_auth::{AuthenticatedMessage, Error, Parameters};

/// Signatures looked at in one message. Honest mail carries one to five; each costs a look-up and arithmetic.
pub(super) const MAX_SIGNATURES: usize = 10;
/// Longest `s=` repeated in results: a DNS name is never longer (RFC 1035 section 2.3.4).
const MAX_SELECTOR_CHARS: usize = 253;
/// Seconds of a day.
const DAY_SECS: u64 = 86_400;

/// A result and where its field stands, to give results in the order of the fields.
pub(super) struct Slot {
    at: usize,
    dkim: Dkim,
}

/// What [`screen`] made of the signatures.
#[derive(Default)]
pub(super) struct Screened {
    /// Those judged.
    slots: Vec<Slot>,
    /// What each of those left in the message covers.
    covered: Vec<Coverage>,
}

/// Takes out of `message` every signature that can be judged without its key, and judges it. `now` is in seconds since
/// 1970.
pub(super) fn screen(
    message: &mut AuthenticatedMessage<'_>,
    census: &Census,
    from: &[Domain],
    now: u64,
    limits: &mut Vec<String>,
) -> Screened {
    correct_hashes(message);
    let mut slots = unreadable(message);
    keep_the_likeliest(message, from, limits);
    let (mut kept, mut covered) = (vec![], vec![]);
    for mut header in std::mem::take(&mut message.dkim_headers) {
        let coverage = coverage(&header.header, census, now);
        match refuse(&header, &coverage, &message.body_hashes, now) {
            Some(refusal) => {
                if header.header.h.len() > MAX_SIGNED_NAMES {
                    limits.push(format!("more than {MAX_SIGNED_NAMES} names in the h= of a DKIM signature"));
                }
                slots.push(slot(&header, coverage, refusal));
            }
            None => {
                // Neither RFC 6541 (ATPS) nor failure reports (RFC 6651): both would let a stranger make us ask the
                // DNS.
                header.header.atps = None;
                header.header.r = false;
                kept.push(header);
                covered.push(coverage);
            }
        }
    }
    message.dkim_headers = kept;
    Screened { slots, covered }
}

/// What a signature says about itself and the header.
fn coverage(signature: &Signature, census: &Census, now: u64) -> Coverage {
    // More names are not looked through: the signature is refused for them.
    if signature.h.len() > MAX_SIGNED_NAMES {
        return Coverage::default();
    }
    census.coverage(&signature.h, (signature.t != 0).then(|| now.saturating_sub(signature.t) / DAY_SECS))
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
    screened: Screened,
) -> Vec<Dkim> {
    let Screened { mut slots, covered } = screened;
    let mut ring = KeyRing::default();
    let (mut kept, mut kept_covered) = (vec![], vec![]);
    for (header, coverage) in std::mem::take(&mut message.dkim_headers).into_iter().zip(covered) {
        match ring.admit(&header.header, answers) {
            Ok(()) => {
                kept.push(header);
                kept_covered.push(coverage);
            }
            Err(refused) => {
                let refusal = match refused {
                    NoKey::Temporary(why) => (DkimResult::TempError, why),
                    NoKey::Permanent(why) => (DkimResult::PermError, why),
                    NoKey::Weak(why) => (DkimResult::Policy, why),
                };
                slots.push(slot(&header, coverage, refusal));
            }
        }
    }
    message.dkim_headers = kept;
    // Malformed signatures are judged already; mail_auth would list them again.
    message.errors.retain(|e| !matches!(e.header, Error::Dkim(_)));
    let message = &*message;
    let outputs = lookups.mail_auth().verify_dkim(Parameters::new(message).with_txt_cache(&ring)).await;
    for ((header, coverage), output) in message.dkim_headers.iter().zip(kept_covered).zip(&outputs) {
        slots.push(slot(header, coverage, translate(output.result())));
    }
    in_order(slots)
}

/// Every signature of a message whose body we do not have.
pub(super) fn unverified(message: &AuthenticatedMessage<'_>, why: &str, limits: &mut Vec<String>) -> Vec<Dkim> {
    let mut slots = unreadable(message);
    let readable = message.dkim_headers.iter();
    slots.extend(readable.map(|h| slot(h, Coverage::default(), (DkimResult::Neutral, why.to_owned()))));
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

fn slot(header: &Header<'_, Signature>, covers: Coverage, (result, reason): Refusal) -> Slot {
    let selector = header.header.s.chars().take(MAX_SELECTOR_CHARS).collect();
    let dkim = Dkim { result, domain: Domain::parse(&header.header.d), selector, reason, covers };
    Slot { at: position(header.value), dkim }
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
            let selector = first(&text, "s").chars().take(MAX_SELECTOR_CHARS).collect();
            let domain = Domain::parse(first(&text, "d"));
            Slot { at: position(field.value), dkim: Dkim { result, domain, selector, reason, ..Dkim::default() } }
        })
        .collect()
}

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
        Theirs::Fail(Error::Crypto(CryptoError::IncompatibleAlgorithms)) => {
            (DkimResult::PermError, "the key is not of the kind a= names".into())
        }
        Theirs::Fail(Error::Crypto(_)) => (DkimResult::Fail, "signature did not verify".into()),
        Theirs::Fail(e) => (DkimResult::Fail, e.to_string()),
        Theirs::Neutral(e) => (DkimResult::Neutral, e.to_string()),
        Theirs::PermError(e) => (DkimResult::PermError, e.to_string()),
        Theirs::TempError(e) => (DkimResult::TempError, e.to_string()),
        Theirs::None => (DkimResult::None, "not looked at".into()),
    }
}
