//! A prefix before the subject. What the sender wrote stays as it is, encoded words and folding included.

/// Octets of text in one encoded word: at most 75 octets of word (RFC 2047 section 2), three octets for each of text.
const WORD_TEXT: usize = 20;

/// The value of a Subject field with the prefix before it, without a leading blank; `None` if it is there already.
pub(super) fn tagged(prefix: &str, subject: &[u8]) -> Option<Vec<u8>> {
    let prefix = encoded(prefix);
    let subject = subject.trim_ascii_start();
    let mark = prefix.trim_end().as_bytes();
    (!subject.starts_with(mark)).then(|| [prefix.as_bytes(), subject].concat())
}

/// The prefix as header text: itself if it is printable ASCII, else in encoded words.
fn encoded(prefix: &str) -> String {
    if prefix.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return prefix.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut length = WORD_TEXT;
    for c in prefix.trim_end().chars() {
        // A character is never torn apart (RFC 2047 section 5).
        if length + c.len_utf8() > WORD_TEXT {
            words.push(String::new());
            length = 0;
        }
        length += c.len_utf8();
        let octets = c.to_string().into_bytes();
        if let Some(word) = words.last_mut() {
            word.extend(octets.iter().map(|b| format!("={b:02X}")));
        }
    }
    words.iter().map(|w| format!("=?utf-8?Q?{w}?= ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_is_kept_and_tagged_once() {
        assert_eq!(tagged("[S] ", b" =?utf-8?q?x?=\n y").as_deref(), Some(&b"[S] =?utf-8?q?x?=\n y"[..]));
        assert_eq!(tagged("[S] ", b"[S] already"), None);
        assert_eq!(tagged("[S] ", b"").as_deref(), Some(&b"[S] "[..]));
        assert_eq!(tagged("[S] ", b" \xff raw").as_deref(), Some(&b"[S] \xff raw"[..]));
    }

    #[test]
    fn other_scripts_become_encoded_words() {
        assert_eq!(encoded("é "), "=?utf-8?Q?=C3=A9?= ");
        let long = encoded(&"é".repeat(40));
        assert!(long.split_ascii_whitespace().all(|w| w.len() <= 75));
    }
}
