//! A message of any octets: reading it never panics, keeps its octets, and stays within its limits.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spoof_milter::mail::Message;

fuzz_target!(|raw: &[u8]| {
    let message = Message::parse(raw.to_vec(), true);
    assert_eq!(message.raw(), raw);
    assert!(message.body_offset <= raw.len());
});
