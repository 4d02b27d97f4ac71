//! Phrases that forged mail uses, by what they do to the reader and by language (`conf/phrases/*.toml`).
//!
//! The lists are data: literals in natural spelling, compiled once into one automaton a kind, so that searching takes
//! time linear in the text whatever the lists hold. Text and phrases are compared after [`fold`], as words: commas,
//! quotes and line ends do not part words, the end of a sentence does. A list with an unknown key or an empty phrase
//! is refused with its language and the phrase; searching never fails.

use crate::mail::text::{find_words, fold};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Octets of text that are searched. Forged mail comes to the point: its phrases stand in the first 6 kB.
const MAX_SCANNED: usize = 64 << 10;
/// Octets of the beginning in which a greeting is one.
const GREETING_WITHIN: usize = 400;
/// Characters of evidence given back.
const MAX_EVIDENCE: usize = 120;
/// Octets one compiled automaton may take; the built-in lists need a tenth.
const MAX_COMPILED: usize = 32 << 20;
/// Octets of states kept ready while searching.
const MAX_STATES: usize = 8 << 20;
/// Stands for the brand's name in prepared text and patterns; private use, so no folded text has it for a letter.
const BRAND: char = '\u{e000}';
/// Stands for the end of a sentence in prepared text.
const STOP: char = '.';

/// The built-in lists.
const FILES: [(&str, &str); 8] = [
    ("en", include_str!("../../conf/phrases/en.toml")),
    ("es", include_str!("../../conf/phrases/es.toml")),
    ("pt", include_str!("../../conf/phrases/pt.toml")),
    ("de", include_str!("../../conf/phrases/de.toml")),
    ("fr", include_str!("../../conf/phrases/fr.toml")),
    ("nl", include_str!("../../conf/phrases/nl.toml")),
    ("it", include_str!("../../conf/phrases/it.toml")),
    ("ru", include_str!("../../conf/phrases/ru.toml")),
];

/// What a phrase does to its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhraseKind {
    /// It greets anybody: "Dear customer", "Attention Elance member".
    Greeting,
    /// It asks to confirm an account or a password.
    Credential,
    /// It asks for personal or bank data.
    Personal,
    /// It threatens to close or suspend an account.
    Threat,
    /// It leaves no time to think.
    Urgency,
}

impl PhraseKind {
    /// All kinds.
    pub const ALL: [PhraseKind; 5] =
        [PhraseKind::Greeting, PhraseKind::Credential, PhraseKind::Personal, PhraseKind::Threat, PhraseKind::Urgency];
}

/// Phrases of all languages, compiled.
#[derive(Debug)]
pub struct Phrases {
    /// One for each of [`PhraseKind::ALL`], in that order.
    by_kind: Vec<Regex>,
}

/// One list as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    language: String,
    greeting: Section,
    credential: Section,
    personal: Section,
    threat: Section,
    urgency: Section,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    phrases: Vec<String>,
}

impl File {
    fn section(&self, kind: PhraseKind) -> &Section {
        match kind {
            PhraseKind::Greeting => &self.greeting,
            PhraseKind::Credential => &self.credential,
            PhraseKind::Personal => &self.personal,
            PhraseKind::Threat => &self.threat,
            PhraseKind::Urgency => &self.urgency,
        }
    }
}

impl Phrases {
    /// The lists that come with the program.
    pub fn built_in() -> Result<Phrases, String> {
        Phrases::from_lists(&FILES)
    }

    /// Compiles lists; each comes with the name that errors give it.
    pub fn from_lists(lists: &[(&str, &str)]) -> Result<Phrases, String> {
        let mut files = Vec::new();
        for (name, text) in lists {
            files.push(toml::from_str::<File>(text).map_err(|e| format!("phrases {name}: {}", e.message()))?);
        }
        let by_kind = PhraseKind::ALL.iter().map(|kind| compiled(&files, *kind)).collect::<Result<_, _>>()?;
        Ok(Phrases { by_kind })
    }

    /// The first phrase of `kind` in folded text, in the words of the text; `brand_names` (in any spelling) are what
    /// `{brand}` stands for.
    pub fn find(&self, kind: PhraseKind, folded_text: &str, brand_names: &[String]) -> Option<String> {
        let scan = if kind == PhraseKind::Greeting { GREETING_WITHIN } else { MAX_SCANNED };
        let text = &folded_text[..folded_text.floor_char_boundary(scan)];
        let names = folded_names(brand_names);
        let (prepared, named) = prepare(text, &names);
        let regex = self.by_kind.get(PhraseKind::ALL.iter().position(|k| *k == kind)?)?;
        let found = regex.find(&prepared)?;
        // The names replaced before the match tell which one each sign in it stands for.
        let mut used = named.iter().skip(prepared[..found.start()].matches(BRAND).count());
        let mut evidence = String::new();
        for c in found.as_str().trim().chars() {
            match c {
                BRAND => evidence.push_str(used.next().copied().unwrap_or_default()),
                c => evidence.push(c),
            }
        }
        Some(evidence.chars().take(MAX_EVIDENCE).collect())
    }
}

/// Longest first, so that "Elance Escrow" is not taken for "Elance" and a word.
fn folded_names(brand_names: &[String]) -> Vec<String> {
    let mut names: Vec<String> = brand_names.iter().map(|n| fold(n)).filter(|n| !n.is_empty()).collect();
    names.sort_by_key(|n| std::cmp::Reverse(n.len()));
    names
}

/// Text as words with one blank before and after each, brand names as [`BRAND`], ends of sentences as [`STOP`]; and
/// the names replaced, in order.
fn prepare<'n>(text: &str, names: &'n [String]) -> (String, Vec<&'n str>) {
    let mut out = String::with_capacity(text.len() + 16);
    let mut named = Vec::new();
    out.push(' ');
    let mut next: Vec<Option<usize>> = names.iter().map(|n| find_words(text, n, 0)).collect();
    let mut from = 0;
    loop {
        // Ties go to the longest name, which stands first.
        let first = next.iter().enumerate().filter_map(|(i, at)| at.map(|at| (at, i))).min();
        let Some((at, i)) = first else { break };
        push_words(&mut out, &text[from..at]);
        out.push(BRAND);
        out.push(' ');
        named.push(names[i].as_str());
        from = at + names[i].len();
        for (name, place) in names.iter().zip(&mut next) {
            if place.is_some_and(|p| p < from) {
                *place = find_words(text, name, from);
            }
        }
    }
    push_words(&mut out, &text[from..]);
    (out, named)
}

fn push_words(out: &mut String, text: &str) {
    let mut rest = text.chars().peekable();
    let mut in_word = false;
    while let Some(c) = rest.next() {
        if c.is_alphanumeric() || c == BRAND {
            out.push(c);
            in_word = true;
            continue;
        }
        let joins = in_word && rest.peek().is_some_and(|n| n.is_alphanumeric());
        // `o'clock` and `e-mail` are one word, `elance.com` too; a point before a blank ends a sentence.
        if joins && matches!(c, '\'' | '-' | '.' | '@' | '_') {
            out.push(if c == '.' { '_' } else { c });
            continue;
        }
        if in_word {
            out.push(' ');
            in_word = false;
        }
        if matches!(c, '.' | '!' | '?' | ';') && !out.ends_with(". ") {
            out.push(STOP);
            out.push(' ');
        }
    }
    if in_word {
        out.push(' ');
    }
}

/// All phrases of a kind as one expression.
fn compiled(files: &[File], kind: PhraseKind) -> Result<Regex, String> {
    let mut patterns = BTreeSet::new();
    for file in files {
        for phrase in &file.section(kind).phrases {
            let pattern = pattern(phrase).map_err(|e| format!("phrases {}: {phrase:?} {e}", file.language))?;
            patterns.insert(pattern);
        }
    }
    // In reverse order a longer phrase comes before the one it begins with, and evidence is as long as it can be.
    let all = patterns.into_iter().rev().collect::<Vec<_>>().join("|");
    RegexBuilder::new(&format!(" (?:{all}) "))
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_STATES)
        .build()
        .map_err(|e| format!("phrases {kind:?}: {e}"))
}

/// One phrase as an expression over prepared text.
fn pattern(phrase: &str) -> Result<String, &'static str> {
    let marked = fold(&phrase.replace("{brand}", &BRAND.to_string()));
    let mut out = String::new();
    let mut gap = false;
    for piece in marked.split(' ').filter(|p| !p.is_empty()) {
        if piece == "*" {
            gap = true;
            continue;
        }
        if piece.contains(['*', '{', '}']) {
            return Err("holds a sign that means something only as a word of its own");
        }
        let mut words = String::new();
        push_words(&mut words, piece);
        let words = words.trim();
        if words.is_empty() || words.contains(STOP) {
            return Err("holds something that is no word");
        }
        match (out.is_empty(), gap) {
            (true, true) => return Err("begins with *"),
            (true, false) => {}
            (false, true) => out.push_str(" (?:[^ .]+ ){0,3}"),
            (false, false) => out.push(' '),
        }
        out.push_str(&regex::escape(words));
        gap = false;
    }
    if out.is_empty() || gap {
        return Err("is empty or ends with *");
    }
    Ok(out)
}

#[cfg(test)]
#[path = "phrases_tests.rs"]
mod tests;
