//! Encoded words (RFC 2047) as the most lenient reader takes them: anywhere in the text, inside addresses and quotes,
//! touching each other, in an unknown charset, never closed. Only for seeing what some reader could see; what stands in
//! a name is decoded by the rules ([`decode_words`]). Never fails: what is not an encoded word stays.

use crate::mail::mime::decode;
use crate::mail::mime::decode::Encoding;
use mail_parser::parsers::MessageStream;

/// Words inside words that are decoded: a mail program that decodes twice exists, one that decodes five times does not.
const MAX_NESTED: usize = 3;
/// Octets of one word's text that are decoded.
const MAX_WORD_BYTES: usize = 128 * 1024;

/// Decodes RFC 2047 encoded words and unfolds; text without them is only unfolded.
pub(crate) fn decode_words(value: &str) -> String {
    let unfolded;
    let value = if value.contains(['\r', '\n']) {
        unfolded = value.chars().filter(|c| !matches!(c, '\r' | '\n')).collect::<String>();
        &unfolded
    } else {
        value
    };
    if !value.contains("=?") {
        return value.to_owned();
    }
    let line = format!("{value}\n");
    match MessageStream::new(line.as_bytes()).parse_unstructured() {
        mail_parser::HeaderValue::Text(text) => text.into_owned(),
        _ => value.to_owned(),
    }
}

/// How encoded words are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decoder {
    /// In the charset they name, and without the blanks between two of them.
    Orderly,
    /// In UTF-8 where they are that, whatever they name, with all blanks kept, and unclosed ones too.
    Careless,
}

/// The text with every encoded word decoded, and each step of decoding it further if that brings forth others; nothing
/// if there is none.
pub(crate) fn decoded_everywhere(text: &str, decoder: Decoder) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    while let Some(deeper) = decoded_once(steps.last().map_or(text, String::as_str), decoder) {
        steps.push(deeper);
        if steps.len() == MAX_NESTED {
            break;
        }
    }
    steps
}

fn decoded_once(text: &str, decoder: Decoder) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut found, mut after_word) = (text, false, false);
    while let Some(at) = rest.find("=?") {
        let (before, word) = rest.split_at(at);
        let Some((decoded, length)) = read_word(word, decoder) else {
            out.push_str(before);
            out.push_str("=?");
            rest = &word[2..];
            after_word = false;
            continue;
        };
        // White space between two words is part of neither (RFC 2047 section 6.2).
        if decoder == Decoder::Careless || !after_word || !before.trim().is_empty() {
            out.push_str(before);
        }
        out.push_str(&decoded);
        rest = &word[length..];
        (found, after_word) = (true, true);
    }
    out.push_str(rest);
    found.then_some(out)
}

/// `=?charset?B?text?=` at the beginning of `word`: what it stands for, and its length.
fn read_word(word: &str, decoder: Decoder) -> Option<(String, usize)> {
    let (charset, rest) = word[2..].split_once('?')?;
    let (encoding, body) = rest.split_once('?')?;
    if charset.contains(char::is_whitespace) {
        return None;
    }
    let start = word.len() - body.len();
    // A word that is not closed ends where words must: at a blank.
    let closed = match decoder {
        // Encoded text holds no question mark (RFC 2047 section 2).
        Decoder::Orderly => body.find('?').filter(|end| body[*end..].starts_with("?=")),
        Decoder::Careless => body.find("?="),
    };
    let (length, total) = match closed {
        Some(end) => (end, start + end + 2),
        None if decoder == Decoder::Orderly => return None,
        None => {
            let end = body.find(char::is_whitespace).unwrap_or(body.len());
            (end, start + end)
        }
    };
    let octets = match encoding {
        "b" | "B" => Encoding::Base64.decode(&body.as_bytes()[..length], MAX_WORD_BYTES).into_owned(),
        "q" | "Q" => {
            let spaced = body[..length].replace('_', " ");
            Encoding::QuotedPrintable.decode(spaced.as_bytes(), MAX_WORD_BYTES).into_owned()
        }
        _ => return None,
    };
    // RFC 2231 section 5 lets a language follow the charset.
    let charset = charset.split('*').next().filter(|_| decoder == Decoder::Orderly);
    Some((decode::text(&octets, charset, false).into_owned(), total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_they_stand() {
        for (text, meaning) in [
            ("=?utf-8?q?a=40elance.com?=", "a@elance.com"),
            ("<=?utf-8?Q?a?=@=?utf-8?b?ZWxhbmNl?=.com>", "<a@elance.com>"),
            ("=?utf-8?q?a=40?==?utf-8?q?elance.com?=", "a@elance.com"),
            ("=?utf-8?q?a=40?= \t=?x-none?q?elance.com?= b", "a@elance.com b"),
            ("\"=?utf-8?q?a=40elance.com?=\"", "\"a@elance.com\""),
            ("=?us-ascii*en?q?a_b?=", "a b"),
            ("=?utf-8?q?=?utf-8?q?a=40elance.com?=", "=?utf-8?q?a@elance.com"),
            ("=?utf-8?b?YUBlbGFuY2UuY29tAA==?=@evil.test", "a@elance.com\0@evil.test"),
            ("=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3D40elance.com=3F=3D?=", "a@elance.com"),
        ] {
            let decoded = decoded_everywhere(text, Decoder::Orderly);
            assert_eq!(decoded.last().map(String::as_str), Some(meaning), "{text}");
        }
        assert_eq!(decoded_everywhere("=?u?q?a?= =?u?q?b?=", Decoder::Careless), ["a b"]);
        assert_eq!(decoded_everywhere("=?utf-8?b?YUBlbGFuY2UuY29t", Decoder::Careless), ["a@elance.com"]);
        assert_eq!(decoded_everywhere("=?iso-8859-1?q?=C3=A9?=", Decoder::Orderly), ["Ã©"]);
        assert_eq!(decoded_everywhere("=?iso-8859-1?q?=C3=A9?=", Decoder::Careless), ["é"]);
    }

    #[test]
    fn what_is_no_word_stays() {
        for text in ["a@elance.com", "=?", "=?x?=", "=?utf-8?z?a?=", "a =? b ?c? d", "=?a b?q?c?="] {
            assert!(decoded_everywhere(text, Decoder::Orderly).is_empty(), "{text}");
        }
        assert_eq!(decoded_everywhere("=? =?utf-8?q?a?=", Decoder::Orderly), ["=? a"]);
        let deep = "=?u?q?".repeat(50_000);
        assert!(decoded_everywhere(&deep, Decoder::Careless).iter().all(|d| d.len() <= deep.len()));
    }
}
