//! What a file is, by its first octets; by its name and its declaration only where text can be many things.

use crate::mail::attachment::name::{self, ending_of};
use memchr::memmem;
use std::panic::catch_unwind;

/// First octets of a file that are read to see what it is: the volume descriptor of a disc follows its sixteenth
/// sector.
pub(super) const SNIFFED_BYTES: usize = 0x8001 + 5;
/// Octets in which a text must show what it is.
const TEXT_SCAN_BYTES: usize = 1_024;
/// Octets `infer` is given; none of its tests reads further.
const INFERRED_BYTES: usize = 8_192;

/// What a file is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Machine code or byte code.
    Program,
    /// A Windows shortcut.
    Shortcut,
    /// A disc or disk image.
    DiskImage,
    /// Compiled HTML help.
    Help,
    /// A OneNote notebook.
    Notebook,
    Zip,
    Gzip,
    Tar,
    SevenZip,
    Rar,
    /// An OLE2 compound file: old Office documents, Outlook messages, installer packages.
    Ole,
    Rtf,
    Pdf,
    /// HTML or XHTML.
    Web,
    Svg,
    /// A picture that may hold a QR code.
    Image,
    /// Text of any other kind: calendar, card, shortcut to a page, plain text.
    Text,
    Other,
}

/// Magic numbers that `infer` lacks or is too free with.
const MAGIC: [(&[u8], Kind, &str); 10] = [
    (b"\x4c\0\0\0\x01\x14\x02\0", Kind::Shortcut, "application/x-ms-shortcut"),
    (b"ITSF", Kind::Help, "application/vnd.ms-htmlhelp"),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", Kind::Notebook, "application/onenote"),
    (b"vhdxfile", Kind::DiskImage, "application/x-vhdx"),
    (b"conectix", Kind::DiskImage, "application/x-vhd"),
    (b"KDMV", Kind::DiskImage, "application/x-vmdk"),
    (b"{\\rt", Kind::Rtf, "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind::Ole, "application/x-ole-storage"),
    (b"Rar!\x1a\x07", Kind::Rar, "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", Kind::SevenZip, "application/x-7z-compressed"),
];

/// What the octets are, with the media type they show, if they show one.
pub(super) fn sniff(first: &[u8], name: &str, declared: &str) -> (Kind, Option<&'static str>) {
    if let Some((_, kind, media_type)) = MAGIC.iter().find(|(magic, ..)| first.starts_with(magic)) {
        return (*kind, Some(media_type));
    }
    let volume = first.get(0x8001..0x8006);
    if volume.is_some_and(|v| v == b"CD001" || v == b"BEA01") {
        return (Kind::DiskImage, Some("application/x-iso9660-image"));
    }
    let inferred = infer_type(&first[..first.len().min(INFERRED_BYTES)]);
    if let Some(kind) = inferred.and_then(|t| binary_kind(t, first)) {
        return (kind, inferred);
    }
    let (kind, media_type) = text_kind(first, name, declared);
    (kind, media_type.or(inferred))
}

/// The type `infer` sees; its readers are others' code, and a panic in one says nothing.
fn infer_type(first: &[u8]) -> Option<&'static str> {
    catch_unwind(|| infer::get(first)).ok().flatten().map(|t| t.mime_type())
}

fn binary_kind(media_type: &str, first: &[u8]) -> Option<Kind> {
    Some(match media_type {
        // Two letters do not make a program: text can begin with them.
        "application/vnd.microsoft.portable-executable" if first[..first.len().min(64)].contains(&0) => Kind::Program,
        "application/x-executable"
        | "application/x-mach-binary"
        | "application/java"
        | "application/vnd.android.dex" => Kind::Program,
        "application/gzip" => Kind::Gzip,
        "application/x-tar" => Kind::Tar,
        "application/pdf" => Kind::Pdf,
        "image/png" | "image/jpeg" | "image/gif" | "image/bmp" | "image/webp" => Kind::Image,
        _ if first.starts_with(b"PK") => Kind::Zip,
        _ => return None,
    })
}

/// What text is: by a mark at its beginning, else by what its name and declaration say it is opened as.
fn text_kind(first: &[u8], name: &str, declared: &str) -> (Kind, Option<&'static str>) {
    let head = first[..first.len().min(TEXT_SCAN_BYTES)].to_ascii_lowercase();
    let holds = |word: &[u8]| memmem::find(&head, word).is_some();
    let ending = ending_of(name);
    let called = |endings: &[&str]| endings.contains(&ending.as_str());
    let start = head.trim_ascii_start();
    let marked = start.starts_with(b"<") || start.starts_with(b"\xef\xbb\xbf<");
    if marked && holds(b"<svg") && !holds(b"<html") || declared == "image/svg+xml" || called(&["svg"]) {
        return (Kind::Svg, Some("image/svg+xml"));
    }
    let is_html = marked && [&b"<!doctype html"[..], b"<html", b"<head", b"<script", b"<body"].iter().any(|w| holds(w));
    if is_html {
        return (Kind::Web, Some("text/html"));
    }
    if declared == "text/html" || declared == "application/xhtml+xml" || called(&WEB_ENDINGS) {
        return (Kind::Web, None);
    }
    if called(&["tar"]) {
        return (Kind::Tar, None);
    }
    let is_text = !first.contains(&0) && !first.is_empty();
    (if is_text { Kind::Text } else { Kind::Other }, None)
}

/// What a file is that its name does not say, in words that follow the name.
pub(super) fn disguised(kind: Kind, name: &str) -> Option<&'static str> {
    Some(match kind {
        _ if name::runs(name) => return None,
        Kind::Program => "is a program under another name",
        Kind::Shortcut => "is a shortcut under another name",
        Kind::DiskImage => "is a disk image under another name",
        Kind::Help => "is a help file, which can run programs, under another name",
        Kind::Notebook => "is a notebook, which can hold programs, under another name",
        Kind::Web if ["pdf", "jpg", "jpeg", "png", "gif"].contains(&ending_of(name).as_str()) => {
            "is a web page under the name of a document"
        }
        _ => return None,
    })
}

const WEB_ENDINGS: [&str; 6] = ["html", "htm", "xhtml", "xht", "shtml", "hta"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_before_the_name_does() {
        let disc = [vec![0; 0x8001], b"CD001".to_vec()].concat();
        let program = [&b"MZ\x90\0"[..], &[0; 60]].concat();
        for (octets, kind) in [
            (&b"\x4c\0\0\0\x01\x14\x02\0\0\0"[..], Kind::Shortcut),
            (b"ITSF\x03\0\0\0", Kind::Help),
            (b"{\\rtf1 x}", Kind::Rtf),
            (b"vhdxfile", Kind::DiskImage),
            (&disc, Kind::DiskImage),
            (&program, Kind::Program),
            (b"7z\xbc\xaf\x27\x1c\0\x04", Kind::SevenZip),
            (b"Rar!\x1a\x07\x01\0", Kind::Rar),
            (b"PK\x03\x04\x14\0\0\0", Kind::Zip),
            (b"junk before\n%PDF-1.7\n", Kind::Pdf),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind::Ole),
            (b"  <!DOCTYPE html><p>", Kind::Web),
            (b"<?xml version='1.0'?><html xmlns=''>", Kind::Web),
            (b"<?xml version='1.0'?>\n<svg onload=x>", Kind::Svg),
            (b"BEGIN:VCALENDAR\r\n", Kind::Text),
            (b"MZ begins this sentence, and it is long enough to be looked at as a header.", Kind::Text),
            (b"\0\x01\x02", Kind::Other),
            (b"", Kind::Other),
        ] {
            assert_eq!(sniff(octets, "notes.txt", "text/plain").0, kind, "{:?}", String::from_utf8_lossy(octets));
        }
    }

    #[test]
    fn text_is_what_it_is_opened_as() {
        assert_eq!(sniff(b"hello", "a.HTM", "").0, Kind::Web);
        assert_eq!(sniff(b"hello", "a", "application/xhtml+xml").0, Kind::Web);
        assert_eq!(sniff(b"hello", "a.svg", "").0, Kind::Svg);
    }
}
