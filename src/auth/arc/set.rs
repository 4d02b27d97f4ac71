//! The three fields of an ARC set (RFC 8617 section 4.1), read strictly: what is missing, repeated, misspelt or of an
//! algorithm that proves nothing makes the field unreadable, and with it the chain.

use crate::auth::coverage::MAX_SIGNED_NAMES;
use crate::auth::keys::key_name;
use crate::auth::tags::{flaw, tag, tags};
use data_encoding::BASE64;
use mail_auth::common::crypto::Algorithm;
use mail_auth::common::verify::VerifySignature;
use mail_auth::dkim::Canonicalization;

/// Highest instance, RFC 8617 section 4.2.1.
const MAX_INSTANCE: u32 = 50;

/// A header field as it stands in the message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
}

/// ARC-Authentication-Results: what the sealer saw.
#[derive(Debug)]
pub(super) struct Results<'a> {
    pub(super) field: Field<'a>,
    pub(super) instance: u32,
}

/// ARC-Message-Signature: the message as the sealer passed it on.
#[derive(Debug)]
pub(super) struct MessageSignature<'a> {
    pub(super) field: Field<'a>,
    pub(super) instance: u32,
    pub(super) vouch: Vouch,
    pub(super) body_hash: Vec<u8>,
    /// `h=`
    pub(super) names: Vec<String>,
    /// `c=`: of header and body. Without it, what may be meant: RFC 6376 says simple, but sealers built before RFC 8617
    /// and its test suite take relaxed.
    pub(super) canonical: Vec<(Canonicalization, Canonicalization)>,
    /// `x=`, seconds since 1970.
    pub(super) expires: Option<u64>,
}

/// ARC-Seal: the chain so far.
#[derive(Debug)]
pub(super) struct Seal<'a> {
    pub(super) field: Field<'a>,
    pub(super) instance: u32,
    pub(super) vouch: Vouch,
    pub(super) validation: Validation,
}

/// `cv=`: what the sealer found of the chain before its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Validation {
    None,
    Pass,
    Fail,
}

/// Who signs with what: `d=`, `s=`, `a=`, `b=`.
#[derive(Debug)]
pub(super) struct Vouch {
    domain: String,
    selector: String,
    algorithm: Algorithm,
    signature: Vec<u8>,
}

impl VerifySignature for Vouch {
    fn selector(&self) -> &str {
        &self.selector
    }

    fn domain(&self) -> &str {
        &self.domain
    }

    fn signature(&self) -> &[u8] {
        &self.signature
    }

    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

type Tags<'a> = [(&'a str, &'a str)];

impl<'a> Results<'a> {
    /// The instance comes first (RFC 8617 section 4.1.1).
    pub(super) fn read(field: Field<'a>) -> Option<Results<'a>> {
        let text = String::from_utf8_lossy(field.value);
        let (first, _) = text.split_once(';')?;
        let (name, number) = first.split_once('=')?;
        let instance = instance(number.trim()).filter(|_| name.trim() == "i")?;
        Some(Results { field, instance })
    }
}

impl<'a> MessageSignature<'a> {
    pub(super) fn read(field: Field<'a>) -> Option<MessageSignature<'a>> {
        let text = String::from_utf8_lossy(field.value);
        let list = sound(&text)?;
        let names: Vec<String> = tag(&list, "h")?
            .split(':')
            .map(|name| name.split_whitespace().collect::<String>())
            .filter(|name| !name.is_empty())
            .collect();
        // RFC 8617 section 4.1.2: a seal is never signed. `l=` leaves an end of the body to anyone.
        let sealed = names.iter().any(|n| n.eq_ignore_ascii_case("arc-seal"));
        if sealed || names.len() > MAX_SIGNED_NAMES || tag(&list, "l").is_some() {
            return None;
        }
        use Canonicalization::{Relaxed, Simple};
        let canonical = tag(&list, "c").map_or(vec![(Simple, Simple), (Relaxed, Relaxed)], |c| vec![canonical(c)]);
        Some(MessageSignature {
            field,
            instance: instance(tag(&list, "i")?)?,
            vouch: vouch(&list)?,
            body_hash: base64(tag(&list, "bh")?)?,
            names,
            canonical,
            expires: tag(&list, "x").and_then(|x| x.parse().ok()),
        })
    }
}

impl<'a> Seal<'a> {
    pub(super) fn read(field: Field<'a>) -> Option<Seal<'a>> {
        let text = String::from_utf8_lossy(field.value);
        let list = sound(&text)?;
        // RFC 8617 section 4.1.3: what a seal signs is fixed, and `h=` makes it invalid.
        if tag(&list, "h").is_some() {
            return None;
        }
        let validation = match tag(&list, "cv")?.to_ascii_lowercase().as_str() {
            "none" => Validation::None,
            "pass" => Validation::Pass,
            "fail" => Validation::Fail,
            _ => return None,
        };
        Some(Seal { field, instance: instance(tag(&list, "i")?)?, vouch: vouch(&list)?, validation })
    }
}

impl<'a> Field<'a> {
    /// The value as it was signed: without what `b=` says and without the last line end (RFC 6376 section 3.7).
    pub(super) fn unsigned(self) -> Vec<u8> {
        let value = self.value.strip_suffix(b"\n").unwrap_or(self.value);
        let value = value.strip_suffix(b"\r").unwrap_or(value);
        let parts = value.split(|b| *b == b';').map(|part| {
            let equals = part.iter().position(|b| *b == b'=').unwrap_or(part.len());
            let (name, _) = part.split_at(equals);
            if name.trim_ascii() == b"b" { part.get(..=equals).unwrap_or(part) } else { part }
        });
        parts.collect::<Vec<_>>().join(&b';')
    }
}

/// The tags of a field without a flaw.
fn sound(text: &str) -> Option<Vec<(&str, &str)>> {
    tags(text).filter(|list| flaw(list).is_none())
}

fn vouch(list: &Tags<'_>) -> Option<Vouch> {
    let algorithm = match tag(list, "a")? {
        "rsa-sha256" => Algorithm::RsaSha256,
        "ed25519-sha256" => Algorithm::Ed25519Sha256,
        // rsa-sha1 among them: RFC 8301 section 3.1.
        _ => return None,
    };
    let (domain, selector) = (tag(list, "d")?.to_ascii_lowercase(), tag(list, "s")?.to_ascii_lowercase());
    let vouch = Vouch { domain, selector, algorithm, signature: base64(tag(list, "b")?)? };
    key_name(&vouch).is_some().then_some(vouch)
}

fn instance(text: &str) -> Option<u32> {
    let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?;
    number.filter(|n| (1..=MAX_INSTANCE).contains(n))
}

/// Base64 with folding (RFC 6376 section 2.10), not empty.
fn base64(text: &str) -> Option<Vec<u8>> {
    let compact: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    BASE64.decode(&compact).ok().filter(|bytes| !bytes.is_empty())
}

/// `c=`, whose words were looked at before: header, and body if stated (RFC 6376 section 3.5).
fn canonical(words: &str) -> (Canonicalization, Canonicalization) {
    let one = |w: &str| {
        if w.eq_ignore_ascii_case("relaxed") { Canonicalization::Relaxed } else { Canonicalization::Simple }
    };
    let (header, body) = words.split_once('/').unwrap_or((words, "simple"));
    (one(header), one(body))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SEAL: &str = "i=1; a=rsa-sha256; cv=none; d=list.test; s=s1; t=12345; b=YQ==";
    const SIGNATURE: &str = "i=1; a=rsa-sha256; c=relaxed; d=list.test; s=s1; h=from : to::To; bh=YQ==; b=Y Q=\r\n =";

    fn field(value: &str) -> Field<'_> {
        Field { name: b"X", value: value.as_bytes() }
    }

    #[test]
    fn sound_fields_are_read() {
        let seal = Seal::read(field(SEAL)).unwrap();
        assert_eq!((seal.instance, seal.validation, seal.vouch.signature()), (1, Validation::None, &b"a"[..]));
        let signature = MessageSignature::read(field(SIGNATURE)).unwrap();
        assert_eq!(signature.names, ["from", "to", "To"]);
        assert_eq!(signature.canonical, [(Canonicalization::Relaxed, Canonicalization::Simple)]);
        assert_eq!(MessageSignature::read(field(&SIGNATURE.replace("c=relaxed;", ""))).unwrap().canonical.len(), 2);
        assert_eq!(signature.vouch.domain_key(), "s1._domainkey.list.test.");
        assert_eq!(Results::read(field(" i = 12 ; mx.test; none")).unwrap().instance, 12);
    }

    /// What mail_auth reads and RFC 8617 does not allow, and what made other verifiers crash.
    #[test]
    fn unsound_fields_are_not_read() {
        for (good, bad) in [
            ("a=rsa-sha256; ", ""),
            ("rsa-sha256", "rsa-sha1"),
            ("a=rsa-sha256", "A=rsa-sha256"),
            ("a=rsa-sha256", "a="),
            ("a=rsa-sha256; ", "a=rsa-sha256; a=rsa-sha256; "),
            ("a=rsa-sha256; ", "a=rsa-sha256;; "),
            ("i=1", "i=0"),
            ("i=1", "i=51"),
            ("i=1", "i=one"),
            ("i=1", "i="),
            ("i=1; ", ""),
            ("i=1; ", "i=1; s p=x; "),
            ("d=list.test", "d=list.test(.elance.com"),
            ("d=list.test", "d="),
            ("s=s1", "s="),
            ("b=Y", "b=;y=Y"),
            ("b=Y", "b=_Y"),
            ("d=list.test", "d=list.test; t="),
            ("d=list.test", "d=list.test; x=soon"),
        ] {
            for text in [SEAL, SIGNATURE] {
                let text = text.replace(" t=12345;", "").replacen(good, bad, 1);
                assert!(Seal::read(field(&text)).is_none(), "{text}");
                assert!(MessageSignature::read(field(&text)).is_none(), "{text}");
            }
        }
        for bad in [SEAL.replace("cv=none", "cv="), SEAL.replace("cv=none", "cv=maybe"), format!("{SEAL}; h=from")] {
            assert!(Seal::read(field(&bad)).is_none(), "{bad}");
        }
        for bad in ["h=from:arc-seal", "h=from; l=9", "h=from; c=", "h=from; c=relaxed/none", "z=from"] {
            let bad = SIGNATURE.replace("c=relaxed; ", "").replace("h=from : to::To", bad);
            assert!(MessageSignature::read(field(&bad)).is_none(), "{bad}");
        }
        let endless = SIGNATURE.replace("h=from", &format!("h=from{}", ":x".repeat(MAX_SIGNED_NAMES)));
        assert!(MessageSignature::read(field(&endless)).is_none());
        for bad in ["", "i", "i=", "i=1", "i=1 mx.test; none", "mx.test; i=1; none", "I=1; mx.test", "i=1=1; mx.test"] {
            assert!(Results::read(field(bad)).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_field_is_signed_without_its_signature() {
        for (value, wanted) in [
            (" a=1; b=QQ==; c=2\r\n", " a=1; b=; c=2"),
            (" b =\r\n QQ==\r\n", " b ="),
            (" bh=QQ==; z=b=;\n", " bh=QQ==; z=b=;"),
            ("", ""),
            (";", ";"),
            ("b", "b"),
        ] {
            assert_eq!(field(value).unsigned(), wanted.as_bytes(), "{value:?}");
        }
    }
}
