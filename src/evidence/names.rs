//! Whose a name is: a person's, an organization's that its domain bears out, or an office's and so nobody's own. Pure
//! functions of folded words.

use crate::lookalike;
use crate::mail::Domain;
use crate::text::fold::words_contain;
use crate::wording::{WordKind, WordList};

/// Shortest label of a domain that is recognised in a name.
const MIN_LABEL_BYTES: usize = 3;

/// Shortest word of a person's name that is recognised in an address.
const MIN_NAME_CHARS: usize = 3;

/// Octets of the shortest label of office words that is a name when it is written as one word: `desk` is none.
const MIN_ONE_WORD_BYTES: usize = 7;
/// Consonants that a name and an address have in common at the least to be taken for one.
const MIN_SOUNDS: usize = 3;
/// The same where both are written in Latin letters and spelling could tell.
const MANY_SOUNDS: usize = 5;

/// Letters of the shortest part of a domain's name that is taken for a word of its own.
pub(super) const MIN_PART_CHARS: usize = 3;
/// Letters at the beginning of a declined word by which it is known.
const MIN_BEGINNING: usize = 5;
/// Octets of the longest label that is taken apart: the DNS has none longer.
const MAX_LABEL_BYTES: usize = 63;

/// True if a folded name is an office's: `technical support`, `noreply`.
pub(crate) fn is_office(name: &str) -> bool {
    WordList::of(WordKind::Offices).iter().any(|word| words_contain(name, word))
}

/// True if a word of a person's folded name stands in the local part.
pub(crate) fn names_person(name: &str, local: &str) -> bool {
    if is_office(name) {
        return false;
    }
    let words = name.split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() >= MIN_NAME_CHARS);
    let anybody = WordList::of(WordKind::Anybody);
    let heard = sounds(local);
    let sounds_like =
        |w: &str| !w.is_ascii() && Some(sounds(w)).is_some_and(|s| s.len() >= MIN_SOUNDS && heard.contains(&s));
    words.filter(|w| !lookalike::is_bait(w) && !anybody.contains(w)).any(|w| local.contains(w) || sounds_like(w))
}

/// True if a folded name holds the label that the owner of a domain chose: `example support` at example.net, and by its
/// sounds a name of another script: `банк маяк` at bank-mayak.example.
pub(crate) fn names_organization(name: &str, domain: &Domain) -> bool {
    let compact = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let label = compact(domain.chosen_label());
    if label.len() < MIN_LABEL_BYTES {
        return false;
    }
    let written = compact(name);
    if written.contains(&label) {
        return true;
    }
    let (heard, called) = (sounds(name), sounds(domain.chosen_label()));
    if name.is_ascii() {
        // `Secure Letter` at securletter.example.
        return called.len() >= MANY_SOUNDS && heard.contains(&called);
    }
    called.len() >= MIN_SOUNDS && (heard.contains(&called) || parts_heard(domain.chosen_label(), &heard))
}

/// True if each word of a label is heard in a name.
fn parts_heard(label: &str, heard: &str) -> bool {
    let parts: Vec<String> = label.split('-').map(sounds).filter(|p| !p.is_empty()).collect();
    parts.len() > 1 && parts.iter().all(|p| heard.contains(p.as_str())) && parts.iter().any(|p| p.len() >= MIN_SOUNDS)
}

/// The consonants of a name as Latin letters write them, alike ones as one: what scripts without vowels and spellings
/// by ear have in common.
fn sounds(name: &str) -> String {
    let mut out = String::new();
    for c in any_ascii::any_ascii(name).to_ascii_lowercase().chars() {
        let sound = match c {
            'c' | 'q' | 'g' => 'k',
            'z' | 'x' => 's',
            'w' | 'v' => 'b',
            'b'..='t' if !matches!(c, 'e' | 'i' | 'o' | 'h') => c,
            _ => continue,
        };
        if !out.ends_with(sound) {
            out.push(sound);
        }
    }
    out
}

/// True if a domain is called by a name of its own: not by words of offices alone, unless the folded name beside it
/// writes them as one. `Signroom` is a name, `Sign Room` is not.
pub(crate) fn is_own_name(domain: &Domain, name: &str) -> bool {
    let label = domain.chosen_label();
    let is_one_word = || label.len() >= MIN_ONE_WORD_BYTES && name.split(' ').any(|word| word == label);
    !is_anybodys(domain) || is_one_word()
}

/// True if a folded name is made of the words of offices alone: `payment desk`, `mesa de pagos`.
pub(crate) fn is_all_offices(name: &str) -> bool {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().count() >= MIN_PART_CHARS);
    let mut words = words.peekable();
    words.peek().is_some() && words.all(is_made_of_offices)
}

/// True if a folded name is [`is_all_offices`], or an office's.
pub(crate) fn is_offices(name: &str) -> bool {
    is_office(name) || is_all_offices(name)
}

/// True if the label that a domain's owner chose is made of words of offices alone: `payout-desk`, `memberservices`.
fn is_anybodys(domain: &Domain) -> bool {
    let label = domain.chosen_label();
    let mut parts = label.split(|c: char| !c.is_alphabetic()).filter(|part| !part.is_empty()).peekable();
    parts.peek().is_none() || parts.all(is_made_of_offices)
}

/// True if a word is one of offices or bait, or several of them without a gap.
fn is_made_of_offices(word: &str) -> bool {
    let anybody = WordList::of(WordKind::Anybody);
    if word.len() > MAX_LABEL_BYTES {
        return false;
    }
    if !word.is_ascii() {
        // Endings differ where words are declined.
        let begins = |known: &str| known.chars().zip(word.chars()).take_while(|(a, b)| a == b).count() >= MIN_BEGINNING;
        return anybody.contains(word) || anybody.iter().any(begins);
    }
    // Which beginnings of the word are made so.
    let mut made = vec![false; word.len() + 1];
    made[0] = true;
    for start in 0..word.len() {
        if !made[start] || !word.is_char_boundary(start) {
            continue;
        }
        let ends = (start + 1..=word.len()).filter(|end| word.is_char_boundary(*end));
        for end in ends {
            let part = &word[start..end];
            let whole = part.len() == word.len();
            let long = whole || part.chars().count() >= MIN_PART_CHARS;
            made[end] |= long && (anybody.contains(part));
        }
    }
    made[word.len()]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_of_office_words_are_nobodys_own() {
        for domain in ["payout-desk.example", "memberservices.example", "project-desk.example", "my-account.example"] {
            assert!(is_anybodys(&Domain::parse(domain).unwrap()), "{domain}");
        }
        for domain in ["northbank.example", "freelanceweekly.example", "partner-works.example", "bluepeak.example"] {
            assert!(!is_anybodys(&Domain::parse(domain).unwrap()), "{domain}");
        }
    }

    #[test]
    fn names_of_other_scripts_are_heard() {
        for (name, domain) in [
            ("банк маяк", "bank-mayak.example"),
            ("自由匠人", "ziyoujiangren.example"),
            ("بنك المرفأ", "bank-marfa.example"),
        ] {
            assert!(names_organization(&crate::text::fold::fold(name), &Domain::parse(domain).unwrap()), "{name}");
        }
        assert!(!names_organization("служба поддержки", &Domain::parse("bank-mayak.example").unwrap()));
        assert!(names_person("шазия камал", "shazia.kamal"));
    }
}
