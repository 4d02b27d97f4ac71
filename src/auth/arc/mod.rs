//! ARC (RFC 8617): is the chain unbroken, who sealed last, and did the sealer see `dmarc=pass`?
//!
//! Whether that sealer's word counts is decided elsewhere. The chain is read and validated here (section 5.2), with
//! mail_auth's canonicalization and keys: its own validation accepts rsa-sha1, missing, repeated and misspelt tags.
//! What cannot be read breaks the chain: `fail`. A key that cannot be looked up is `temperror`.

mod set;

use crate::auth::arc::set::{Field, MessageSignature, Results, Seal, Validation, Vouch};
use crate::auth::body_hash::body_hash;
use crate::auth::coverage::{Census, ambiguity};
use crate::auth::dmarc::MAX_AUTHOR_DOMAINS;
use crate::auth::header::results_in;
use crate::auth::keys::{NoKey, key, key_name};
use crate::auth::resolver::Answers;
use crate::auth::results::{ArcResult, ArcResults};
use crate::mail::Domain;
use mail_auth::AuthenticatedMessage;
use mail_auth::common::verify::{DomainKey, VerifySignature};
use mail_auth::dkim::Canonicalization;
use std::sync::Arc;

/// Sets verified in one message. RFC 8617 section 4.2.1 allows 50; each costs a look-up and arithmetic, and real
/// forwarding chains have one to five.
const MAX_SETS: usize = 10;

/// One hop.
struct Set<'a> {
    results: Results<'a>,
    signature: MessageSignature<'a>,
    seal: Seal<'a>,
}

/// A chain that is complete and may be verified; the oldest hop first, never empty.
pub(super) struct Chain<'a>(Vec<Set<'a>>);

/// Reads the chain. `None` if there is none to verify; `arc` then says what it is.
pub(super) fn screen<'a>(
    message: &AuthenticatedMessage<'a>,
    arc: &mut ArcResults,
    limits: &mut Vec<String>,
) -> Option<Chain<'a>> {
    let named = |wanted: &str| {
        let fields = message.headers.iter().map(|(name, value)| Field { name, value });
        let found = fields.filter(|f| f.name.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()));
        found.take(MAX_SETS + 1).collect::<Vec<Field<'a>>>()
    };
    let (seals, signatures, results) =
        (named("ARC-Seal"), named("ARC-Message-Signature"), named("ARC-Authentication-Results"));
    let sets = seals.len().max(signatures.len()).max(results.len());
    if sets == 0 {
        return None;
    }
    arc.result = ArcResult::Fail;
    if sets > MAX_SETS {
        limits.push(format!("more than {MAX_SETS} ARC sets"));
        return None;
    }
    let seals = in_order(seals.into_iter().map(Seal::read), |s| s.instance);
    arc.sealer = seals.last().and_then(|s| Domain::parse(s.vouch.domain()));
    let signatures = in_order(signatures.into_iter().map(MessageSignature::read), |s| s.instance);
    let results = in_order(results.into_iter().map(Results::read), |r| r.instance);
    if [seals.len(), signatures.len(), results.len()] != [sets; 3] {
        return None;
    }
    let hops = seals.into_iter().zip(signatures).zip(results);
    let chain = Chain(hops.map(|((seal, signature), results)| Set { results, signature, seal }).collect());
    chain.is_connected().then_some(chain)
}

/// The fields that can be read, the oldest hop first.
fn in_order<T>(read: impl Iterator<Item = Option<T>>, instance: impl Fn(&T) -> u32) -> Vec<T> {
    let mut all: Vec<T> = read.flatten().collect();
    all.sort_by_key(instance);
    all
}

impl<'a> Chain<'a> {
    /// Instances count up from 1, each hop found the chain before it whole, and the first found none (section 5.2
    /// steps 2 and 3).
    fn is_connected(&self) -> bool {
        (1..).zip(&self.0).all(|(n, set)| {
            let found = if n == 1 { Validation::None } else { Validation::Pass };
            [set.seal.instance, set.signature.instance, set.results.instance] == [n; 3] && set.seal.validation == found
        })
    }

    /// The names of the keys that are needed: of the newest signature and of every seal.
    pub(super) fn key_names(&self) -> Vec<String> {
        self.vouches().filter_map(key_name).collect()
    }

    fn vouches(&self) -> impl Iterator<Item = &Vouch> {
        let newest = self.0.last().map(|set| &set.signature.vouch);
        newest.into_iter().chain(self.0.iter().map(|set| &set.seal.vouch))
    }

    /// Verifies it. `now` is in seconds since 1970.
    pub(super) fn verify(
        &self,
        message: &AuthenticatedMessage<'_>,
        census: &Census,
        answers: &Answers,
        now: u64,
        arc: &mut ArcResults,
    ) {
        let keys: Result<Vec<Arc<DomainKey>>, NoKey> = self.vouches().map(|v| key(v, answers)).collect();
        arc.result = match keys {
            Err(NoKey::Temporary(_)) => ArcResult::TempError,
            Ok(keys) if self.holds(message, &keys, now) => ArcResult::Pass,
            Ok(_) | Err(_) => ArcResult::Fail,
        };
        // As with DKIM, a signature that leaves open who wrote what says nothing about the author.
        let names = |set: &Set<'_>| set.signature.names.iter().any(|n| n.eq_ignore_ascii_case("from"));
        let newest =
            self.0.last().filter(|set| names(set) && ambiguity(&census.beyond(&set.signature.names)).is_none());
        if arc.result == ArcResult::Pass
            && let Some(newest) = newest
        {
            attest(&String::from_utf8_lossy(newest.results.field.value), arc);
        }
    }

    /// The newest signature holds, and every seal (section 5.2 steps 4 to 6); `keys` are those of [`Self::vouches`].
    fn holds(&self, message: &AuthenticatedMessage<'_>, keys: &[Arc<DomainKey>], now: u64) -> bool {
        let (Some(newest), Some((first, sealing))) = (self.0.last(), keys.split_first()) else { return false };
        let signature = &newest.signature;
        let unsigned = signature.field.unsigned();
        let intact = |(header, body): &(Canonicalization, Canonicalization)| {
            let mut signed = message.signed_headers(&signature.names, signature.field.name, &unsigned);
            signature.body_hash == body_hash(message, *body) && matches(first, &signature.vouch, &mut signed, *header)
        };
        signature.expires.is_none_or(|x| x > now)
            && signature.canonical.iter().any(intact)
            && sealing.iter().enumerate().all(|(n, key)| self.seal_holds(n, key))
    }

    fn seal_holds(&self, n: usize, key: &DomainKey) -> bool {
        let (Some(before), Some(set)) = (self.0.get(..n), self.0.get(n)) else { return false };
        let unsigned = set.seal.field.unsigned();
        let whole = |set: &Set<'a>| [set.results.field, set.signature.field, set.seal.field];
        let own = [set.results.field, set.signature.field, Field { name: set.seal.field.name, value: &unsigned }];
        let mut sealed = before.iter().flat_map(whole).chain(own).map(|f| (f.name, f.value));
        matches(key, &set.seal.vouch, &mut sealed, Canonicalization::Relaxed)
    }
}

fn matches<'f>(
    key: &DomainKey,
    vouch: &Vouch,
    fields: &mut dyn Iterator<Item = (&'f [u8], &'f [u8])>,
    canonicalization: Canonicalization,
) -> bool {
    key.p.verify(fields, vouch.signature(), canonicalization, vouch.algorithm()).is_ok()
}

/// Reads what the newest sealer says it saw: `i=N; authserv-id; dmarc=pass header.from=…`.
fn attest(value: &str, arc: &mut ArcResults) {
    let claimed = value.split_once(';').map_or("", |(_, rest)| rest);
    let stated = results_in(claimed).unwrap_or_default();
    for dmarc in stated.iter().filter(|r| r.method == "dmarc" && r.result == "pass").take(MAX_AUTHOR_DOMAINS) {
        arc.dmarc_pass_seen = true;
        let from = dmarc.properties.iter().filter(|(name, _)| name == "header.from").take(1);
        arc.attested.extend(from.filter_map(|(_, value)| Domain::parse(value.rsplit('@').next().unwrap_or(value))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attested(value: &str) -> Vec<String> {
        let mut arc = ArcResults::default();
        attest(value, &mut arc);
        arc.attested.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn only_a_dmarc_pass_attests() {
        assert_eq!(attested("i=1; mx.test; spf=pass; dmarc=pass header.from=A.test"), ["a.test"]);
        assert_eq!(
            attested("i=1; mx.test; dmarc=fail header.from=a.test; dmarc=pass (p=none) header.from=b.test"),
            ["b.test"]
        );
        for nothing in [
            "",
            "i=1",
            "i=1; mx.test",
            "i=1; mx.test; none",
            "i=1; mx.test; (null)=pass header.from=a.test",
            "i=1; mx.test; =pass; dmarc=; dmarc",
            "i=1; mx.test; x-dmarc=pass header.from=a.test",
            "i=1; mx.test; dmarc=pass",
            "i=1; mx.test; dmarc=pass header.from=",
            "i=1; mx.test; spf=pass smtp.mailfrom=\"x; dmarc=pass header.from=a.test\"",
            "i=1; mx.test; spf=pass (dmarc=pass header.from=a.test)",
            "i=1; mx.test; spf=fail dmarc=pass header.from=a.test",
        ] {
            assert_eq!(attested(nothing), [""; 0], "{nothing}");
        }
        let many = "; dmarc=pass header.from=a.test".repeat(50_000);
        assert_eq!(attested(&format!("i=1; mx.test{many}")).len(), MAX_AUTHOR_DOMAINS);
    }

    /// A seal may be whole and say that the chain before it was not.
    #[test]
    fn each_hop_must_have_found_the_chain_whole() {
        let connected = |hops: &[(u32, &str)]| {
            let field = |text: String| Field { name: b"X", value: text.leak().as_bytes() };
            let vouch = "a=rsa-sha256; d=list.test; s=s1; b=YQ==";
            let set = |(i, cv): &(u32, &str)| {
                Some(Set {
                    results: Results::read(field(format!("i={i}; mx.test; none")))?,
                    signature: MessageSignature::read(field(format!("i={i}; h=from; bh=YQ==; {vouch}")))?,
                    seal: Seal::read(field(format!("i={i}; cv={cv}; {vouch}")))?,
                })
            };
            let sets: Option<Vec<Set<'_>>> = hops.iter().map(set).collect();
            sets.is_some_and(|sets| Chain(sets).is_connected())
        };
        assert!(connected(&[(1, "none")]) && connected(&[(1, "none"), (2, "pass"), (3, "pass")]));
        for broken in [
            &[(1, "pass")][..],
            &[(1, "fail")],
            &[(2, "pass")],
            &[(1, "none"), (2, "none")],
            &[(1, "none"), (2, "fail")],
            &[(1, "none"), (3, "pass")],
            &[(1, "none"), (1, "none")],
        ] {
            assert!(!connected(broken), "{broken:?}");
        }
    }
}
