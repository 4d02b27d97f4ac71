//! A name however it is spelt: with digits and signs for letters, taken apart by hyphens and points, in letters of
//! several scripts of which not each has a twin. What a person reads is put in its place, so that everything that
//! searches for the name finds it.
//!
//! Addresses are left alone: they are somebody's, and links are judged by where they lead. Linear in the text, cannot
//! fail.

use super::disguise::{is_foreign, lookalike};
use super::fold::{first_bytes, fold, is_invisible};
use super::leet::{letter_shape, one_shape_of, unleeted};
use foldhash::fast::RandomState;
use std::borrow::Cow;
use std::collections::HashMap;

/// Letters of the shortest name that is looked for: shorter ones have too many honest neighbours.
const MIN_LETTERS: usize = 5;
/// Letters of other scripts without a Latin twin that a word may have: more, and it is a word of that script.
const MAX_STRANGE: usize = 2;
/// Octets of a word that are shown.
const MAX_SHOWN_BYTES: usize = 40;

/// The names that are looked for, by their shape.
#[derive(Debug, Default)]
pub(crate) struct Spellings {
    /// Name and owner by shape: one word, digits and signs read as letters.
    by_shape: HashMap<String, (String, usize), RandomState>,
    /// Letters of the shortest and the longest.
    lengths: Option<(usize, usize)>,
}

/// A name that is spelt so that a program does not find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelt {
    /// Whose name, as given to [`Spellings::add`].
    pub(crate) owner: usize,
    pub(crate) name: String,
    /// As it is written.
    pub(crate) written: String,
    /// True if it is disguised; false if only taken apart (`E-lance`), which honest people do.
    pub(crate) is_disguised: bool,
}

impl Spellings {
    /// Adds a folded name of one word.
    pub(crate) fn add(&mut self, owner: usize, name: &str) {
        let letters = name.chars().count();
        if letters < MIN_LETTERS || !name.bytes().all(|b| b.is_ascii_lowercase()) {
            return;
        }
        let (least, most) = self.lengths.unwrap_or((letters, letters));
        self.lengths = Some((least.min(letters), most.max(letters)));
        self.by_shape.entry(shape(name)).or_insert_with(|| (name.to_owned(), owner));
    }

    /// The text with each name as it is read, and how the names were spelt. `is_honest` knows words that look like a
    /// name and are not one.
    pub(crate) fn read<'t>(&self, text: &'t str, is_honest: impl Fn(&str) -> bool) -> (Cow<'t, str>, Vec<Spelt>) {
        let mut found = Vec::new();
        if self.lengths.is_none() {
            return (Cow::Borrowed(text), found);
        }
        let mut out = String::new();
        let mut done = 0;
        for (start, word) in words(text).filter(|(_, word)| is_odd(word)) {
            let Some(spelt) = self.spelt(word).filter(|_| !is_honest(&fold(word))) else { continue };
            out.push_str(&text[done..start]);
            out.push_str(&spelt.name);
            done = start + word.len();
            found.push(spelt);
        }
        if found.is_empty() {
            return (Cow::Borrowed(text), found);
        }
        out.push_str(&text[done..]);
        (Cow::Owned(out), found)
    }

    fn spelt(&self, word: &str) -> Option<Spelt> {
        let (least, most) = self.lengths?;
        let letters: Vec<char> = word.chars().filter(|c| !is_invisible(*c) && !is_joint(*c)).collect();
        if !(least..=most).contains(&letters.len()) {
            return None;
        }
        let strange = letters.iter().filter(|c| is_strange(**c)).count();
        let read: String = letters.iter().map(|c| lookalike(*c).unwrap_or(*c)).collect();
        let plain = fold(&read);
        let (name, owner) = match strange {
            0 => self.by_shape.get(&shape(&plain))?,
            1..=MAX_STRANGE => self.by_shape.values().find(|(name, _)| fits(&plain, name))?,
            _ => return None,
        };
        let is_disguised = plain != *name || !word.is_ascii() && fold(word) != *name;
        // Nobody takes a small i for an l.
        let small_i = letters.iter().zip(name.chars()).any(|(c, n)| *c == 'i' && n == 'l');
        let written = first_bytes(word, MAX_SHOWN_BYTES).to_owned();
        (!small_i).then(|| Spelt { owner: *owner, name: name.clone(), written, is_disguised })
    }
}

/// The words of a text and where they begin, without the punctuation around them, and without addresses.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive(char::is_whitespace).filter_map(move |piece| {
        let start = at;
        at += piece.len();
        let is_edge = |c: char| !(c.is_alphanumeric() || matches!(c, '@' | '$' | '|'));
        let word = piece.trim_matches(is_edge);
        let lead = piece.len() - piece.trim_start_matches(is_edge).len();
        let is_address = word.contains(['/', ':', '=', '[']) || is_mailbox(word) || is_host(word);
        (!word.is_empty() && !is_address).then_some((start + lead, word))
    })
}

fn is_mailbox(word: &str) -> bool {
    word.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
}

/// True for two words joined by a point, the last of them longer than one letter: `elance.com`, not `E.lance`.
fn is_host(word: &str) -> bool {
    let labels: Vec<&str> = word.split('.').collect();
    labels.len() > 1 && labels.iter().all(|l| l.chars().count() > 1)
}

/// True for words that are not written in small letters of one script throughout: most are, and need no look.
fn is_odd(word: &str) -> bool {
    let bytes = word.as_bytes();
    !word.is_ascii() || bytes.iter().skip(1).any(|b| *b == b'I') || bytes.iter().any(|b| !b.is_ascii_alphabetic())
}

/// True for signs that part a name and say nothing.
fn is_joint(c: char) -> bool {
    matches!(c, '-' | '.' | '_' | '\u{b7}' | '\u{2010}'..='\u{2015}')
}

/// True for letters of another script that look like no Latin one.
fn is_strange(c: char) -> bool {
    is_foreign(c) && lookalike(c).is_none()
}

/// True if a word is the name but for letters of other scripts.
fn fits(word: &str, name: &str) -> bool {
    word.chars().count() == name.chars().count()
        && word.chars().zip(name.chars()).all(|(c, n)| {
            !c.is_ascii() && c.is_alphabetic()
                || letter_shape(c) == one_shape_of(n)
                || one_shape_of(c) == one_shape_of(n)
        })
        && word.chars().filter(char::is_ascii).count() >= name.len() - MAX_STRANGE
}

/// A word with digits and signs read as letters, and those that are one to the eye as one.
fn shape(word: &str) -> String {
    unleeted(word).chars().map(one_shape_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Option<bool>) {
        let mut names = Spellings::default();
        names.add(7, "elance");
        names.add(8, "trust");
        let (text, found) = names.read(text, |word| word == "glance");
        (text.into_owned(), found.first().map(|spelt| spelt.is_disguised))
    }

    #[test]
    fn names_are_read_however_they_are_spelt() {
        for (text, plain, is_disguised) in [
            ("your El@nce account", "your elance account", true),
            ("Dear 3lance user,", "Dear elance user,", true),
            ("E1ANCE", "elance", true),
            ("Ꭼlαηce Review", "elance Review", true),
            ("your EIance account", "your elance account", true),
            ("(E-lance)", "(elance)", false),
            ("E.lance team", "elance team", false),
            ("Е1аnсе", "elance", true),
            ("\"3lanc3\".", "\"elance\".", true),
        ] {
            assert_eq!(read(text), (plain.to_owned(), Some(is_disguised)), "{text}");
        }
    }

    #[test]
    fn other_words_and_addresses_are_left_alone() {
        for text in [
            "your Elance account",
            "elance.com",
            "https://e1ance.test/",
            "e1ance[.]test",
            "ada@e1ance.test",
            "eiance",
            "g1ance",
            "E-lancer",
            "2024-10",
            "αβγδεζ",
            "",
        ] {
            assert_eq!(read(text), (text.to_owned(), None), "{text}");
        }
    }
}
