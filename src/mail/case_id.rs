//! The name of a case: what a reviewer, a log line and a refusal call one message by.

use super::envelope::Envelope;
use super::message::Message;

/// Octets of the digest that names a case: 80 bits, no two messages of a site will share it.
const CASE_ID_BYTES: usize = 10;

/// Names a message and its envelope: the same give the same name, in lower-case base 32 without look-alike letters.
pub fn case_id(envelope: &Envelope, message: &Message) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    context.update(message.raw());
    context.update(envelope.mail_from.as_bytes());
    context.update(envelope.rcpt_to.join(",").as_bytes());
    let digest = context.finish();
    let bits = digest.as_ref().iter().take(CASE_ID_BYTES).fold(0_u128, |n, b| n << 8 | u128::from(*b));
    (0..CASE_ID_BYTES * 8 / 5).map(|i| char::from(ALPHABET[(bits >> (5 * i) & 31) as usize])).collect()
}
