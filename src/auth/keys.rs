//! DKIM keys (RFC 6376 section 3.6.1): from TXT answers to keys that may verify, shared by DKIM and ARC.
//!
//! Fetched before any verification, so that verifying is arithmetic without look-ups. A key that is revoked, too weak
//! or meant for something else is refused here, with the reason.

use crate::auth::resolver::{Answers, Trouble};
use crate::auth::tags::{tag, tags};
use crate::mail::Domain;
use mail_auth::common::crypto::Algorithm;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::{DomainKey, VerifySignature};
use mail_auth::{ResolverCache, Txt};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Shortest RSA key that may vouch, RFC 8301 section 3.2.
const MIN_RSA_BITS: usize = 1024;

/// Why there is no usable key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The DNS did not answer.
    Temporary(String),
    /// There is none, or none that can be read.
    Permanent(String),
    /// There is one, but it is not good enough.
    Weak(String),
}

/// Keys of one message, by the name they stand at. Serves mail_auth as its cache, so that it asks nobody.
#[derive(Default)]
pub(super) struct KeyRing(HashMap<Box<str>, Txt>);

impl KeyRing {
    /// Takes the key of a signature from the answers, if it may be used with it.
    pub(super) fn admit(&mut self, signature: &impl VerifySignature, answers: &Answers) -> Result<(), NoKey> {
        let key = key(signature, answers)?;
        self.0.insert(signature.domain_key().into_boxed_str(), Txt::DomainKey(key));
        Ok(())
    }
}

/// The key of a signature from the answers, if it may be used with it.
pub(super) fn key(signature: &impl VerifySignature, answers: &Answers) -> Result<Arc<DomainKey>, NoKey> {
    let name = signature.domain_key();
    let records = match answers.get(&name) {
        Some(Ok(records)) => records,
        Some(Err(Trouble(why))) => return Err(NoKey::Temporary(format!("no answer for the key at {name}: {why}"))),
        None => return Err(NoKey::Temporary(format!("the key at {name} was not asked for"))),
    };
    let key = only(records, &name)?;
    let bits = key.p.public_key_bits();
    if signature.algorithm() != Algorithm::Ed25519Sha256 && bits < MIN_RSA_BITS {
        return Err(NoKey::Weak(format!("RSA key of {bits} bits, shorter than {MIN_RSA_BITS}")));
    }
    Ok(Arc::new(key))
}

impl ResolverCache<Box<str>, Txt> for KeyRing {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.get(name).cloned()
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: std::time::Instant) {}
}

/// The name to ask for; `None` if selector or domain could not be one. What `d=` shows is shown to people later, so it
/// must be a name and nothing else: no control and no meta characters.
pub(super) fn key_name(signature: &impl VerifySignature) -> Option<String> {
    Domain::parse(signature.selector())?;
    Domain::parse(signature.domain())?;
    Some(signature.domain_key())
}

/// The key at a name. There must be one (RFC 6376 section 3.6.2.2): among several, each verifier would choose another,
/// and a key that was revoked could come back. What is not a key (a wildcard's SPF record) and exact copies do not
/// count.
fn only(records: &[String], name: &str) -> Result<DomainKey, NoKey> {
    let is_key = |r: &&String| r.trim_start().starts_with("v=DKIM1") || tags(r).is_some_and(|l| tag(&l, "p").is_some());
    let mut keys: Vec<&String> = records.iter().filter(is_key).collect();
    keys.sort();
    keys.dedup();
    match keys.as_slice() {
        [key] => read(key).map_err(|why| NoKey::Permanent(format!("key at {name}: {why}"))),
        [] if records.is_empty() => Err(NoKey::Permanent(format!("no key at {name}"))),
        [] => Err(NoKey::Permanent(format!("key at {name}: not a tag list with p="))),
        several => Err(NoKey::Permanent(format!("{} keys at {name}", several.len()))),
    }
}

fn read(record: &str) -> Result<DomainKey, String> {
    let list = tags(record).ok_or("not a tag list")?;
    if list.iter().position(|(n, _)| *n == "v").is_some_and(|at| at > 0)
        || tag(&list, "v").is_some_and(|v| v != "DKIM1")
    {
        return Err("v= is not DKIM1 in the first place".into());
    }
    let lists = |name: &str, wanted: &[&str]| {
        tag(&list, name)
            .is_none_or(|v| v.split(':').any(|item| wanted.iter().any(|w| item.trim().eq_ignore_ascii_case(w))))
    };
    if !lists("s", &["*", "email"]) {
        return Err("s= does not allow mail".into());
    }
    if !lists("h", &["sha256"]) {
        return Err("h= does not allow sha256".into());
    }
    if tag(&list, "p").is_some_and(str::is_empty) {
        return Err("revoked".into());
    }
    DomainKey::parse(record.as_bytes()).map_err(|e| e.to_string())
}
