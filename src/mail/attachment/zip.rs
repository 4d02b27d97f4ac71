//! The files a zip holds, without unpacking it (APPNOTE.TXT sections 4.3.7 and 4.3.12).
//!
//! Read like the most lenient program: by the central directory wherever it lies, and without one by the headers in
//! front of the files. A name that the two give differently is kept as a second name. Nothing is trusted: offsets
//! outside the archive, sizes that lie and entries over one another yield what is there, or nothing.

use crate::mail::attachment::work::{Packing, Work};
use memchr::memmem;

/// Octets of the end record and the longest comment after it.
const END_SCAN_BYTES: usize = 22 + 65_535;
/// Octets of one name that are kept.
const MAX_NAME_BYTES: usize = 1_000;

/// One file of a zip.
#[derive(Debug)]
pub(super) struct Entry<'z> {
    /// Its name in the central directory.
    pub(super) name: String,
    /// Its name in front of the file, if that is another.
    pub(super) other_name: Option<String>,
    /// True if a password is needed to read it.
    pub(super) encrypted: bool,
    method: u16,
    packed: &'z [u8],
}

impl Entry<'_> {
    /// The file, up to `max` octets; empty if it cannot be read.
    pub(super) fn read(&self, max: usize, work: &mut Work) -> Vec<u8> {
        if self.is_deflated() { work.unpack(self.packed, Packing::Deflate, max) } else { self.stored(max) }
    }

    /// Its first octets.
    pub(super) fn read_beginning(&self, max: usize, work: &mut Work) -> Vec<u8> {
        if self.is_deflated() { work.unpack_beginning(self.packed, Packing::Deflate, max) } else { self.stored(max) }
    }

    fn is_deflated(&self) -> bool {
        self.method == 8 && !self.encrypted
    }

    fn stored(&self, max: usize) -> Vec<u8> {
        let readable = self.method == 0 && !self.encrypted;
        if readable { self.packed[..self.packed.len().min(max)].to_vec() } else { vec![] }
    }

    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with(['/', '\\']) && self.packed.is_empty()
    }
}

/// The files of the archive, as many as `work` allows.
pub(super) fn entries<'z>(archive: &'z [u8], work: &mut Work) -> Vec<Entry<'z>> {
    let listed = directory(archive).map(|(at, shift)| listed(archive, at, shift, work)).unwrap_or_default();
    if listed.is_empty() { unlisted(archive, work) } else { listed }
}

/// Where the central directory begins, and by how much offsets are short because something stands before the archive.
fn directory(archive: &[u8]) -> Option<(usize, usize)> {
    let tail = archive.len().saturating_sub(END_SCAN_BYTES);
    if let Some(end) = memmem::rfind(&archive[tail..], b"PK\x05\x06").map(|at| at + tail) {
        let (size, offset) = (u32_at(archive, end + 12)?, u32_at(archive, end + 16)?);
        let start = end.checked_sub(size).filter(|at| archive[*at..].starts_with(b"PK\x01\x02"));
        if let Some(start) = start {
            return Some((start, start.saturating_sub(offset)));
        }
        if archive.get(offset..).is_some_and(|d| d.starts_with(b"PK\x01\x02")) {
            return Some((offset, 0));
        }
    }
    // No end record, or the 64-bit one: the directory is where its first entry is.
    memmem::find(archive, b"PK\x01\x02").map(|at| (at, 0))
}

fn listed<'z>(archive: &'z [u8], mut at: usize, shift: usize, work: &mut Work) -> Vec<Entry<'z>> {
    let mut found = Vec::new();
    while archive.get(at..).is_some_and(|rest| rest.starts_with(b"PK\x01\x02")) && work.entry() {
        let Some((entry, next)) = central(archive, at, shift) else { break };
        found.push(entry);
        at = next;
    }
    found
}

/// One entry of the central directory, and where the next begins.
fn central(archive: &[u8], at: usize, shift: usize) -> Option<(Entry<'_>, usize)> {
    let (flags, method) = (u16_at(archive, at + 8)?, u16_at(archive, at + 10)?);
    let (size, offset) = (u32_at(archive, at + 20)?, u32_at(archive, at + 42)?);
    let lengths = [u16_at(archive, at + 28)?, u16_at(archive, at + 30)?, u16_at(archive, at + 32)?].map(usize::from);
    let name = lossy_name(archive.get(at + 46..at + 46 + lengths[0])?);
    let (packed, in_front) = local(archive, offset.saturating_add(shift), size).unwrap_or_default();
    let other_name = (!in_front.is_empty() && in_front != name).then_some(in_front);
    let entry = Entry { name, other_name, encrypted: flags & 1 != 0, method, packed };
    Some((entry, at + 46 + lengths.iter().sum::<usize>()))
}

/// The octets behind a local header, and the name it gives.
fn local(archive: &[u8], at: usize, size: usize) -> Option<(&[u8], String)> {
    let header = archive.get(at..)?.strip_prefix(b"PK\x03\x04")?;
    let (name, extra) = (usize::from(u16_at(header, 22)?), usize::from(u16_at(header, 24)?));
    let data = header.get(26 + name + extra..)?;
    Some((&data[..data.len().min(size)], lossy_name(header.get(26..26 + name)?)))
}

/// The files by the headers in front of them, for archives whose directory is missing or damaged.
fn unlisted<'z>(archive: &'z [u8], work: &mut Work) -> Vec<Entry<'z>> {
    let mut found = Vec::new();
    let mut starts = memmem::find_iter(archive, b"PK\x03\x04").peekable();
    while let Some(at) = starts.next() {
        let end = starts.peek().copied().unwrap_or(archive.len());
        let (flags, method) = (u16_at(archive, at + 6), u16_at(archive, at + 8));
        let (Some(flags), Some(method)) = (flags, method) else { break };
        let Some((packed, name)) = local(&archive[..end], at, usize::MAX) else { continue };
        if !work.entry() {
            break;
        }
        found.push(Entry { name, other_name: None, encrypted: flags & 1 != 0, method, packed });
    }
    found
}

fn lossy_name(octets: &[u8]) -> String {
    String::from_utf8_lossy(&octets[..octets.len().min(MAX_NAME_BYTES)]).into_owned()
}

fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    octets.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(octets: &[u8], at: usize) -> Option<usize> {
    octets.get(at..at.checked_add(4)?)?.try_into().ok().map(|b| u32::from_le_bytes(b) as usize)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::mail::attachment::made;

    fn names(archive: &[u8]) -> Vec<String> {
        entries(archive, &mut Work::default()).into_iter().map(|e| e.name).collect()
    }

    #[test]
    fn files_are_listed_and_read() {
        let archive = made::zip(&[("a.txt", b"hello"), ("b/c.exe", b"MZ")]);
        let work = &mut Work::default();
        let found = entries(&archive, work);
        assert_eq!(found.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["a.txt", "b/c.exe"]);
        assert_eq!(found[0].read(100, work), b"hello");
        assert_eq!(found[0].read_beginning(2, work), b"he");
        assert!(!found[0].encrypted);
        assert!(work.limits.is_empty(), "{:?}", work.limits);
    }

    #[test]
    fn an_archive_is_read_however_it_is_damaged() {
        let archive = made::zip(&[("a.txt", b"hello"), ("b.exe", b"MZ")]);
        let directory = memmem::find(&archive, b"PK\x01\x02").unwrap();
        let prefixed = [&b"#!/bin/sh\n"[..], &archive].concat();
        for damaged in [&archive[..directory], &archive[..archive.len() - 22], &archive[..archive.len() - 3], &prefixed]
        {
            assert_eq!(names(damaged), ["a.txt", "b.exe"]);
            let found = entries(damaged, &mut Work::default());
            assert_eq!(found[1].read(9, &mut Work::default()), b"MZ");
        }
        let mut renamed = archive.clone();
        renamed[30..35].copy_from_slice(b"a.exe");
        assert_eq!(entries(&renamed, &mut Work::default())[0].other_name.as_deref(), Some("a.exe"));
        for cut in 0..archive.len() {
            let _ = names(&archive[..cut]);
        }
    }

    #[test]
    fn one_file_listed_a_thousand_times_costs_little() {
        let bomb = made::zip(&[("a", &vec![0; 4 << 20])]);
        let at = memmem::find(&bomb, b"PK\x01\x02").unwrap();
        let entry = &bomb[at..at + 47];
        let archive = [&bomb[..at], &entry.repeat(20_000)].concat();
        let work = &mut Work::default();
        let found = entries(&archive, work);
        assert_eq!(found.len(), 5_000);
        let read: usize = found.iter().map(|e| e.read(8 << 20, work).len()).sum();
        assert!(read <= 32 << 20, "{read}");
        assert_eq!(work.limits.len(), 2, "{:?}", work.limits);
    }
}
