//! The messages that are measured, and the DNS they live in. All of an honest newsletter: what a gateway sees most.

use mail_auth::common::crypto::{RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;

/// The client that hands them over.
pub const CLIENT: &str = "203.0.113.10";
/// Their author domain; the corpus zone holds its SPF record, its key `s1` and its DMARC record.
pub const DOMAIN: &str = "orchardmail.example";

/// The corpus's DNS.
pub const ZONE: &str = include_str!("../corpus/zone.txt");

/// Plain text of about `size` octets: prose with a link in each paragraph of 600.
pub fn text(size: usize) -> Vec<u8> {
    let prose =
        "Good clients answer soon, and good freelancers ask early: what is it for, who decides, when is it needed?\r\n";
    let block = prose.repeat(5) + "Read it all at https://orchardmail.example/issue/7 or write back to us.\r\n\r\n";
    message("text/plain", "", &block, size)
}

/// A newsletter of this media type: `before`, then `block` as often as fits.
pub fn message(media_type: &str, before: &str, block: &str, size: usize) -> Vec<u8> {
    let head = format!(
        "From: Orchard Weekly <weekly@{DOMAIN}>\r\nTo: member@example.net\r\nSubject: This week in freelancing\r\n\
         Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@{DOMAIN}>\r\nMIME-Version: 1.0\r\n\
         List-Unsubscribe: <https://{DOMAIN}/u>\r\nContent-Type: {media_type}; charset=utf-8\r\n\r\n{before}"
    );
    let blocks = size.saturating_sub(head.len()) / block.len();
    (head + &block.repeat(blocks)).into_bytes()
}

/// The message signed with RSA-2048, relaxed/relaxed.
pub fn signed(message: &[u8]) -> Vec<u8> {
    let pem = include_bytes!("../corpus/keys/rsa.pem");
    let key = PrivateKeyDer::from_pem_slice(pem).expect("the corpus key is PEM");
    let key = RsaKey::<Sha256>::from_key_der(key).expect("the corpus key is RSA");
    let signer = DkimSigner::from_key(key).domain(DOMAIN).selector("s1");
    let signature = signer.headers(["From", "To", "Subject", "Date", "Message-ID"]).sign(message).expect("a signature");
    [signature.to_header().as_bytes(), message].concat()
}
