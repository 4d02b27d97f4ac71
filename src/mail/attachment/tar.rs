//! The files a tar holds: its 512-octet headers (POSIX.1 ustar), with the long names of GNU and pax. Names only as
//! far as they lie in the archive; what is not a header ends it.

use crate::mail::attachment::work::Work;

/// Octets of a header, and what contents are padded to a multiple of.
const BLOCK_BYTES: usize = 512;
/// Octets of one name that are kept.
const MAX_NAME_BYTES: usize = 1_000;

/// The files: names and contents, as many as `work` allows.
pub(super) fn entries<'t>(archive: &'t [u8], work: &mut Work) -> Vec<(String, &'t [u8])> {
    let mut found = Vec::new();
    let mut long_name = None;
    let mut rest = archive;
    while let Some((header, after)) = rest.split_at_checked(BLOCK_BYTES) {
        let Some(size) = size(&header[124..136]).filter(|_| header[0] != 0) else { break };
        if !work.entry() {
            break;
        }
        let data = &after[..after.len().min(size)];
        match header[156] {
            b'L' => long_name = Some(until_nul(data)),
            b'x' => long_name = pax_path(data).or(long_name),
            b'0' | 0 | b'7' => found.push((long_name.take().unwrap_or_else(|| until_nul(&header[..100])), data)),
            _ => long_name = None,
        }
        let padded = size.checked_next_multiple_of(BLOCK_BYTES).unwrap_or(after.len());
        rest = after.get(padded..).unwrap_or_default();
    }
    found
}

/// An octal number; GNU writes large ones in binary, and such a file is the last.
fn size(field: &[u8]) -> Option<usize> {
    if field[0] & 0x80 != 0 {
        return Some(usize::MAX / 2);
    }
    let digits = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    usize::from_str_radix(digits, 8).ok()
}

fn until_nul(octets: &[u8]) -> String {
    let end = octets.iter().position(|b| *b == 0).unwrap_or(octets.len());
    String::from_utf8_lossy(&octets[..end.min(MAX_NAME_BYTES)]).into_owned()
}

/// `27 path=…\n` among the records of a pax header.
fn pax_path(records: &[u8]) -> Option<String> {
    let path = |record: &[u8]| {
        let at = memchr::memmem::find(record, b" path=")?;
        Some(until_nul(&record[at + 6..]))
    };
    records.split(|b| *b == b'\n').find_map(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::mail::attachment::made;

    #[test]
    fn names_and_contents_are_read() {
        let archive = made::tar(&[("a.txt", b"hello"), ("b.exe", b"MZ")]);
        let found = entries(&archive, &mut Work::default());
        assert_eq!(found, [("a.txt".to_owned(), &b"hello"[..]), ("b.exe".to_owned(), b"MZ")]);
        for cut in 0..archive.len() {
            let _ = entries(&archive[..cut], &mut Work::default());
        }
    }

    #[test]
    fn long_names_are_read() {
        let long = format!("{}/setup.exe", "d".repeat(150));
        for (kind, data) in [(b'L', format!("{long}\0")), (b'x', format!("170 path={long}\n"))] {
            let mut archive = made::tar(&[("long", data.as_bytes()), ("short", b"x")]);
            archive[156] = kind;
            assert_eq!(entries(&archive, &mut Work::default())[0].0, long);
        }
    }
}
