//! A file of any octets under a name that is its first line: looking into it never panics outside of a caught decoder,
//! and what it yields stays within its limits.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spoof_milter::mail::Message;

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|b| *b == b'\n').unwrap_or_default();
    let (name, octets) = input.split_at(end);
    let name: String = name.iter().map(|b| format!("%{b:02X}")).collect();
    let head = format!(
        "From: a@b.test\r\nContent-Type: application/octet-stream\r\n\
         Content-Disposition: attachment; filename*=utf-8''{name}\r\n\r\n"
    );
    let message = Message::parse([head.as_bytes(), octets].concat(), true);
    let body = &message.body;
    assert!(body.links.len() <= 2_000);
    assert!(body.attachments.iter().all(|a| a.dangers.len() <= 10 && a.page.len() <= 16 << 10));
});
