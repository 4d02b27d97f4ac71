//! The corpus as Rust values: `corpus/<folder>/<name>.eml` with its expectation `<name>.toml` beside it.
//!
//! It refuses unknown keys, half pairs and folders inside folders, each with a sentence that names the file, and fails
//! by panicking, since only tests read it. Signing for the cases' `[[sign]]` tables is here too; the keys are test
//! keys.

// Several test binaries include this file and none uses all of it.
#![allow(dead_code, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256, SigningKey};
use mail_auth::common::headers::{HeaderStream, HeaderWriter, Writable, Writer};
use mail_auth::dkim::canonicalize::CanonicalHeaders;
use mail_auth::dkim::{Canonicalization, Signature};
use serde::Deserialize;
use spoof_milter::mail::{Client, Envelope};
use std::path::{Path, PathBuf};

/// Fields signed unless a case says otherwise, as common signers choose them.
const SIGNED_FIELDS: [&str; 8] =
    ["From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type"];

/// One message and what is expected of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// `folder/name`.
    pub name: String,
    /// A signal's id, or `legitimate`, `authentication`, `hostile`, `campaigns`.
    pub folder: String,
    /// Where the message lies.
    pub eml: PathBuf,
    /// Its exact octets.
    pub raw: Vec<u8>,
    /// Why the case exists, in a sentence.
    pub why: String,
    /// `accept`, `tag`, `quarantine`, `reject` or `tempfail`; empty: not yet decided.
    pub action: String,
    /// Ids of exactly the signals that fire, sorted.
    pub signals: Vec<String>,
    /// False if the case leaves `signals` out: not yet decided.
    pub signals_decided: bool,
    /// Authentication results, where the case cares.
    pub auth: ExpectedAuth,
    /// How the message arrived.
    pub envelope: Envelope,
    /// Signatures it carries.
    pub sign: Vec<Sign>,
}

/// `[auth]`: results in the words of RFC 8601; what is left out is not compared.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExpectedAuth {
    pub spf: Option<String>,
    pub dkim: Option<String>,
    pub dmarc: Option<String>,
    pub arc: Option<String>,
}

/// `[[sign]]`: one DKIM signature.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// `d=`.
    pub domain: String,
    /// `s=`.
    pub selector: String,
    /// `c=`, header and body.
    #[serde(default = "relaxed")]
    pub canonicalization: String,
    /// `a=`: `rsa-sha256` or `ed25519-sha256`.
    #[serde(default = "rsa")]
    pub algorithm: String,
    /// `h=`; empty: the usual ones.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Writes `l=`.
    #[serde(default)]
    pub body_length: bool,
    /// `t=`, seconds since 1970; 0: none, so that no case depends on the day it is judged.
    #[serde(default)]
    pub time: u64,
    /// `x=`, likewise.
    #[serde(default)]
    pub expires: u64,
    /// `i=`.
    #[serde(default)]
    pub identity: String,
    /// Fields whose topmost was put there after signing, so that it is not signed.
    #[serde(default)]
    pub added: Vec<String>,
    /// `body` or `subject`: the signature is made over a message that differs there, so that it does not verify.
    #[serde(default)]
    pub damage: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    why: String,
    #[serde(default)]
    action: String,
    signals: Option<Vec<String>>,
    #[serde(default)]
    envelope: FileEnvelope,
    #[serde(default)]
    auth: ExpectedAuth,
    #[serde(default)]
    sign: Vec<Sign>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FileEnvelope {
    ip: Option<String>,
    helo: String,
    mail_from: String,
    rcpt_to: Option<Vec<String>>,
    auth_user: Option<String>,
}

fn relaxed() -> String {
    "relaxed/relaxed".into()
}

fn rsa() -> String {
    "rsa-sha256".into()
}

/// The corpus of this repository.
pub fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// All cases below `dir`, sorted by name.
pub fn load(dir: &Path) -> Vec<Case> {
    let mut cases: Vec<Case> =
        entries(dir).iter().filter(|p| p.is_dir() && !p.ends_with("keys")).flat_map(|f| load_folder(f)).collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

fn load_folder(folder: &Path) -> Vec<Case> {
    let files = entries(folder);
    for file in &files {
        let partner = match file.extension().and_then(|e| e.to_str()) {
            Some("eml") => "toml",
            Some("toml") => "eml",
            _ => panic!("{}: only .eml and .toml belong here", file.display()),
        };
        assert!(file.with_extension(partner).is_file(), "{}: its .{partner} is missing", file.display());
    }
    files.iter().filter(|f| f.extension().is_some_and(|e| e == "toml")).map(|f| load_case(f)).collect()
}

/// The case of one .toml file.
pub fn load_case(toml: &Path) -> Case {
    let text = std::fs::read_to_string(toml).unwrap_or_else(|e| panic!("{}: {e}", toml.display()));
    let file: File = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", toml.display()));
    let eml = toml.with_extension("eml");
    let folder = toml.parent().and_then(Path::file_name).unwrap().to_string_lossy().into_owned();
    let stem = toml.file_stem().unwrap().to_string_lossy().into_owned();
    let signals_decided = file.signals.is_some();
    let mut signals = file.signals.unwrap_or_default();
    signals.sort();
    let ip = file.envelope.ip.map(|ip| ip.parse().unwrap_or_else(|e| panic!("{}: ip: {e}", toml.display())));
    Case {
        name: format!("{folder}/{stem}"),
        folder,
        raw: std::fs::read(&eml).unwrap_or_else(|e| panic!("{}: {e}", eml.display())),
        eml,
        why: file.why,
        action: file.action,
        signals,
        signals_decided,
        auth: file.auth,
        envelope: Envelope {
            client: Client { ip, name: String::new() },
            helo: file.envelope.helo,
            mail_from: file.envelope.mail_from,
            rcpt_to: file.envelope.rcpt_to.unwrap_or_else(|| vec!["member@example.net".into()]),
            auth_user: file.envelope.auth_user,
            ..Envelope::default()
        },
        sign: file.sign,
    }
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let listing = std::fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    let mut paths: Vec<PathBuf> = listing.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// True if the message carries a signature for every `[[sign]]` table, dated as it says.
pub fn is_signed(case: &Case) -> bool {
    case.sign
        .iter()
        .all(|sign| fields(&case.raw).iter().any(|field| is_signature_of(field, &sign.domain, Some(sign.time))))
}

/// The case's message with its signatures made anew; those of other domains stay.
pub fn signed(case: &Case, keys: &Path) -> Vec<u8> {
    sign(&case.raw, &case.sign, keys)
}

/// `raw` with these signatures, each made over the message without any of them.
pub fn sign(raw: &[u8], signs: &[Sign], keys: &Path) -> Vec<u8> {
    let mut raw = raw.to_vec();
    for sign in signs {
        raw = without_signatures_of(&raw, &sign.domain);
    }
    let values: Vec<Vec<u8>> = signs.iter().map(|sign| signature(&raw, sign, keys)).collect();
    // A signature stands below the Received field of the MTA that took the message, as in real mail.
    let first = fields(&raw).first().map_or(0, |f| if name_is(f, "received") { f.len() } else { 0 });
    [&raw[..first], &values.concat(), &raw[first..]].concat()
}

/// The header field of one signature over `raw`.
fn signature(raw: &[u8], sign: &Sign, keys: &Path) -> Vec<u8> {
    let message = damaged(&without_added(raw, &sign.added), &sign.damage);
    match sign.algorithm.as_str() {
        "rsa-sha256" => signature_with(rsa_key(&keys.join("rsa.pem")), &message, sign),
        "ed25519-sha256" => signature_with(ed25519_key(&keys.join("ed25519.pem")), &message, sign),
        other => panic!("algorithm {other:?}: neither rsa-sha256 nor ed25519-sha256"),
    }
}

/// Signs as mail_auth's DkimSigner does, which however dates every signature with the day it is made.
fn signature_with<K: SigningKey>(key: K, message: &[u8], sign: &Sign) -> Vec<u8> {
    let (header, body) = sign.canonicalization.split_once('/').expect("canonicalization is header/body");
    let names = if sign.headers.is_empty() { SIGNED_FIELDS.map(str::to_owned).to_vec() } else { sign.headers.clone() };
    let mut signature = Signature {
        v: 1,
        a: key.algorithm(),
        d: sign.domain.clone(),
        s: sign.selector.clone(),
        i: sign.identity.clone(),
        h: names,
        t: sign.time,
        x: sign.expires,
        ch: canonicalization(header),
        cb: canonicalization(body),
        ..Signature::default()
    };
    let stream = Stream { fields: fields(message).into_iter(), body: body_of(message) };
    let (length, headers, names, body) = signature.canonicalize(stream);
    signature.bh = key.hash(body).as_ref().to_vec();
    signature.h = names;
    signature.l = if sign.body_length { length as u64 } else { 0 };
    signature.b = key.sign(Signed(headers, &signature)).expect("a key that signs");
    signature.to_header().into_bytes()
}

/// A message as mail_auth's canonicalization takes it.
struct Stream<'a> {
    fields: std::vec::IntoIter<&'a [u8]>,
    body: &'a [u8],
}

impl<'a> HeaderStream<'a> for Stream<'a> {
    fn next_header(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let field = self.fields.next()?;
        let colon = field.iter().position(|b| *b == b':').expect("a field has a colon");
        Some((&field[..colon], &field[colon + 1..]))
    }

    fn body(&mut self) -> &'a [u8] {
        self.body
    }
}

/// What is signed: the fields, then the signature without its value.
struct Signed<'a>(CanonicalHeaders<'a>, &'a Signature);

impl Writable for Signed<'_> {
    fn write(self, writer: &mut impl Writer) {
        self.0.write(writer);
        self.1.write(writer, false);
    }
}

/// The message as it was before the topmost fields of these names were put there.
fn without_added(raw: &[u8], added: &[String]) -> Vec<u8> {
    let mut fields = fields(raw);
    for name in added {
        let topmost = fields.iter().position(|f| name_is(f, name)).expect("the added field stands there");
        fields.remove(topmost);
    }
    [&fields.concat(), &raw[body_offset(raw)..]].concat()
}

fn body_of(raw: &[u8]) -> &[u8] {
    raw.get(body_offset(raw) + 2..).unwrap_or_default()
}

fn canonicalization(word: &str) -> Canonicalization {
    match word {
        "relaxed" => Canonicalization::Relaxed,
        "simple" => Canonicalization::Simple,
        other => panic!("canonicalization {other:?}: neither relaxed nor simple"),
    }
}

fn damaged(raw: &[u8], how: &str) -> Vec<u8> {
    match how {
        "" => raw.to_vec(),
        "body" => [raw, b"One line more.\r\n"].concat(),
        "subject" => {
            let body = body_offset(raw);
            let mut out: Vec<u8> =
                fields(raw).into_iter().filter(|f| !name_is(f, "subject")).flatten().copied().collect();
            out.extend_from_slice(b"Subject: Another one\r\n");
            [&out, &raw[body..]].concat()
        }
        other => panic!("damage {other:?}: neither body nor subject"),
    }
}

fn rsa_key(pem: &Path) -> RsaKey<Sha256> {
    // The newer constructor takes a type of a crate that is not ours to name.
    #[allow(deprecated)]
    RsaKey::from_pkcs8_der(&der(pem)).expect("an RSA key in PKCS #8")
}

fn ed25519_key(pem: &Path) -> Ed25519Key {
    Ed25519Key::from_pkcs8_maybe_unchecked_der(&der(pem)).expect("an Ed25519 key in PKCS #8")
}

fn der(pem: &Path) -> Vec<u8> {
    let text = std::fs::read_to_string(pem).unwrap_or_else(|e| panic!("{}: {e}", pem.display()));
    let base64: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    mail_parser::decoders::base64::base64_decode(base64.as_bytes()).expect("PEM holds base64")
}

/// The header fields of a message with their line ends, folding included.
fn fields(raw: &[u8]) -> Vec<&[u8]> {
    let mut out: Vec<&[u8]> = Vec::new();
    let (mut start, mut at) = (0, 0);
    let header = &raw[..body_offset(raw)];
    for line in header.split_inclusive(|b| *b == b'\n') {
        if at > start && !line.starts_with(b" ") && !line.starts_with(b"\t") {
            out.push(&header[start..at]);
            start = at;
        }
        at += line.len();
    }
    if at > start {
        out.push(&header[start..at]);
    }
    out
}

/// Where the header's last field ends: at the empty line, or at the end of a message without one.
fn body_offset(raw: &[u8]) -> usize {
    raw.windows(4).position(|w| w == b"\r\n\r\n").map_or(raw.len(), |at| at + 2)
}

fn name_is(field: &[u8], name: &str) -> bool {
    field.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
        && field.get(name.len()) == Some(&b':')
}

/// True for a signature of this domain, and of this time if one is given.
fn is_signature_of(field: &[u8], domain: &str, time: Option<u64>) -> bool {
    let text: String = String::from_utf8_lossy(field).split_whitespace().collect();
    let dated = |time: u64| if time == 0 { !text.contains(";t=") } else { text.contains(&format!(";t={time};")) };
    name_is(field, "dkim-signature") && text.contains(&format!(";d={domain};")) && time.is_none_or(dated)
}

fn without_signatures_of(raw: &[u8], domain: &str) -> Vec<u8> {
    let kept: Vec<u8> =
        fields(raw).into_iter().filter(|f| !is_signature_of(f, domain, None)).flatten().copied().collect();
    [&kept, &raw[body_offset(raw)..]].concat()
}
