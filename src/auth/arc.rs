//! ARC (RFC 8617): is the chain unbroken, who sealed last, and did he see `dmarc=pass`?
//!
//! Whether that sealer's word counts is decided elsewhere. mail_auth verifies; chains it would accept and should not
//! (rsa-sha1, tags missing or repeated, From unsigned) fail here before.

use super::dkim::MAX_SIGNED_NAMES;
use super::header::results;
use super::keys::{KeyRing, NoKey, key_name};
use super::resolver::{Answers, Lookups};
use super::tags::{tag, tags};
use super::{Arc, ArcResult};
use crate::mail::Domain;
use mail_auth::common::crypto::Algorithm;
use mail_auth::{AuthenticatedMessage, DkimResult, Parameters};

/// Sets verified in one message. RFC 8617 section 4.2.1 allows 50; each costs a look-up and arithmetic, and real
/// forwarding chains have one to five.
const MAX_SETS: usize = 10;

/// Screens the chain: true if it can be verified. Otherwise `arc` says what it is.
pub(super) fn screen(message: &AuthenticatedMessage<'_>, arc: &mut Arc, limits: &mut Vec<String>) -> bool {
    let newest = message.as_headers.iter().max_by_key(|h| h.header.i);
    arc.sealer = newest.and_then(|h| Domain::parse(&h.header.d));
    let sets = message.as_headers.len().max(message.ams_headers.len()).max(message.aar_headers.len());
    let broken = message.errors.iter().any(|e| e.name.get(..4).is_some_and(|n| n.eq_ignore_ascii_case(b"ARC-")));
    if sets == 0 && !broken {
        return false;
    }
    if sets > MAX_SETS {
        limits.push(format!("more than {MAX_SETS} ARC sets"));
    }
    // Each set is three fields, RFC 8617 section 4.2.
    let paired =
        message.as_headers.len() == sets && message.ams_headers.len() == sets && message.aar_headers.len() == sets;
    let sound = !broken && paired && sets <= MAX_SETS && seals_are_sound(message) && signatures_are_sound(message);
    if !sound {
        arc.result = ArcResult::Fail;
    }
    sound
}

/// The names of the keys that are needed: of the newest signature and of every seal.
pub(super) fn key_names(message: &AuthenticatedMessage<'_>) -> Vec<String> {
    let seals = message.as_headers.iter().filter_map(|h| key_name(&h.header));
    seals.chain(message.ams_headers.last().and_then(|h| key_name(&h.header))).collect()
}

/// Verifies a screened chain.
pub(super) async fn verify(
    lookups: &Lookups<'_>,
    message: &AuthenticatedMessage<'_>,
    answers: &Answers,
    arc: &mut Arc,
) {
    let mut ring = KeyRing::default();
    let seals = message.as_headers.iter().map(|h| ring.admit(&h.header, answers)).collect::<Vec<_>>();
    let signature = message.ams_headers.last().map(|h| ring.admit(&h.header, answers));
    let admitted = seals.into_iter().chain(signature).collect::<Result<Vec<()>, NoKey>>();
    arc.result = match admitted {
        Err(NoKey::Temporary(_)) => ArcResult::TempError,
        Err(_) => ArcResult::Fail,
        Ok(_) => {
            let output = lookups.mail_auth().verify_arc(Parameters::new(message).with_txt_cache(&ring)).await;
            match output.result() {
                DkimResult::Pass => ArcResult::Pass,
                DkimResult::TempError(_) => ArcResult::TempError,
                DkimResult::None => ArcResult::None,
                _ => ArcResult::Fail,
            }
        }
    };
    if arc.result == ArcResult::Pass
        && let Some(newest) = message.aar_headers.last()
    {
        attest(&String::from_utf8_lossy(newest.value), arc);
    }
}

/// Reads what the newest sealer says he saw: `i=N; authserv-id; dmarc=pass header.from=…`.
fn attest(value: &str, arc: &mut Arc) {
    let claimed = value.split_once(';').map_or("", |(_, rest)| rest);
    let stated = results(claimed).unwrap_or_default();
    for dmarc in stated.iter().filter(|r| r.method == "dmarc" && r.result == "pass") {
        arc.dmarc_pass_seen = true;
        let from = dmarc.properties.iter().filter(|(name, _)| name == "header.from");
        arc.attested.extend(from.filter_map(|(_, value)| Domain::parse(value.rsplit('@').next().unwrap_or(value))));
    }
}

fn seals_are_sound(message: &AuthenticatedMessage<'_>) -> bool {
    message.as_headers.iter().all(|h| {
        has_once(h.value, &["i", "a", "b", "cv", "d", "s"])
            && h.header.a != Algorithm::RsaSha1
            && key_name(&h.header).is_some()
    })
}

fn signatures_are_sound(message: &AuthenticatedMessage<'_>) -> bool {
    message.ams_headers.iter().all(|h| {
        let names = |wanted: &str| h.header.h.iter().any(|n| n.trim().eq_ignore_ascii_case(wanted));
        has_once(h.value, &["i", "a", "b", "bh", "d", "h", "s"])
            && h.header.a != Algorithm::RsaSha1
            && key_name(&h.header).is_some()
            && h.header.h.len() <= MAX_SIGNED_NAMES
            && names("from")
            // RFC 8617 section 4.1.2: a seal is never signed.
            && !names("arc-seal")
    })
}

/// True if the field is a tag list that holds these tags, and none twice.
fn has_once(value: &[u8], required: &[&str]) -> bool {
    let text = String::from_utf8_lossy(value);
    tags(&text).is_some_and(|list| required.iter().all(|name| tag(&list, name).is_some()))
}
