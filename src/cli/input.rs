//! Messages from files: found in folders, and read as they were on the wire.

use super::failure::{EX_DATAERR, Failure};
use crate::mail::on_the_wire;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The `.eml` files of a folder, sorted, folders within included.
pub(super) fn eml_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let cannot = |e: std::io::Error| Failure::new(EX_DATAERR, format!("{}: cannot be read: {e}", folder.display()));
    let mut entries = std::fs::read_dir(folder).map_err(cannot)?.collect::<Result<Vec<_>, _>>().map_err(cannot)?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for path in entries.into_iter().map(|e| e.path()) {
        if path.is_dir() && !path.is_symlink() {
            eml_files(&path, files)?;
        } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("eml")) {
            files.push(path);
        }
    }
    Ok(())
}

/// Octets of a message, and whether that is all of it.
pub(super) struct Octets {
    pub(super) octets: Vec<u8>,
    pub(super) complete: bool,
}

/// Reads a message as it was on the wire, up to `limit` octets.
pub(super) fn read(path: &Path, limit: usize) -> Result<Octets, Failure> {
    let cannot = |e: std::io::Error| Failure::new(EX_DATAERR, format!("{}: cannot be read: {e}", path.display()));
    let mut source: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(std::io::stdin()),
        _ => Box::new(std::fs::File::open(path).map_err(cannot)?),
    };
    let mut octets = Vec::new();
    source.by_ref().take(limit as u64 + 1).read_to_end(&mut octets).map_err(cannot)?;
    let complete = octets.len() <= limit;
    octets.truncate(limit);
    Ok(Octets { octets: on_the_wire(octets), complete })
}
