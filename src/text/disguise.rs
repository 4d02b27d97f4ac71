//! Words that a person reads and a program does not: letters of other scripts that look Latin, characters without a
//! shape inside words, mathematical letters, letters spaced out.
//!
//! [`unmasked`] undoes the disguise before a text is searched; [`Looks`] holds a text as the eye takes it beside the
//! text as it is written, and where both differ somebody hid a word. Honest writing is left alone: accents, soft
//! hyphens, full width, joiners in scripts that need them, Greek letters that look like no Latin one. Pure, linear,
//! cannot fail.

use super::fold;
use super::fold::{is_invisible, is_wordless};
use super::leet::{one_shape, one_shape_of};
use std::borrow::Cow;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_security::confusable_detection;

/// Letters a disguised word has at least: a single one is a sign or a typing error.
const MIN_LETTERS: usize = 3;
/// Letters in a row that stand alone before they are taken for one word.
const MIN_SPACED: usize = 4;
/// Octets of a disguised word that are shown.
const MAX_SHOWN_BYTES: usize = 40;

/// The ASCII letter or digit a character of another script looks like, in lower case; table up to Armenian.
pub(super) fn lookalike(c: char) -> Option<char> {
    static TABLE: LazyLock<Vec<Option<char>>> =
        LazyLock::new(|| (0..0x590).map(|n| char::from_u32(n).and_then(prototype)).collect());
    match TABLE.get(c as usize) {
        Some(found) => *found,
        None => prototype(c),
    }
}

fn prototype(c: char) -> Option<char> {
    if is_foreign(c) { shape(c) } else { None }
}

/// The ASCII letter or digit that looks like a Latin letter or a sign, in lower case: `ı`, `∣`.
fn other_shape(c: char) -> Option<char> {
    let may_be_one = matches!(c, '\u{c0}'..='\u{2af}' | '\u{2100}'..='\u{22ff}');
    if may_be_one { shape(c) } else { None }
}

/// The ASCII letter or digit that UTS 39 takes for the same shape, in lower case.
fn shape(c: char) -> Option<char> {
    let mut buffer = [0; 4];
    let mut shape = confusable_detection::skeleton(c.encode_utf8(&mut buffer));
    let first = shape.next().filter(char::is_ascii_alphanumeric)?;
    shape.next().is_none().then(|| first.to_ascii_lowercase())
}

/// True for letters that are mistaken for those of the Latin alphabet: of scripts like it, and of phonetic writing.
pub(super) fn is_foreign(c: char) -> bool {
    matches!(
        c,
        '\u{1c0}' | '\u{251}' | '\u{261}' | '\u{269}' | '\u{370}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}'
            | '\u{1c80}'..='\u{1c8f}' | '\u{2c80}'..='\u{2cff}' | '\u{a4d0}'..='\u{a4ff}'
            | '\u{a640}'..='\u{a69f}' | '\u{ab30}'..='\u{abbf}' | '\u{10400}'..='\u{1044f}'
    ) && c.is_alphabetic()
}

/// True for letters made for formulas, boxes and badges, and for phonetic small capitals.
fn is_ornamental(c: char) -> bool {
    matches!(
        c,
        '\u{1d400}'..='\u{1d7ff}' | '\u{1f130}'..='\u{1f149}' | '\u{1f150}'..='\u{1f169}' | '\u{1f170}'..='\u{1f189}'
            | '\u{24b6}'..='\u{24e9}' | '\u{1d00}'..='\u{1d22}'
    )
}

/// The text with look-alikes of other scripts turned into the Latin letters they stand for, in words that have both.
pub(crate) fn unmasked(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_foreign) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| !is_part_of_word(c)) {
        if is_mixed(piece) {
            out.extend(piece.chars().map(|c| lookalike(c).unwrap_or(c)));
        } else {
            out.push_str(piece);
        }
    }
    Cow::Owned(out)
}

fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_invisible(c) || is_combining_mark(c)
}

/// True for a word of Latin letters and others that look Latin.
fn is_mixed(word: &str) -> bool {
    word.bytes().any(|b| b.is_ascii_alphabetic())
        && word.contains(is_foreign)
        && word.chars().filter(|c| is_foreign(*c)).all(|c| lookalike(c).is_some())
}

/// The first word of `text` that is disguised, with how many there are.
pub(crate) fn disguised_words(text: &str) -> Option<(usize, String)> {
    if text.is_ascii() {
        return None;
    }
    let mut words = text.split(|c: char| !is_part_of_word(c)).filter(|w| !w.is_ascii() && is_disguised(w));
    let first: String = words.next()?.chars().filter(|c| !is_invisible(*c)).collect();
    Some((1 + words.count(), fold::first_bytes(&first, MAX_SHOWN_BYTES).to_owned()))
}

fn is_disguised(word: &str) -> bool {
    word.chars().filter(|c| c.is_alphabetic()).count() >= MIN_LETTERS
        && (is_mixed(word)
            || has_hidden_inside(word)
            || word.chars().filter(|c| is_ornamental(*c)).count() >= MIN_LETTERS)
}

/// True if something without a shape, or a mark of another script, stands between two letters that need no joiner.
fn has_hidden_inside(word: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || is_foreign(c);
    let mut before = false;
    let mut hidden = false;
    for c in word.chars() {
        if letter(c) {
            if hidden {
                return true;
            }
            before = true;
        } else if is_invisible(c) && c != '\u{ad}' || is_strange_mark(c) {
            hidden |= before;
        } else {
            (before, hidden) = (false, false);
        }
    }
    false
}

/// A combining mark that no Latin, Greek or Cyrillic letter carries.
fn is_strange_mark(c: char) -> bool {
    is_combining_mark(c)
        && canonical_combining_class(c) != 0
        && !matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}')
}

/// A text as the eye takes it, beside the text as it is written.
#[derive(Debug)]
pub(crate) struct Looks<'a> {
    raw: &'a str,
    /// As written: only case, accents, soft hyphens, full width and white space do not distinguish.
    plain: Cow<'a, str>,
    /// As seen: see [`fold::skeleton`].
    seen: String,
    /// Letters that stand alone, put together, each run a word.
    spaced: String,
}

impl<'a> Looks<'a> {
    /// `folded` is what [`fold::fold`] makes of `raw`.
    pub(crate) fn new(raw: &'a str, folded: &str) -> Looks<'a> {
        if raw.is_ascii() {
            let spaced = if has_spaced(folded.as_bytes()) { spaced(folded) } else { String::new() };
            return Looks { raw, plain: Cow::Owned(folded.to_owned()), seen: seen_ascii(folded), spaced };
        }
        Looks { raw, plain: Cow::Owned(plain(raw)), seen: seen(raw), spaced: spaced(raw) }
    }

    /// Words that look like `skeleton` (the skeleton of `folded`) and are not written so, as they are written.
    pub(crate) fn find(&self, folded: &str, skeleton: &str, is_honest: impl Fn(&str) -> bool) -> Option<String> {
        if occurrences(&self.seen, skeleton) <= occurrences(&self.plain, folded) {
            return None;
        }
        let count = skeleton.split(' ').count();
        let words: Vec<&str> = self.raw.split_whitespace().collect();
        words.windows(count).map(|w| w.join(" ")).find_map(|written| {
            let written = written.trim_matches(|c: char| !is_part_of_word(c));
            // An address in ASCII is somebody's, and its host is judged where links are.
            if written.is_ascii()
                && (written.contains(['/', '@', '[']) || is_host(written) || has_small_i(written, folded))
            {
                return None;
            }
            let looks = fold::words_contain(&seen(written), skeleton);
            let is_plain = fold::words_contain(&plain(written), folded) || is_honest(&plain(written));
            (looks && !is_plain).then(|| fold::first_bytes(written, MAX_SHOWN_BYTES).to_owned())
        })
    }

    /// True if `compact`, a name without blanks, is written with its letters spaced out.
    pub(crate) fn spells(&self, compact: &str) -> bool {
        self.spaced.split(' ').any(|run| run == compact || compact.len() > MIN_SPACED && run.contains(compact))
    }
}

fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let full_width = |c: char| matches!(c, '\u{ff01}'..='\u{ff5e}');
    for c in text.chars() {
        if c.is_ascii() {
            push(&mut out, c.to_ascii_lowercase());
        } else if full_width(c) {
            push(&mut out, char::from_u32(c as u32 - 0xfee0).unwrap_or(c).to_ascii_lowercase());
        } else if c != '\u{ad}' {
            let bare = c.to_lowercase().nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}'));
            bare.for_each(|c| push(&mut out, c));
        }
    }
    out
}

fn seen(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    for c in text.chars() {
        if c.is_ascii() {
            push_seen(&mut out, c);
        } else if let Some(latin) = lookalike(c) {
            push_seen(&mut out, latin);
        } else if !is_invisible(c) && !is_wordless(c) {
            let bare = fold::plain_sign(c).nfkd().filter(|c| !is_combining_mark(*c));
            bare.for_each(|c| push_seen(&mut out, lookalike(c).or_else(|| other_shape(c)).unwrap_or(c)));
        } else if is_wordless(c) {
            out.push(c);
        }
    }
    out
}

/// [`seen`] of folded ASCII, which is most text, many octets at a time.
fn seen_ascii(folded: &str) -> String {
    let mut out = Vec::with_capacity(folded.len() + folded.len() / 16);
    for (i, piece) in folded.as_bytes().split(|b| *b == b'm').enumerate() {
        if i > 0 {
            out.extend_from_slice(b"rn");
        }
        out.extend_from_slice(piece);
    }
    for b in &mut out {
        *b = one_shape(*b);
    }
    // ASCII went in, ASCII comes out.
    String::from_utf8(out).unwrap_or_default()
}

/// True if four letters in a row stand alone in folded ASCII, one sign between each two.
fn has_spaced(folded: &[u8]) -> bool {
    let letter: Vec<bool> = folded.iter().map(u8::is_ascii_alphanumeric).collect();
    let alone = |w: &[bool]| w[0] & !w[1] & w[2] & !w[3] & w[4] & !w[5] & w[6];
    letter.windows(2 * MIN_SPACED - 1).fold(false, |found, w| found | alone(w))
}

fn push_seen(out: &mut String, c: char) {
    match c.to_ascii_lowercase() {
        'm' => out.push_str("rn"),
        c => push(out, one_shape_of(c)),
    }
}

fn push(out: &mut String, c: char) {
    if !c.is_whitespace() {
        out.push(c);
    } else if !out.ends_with(' ') {
        out.push(' ');
    }
}

/// True if a small `i` stands where the name has an `l`: nobody takes one for the other (`Appie` is not `Apple`).
fn has_small_i(written: &str, folded: &str) -> bool {
    let mut words = written.split(|c: char| !c.is_alphanumeric() && c != ' ').filter(|w| w.len() == folded.len());
    words.any(|word| word.bytes().zip(folded.bytes()).any(|pair| pair == (b'i', b'l')))
}

/// True for words joined by points.
fn is_host(word: &str) -> bool {
    word.split('.').nth(1).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

fn occurrences(text: &str, name: &str) -> usize {
    let mut found = 0;
    let mut from = 0;
    while let Some(at) = fold::find_words(text, name, from) {
        found += 1;
        from = at + name.len();
    }
    found
}

/// Runs of letters that stand alone (`N e t f l i x`, `N.e.t.f.l.i.x`), each as one word, in lower case.
fn spaced(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    let mut keep = |run: &mut String| {
        if run.chars().count() >= MIN_SPACED {
            out.push_str(run);
            out.push(' ');
        }
        run.clear();
    };
    for word in text.split(|c: char| !is_part_of_word(c)).filter(|w| !w.is_empty()) {
        let mut letters = word.chars().filter(|c| !is_invisible(*c));
        match (letters.next(), letters.next()) {
            (Some(c), None) if !is_wordless(c) => run.extend(lookalike(c).unwrap_or(c).to_lowercase()),
            _ => keep(&mut run),
        }
    }
    keep(&mut run);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::{fold, skeleton};

    fn found(text: &str, name: &str) -> Option<String> {
        Looks::new(text, &fold(text)).find(&fold(name), &skeleton(name), |w| w == "glance")
    }

    #[test]
    fn words_of_two_scripts_are_read_as_latin() {
        assert_eq!(unmasked("Yоur ассоunt ваш аккаунт"), "Your account ваш аккаунт");
        assert_eq!(unmasked("your p\u{251}ssword"), "your password");
        for text in
            ["plain", "IT-специалист", "5 kΩ and µm, μm", "Ваш аккаунт", "ελληνικά", "Łódź", "hesabınız", "/əˈkaʊnt/"]
        {
            assert_eq!(unmasked(text), text);
        }
    }

    #[test]
    fn disguised_words_are_told_from_honest_ones() {
        for word in [
            "pаssword",
            "El\u{200b}ance",
            "ver\u{e0069}ify",
            "M\u{e0139}icro",
            "𝐄𝐥𝐚𝐧𝐜𝐞",
            "🅴🅻🅰🅽🅲🅴",
            "ра\u{2060}роль",
            "El\u{730}ance",
        ] {
            assert_eq!(disguised_words(&format!("so {word} it is")).map(|(n, _)| n), Some(1), "{word}");
        }
        for text in [
            "ASCII only",
            "Sil\u{ad}ben",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "Ｅｌａｎｃｅ",
            "kΩ μs",
            "Tiếng Việt",
            "👩\u{200d}💻 ok",
            "\u{feff}Start",
            "end\u{200b} next",
            "naïve Łódź",
            "x\u{fe0f}",
            "2𝑥 + 𝑦",
            "ЕС и США",
        ] {
            assert_eq!(disguised_words(text), None, "{text}");
        }
        assert_eq!(disguised_words("pаss аnd wоrd tоo"), Some((4, "pаss".to_owned())));
    }

    #[test]
    fn a_name_in_disguise_is_found_beside_the_plain_one() {
        for text in [
            "Your E1ance account",
            "Eӏance",
            "Еlаnсе",
            "El\u{200b}ance",
            "Elance and EIance",
            "dear ЕLАNСЕ user",
            "𝐄𝐥𝐚𝐧𝐜𝐞’s",
            "E\u{73f}lan\u{73f}ce",
            "(Elanсe)",
            "your E\u{2223}ance account",
            "E\u{1c0}ance",
            "El\u{251}nce",
            "\u{212f}lance",
        ] {
            assert!(found(text, "Elance").is_some(), "{text}");
        }
        for text in [
            "Elance",
            "ELANCE's",
            "Ｅlance",
            "Él\u{ad}ance",
            "freelance",
            "glance",
            "您的Elance帐户",
            "e lance",
            "e1ance.com",
            "https://e1ance.test/x",
            "",
        ] {
            assert_eq!(found(text, "Elance"), None, "{text}");
        }
        assert_eq!(found("your Trust WaIIet is", "Trust Wallet").as_deref(), Some("Trust WaIIet"));
        assert_eq!(found("Appie's and the appie", "Apple"), None);
        assert_eq!(found("your AppIe ID", "Apple").as_deref(), Some("AppIe"));
        assert_eq!(found("rnicrosoft", "Microsoft").as_deref(), Some("rnicrosoft"));
    }

    #[test]
    fn spaced_letters_are_put_together() {
        for text in
            ["E l a n c e", "your E.l.a.n.c.e account", "e-l-a-n-c-e", "E  l  a  n  c  e T e a m", "е l а n с е"]
        {
            assert!(Looks::new(text, &fold(text)).spells("elance"), "{text}");
        }
        for text in ["a b c", "Elance", "e l a n", "free lance"] {
            assert!(!Looks::new(text, &fold(text)).spells("elance"), "{text}");
        }
    }

    #[test]
    fn names_and_texts_have_one_skeleton() {
        let all: String = ('a'..='z').chain('0'..='9').chain("ABCXYZ".chars()).collect();
        assert_eq!(seen(&all), skeleton(&all));
        let text = "Elance  at\n1 m0ment | rnore MM\t e l a n c e";
        assert_eq!(seen_ascii(&fold(text)), seen(text));
    }
}
