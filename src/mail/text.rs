//! Folding of text for comparison: what looks the same to a reader becomes the same string.
//!
//! Two strengths. [`fold`] is safe for whole bodies: case, accents, width, invisible characters and quotes. [`skeleton`]
//! is for names only: it also unifies characters that merely look alike, which would turn honest words into each other.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The first `n` octets of a text, cut at a character boundary.
pub fn first_bytes(text: &str, n: usize) -> &str {
    if text.len() <= n { text } else { &text[..text.floor_char_boundary(n)] }
}

/// Folds for comparison: compatibility forms (full-width, mathematical letters) become plain, accents and invisible
/// characters go, case goes, curly quotes become straight, runs of white space become one blank.
///
/// Accents go so that phrases match however a language is typed (`contraseña`, `contrasena`).
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    let mut push = |c: char| {
        if c.is_whitespace() {
            if !blank {
                out.push(' ');
            }
            blank = true;
        } else {
            out.push(c);
            blank = false;
        }
    };
    if text.is_ascii() {
        text.chars()
            .map(|c| c.to_ascii_lowercase())
            .filter(|c| !c.is_control() || c.is_whitespace())
            .for_each(&mut push);
    } else {
        let plain =
            text.chars().filter(|c| !is_invisible(*c)).nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c));
        plain
            .flat_map(char::to_lowercase)
            .map(straightened)
            .filter(|c| !c.is_control() || c.is_whitespace())
            .for_each(&mut push);
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

/// What a short name looks like: each character's Unicode TR 39 prototype, as written and again in lower case, then
/// [`fold`], then the pairs that fonts confuse (`i`, `l`, `1`, `|` are one; `0` is `o`; `rn` is `m`). Compare only with
/// other skeletons.
pub fn skeleton(text: &str) -> String {
    let seen: String = text.nfkc().filter(|c| !is_invisible(*c)).collect();
    let as_written: String = unicode_security::skeleton(&seen).collect();
    let lower: String = unicode_security::skeleton(&fold(&as_written)).collect();
    let unify = |c| match c {
        'i' | '1' | '|' | '!' => 'l',
        '0' => 'o',
        c => c,
    };
    fold(&lower).replace("rn", "m").replace("vv", "w").chars().map(unify).collect()
}

/// True if `needle` stands in `haystack` as words of its own: no letter or digit on either side. Both folded.
pub fn words_contain(haystack: &str, needle: &str) -> bool {
    !needle.is_empty()
        && haystack.match_indices(needle).any(|(at, found)| {
            let before = haystack[..at].chars().next_back();
            let after = haystack[at + found.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
}

/// Characters that no reader sees: format and bidi controls, soft hyphen, joiners, variation selectors, tags, fillers.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn straightened(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201f}' | '\u{2033}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_makes_equal_what_reads_equal() {
        for (written, folded) in [
            ("  Hello \t\r\n World ", "hello world"),
            ("Contraseña", "contrasena"),
            ("ＥＬＡＮＣＥ", "elance"),
            ("𝐄𝐥𝐚𝐧𝐜𝐞", "elance"),
            ("E\u{200b}l\u{ad}a\u{2060}n\u{e0139}ce", "elance"),
            ("don\u{2019}t", "don't"),
            ("a\0b", "ab"),
            ("Straße", "straße"),
            ("", ""),
        ] {
            assert_eq!(fold(written), folded, "{written:?}");
        }
    }

    #[test]
    fn skeletons_unify_what_looks_alike() {
        for disguised in ["Elance", "EIance", "E1ance", "Еlаnсе", "elаnce", "Εlance", "Eӏance"] {
            assert_eq!(skeleton(disguised), skeleton("elance"), "{disguised:?}");
        }
        assert_ne!(skeleton("freelance"), skeleton("elance"));
        assert_eq!(skeleton("rnicrosoft"), skeleton("microsoft"));
    }

    #[test]
    fn words_have_boundaries() {
        assert!(words_contain("the elance team", "elance") && words_contain("(elance)", "elance"));
        assert!(words_contain("freelance and elance", "elance"));
        assert!(
            !words_contain("freelance", "elance") && !words_contain("elanced", "elance") && !words_contain("x", "")
        );
    }
}
