//! Single words of all languages, by what they are looked for as ([`WordKind`]).
//!
//! Compiled once from the languages' files: folded, each once, and in an order that does not depend on the files'. A
//! list with an empty word is refused with its language and kind; looking up never fails.

use super::kind::WordKind;
use super::languages::{self, Language};
use crate::text::fold::fold;
use std::cmp::Ordering;
use std::sync::LazyLock;

/// The words of one kind, folded, the shortest first: where several fit, the shortest is the one that is found.
#[derive(Debug, Default)]
pub(crate) struct WordList(Vec<String>);

type Lists = [WordList; WordKind::ALL.len()];

impl WordList {
    /// The words of all languages that come with the program. That their files can be read is held by a test.
    pub(crate) fn of(kind: WordKind) -> &'static WordList {
        static SHARED: LazyLock<Lists> =
            LazyLock::new(|| languages::built_in().and_then(|l| compiled(&l)).unwrap_or_default());
        &SHARED[kind as usize]
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// True if `word`, folded, is one of them.
    pub(crate) fn contains(&self, word: &str) -> bool {
        self.0.binary_search_by(|known| by_length(known, word)).is_ok()
    }

    /// The one that a folded text begins with, as a word.
    pub(crate) fn first_of(&self, text: &str) -> Option<&str> {
        let begins = |w: &&str| text.strip_prefix(*w).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
        self.iter().find(begins)
    }

    /// The one that a folded text ends with, as a word.
    pub(crate) fn last_of(&self, text: &str) -> Option<&str> {
        let ends = |w: &&str| text.strip_suffix(*w).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric));
        self.iter().find(ends)
    }

    fn insert(&mut self, word: String) {
        if let Err(place) = self.0.binary_search_by(|known| by_length(known, &word)) {
            self.0.insert(place, word);
        }
    }
}

fn by_length(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The words of some languages together, by kind.
fn compiled(languages: &[Language]) -> Result<Lists, String> {
    let mut lists = Lists::default();
    for language in languages {
        for (kind, word) in language.words.iter().flat_map(|(kind, words)| words.iter().map(move |w| (kind, w))) {
            let folded = fold(word).trim().to_owned();
            if folded.is_empty() {
                return Err(format!("language {}: {kind:?} holds an empty word", language.name));
            }
            lists[*kind as usize].insert(folded);
        }
    }
    Ok(lists)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Words that all languages together have at the least, by kind: a list that is lost shows here.
    const AT_LEAST: [(WordKind, usize); WordKind::ALL.len()] = [
        (WordKind::Your, 39),
        (WordKind::Account, 40),
        (WordKind::Of, 18),
        (WordKind::TeamAfter, 26),
        (WordKind::TeamBefore, 32),
        (WordKind::Members, 21),
        (WordKind::Valued, 1),
        (WordKind::HailsMembers, 14),
        (WordKind::HailsAddress, 30),
        (WordKind::Offices, 55),
        (WordKind::Anybody, 220),
        (WordKind::Wrote, 18),
        (WordKind::From, 14),
        (WordKind::Sent, 26),
        (WordKind::Answers, 16),
        (WordKind::SignIn, 20),
    ];

    #[test]
    fn every_list_has_its_words() {
        compiled(&languages::built_in().unwrap()).unwrap();
        for (at, (kind, count)) in AT_LEAST.into_iter().enumerate() {
            assert_eq!((WordKind::ALL[at], kind as usize), (kind, at), "kinds are in order");
            let words: Vec<&str> = WordList::of(kind).iter().collect();
            assert!(words.len() >= count, "{kind:?} has {} of {count}: {words:?}", words.len());
        }
    }

    #[test]
    fn words_of_each_language_are_there_as_folded() {
        for (kind, word) in [
            (WordKind::Your, "your"),
            (WordKind::Your, "panstwa"),
            (WordKind::Account, "mot de passe"),
            (WordKind::Account, "fiok"),
            (WordKind::Of, "pa"),
            (WordKind::TeamAfter, "zespol"),
            (WordKind::TeamBefore, "l'equipe"),
            (WordKind::TeamBefore, "gruessen"),
            (WordKind::Members, "kundin"),
            (WordKind::HailsMembers, "to all"),
            (WordKind::HailsAddress, "sr(a)."),
            (WordKind::Offices, "notificacoes"),
            (WordKind::Wrote, "kirjoitti"),
            (WordKind::Wrote, "yazdi"),
            (WordKind::From, "发件人"),
            (WordKind::Sent, "тема"),
            (WordKind::Answers, "vs:"),
            (WordKind::SignIn, "anmelden"),
        ] {
            assert!(WordList::of(kind).contains(word), "{kind:?} {word}");
        }
    }

    #[test]
    fn the_shortest_that_fits_is_found() {
        let (after, before) = (WordList::of(WordKind::TeamAfter), WordList::of(WordKind::TeamBefore));
        for (text, word) in [
            ("billing department", "billing"),
            ("security team", "security"),
            ("services, inc", "services"),
            ("service", "service"),
            ("customer support", "customer support"),
            ("account team", "account team"),
        ] {
            assert_eq!(after.first_of(text), Some(word), "{text}");
        }
        for (text, word) in [
            ("from l'equipe", "equipe"),
            ("el equipo de", "equipo de"),
            ("central de atendimento", "atendimento"),
            ("the team at", "the team at"),
            ("kind regards,", "regards,"),
        ] {
            assert_eq!(before.last_of(text), Some(word), "{text}");
        }
        assert_eq!((after.first_of("teams"), before.last_of("counterteam")), (None, None), "words have edges");
        assert_eq!((after.first_of(""), before.last_of("")), (None, None));
    }

    #[test]
    fn the_order_of_files_does_not_matter() {
        let mut languages = languages::built_in().unwrap();
        let lists = |languages: &[Language]| format!("{:?}", compiled(languages).unwrap());
        let forth = lists(&languages);
        languages.reverse();
        assert_eq!(lists(&languages), forth);
    }

    #[test]
    fn empty_words_are_refused() {
        for word in ["", " ", "\u{200b}"] {
            let languages = languages::parse(&[("xx", &format!("[words]\nsign_in = [\"{word}\"]"))]).unwrap();
            assert_eq!(compiled(&languages).unwrap_err(), "language xx: SignIn holds an empty word");
        }
    }
}
