//! The order in which letters are seen where a text turns its writing direction (UAX 9): `ecnalE` behind U+202E is read
//! as `Elance`. Pure, cannot fail.

use std::borrow::Cow;
use unicode_bidi::{BidiInfo, Level};

/// Turns what follows from right to left, Latin letters too (RIGHT-TO-LEFT OVERRIDE).
pub(crate) const TURN: char = '\u{202e}';
/// Ends that (POP DIRECTIONAL FORMATTING).
pub(crate) const TURN_BACK: char = '\u{202c}';

/// The text with the lines that turn Latin letters in the order in which they are seen; each stretch that runs from
/// right to left then stands between [`TURN`] and [`TURN_BACK`]. All other lines stay as they are written, which is how
/// people read Arabic and Hebrew, too.
pub(crate) fn in_seen_order(text: &str) -> Cow<'_, str> {
    if !text.contains(TURN) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if !line.contains(TURN) {
            out.push_str(line);
            continue;
        }
        let info = BidiInfo::new(line, Some(Level::ltr()));
        for paragraph in &info.paragraphs {
            let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
            for run in runs {
                let turns = levels[run.start].is_rtl();
                let letters = line[run].chars().filter(|c| !is_control(*c));
                if turns {
                    out.push(TURN);
                    out.extend(letters.rev());
                    out.push(TURN_BACK);
                } else {
                    out.extend(letters);
                }
            }
        }
    }
    Cow::Owned(out)
}

/// A line that [`in_seen_order`] made without what runs from right to left in it.
pub(crate) fn unturned(line: &str) -> String {
    let mut pieces = line.split(TURN);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |out, piece| out + " " + piece.split_once(TURN_BACK).map_or("", |(_, rest)| rest))
}

/// The controls of UAX 9, 2.
fn is_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A name as it may be shown where it turns the writing direction, by programs that turn all of it; `None` if it does
/// not.
pub(crate) fn turned(text: &str) -> Option<String> {
    text.contains([TURN, '\u{2067}', '\u{202b}']).then(|| text.chars().rev().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    #[test]
    fn turned_letters_are_read_as_they_are_seen() {
        for (written, seen) in [
            ("Your Elance account", "your elance account"),
            ("Your \u{202e}ecnalE\u{202c} account", "your elance account"),
            ("\u{202e}tnuocca ecnalE ruoY", "your elance account"),
            ("\u{202e}ecna\u{202d}El\u{202c}\u{202c} account", "elance account"),
            ("\u{202e}21 ecnalE\u{202c} x\n ecnalE", "elance 12 x ecnale"),
            ("\u{2067}\u{202e}ecnalE\u{202c}\u{2069}", "elance"),
            // Without an override Latin letters keep their order, and so does a script that runs from right to left.
            ("\u{2067}ecnalE\u{2069} \u{202b}ecnalE\u{202c}", "ecnale ecnale"),
            ("שלום Elance", "שלום elance"),
        ] {
            assert_eq!(fold(&in_seen_order(written)), seen, "{written:?}");
        }
        assert_eq!(fold(&unturned(&in_seen_order("a \u{202e}c b\u{202c} d \u{202e}e"))), "a d");
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost(text in "[a-z \\n\u{202e}\u{202c}\u{202d}\u{2067}\u{2069}\u{5d0}]{0,60}") {
            let sorted = |text: &str| {
                let mut chars: Vec<char> = text.chars().filter(|c| !is_control(*c)).collect();
                chars.sort_unstable();
                chars
            };
            proptest::prop_assert_eq!(sorted(&in_seen_order(&text)), sorted(&text));
        }
    }
}
