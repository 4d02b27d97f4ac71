//! The brand as who is writing: "Dear Elance member", "The Elance Team", "© 2026 Elance". Not a signal itself.
//!
//! What stands right before and right after a brand's name in the author's own words tells; where the brand or its ally
//! is the sender, or all links lead to the brand, nobody poses as it.

use super::gathered::Evidence;
use super::naming;
use crate::policy::Brand;
use crate::wording::{WordKind, WordList};

/// Signs of a copyright line, folded; the same in every language.
const COPYRIGHT: [&str; 4] = ["©", "(c)", "copyright", "&copy;"];

/// The words with which a stranger's text speaks as the brand.
pub(crate) fn as_brand(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    // Telling quoted words apart is work that mail without the name is spared.
    brand.named_in(&e.text)?;
    let text = e.own_text();
    let mut places = brand.places_in(text);
    let found = places.find_map(|(start, end)| spoken(&text[..start], &text[start..end], &text[end..]))?;
    let entitled = e.origin.may_speak_for(brand) || e.origin.own_author(brand).is_some();
    (!entitled && !naming::leads_to_brand(e, brand)).then_some(found)
}

/// True if a folded text speaks as the brand.
pub(crate) fn is_spoken(text: &str, brand: &Brand) -> bool {
    brand.places_in(text).any(|(start, end)| spoken(&text[..start], &text[start..end], &text[end..]).is_some())
}

/// What makes the name between two folded texts the writer's.
fn spoken(front: &str, name: &str, behind: &str) -> Option<String> {
    let behind = behind.trim_start_matches([' ', ',', '®', '™']);
    let signs = WordList::of(WordKind::TeamAfter).first_of(behind).map(|team| format!("{name} {team}"));
    let hails = || {
        let member = WordList::of(WordKind::Members).first_of(behind)?;
        hailed(front).map(|hail| format!("{hail} {name} {member}"))
    };
    signs.or_else(hails).or_else(|| before(front).map(|team| format!("{team} {name}")))
}

/// The greeting that stands before a name: `dear elance user` speaks as whose user one is.
fn hailed(text: &str) -> Option<&'static str> {
    let text = text.trim_end();
    let unvalued = WordList::of(WordKind::Valued).iter().find_map(|valued| text.strip_suffix(valued));
    WordList::of(WordKind::HailsMembers).last_of(unvalued.unwrap_or(text).trim_end())
}

/// What stands right before a name and makes it the writer's: a word of the list, or a copyright sign with or without
/// years.
fn before(text: &str) -> Option<&'static str> {
    let text = text.trim_end();
    let undated = text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | ','));
    let sign = COPYRIGHT.into_iter().find(|sign| undated.ends_with(sign));
    sign.or_else(|| WordList::of(WordKind::TeamBefore).last_of(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copyright_lines() {
        for text in ["bye © 2024 ", "(c) ", "copyright 2019-2026 ", "regards, "] {
            assert!(before(text).is_some(), "{text}");
        }
        for text in ["in 2024 ", "we like ", "counterteam ", ""] {
            assert!(before(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_shortest_words_are_quoted() {
        for (front, behind, words) in [
            ("el equipo de ", "", "equipo de elance"),
            ("l'equipe ", "", "equipe elance"),
            ("", " security team", "elance security"),
            ("thanks, ", " billing department", "elance billing"),
            ("dear valued ", " members", "dear elance members"),
            ("to all ", " account holders", ""),
            ("to all ", " account holder", "to all elance account holder"),
        ] {
            assert_eq!(spoken(front, "elance", behind).unwrap_or_default(), words, "{front}elance{behind}");
        }
    }
}
