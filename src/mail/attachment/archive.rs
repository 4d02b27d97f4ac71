//! Archives: what they hold is looked at as if it were attached, to [`MAX_DEPTH`], in memory.

use crate::mail::attachment::file::{Container, Content, Danger, Harm};
use crate::mail::attachment::kind::{Kind, sniff};
use crate::mail::attachment::name;
use crate::mail::attachment::office;
use crate::mail::attachment::tar;
use crate::mail::attachment::work::{MAX_DEPTH, MAX_FILE_BYTES, Packing, Work};
use crate::mail::attachment::zip;
use crate::mail::attachment::zip::Entry;
use memchr::memmem;

/// Octets of a file in an archive by which it is decided whether the rest is looked at.
const PEEKED_BYTES: usize = 4 << 10;
/// What is left at the end of a 7z archive when its list of names is encrypted: the id of 7zAES.
const SEVEN_ZIP_AES: &[u8] = b"\x06\xf1\x07\x01";
/// Octets at its end in which that stands.
const SEVEN_ZIP_END_BYTES: usize = 512;

/// Looks into a file of this name that lies in an archive; it may be an archive again.
pub(super) type LookInto = fn(&[u8], &str, Container<'_>, &mut Work) -> Content;

/// Looks at what an archive holds, and with `look_into` at what that holds.
pub(super) fn read_archive(
    octets: &[u8],
    kind: Kind,
    file: Container<'_>,
    work: &mut Work,
    look_into: LookInto,
) -> Content {
    if file.depth >= MAX_DEPTH {
        work.limit(format!("archives are nested more than {MAX_DEPTH} deep"));
        return Content::default();
    }
    match kind {
        Kind::Zip => zipped(octets, file, work, look_into),
        Kind::Tar => tarred(octets, file, work, look_into),
        Kind::Gzip => gunzipped(octets, file, work, look_into),
        Kind::SevenZip | Kind::Rar => sealed(octets, kind),
        _ => Content::default(),
    }
}

fn zipped(octets: &[u8], file: Container<'_>, work: &mut Work, look_into: LookInto) -> Content {
    let entries = zip::entries(octets, work);
    if office::is_document(&entries) {
        return Content::of(office::read_document(&entries, file, work));
    }
    let mut content = Content::default();
    if let Some(what) = program(&entries).filter(|_| !name::runs(file.name)) {
        content.dangers.push(Danger::new(Harm::Runs, what));
    }
    if entries.iter().any(|e| e.encrypted) {
        content.dangers.push(Danger::new(Harm::Encrypted, "is an encrypted archive"));
    }
    for entry in entries.iter().filter(|e| !e.is_folder()) {
        content.hold(&entry.name, named(&entry.name));
        if let Some(other) = &entry.other_name {
            content.hold(other, named(other));
        }
        if entry.encrypted || !work.open() {
            continue;
        }
        let first = entry.read_beginning(PEEKED_BYTES, work);
        if matters(&first, &entry.name) {
            let whole = if first.len() < PEEKED_BYTES { first } else { entry.read(MAX_FILE_BYTES, work) };
            content.hold(&entry.name, look_into(&whole, &entry.name, file, work));
        }
    }
    content
}

/// What an archive is that is a program itself.
fn program(entries: &[Entry<'_>]) -> Option<&'static str> {
    let has = |name: &str| entries.iter().any(|e| e.name == name);
    if has("AndroidManifest.xml") {
        Some("is an Android program under another name")
    } else if has("META-INF/MANIFEST.MF") && entries.iter().any(|e| e.name.ends_with(".class")) {
        Some("is a Java program under another name")
    } else {
        None
    }
}

fn tarred(octets: &[u8], file: Container<'_>, work: &mut Work, look_into: LookInto) -> Content {
    let mut content = Content::default();
    for (name, octets) in tar::entries(octets, work) {
        content.hold(&name, named(&name));
        if work.open() {
            content.hold(&name, look_into(&octets[..octets.len().min(MAX_FILE_BYTES)], &name, file, work));
        }
    }
    content
}

/// A gzip file holds one file, called as it is or as its header says.
fn gunzipped(octets: &[u8], file: Container<'_>, work: &mut Work, look_into: LookInto) -> Content {
    let outer = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = match outer.rsplit_once('.') {
        Some((stem, end)) if end.eq_ignore_ascii_case("tgz") => format!("{stem}.tar"),
        Some((stem, _)) => stem.to_owned(),
        None => String::new(),
    };
    let whole = work.unpack(octets, Packing::Gzip, MAX_FILE_BYTES);
    let mut content = Content::default();
    for called in gzip_name(octets).into_iter().chain([name.clone()]) {
        content.hold(&called, named(&called));
    }
    content.hold(&name, look_into(&whole, &name, file, work));
    content
}

/// FNAME of RFC 1952 section 2.3, if nothing stands before it.
fn gzip_name(octets: &[u8]) -> Option<String> {
    let flags = octets.get(3)?;
    let rest = octets.get(10..).filter(|_| flags & 0x0c == 0x08)?;
    let end = rest.iter().take(1_000).position(|b| *b == 0)?;
    Some(String::from_utf8_lossy(&rest[..end]).into_owned())
}

/// Archives whose names are not read; only whether a password is needed for them.
fn sealed(octets: &[u8], kind: Kind) -> Content {
    let encrypted = match kind {
        Kind::SevenZip => {
            memmem::find(&octets[octets.len().saturating_sub(SEVEN_ZIP_END_BYTES)..], SEVEN_ZIP_AES).is_some()
        }
        // RAR 5 begins with the encryption header (type 4), RAR 4 with a main header that has the flag 0x80.
        _ if octets.get(6) == Some(&1) => octets.get(13) == Some(&4),
        _ => octets.get(10).is_some_and(|flags| flags & 0x80 != 0),
    };
    let danger = encrypted.then(|| Danger::new(Harm::Encrypted, "is an archive whose names are encrypted"));
    Content::of(danger.into_iter().collect())
}

fn named(name: &str) -> Content {
    let danger = name::risk(name).map(|why| Danger::new(Harm::Runs, why));
    Content::of(danger.into_iter().collect())
}

fn matters(first: &[u8], name: &str) -> bool {
    sniff(first, name, "").0 != Kind::Other
}
