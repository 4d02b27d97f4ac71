//! Digits and signs that people read as letters (`3l@nce`, `acc0unt`): one table for hosts, names and text.
//!
//! What comes out is for comparing only, never shown. Pure, cannot fail.

/// The letter that a digit or sign is read as; anything else is itself.
const fn letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '|' => 'l',
        '!' => 'i',
        '2' => 'z',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '6' | '9' => 'g',
        '7' => 't',
        '8' => 'b',
        c => c,
    }
}

/// An upright stroke as `l` and a ring as `o`: lower-case ASCII letters and signs that are one to the eye (`i l 1 |`,
/// `0 o`).
pub(super) const fn one_shape(b: u8) -> u8 {
    match b {
        b'i' | b'1' | b'|' => b'l',
        b'0' => b'o',
        b => b,
    }
}

/// The same for a character, of which all but ASCII stay.
pub(super) fn one_shape_of(c: char) -> char {
    u8::try_from(c).map_or(c, |b| char::from(one_shape(b)))
}

/// A digit or sign as the letter it is read as, with `i` and `l` as one.
pub(super) fn letter_shape(c: char) -> char {
    one_shape_of(letter(c))
}

/// All digits and signs read as letters, for names that have no punctuation, such as labels of hosts.
pub(crate) fn unleeted(label: &str) -> String {
    label.chars().map(letter).collect()
}

/// Digits and signs read as letters, in words of folded text that have letters too. Behind a word `!` is punctuation.
pub(crate) fn unleeted_words(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    for word in folded.split_inclusive(' ') {
        if !word.contains(char::is_alphabetic) {
            out.push_str(word);
            continue;
        }
        let mut rest = word.chars();
        while let Some(c) = rest.next() {
            let is_punctuation = c == '!' && !rest.as_str().starts_with(char::is_alphanumeric);
            out.push(if is_punctuation { c } else { letter(c) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_signs_are_read_as_letters() {
        for (written, read) in [
            ("3l@nce t3am", "elance team"),
            ("$7ri9e", "strige"),
            ("!celand!", "iceland!"),
            ("8an|<", "banl<"),
            ("2024 1nc 50%", "2024 lnc 50%"),
            ("a  b ", "a  b "),
            ("", ""),
        ] {
            assert_eq!(unleeted_words(written), read, "{written:?}");
        }
        assert_eq!(unleeted("0123456789"), "olzeasgtbg");
    }

    #[test]
    fn some_letters_are_one_to_the_eye() {
        let shapes: String = "il1|0o!jé".chars().map(one_shape_of).collect();
        assert_eq!(shapes, "lllloo!jé");
        assert_eq!(letter_shape('!'), 'l');
    }
}
