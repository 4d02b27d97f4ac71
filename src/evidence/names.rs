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

/// Letters of the shortest part of a domain's name that is taken for a word of its own.
pub(super) const MIN_PART_CHARS: usize = 3;
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
    words.filter(|w| !lookalike::is_bait(w) && !anybody.contains(w)).any(|w| local.contains(w))
}

/// True if a folded name holds the label that the owner of a domain chose: `example support` at example.net.
pub(crate) fn names_organization(name: &str, domain: &Domain) -> bool {
    let compact = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let label = compact(domain.chosen_label());
    label.len() >= MIN_LABEL_BYTES && compact(name).contains(&label)
}

/// True if the label that a domain's owner chose is made of words of offices alone: `payout-desk`, `memberservices`.
pub(crate) fn is_anybodys(domain: &Domain) -> bool {
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
}
