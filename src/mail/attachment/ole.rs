//! What an OLE2 compound file holds ([MS-CFB]): macros, an encrypted document, a file packed into it, an installer.
//!
//! The names of its storages are looked for where directory entries can lie, at every 128th octet, and not by its
//! allocation tables: programs repair those, and a damaged file that a program opens must not hide its macros.

use crate::mail::attachment::file::{Danger, Harm};
use memchr::memmem;

/// Octets of a directory entry, section 2.6.1.
const ENTRY_BYTES: usize = 128;
/// Octets in which entries are looked for.
const MAX_SCANNED_BYTES: usize = 32 << 20;
/// CLSID of an installer package, as it lies in the root entry: 000C1084-0000-0000-C000-000000000046.
const INSTALLER: [u8; 16] = [0x84, 0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

/// What is wrong with the file, one of a kind.
pub(super) fn dangers(file: &[u8]) -> Vec<Danger> {
    let file = &file[..file.len().min(MAX_SCANNED_BYTES)];
    let mut found: Vec<Danger> = Vec::new();
    let mut note = |harm: Harm, words: &str| {
        if !found.iter().any(|d| d.words == words) {
            found.push(Danger::new(harm, words));
        }
    };
    for entry in file.chunks_exact(ENTRY_BYTES).skip(4) {
        let Some(name) = entry_name(entry) else { continue };
        match name.as_str() {
            "VBA" | "_VBA_PROJECT" | "_VBA_PROJECT_CUR" | "Macros" => note(Harm::Macros, "holds macros"),
            "EncryptedPackage" => note(Harm::Encrypted, "is an encrypted document"),
            "\u{1}Ole10Native" => note(Harm::Macros, "has another file packed into it"),
            "Root Entry" if entry[80..96] == INSTALLER => note(Harm::Runs, "is an installer package"),
            _ => {}
        }
    }
    // The flag fEncrypted of a Word document, [MS-DOC] section 2.5.2, where the stream begins in the first sector.
    if file.get(512..514) == Some(b"\xec\xa5") && file.get(523).is_some_and(|flags| flags & 1 != 0) {
        note(Harm::Encrypted, "is an encrypted document");
    }
    if has_macro_sheet(file) {
        note(Harm::Macros, "holds a sheet of Excel 4 macros");
    }
    found
}

/// The name of what could be a directory entry: its length counts the final NUL, its type is storage, stream or root.
fn entry_name(entry: &[u8]) -> Option<String> {
    let length = usize::from(u16::from_le_bytes([entry[64], entry[65]]));
    let sound = length % 2 == 0 && (4..=64).contains(&length) && matches!(entry[66], 1 | 2 | 5);
    let units = entry.get(..length.checked_sub(2)?).filter(|_| sound)?;
    let units: Vec<u16> = units.chunks_exact(2).map(|u| u16::from_le_bytes([u[0], u[1]])).collect();
    String::from_utf16(&units).ok()
}

/// A BoundSheet8 record of type macro sheet, [MS-XLS] section 2.4.28.
fn has_macro_sheet(file: &[u8]) -> bool {
    memmem::find_iter(file, b"\x85\x00").any(|at| {
        let Some(record) = file.get(at + 2..at + 12) else { return false };
        let length = u16::from_le_bytes([record[0], record[1]]);
        let (state, kind, letters, wide) = (record[6], record[7], u16::from(record[8]), record[9]);
        let sized = wide <= 1 && letters > 0 && length == 8 + letters * (1 + u16::from(wide));
        sized && state <= 2 && kind == 1
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::mail::attachment::made;

    fn words(names: &[&str]) -> Vec<String> {
        dangers(&made::ole(names)).into_iter().map(|d| d.words).collect()
    }

    #[test]
    fn storages_tell_what_a_file_holds() {
        assert_eq!(words(&["Root Entry", "WordDocument", "Macros", "VBA"]), ["holds macros"]);
        assert_eq!(words(&["Root Entry", "EncryptionInfo", "EncryptedPackage"]), ["is an encrypted document"]);
        assert_eq!(words(&["Root Entry", "\u{1}Ole10Native"]), ["has another file packed into it"]);
        assert_eq!(words(&["Root Entry", "WordDocument", "1Table"]), [""; 0]);
    }

    #[test]
    fn installers_and_old_encryption_are_seen() {
        let mut file = made::ole(&["Root Entry"]);
        file[512 + 80..512 + 96].copy_from_slice(&INSTALLER);
        assert_eq!(dangers(&file), [Danger::new(Harm::Runs, "is an installer package")]);
        let mut file = made::ole(&[]);
        file.extend(b"\xec\xa5\xc1\0\0\0\0\0\0\0\0\x01\0\0");
        assert_eq!(dangers(&file), [Danger::new(Harm::Encrypted, "is an encrypted document")]);
    }

    #[test]
    fn macro_sheets_are_seen() {
        let record = |kind| [&[0x85, 0, 14, 0, 0, 0, 0, 0, 0, kind, 6, 0][..], b"Macro1"].concat();
        assert_eq!(dangers(&[made::ole(&[]), record(1)].concat()).len(), 1);
        assert!(dangers(&[made::ole(&[]), record(0)].concat()).is_empty());
    }
}
