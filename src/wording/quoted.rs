//! An author's own words, told from those of others that they quote or pass on. Not a signal itself.
//!
//! Lines behind `>` are another's; so is, in an answer or a forwarded message, what follows the line with which mail
//! programs introduce it. A message that only quotes is judged by what it quotes. Reading never fails and looks at each
//! line once.

use super::kind::WordKind;
use super::words::WordList;
use crate::text::fold::{first_bytes, fold, words_contain};
use std::borrow::Cow;

/// Lines of the head of a message that is passed on that are looked at.
const MAX_HEAD_LINES: usize = 3;

/// Marks that begin a quotation.
const QUOTES: [char; 6] = ['"', '\u{201c}', '\u{201e}', '\u{ab}', '\u{300c}', '\u{300e}'];
/// Octets of the longest quotation: a few sentences.
const MAX_QUOTATION_BYTES: usize = 600;

/// True if a folded subject is marked as an answer's or a forwarded message's.
pub(crate) fn is_marked(subject: &str) -> bool {
    unmarked(subject).is_some()
}

/// What stands behind such a mark, if there is one.
pub(crate) fn unmarked(subject: &str) -> Option<&str> {
    WordList::of(WordKind::Answers).iter().find_map(|mark| subject.strip_prefix(mark))
}

/// The author's own lines, and those of others; all are the author's if there are no others, or nothing but others.
/// `passes_on`: the message says that it is an answer or forwarded. Those who answer below or between the lines have
/// written nothing above them: there only `>` tells.
pub(crate) fn told_apart(shown: &str, passes_on: bool) -> [Cow<'_, str>; 2] {
    if !passes_on && !shown.contains('>') {
        return [Cow::Borrowed(shown), Cow::Borrowed("")];
    }
    let lines: Vec<&str> = shown.lines().collect();
    let introduced = passes_on.then(|| (0..lines.len()).find(|n| introduces(&lines[*n..]))).flatten();
    if let Some((end, own)) = introduced.and_then(|end| Some((end, unquoted(&lines[..end])?))) {
        return [Cow::Owned(own), Cow::Owned(others(&lines[..end]) + &lines[end..].join("\n"))];
    }
    match lines.iter().any(|line| is_quoted(line)).then(|| unquoted(&lines)).flatten() {
        Some(own) => [Cow::Owned(own), Cow::Owned(others(&lines))],
        None => [Cow::Borrowed(shown), Cow::Borrowed("")],
    }
}

/// The lines that are quoted, without their marks.
fn others(lines: &[&str]) -> String {
    let quoted = lines.iter().filter(|line| is_quoted(line));
    quoted.map(|line| line.trim_start_matches(['>', ' ']).to_owned() + "\n").collect()
}

/// A text without what stands in quotation marks: words that are spoken of, not said. A quotation ends in its paragraph
/// and is no longer than a person quotes.
pub(crate) fn without_quotations(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains(QUOTES) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(start) = rest.find(QUOTES) {
        let mark = rest[start..].chars().next().unwrap_or('"');
        let inside = &rest[start + mark.len_utf8()..];
        let ends: &[char] = match mark {
            '\u{201c}' => &['\u{201d}', '\u{201c}'],
            '\u{201e}' => &['\u{201c}', '\u{201d}'],
            '\u{ab}' => &['\u{bb}'],
            '\u{300c}' => &['\u{300d}'],
            '\u{300e}' => &['\u{300f}'],
            _ => &['"'],
        };
        let end = first_bytes(inside, MAX_QUOTATION_BYTES).find(ends).filter(|end| !inside[..*end].contains("\n\n"));
        out.push_str(&rest[..start]);
        out.push(' ');
        rest = match end {
            Some(end) => &inside[end + inside[end..].chars().next().map_or(1, char::len_utf8)..],
            None => inside,
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// The lines that are not quoted, if they say anything.
fn unquoted(lines: &[&str]) -> Option<String> {
    let own: Vec<&str> = lines.iter().filter(|line| !is_quoted(line)).copied().collect();
    own.iter().any(|line| line.contains(char::is_alphanumeric)).then(|| own.join("\n"))
}

/// True if the first of the lines introduces another's words.
fn introduces(lines: &[&str]) -> bool {
    let first = lines.first().map_or("", |line| line.trim());
    if !(first.contains(':') || first.ends_with('-')) {
        return false;
    }
    // "-----Original message-----", in any language.
    if first.starts_with("---") && first.ends_with("---") && first.contains(char::is_alphabetic) {
        return true;
    }
    let folded = fold(first);
    if folded.ends_with(':') && WordList::of(WordKind::Wrote).iter().any(|word| words_contain(&folded, word)) {
        return true;
    }
    let field = |line: &str, names: WordKind| {
        let name = line.split_once(':').map(|(name, _)| name.trim_matches(|c: char| c == '*' || c == ' '));
        name.is_some_and(|name| WordList::of(names).contains(name))
    };
    let rest = || lines.iter().skip(1).filter(|line| !line.trim().is_empty()).take(MAX_HEAD_LINES);
    field(&folded, WordKind::From) && rest().any(|line| field(&fold(line), WordKind::Sent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_not_said() {
        for (text, own) in [
            ("Is this real?\n> Dear Elance member", "Is this real?"),
            ("Thanks.\nOn Mon, 2 Nov 2026, Elance <a@elance.com> wrote:\nDear member", "Thanks."),
            ("Danke\nAm Montag schrieb Ada:\nHallo", "Danke"),
            ("On Monday Ada wrote:\n> Hello\nNo.", "On Monday Ada wrote:\nNo."),
            ("See below\n-----Ursprüngliche Nachricht-----\nVon: Ada", "See below"),
            ("See below\nDe : Elance <a@elance.com>\nEnvoyé : lundi\nObjet : avis\nBonjour", "See below"),
        ] {
            assert_eq!(told_apart(text, true)[0], own, "{text}");
        }
    }

    #[test]
    fn what_is_all_is_said() {
        for text in [
            "Dear member",
            "> Dear member",
            "-----Original message-----\nDear member",
            "From: here\nwe go on",
            "",
            "a\nto: b",
        ] {
            assert_eq!(told_apart(text, true), [text, ""], "{text}");
        }
        let text = "See\n-----Original message-----\nDear member";
        assert_eq!(told_apart(text, false), [text, ""], "nothing is passed on");
    }

    #[test]
    fn what_stands_in_quotation_marks_is_spoken_of() {
        for (text, said) in [
            ("They write \"verify your password\" now", "They write   now"),
            ("Sie schreiben „Ihr Konto“ und", "Sie schreiben   und"),
            ("le « compte » est", "le   est"),
            ("an \"open end", "an  open end"),
            ("5'10 tall", "5'10 tall"),
        ] {
            assert_eq!(without_quotations(Cow::Borrowed(text)), said, "{text}");
        }
    }
}
