//! Percent-encoding (RFC 3986, 2.1) undone. Cannot fail: a percent sign that begins no escape stays as it is.

use std::borrow::Cow;

/// The text with each `%xx` as the octet it stands for; what is not UTF-8 then becomes U+FFFD.
pub(crate) fn percent_decoded(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

/// At most so many octets of what the text stands for.
pub(crate) fn percent_decoded_bytes(text: &str, max_bytes: usize) -> Vec<u8> {
    percent_encoding::percent_decode_str(text).take(max_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        for (written, decoded) in
            [("a%20b%2F", "a b/"), ("%C3%a9", "é"), ("100% %zz %4", "100% %zz %4"), ("%ff", "\u{fffd}")]
        {
            assert_eq!(percent_decoded(written), decoded, "{written}");
        }
        assert_eq!(percent_decoded_bytes("%41%42c", 2), b"AB");
    }
}
