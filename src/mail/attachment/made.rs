//! Files for tests, made here.

#![allow(clippy::unwrap_used)]

use std::io::Write;

/// A zip for tests: stored or deflated files with these names.
pub(super) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, octets) in files {
        let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        deflate.write_all(octets).unwrap();
        let packed = deflate.finish().unwrap();
        let offset = u32::try_from(out.len()).unwrap();
        let mut head = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        head.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
        head.extend(u32::try_from(octets.len()).unwrap().to_le_bytes());
        head.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        head.extend([0, 0]);
        out.extend([b"PK\x03\x04", head.as_slice(), name.as_bytes(), &packed].concat());
        directory
            .extend([b"PK\x01\x02\x14\0", head.as_slice(), &[0; 10], &offset.to_le_bytes(), name.as_bytes()].concat());
    }
    let (start, size) = (u32::try_from(out.len()).unwrap(), u32::try_from(directory.len()).unwrap());
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    out.extend(
        [&directory[..], b"PK\x05\x06\0\0\0\0", &count, &count, &size.to_le_bytes(), &start.to_le_bytes()].concat(),
    );
    out.extend([0, 0]);
    out
}

/// A tar for tests.
pub(super) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, octets) in files {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", octets.len()).as_bytes());
        header[156] = b'0';
        header[257..262].copy_from_slice(b"ustar");
        out.extend(header);
        out.extend(*octets);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.extend([0; 1024]);
    out
}

/// A compound file for tests: a header and directory entries, no sectors that matter.
pub(super) fn ole(names: &[&str]) -> Vec<u8> {
    let mut file = vec![0; 512];
    file[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    for name in names {
        let mut entry = [0; 128];
        for (i, unit) in name.encode_utf16().enumerate() {
            entry[2 * i..2 * i + 2].copy_from_slice(&unit.to_le_bytes());
        }
        entry[64] = u8::try_from(2 * name.len() + 2).unwrap();
        entry[66] = if *name == "Root Entry" { 5 } else { 1 };
        file.extend(entry);
    }
    file
}

/// What zlib makes of it.
pub(super) fn zlib(octets: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap()
}

/// What gzip makes of it.
pub(super) fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap()
}
