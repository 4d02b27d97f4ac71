//! The hash of a body, for DKIM and ARC: a relaxed body whose last lines hold only white space is hashed as RFC 6376
//! section 3.4.4 says. Pure; a body that is not there is hashed as an empty one.

use mail_auth::AuthenticatedMessage;
use mail_auth::common::crypto::HashAlgorithm;
use mail_auth::dkim::Canonicalization;

/// mail_auth 0.13 hashes a relaxed body wrongly when its last lines hold only white space; RFC 6376 section 3.4.4
/// ignores such lines. Their hashes are taken again over the body without them.
pub(super) fn correct_hashes(message: &mut AuthenticatedMessage<'_>) {
    let body = message.raw_message.get(message.body_offset as usize..).unwrap_or_default();
    let trimmed = without_blank_end(body);
    // Empty lines at the end are ignored rightly.
    if body.get(trimmed.len()..).is_none_or(|end| end.iter().all(|b| matches!(b, b'\r' | b'\n'))) {
        return;
    }
    for (canonical, hash, length, value) in &mut message.body_hashes {
        if *canonical == Canonicalization::Relaxed && *length == 0 {
            *value = hash.hash(canonical.canonical_body(trimmed, 0)).as_ref().to_vec();
        }
    }
}

/// The SHA-256 hash of the body, taken already if a signature that mail_auth could read asks for it.
pub(super) fn body_hash(message: &AuthenticatedMessage<'_>, canonical: Canonicalization) -> Vec<u8> {
    let wanted = HashAlgorithm::Sha256;
    let known = message.body_hashes.iter().find(|(c, h, l, _)| *c == canonical && *h == wanted && *l == 0);
    if let Some((.., hash)) = known {
        return hash.clone();
    }
    let body = message.raw_message.get(message.body_offset as usize..).unwrap_or_default();
    let body = if canonical == Canonicalization::Relaxed { without_blank_end(body) } else { body };
    wanted.hash(canonical.canonical_body(body, 0)).as_ref().to_vec()
}

/// The body up to and with the end of its last line that holds more than white space.
fn without_blank_end(body: &[u8]) -> &[u8] {
    let mut end = body.len();
    while let Some(line) = body.get(..end).map(|b| b.strip_suffix(b"\r\n").unwrap_or(b)) {
        let start = line.windows(2).rposition(|w| w == b"\r\n").map_or(0, |at| at + 2);
        if end == 0 || !line.get(start..).is_some_and(|l| l.iter().all(|b| matches!(b, b' ' | b'\t'))) {
            break;
        }
        end = start;
    }
    body.get(..end).unwrap_or(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_at_the_end_are_cut_and_nothing_else() {
        let cases: [(&[u8], &[u8]); 7] = [
            (b"", b""),
            (b"a\r\n", b"a\r\n"),
            (b"a\r\n \t\r\n\r\n", b"a\r\n"),
            (b"a \r\n\r\n  ", b"a \r\n"),
            (b" \r\n\t\r\n", b""),
            (b"a", b"a"),
            (b"\r\na\r\n\r\n", b"\r\na\r\n"),
        ];
        for (body, wanted) in cases {
            assert_eq!(without_blank_end(body), wanted, "{:?}", String::from_utf8_lossy(body));
        }
    }
}
