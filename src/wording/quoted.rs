//! An author's own words, told from those of others that they quote or pass on. Not a signal itself.
//!
//! Lines behind `>` are another's; so is, in an answer or a forwarded message, what follows the line with which mail
//! programs introduce it. A message that only quotes is judged by what it quotes. Reading never fails and looks at each
//! line once.

use super::kind::WordKind;
use super::words::WordList;
use crate::text::fold::{fold, words_contain};

/// Lines of the head of a message that is passed on that are looked at.
const MAX_HEAD_LINES: usize = 3;

/// True if a folded subject is marked as an answer's or a forwarded message's.
pub(crate) fn is_marked(subject: &str) -> bool {
    unmarked(subject).is_some()
}

/// What stands behind such a mark, if there is one.
pub(crate) fn unmarked(subject: &str) -> Option<&str> {
    WordList::of(WordKind::Answers).iter().find_map(|mark| subject.strip_prefix(mark))
}

/// The author's own lines; `None` if all are, or none. `passes_on`: the message says that it is an answer or forwarded.
/// Those who answer below or between the lines have written nothing above them: there only `>` tells.
pub(crate) fn own_words(shown: &str, passes_on: bool) -> Option<String> {
    if !passes_on && !shown.contains('>') {
        return None;
    }
    let lines: Vec<&str> = shown.lines().collect();
    let introduced = passes_on.then(|| (0..lines.len()).find(|n| introduces(&lines[*n..]))).flatten();
    let above = introduced.and_then(|end| unquoted(&lines[..end]));
    let quotes = || lines.iter().any(|line| is_quoted(line));
    above.or_else(|| quotes().then(|| unquoted(&lines)).flatten())
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
            assert_eq!(own_words(text, true).as_deref(), Some(own), "{text}");
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
            assert_eq!(own_words(text, true), None, "{text}");
        }
        assert_eq!(own_words("See\n-----Original message-----\nDear member", false), None, "nothing is passed on");
    }
}
