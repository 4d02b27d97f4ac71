//! One slip of the hand away: the single edits by which people mistype a name and impostors register one.
//!
//! Not every edit counts. `paypay` or `correo` is an organization of its own; what counts is what a hand slips to, an
//! eye reads over or a memory cell flips to, and the name has to begin as it should unless the slip is plain.

use crate::lookalike::word::LONG;
use std::fmt;

/// Rows of keys of the QWERTY, QWERTZ and AZERTY layouts; a key's neighbours stand beside it or one row up or down.
const LAYOUTS: [[&str; 4]; 3] = [
    ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"],
    ["1234567890", "qwertzuiop", "asdfghjkl", "yxcvbnm"],
    ["1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn"],
];
/// Letters that are confused by ear or eye besides the Unicode confusables: the usual swaps of typosquatting.
const EAR_AND_EYE: [(char, char); 21] = [
    ('c', 's'),
    ('c', 'k'),
    ('c', 'e'),
    ('c', 'o'),
    ('m', 'n'),
    ('u', 'v'),
    ('v', 'w'),
    ('i', 'y'),
    ('i', 'j'),
    ('l', 't'),
    ('i', 't'),
    ('f', 't'),
    ('g', 'q'),
    ('p', 'q'),
    ('b', 'd'),
    ('b', 'h'),
    ('h', 'n'),
    ('n', 'r'),
    ('s', 'z'),
    ('k', 'x'),
    ('f', 'v'),
];
/// Letters of a name from which any letter put between its own counts; in shorter ones only a neighbour's (an i makes
/// `oneidrive` of `onedrive`).
const VERY_LONG: usize = 10;
const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];

/// An edit that makes one word of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    /// The first letter replaced by the second.
    Replaced(char, char),
    /// A letter left out.
    LeftOut(char),
    /// A letter put in.
    Added(char),
    /// A letter written twice.
    Doubled(char),
    /// Two letters in the wrong order.
    Exchanged(char, char),
}

impl fmt::Display for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Slip::Replaced(was, is) => write!(f, "{was} replaced by {is}"),
            Slip::LeftOut(c) => write!(f, "{c} left out"),
            Slip::Added(c) => write!(f, "{c} added"),
            Slip::Doubled(c) => write!(f, "{c} doubled"),
            Slip::Exchanged(a, b) => write!(f, "{a} and {b} exchanged"),
        }
    }
}

/// The slip that makes `word` of `name`, if there is one and it counts.
pub(super) fn slip(name: &str, word: &str) -> Option<Slip> {
    let (a, b): (Vec<char>, Vec<char>) = (name.chars().collect(), word.chars().collect());
    let at = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = |list: &[char], n: usize| list.get(at + n..).unwrap_or_default().to_vec();
    match (b.len() as isize) - (a.len() as isize) {
        // A missing first letter leaves an ordinary word more often than not (lance).
        -1 if rest(&a, 1) == rest(&b, 0) => (at > 0).then(|| Slip::LeftOut(a[at])),
        1 if rest(&a, 0) == rest(&b, 1) => added(&a, at, b[at]),
        0 if at + 1 < a.len() && a[at] == b[at + 1] && a[at + 1] == b[at] && rest(&a, 2) == rest(&b, 2) => {
            Some(Slip::Exchanged(a[at], a[at + 1]))
        }
        0 if at < a.len() && rest(&a, 1) == rest(&b, 1) => {
            let counts = slips_to(a[at], b[at]) && (at > 0 || a.len() >= LONG);
            counts.then(|| Slip::Replaced(a[at], b[at]))
        }
        _ => None,
    }
}

/// A letter put in at `at`, which is behind all equal ones. At the end any letter counts; inside, a digit, a plural's
/// s, and what a finger that hits two keys writes; in front nothing, because that is where other words begin
/// (relance).
fn added(name: &[char], at: usize, added: char) -> Option<Slip> {
    let beside = [at.checked_sub(1), Some(at)].into_iter().flatten().filter_map(|i| name.get(i));
    if beside.clone().any(|c| *c == added) {
        return Some(Slip::Doubled(added));
    }
    let inside = at == name.len()
        || name.len() >= VERY_LONG
        || added.is_ascii_digit()
        || added == 's'
        || beside.clone().any(|c| keys_touch(*c, added));
    (at > 0 && inside).then_some(Slip::Added(added))
}

/// True if a hand, an eye, an ear or a flipped bit makes one letter of the other.
fn slips_to(a: char, b: char) -> bool {
    let vowels = VOWELS.contains(&a) && VOWELS.contains(&b);
    let alike = EAR_AND_EYE.iter().any(|p| *p == (a, b) || *p == (b, a));
    let flipped = a.is_ascii() && b.is_ascii() && (u32::from(a) ^ u32::from(b)).is_power_of_two();
    vowels || alike || flipped || keys_touch(a, b)
}

/// True if two keys stand beside each other on some keyboard.
fn keys_touch(a: char, b: char) -> bool {
    LAYOUTS.iter().any(|rows| {
        let place = |c: char| rows.iter().enumerate().find_map(|(row, keys)| Some((row, keys.find(c)?)));
        place(a)
            .zip(place(b))
            .is_some_and(|((r1, c1), (r2, c2))| a != b && r1.abs_diff(r2) <= 1 && c1.abs_diff(c2) <= 1)
    })
}

/// Every string that leaves out one letter of a word, and the word: two words share one of these exactly if they are
/// one edit or one exchange apart, so that a table of them finds a name without comparing with all.
pub(super) fn shortened(word: &str) -> impl Iterator<Item = String> + '_ {
    let without = word.char_indices().map(|(at, c)| [&word[..at], &word[at + c.len_utf8()..]].concat());
    std::iter::once(word.to_owned()).chain(without)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_named() {
        for (word, how) in [
            ("elanse", "c replaced by s"),
            ("elamce", "n replaced by m"),
            ("elence", "a replaced by e"),
            ("elanbe", "c replaced by b"),
            ("elnce", "a left out"),
            ("ellance", "l doubled"),
            ("eelance", "e doubled"),
            ("elances", "s added"),
            ("elancey", "y added"),
            ("elan2ce", "2 added"),
            ("ealnce", "l and a exchanged"),
        ] {
            assert_eq!(slip("elance", word).map(|s| s.to_string()).as_deref(), Some(how), "{word}");
        }
    }

    #[test]
    fn other_words_are_no_slips() {
        for (name, word) in [
            ("elance", "elance"),
            ("elance", "lance"),
            ("elance", "glance"),
            ("elance", "relance"),
            ("elance", "elanxye"),
            ("elance", "ecnale"),
            ("paypal", "paypay"),
            ("elance", ""),
            ("", "a"),
        ] {
            assert_eq!(slip(name, word), None, "{word}");
        }
    }

    #[test]
    fn what_is_one_edit_apart_shares_a_shortening() {
        for word in ["elanse", "elnce", "ellance", "ealnce", "elance"] {
            assert!(shortened(word).any(|s| shortened("elance").any(|n| n == s)), "{word}");
        }
        assert_eq!(shortened("aé").collect::<Vec<_>>(), ["aé", "é", "a"]);
    }
}
