//! Folding of text for comparison: what a reader takes for the same words becomes the same octets.
//!
//! Pure functions that never fail. Folded text is for comparing only; it is never shown as the message's own words.

use super::leet::{letter_shape, one_shape_of};
use std::borrow::Cow;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The first `n` octets of a text, cut at a character boundary.
pub fn first_bytes(text: &str, n: usize) -> &str {
    if text.len() <= n { text } else { &text[..text.floor_char_boundary(n)] }
}

/// Folds text for comparison: compatibility forms, upper case, accents and other marks, invisible characters, curly
/// quotes, dashes and runs of white space no longer distinguish. `Ｅｌａｎｃé` becomes `elance`.
///
/// Accents go, so that Spanish or Portuguese phrases match whether or not the writer's keyboard had them.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return fold_ascii(text);
    }
    let mut out = String::with_capacity(text.len());
    let decomposed = text.chars().filter(|c| !is_invisible(*c)).map(plain_sign).nfkd();
    // Composed again for Hangul; a lower-case letter may bring a new mark (the dotted I).
    let bare = decomposed.filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    for c in bare.filter(|c| !is_combining_mark(*c)).nfc() {
        push_folded(&mut out, plain_sign(c));
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

/// [`fold`] for ASCII, which is most mail: line by line, most of which only need lower case.
fn fold_ascii(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 1);
    for line in text.split('\n').map(str::as_bytes) {
        if is_even(line) && !out.is_empty() && !line.starts_with(b" ") && !line.contains(&b'`') {
            let start = out.len();
            out.extend_from_slice(line);
            out[start..].make_ascii_lowercase();
        } else {
            line.iter().for_each(|b| push_folded_ascii(&mut out, *b));
        }
        push_folded_ascii(&mut out, b'\n');
    }
    if out.last() == Some(&b' ') {
        out.pop();
    }
    // ASCII went in, ASCII comes out.
    String::from_utf8(out).unwrap_or_default()
}

fn push_folded_ascii(out: &mut Vec<u8>, b: u8) {
    match b {
        b' ' | b'\t'..=b'\r' if out.last().is_none_or(|last| *last == b' ') => {}
        b' ' | b'\t'..=b'\r' => out.push(b' '),
        b if b.is_ascii_control() => {}
        b'`' => out.push(b'\''),
        b => out.push(b.to_ascii_lowercase()),
    }
}

/// True for printable ASCII whose blanks are single: what most lines are. Without early ways out, so that it is
/// computed many octets at a time; every octet of every message passes here.
fn is_even(text: &[u8]) -> bool {
    let printable = text.iter().fold(true, |even, b| even & matches!(b, b' '..=b'~'));
    let next = text.get(1..).unwrap_or_default();
    printable & text.iter().zip(next).fold(true, |even, (a, b)| even & !((*a == b' ') & (*b == b' ')))
}

/// The shape a short name has for the eye: [`fold`], then the confusable prototypes of Unicode UTS 39 section 4, with
/// `i l 1 |` taken as one letter and `0` as `o`. `Еlаncе` in Cyrillic letters, `E1ance` and `ELANCE` become equal.
///
/// For display names and hosts, not for bodies: honest words in other scripts turn to mush, and `m` equals `rn`.
pub fn skeleton(text: &str) -> String {
    // Capitals are looked up before lower case changes their shape: Cyrillic "В" is like "B", "в" is not like "b".
    let capitals: String = if text.is_ascii() {
        text.to_owned()
    } else {
        let mut buffer = [0; 4];
        text.nfkd()
            .filter(|c| !is_combining_mark(*c))
            .flat_map(|c| {
                let shape: String = if !c.is_ascii() && c.is_uppercase() {
                    unicode_security::confusable_detection::skeleton(c.encode_utf8(&mut buffer)).collect()
                } else {
                    c.to_string()
                };
                shape.chars().collect::<Vec<_>>()
            })
            .collect()
    };
    fold(&prototypes(&fold(&capitals))).chars().map(one_shape_of).collect()
}

/// The prototypes of UTS 39; those of ASCII are looked up once.
fn prototypes(folded: &str) -> String {
    static OF_ASCII: LazyLock<Vec<String>> = LazyLock::new(|| {
        let prototype =
            |c: char| unicode_security::confusable_detection::skeleton(c.encode_utf8(&mut [0; 4])).collect();
        ('\0'..='\u{7f}').map(prototype).collect()
    });
    if folded.is_ascii() {
        folded.bytes().filter_map(|b| OF_ASCII.get(usize::from(b))).map(String::as_str).collect()
    } else {
        unicode_security::confusable_detection::skeleton(folded).collect()
    }
}

/// True if `needle` occurs in `haystack` with no letter or digit touching it on either side. Both must be folded.
/// `elance` is in `the elance-team` and not in `freelancer`; it is in `您的elance帐户`, where no blank parts words.
pub fn words_contain(haystack_folded: &str, needle_folded: &str) -> bool {
    find_words(haystack_folded, needle_folded, 0).is_some()
}

/// Where `needle` occurs as in [`words_contain`], from octet `from` on (which must be a character boundary).
pub(crate) fn find_words(haystack: &str, needle: &str, from: usize) -> Option<usize> {
    if needle.is_empty() {
        return None;
    }
    let rest = haystack.get(from..)?;
    memchr::memmem::find_iter(rest.as_bytes(), needle).map(|i| i + from).find(|start| {
        let before = haystack[..*start].chars().next_back();
        let after = haystack[start + needle.len()..].chars().next();
        let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_wordless(c));
        !goes_on(before) && !goes_on(after)
    })
}

fn push_folded(out: &mut String, c: char) {
    if c.is_whitespace() {
        if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    } else if !c.is_control() {
        out.push(c);
    }
}

/// Typographic signs as the keyboard has them. Before normalization, because that splits some of them.
pub(crate) fn plain_sign(c: char) -> char {
    match c {
        // Decomposed they would be letters of the word in front of them.
        '™' | '℠' => ' ',
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{b4}' | '`' | '\u{2b9}'..='\u{2bc}' | '\u{ff07}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ab}' | '\u{bb}' | '\u{ff02}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        c => plain_letter(c),
    }
}

/// Letters in boxes and circles and small capitals, which Unicode does not decompose and readers read over.
fn plain_letter(c: char) -> char {
    const SMALL_CAPITALS: &str = "aᴀbʙcᴄdᴅeᴇfꜰgɢhʜiɪjᴊkᴋlʟmᴍnɴoᴏpᴘrʀsꜱtᴛuᴜvᴠwᴡyʏzᴢ";
    let first = match c {
        '\u{1f150}'..='\u{1f169}' => 0x1f150,
        '\u{1f170}'..='\u{1f189}' => 0x1f170,
        '\u{1f1e6}'..='\u{1f1ff}' => 0x1f1e6,
        '\u{1d00}'..='\u{1d22}' | 'ɢ' | 'ʜ' | 'ɪ' | 'ʟ' | 'ɴ' | 'ʀ' | 'ʏ' | 'ʙ' | 'ꜰ' | 'ꜱ' => {
            let before = SMALL_CAPITALS.find(c).and_then(|at| SMALL_CAPITALS[..at].chars().next_back());
            return before.unwrap_or(c);
        }
        // Letters with a stroke and the dotless i, which keyboards without them lack.
        'ı' => return 'i',
        'ł' | 'Ł' => return 'l',
        'ø' | 'Ø' => return 'o',
        'đ' | 'Đ' => return 'd',
        c => return c,
    };
    u32::from(c).checked_sub(first).and_then(|n| char::from_digit(n + 10, 36)).unwrap_or(c)
}

/// True for letters of scripts that put no blanks between words, and for Hangul, which hangs endings on them: there
/// words have no edge.
pub(crate) fn is_wordless(c: char) -> bool {
    matches!(
        c,
        '\u{e00}'..='\u{e7f}' | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

/// A folded word with the signs that are taken for letters read as those, if it has letters: `acc0unt` and `account`,
/// `confirrn` and `confirm` become equal. For comparing only: `i`, `l` and `1` are one letter too.
pub(crate) fn plain_shape(word: &str) -> Cow<'_, str> {
    let changes = |b: u8| b == b'm' || letter_shape(char::from(b)) != char::from(b);
    if !word.bytes().any(changes) || !word.bytes().any(|b| b.is_ascii_lowercase()) {
        return Cow::Borrowed(word);
    }
    let mut out = String::with_capacity(word.len() + 4);
    for c in word.chars() {
        match c {
            'm' => out.push_str("rn"),
            c => out.push(letter_shape(c)),
        }
    }
    Cow::Owned(out)
}

/// Characters without a shape of their own: soft hyphen, joiners, directions, variation selectors, tags, fillers.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Pictures, stars, arrows and the like: signs that stand for no letter, number or punctuation. Not those that names
/// have by right.
pub(crate) fn is_ornament(c: char) -> bool {
    c.general_category() == GeneralCategory::OtherSymbol && !matches!(c, '©' | '®' | '™' | '℠' | '°' | '№')
}

/// Appends text with runs of white space folded to one blank.
pub(crate) fn fold_onto(out: &mut String, text: &str) {
    if is_even(text.as_bytes()) {
        let stands_apart = out.is_empty() || out.ends_with([' ', '\n']);
        return out.push_str(if stands_apart { text.trim_start_matches(' ') } else { text });
    }
    if text.is_ascii() {
        // Each octet is a character, which is quicker to look at.
        let mut from = 0;
        let ends = text.bytes().enumerate().filter(|(_, b)| is_blank(char::from(*b))).map(|(i, _)| i);
        push_words(out, ends.chain([text.len()]).map(|end| &text[std::mem::replace(&mut from, end + 1)..end]));
    } else {
        push_words(out, text.split(is_blank));
    }
}

/// Appends what stood between blanks.
fn push_words<'t>(out: &mut String, mut words: impl Iterator<Item = &'t str>) {
    out.push_str(words.next().unwrap_or_default());
    for word in words {
        if !out.is_empty() && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
        out.push_str(word);
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\0'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_words_fold_alike() {
        assert_eq!(fold("  Dear\r\n\tELANCE \u{a0} Member "), "dear elance member");
        assert_eq!(fold("Ｅｌａｎｃé"), "elance");
        assert_eq!(fold("M\u{E0139}i\u{E0139}cro\u{200b}s\u{ad}oft\u{202e}"), "microsoft");
        assert_eq!(fold("contraseña atualização"), "contrasena atualizacao");
        assert_eq!(fold("Ваш аккаунт ещё й"), "ваш аккаунт еще и");
        assert_eq!(fold("you’ve “won” – don´t"), "you've \"won\" - don't");
        assert_eq!(fold("🅴🅻🅰🅽🅲🅴 ᴇʟᴀɴᴄᴇ 🇪🇱"), "elance elance el");
        assert_eq!(fold("İ \u{1d404}\u{1d425}"), "i el");
        assert_eq!(fold("한국"), "한국");
        assert_eq!(fold("Elance™ Support℠"), "elance support");
        assert_eq!(fold("a\0b\u{7}c"), "abc");
        assert_eq!(fold("\u{200b} \u{a0}"), "");
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["Ａ ´ x", "Straße ½ ﬁ", "Ǆ ㎏ …", "E\u{730}lance", "한국어 ﷺ", "ΑΣ Σ"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }

    #[test]
    fn lookalikes_have_one_skeleton() {
        for name in
            ["ELANCE", "E1ance", "EIance", "Еlаnсе", "еlance", "E\u{301}lance", "Ｅlance", "ЕLАNСЕ", "e\u{200d}lance"]
        {
            assert_eq!(skeleton(name), skeleton("elance"), "{name}");
        }
        assert_eq!(skeleton("ВАNК"), skeleton("bank"), "Cyrillic capitals");
        assert_eq!(skeleton("rnicrosoft"), skeleton("microsoft"));
        assert_eq!(skeleton("lCI0ud"), skeleton("icloud"));
        assert_ne!(skeleton("glance"), skeleton("elance"));
    }

    #[test]
    fn the_short_ways_for_ascii_lead_to_the_same_place() {
        let all: String = ('\0'..='\u{7f}').collect();
        for text in ["", " a  b\r\n c\n\nd ", "One line\nAnother `one`\n  \nThe last\n", "a \n b", "1 rnI|0", &all] {
            // An invisible character takes the long way.
            let long = format!("{text}\u{200b}");
            assert_eq!(fold(text), fold(&long), "{text:?}");
            assert_eq!(skeleton(text), skeleton(&long), "{text:?}");
        }
    }

    #[test]
    fn words_have_edges() {
        assert!(words_contain("the elance-team", "elance"));
        assert!(words_contain("elance", "elance"));
        assert!(words_contain("freelance or elance.", "elance"));
        for text in ["freelancer", "elancer", "2elance", "éelance", ""] {
            assert!(!words_contain(text, "elance"), "{text}");
        }
        assert!(!words_contain("a b", ""));
    }
}
