//! Text of strangers made fit to print: on one line, without what a terminal or a header would obey, cut visibly.

use serde::Serialize;
use std::fmt::Write;

/// Text that can stand in a header, a log line or an SMTP reply: printable ASCII on one line. White space becomes one
/// blank, everything else that is not printable ASCII a visible `\u{..}` (an encoded word would hide from reviewers
/// what the sender tried, and every reader of raw headers shows this one alike).
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' '..='~' => out.push(c),
            '\t' | '\r' | '\n' => out.push(' '),
            _ => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    out.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most `limit` octets of an ASCII text; a cut shows as `...`.
pub fn cut(mut text: String, limit: usize) -> String {
    const MARK: &str = "...";
    if text.len() > limit {
        let mut end = limit.saturating_sub(MARK.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str(MARK);
    }
    text
}

/// A value as one line of JSON that a terminal can show: controls that JSON leaves as they are (DEL, C1) are escaped.
pub(crate) fn json_line(value: &impl Serialize) -> String {
    // Strings, numbers and lists: nothing that JSON cannot say.
    let json = serde_json::to_string(value).unwrap_or_default();
    if !json.contains(char::is_control) {
        return json;
    }
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_control() {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Text for a terminal, which obeys control characters: evidence quotes hostile text.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_one_line_of_printable_ascii() {
        assert_eq!(plain("a\r\nX-Evil: 1\t b\0"), "a X-Evil: 1 b\\u{0}");
        assert_eq!(plain("\u{202e}élance"), "\\u{202e}\\u{e9}lance");
        assert_eq!(plain("  two   blanks "), "two blanks");
    }

    #[test]
    fn cutting_is_visible_and_exact() {
        assert_eq!(cut("abcdefgh".into(), 8), "abcdefgh");
        assert_eq!(cut("abcdefghi".into(), 8), "abcde...");
        assert_eq!(cut("éééé".into(), 6), "é...");
    }
}
