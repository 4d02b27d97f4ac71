//! Phrases that forged mail uses, by what they do to the reader and by language (`conf/phrases/*.toml`).
//!
//! The lists are data: literals in natural spelling, indexed once by their first word, so that searching takes time
//! linear in the text; one automaton of all phrases with their gaps proved twenty times slower. Text and phrases are
//! compared after [`fold`], as words: commas, quotes and line ends do not part words, the end of a sentence does. Where a
//! script has no blanks (Chinese, Japanese) or hangs endings on words (Korean), each character counts as a word. A digit
//! or letter that looks like another one is read as that (`acc0unt`, `confirrn`). A list with an unknown key or an empty
//! phrase is refused with its language and the phrase; searching never fails.

use crate::mail::text::{find_words, fold, is_wordless, plain_shape};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;

/// Octets of text that are searched. Forged mail comes to the point: its phrases stand in the first 6 kB.
const MAX_SCANNED: usize = 64 << 10;
/// Octets of the beginning in which a greeting is one.
const GREETING_WITHIN: usize = 400;
/// Characters of evidence given back.
const MAX_EVIDENCE: usize = 120;
/// Words that `*` may stand for.
const MAX_GAP: usize = 3;
/// Stands for the brand's name in prepared text and patterns; private use, so no folded text has it for a letter.
const BRAND: char = '\u{e000}';
/// Stands for the end of a sentence in prepared text.
const STOP: char = '.';
/// [`BRAND`] as a word.
const BRAND_WORD: &str = "\u{e000}";
/// [`STOP`] as a word.
const STOP_WORD: &str = ".";

/// The built-in lists.
const FILES: [(&str, &str); 21] = [
    ("en", include_str!("../../conf/phrases/en.toml")),
    ("es", include_str!("../../conf/phrases/es.toml")),
    ("pt", include_str!("../../conf/phrases/pt.toml")),
    ("de", include_str!("../../conf/phrases/de.toml")),
    ("fr", include_str!("../../conf/phrases/fr.toml")),
    ("nl", include_str!("../../conf/phrases/nl.toml")),
    ("it", include_str!("../../conf/phrases/it.toml")),
    ("ru", include_str!("../../conf/phrases/ru.toml")),
    ("pl", include_str!("../../conf/phrases/pl.toml")),
    ("tr", include_str!("../../conf/phrases/tr.toml")),
    ("sv", include_str!("../../conf/phrases/sv.toml")),
    ("da", include_str!("../../conf/phrases/da.toml")),
    ("no", include_str!("../../conf/phrases/no.toml")),
    ("cs", include_str!("../../conf/phrases/cs.toml")),
    ("ro", include_str!("../../conf/phrases/ro.toml")),
    ("hu", include_str!("../../conf/phrases/hu.toml")),
    ("uk", include_str!("../../conf/phrases/uk.toml")),
    ("ja", include_str!("../../conf/phrases/ja.toml")),
    ("zh", include_str!("../../conf/phrases/zh.toml")),
    ("ko", include_str!("../../conf/phrases/ko.toml")),
    ("ar", include_str!("../../conf/phrases/ar.toml")),
];

/// What a phrase does to its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// It speaks of a fee, an unpaid bill, a refund or a renewal.
    Payment,
    /// It promises a prize, a gift or points.
    Lure,
}

impl PhraseKind {
    /// All kinds.
    pub const ALL: [PhraseKind; 7] = [
        PhraseKind::Greeting,
        PhraseKind::Credential,
        PhraseKind::Personal,
        PhraseKind::Threat,
        PhraseKind::Urgency,
        PhraseKind::Payment,
        PhraseKind::Lure,
    ];
}

/// Phrases of all languages, compiled.
#[derive(Debug)]
pub struct Phrases {
    index: Index,
}

/// The first phrase of each kind found in a text, in the text's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits([Option<String>; PhraseKind::ALL.len()]);

impl Hits {
    /// The words that are a phrase of `kind`.
    pub fn of(&self, kind: PhraseKind) -> Option<&str> {
        self.0[kind as usize].as_deref()
    }
}

/// Phrases of all kinds by their first word. Every word of every message is looked up, so the hash is a quick one (and
/// seeded: nobody can choose words that collide).
type Index = HashMap<String, Vec<(PhraseKind, Pattern)>, foldhash::fast::RandomState>;

/// What follows the first word of a phrase.
type Pattern = Vec<Step>;

/// One more word of a phrase.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    word: String,
    /// True if up to [`MAX_GAP`] other words may stand before it.
    gap: bool,
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
    payment: Section,
    lure: Section,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    phrases: Vec<String>,
    /// A message that must be found, and one that must not be; tests read them.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by tests; part of the format"))]
    hit: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by tests; part of the format"))]
    honest: String,
}

impl File {
    fn section(&self, kind: PhraseKind) -> &Section {
        match kind {
            PhraseKind::Greeting => &self.greeting,
            PhraseKind::Credential => &self.credential,
            PhraseKind::Personal => &self.personal,
            PhraseKind::Threat => &self.threat,
            PhraseKind::Urgency => &self.urgency,
            PhraseKind::Payment => &self.payment,
            PhraseKind::Lure => &self.lure,
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
        Ok(Phrases { index: compiled(&files)? })
    }

    /// The first phrase of each kind in folded text; `brand_names` (in any spelling) are what `{brand}` stands for.
    pub fn find(&self, folded_text: &str, brand_names: &[String]) -> Hits {
        let text = &folded_text[..folded_text.floor_char_boundary(MAX_SCANNED)];
        let names = folded_names(brand_names);
        let (prepared, named) = prepare(text, &names);
        let words: Vec<&str> = prepared.split(' ').filter(|w| !w.is_empty()).collect();
        let shapes: Vec<Cow<'_, str>> = words.iter().map(|w| plain_shape(w)).collect();
        let mut hits = Hits::default();
        let mut octets = 0;
        for (start, first) in shapes.iter().enumerate() {
            octets += first.len() + 1;
            let Some(patterns) = self.index.get(first.as_ref()) else { continue };
            for patterns in patterns.chunk_by(|a, b| a.0 == b.0) {
                let kind = patterns[0].0;
                let late = kind == PhraseKind::Greeting && octets > GREETING_WITHIN;
                if late || hits.of(kind).is_some() {
                    continue;
                }
                let after = &shapes[start + 1..];
                let longest = patterns.iter().filter_map(|(_, p)| matched(p, after)).max();
                hits.0[kind as usize] = longest.map(|more| evidence(&words, start, more + 1, &named));
            }
        }
        hits
    }
}

/// The words of a match, brand names put back.
fn evidence(words: &[&str], start: usize, count: usize, named: &[&str]) -> String {
    // The names replaced before the match tell which one each sign in it stands for.
    let mut used = named.iter().skip(words[..start].iter().filter(|w| **w == BRAND_WORD).count());
    let shown = words[start..start + count]
        .iter()
        .map(|word| if *word == BRAND_WORD { used.next().copied().unwrap_or_default() } else { *word });
    let mut out = String::new();
    for word in shown {
        if !(out.is_empty() || out.ends_with(is_wordless) && word.starts_with(is_wordless)) {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.chars().take(MAX_EVIDENCE).collect()
}

/// How many words the rest of a phrase takes of `words`, the fewest its gaps allow.
fn matched(pattern: &[Step], words: &[Cow<'_, str>]) -> Option<usize> {
    let Some((step, rest)) = pattern.split_first() else { return Some(0) };
    let gaps = if step.gap { MAX_GAP } else { 0 };
    for gap in 0..=gaps {
        let word = words.get(gap)?.as_ref();
        if word == step.word
            && let Some(more) = matched(rest, &words[gap + 1..])
        {
            return Some(gap + 1 + more);
        }
        if word == STOP_WORD {
            return None;
        }
    }
    None
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

/// Appends the words of `text`, a blank after each, and [`STOP`] for the end of a sentence.
fn push_words(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(sign) = next_sign(out, &mut rest) {
        if is_wordless(sign) {
            part(out);
            out.push(sign);
            out.push(' ');
            continue;
        }
        // `o'clock` and `e-mail` are one word, `elance.com` too; a point before a blank ends a sentence.
        let joins = matches!(sign, '\'' | '-' | '.' | '@' | '_') && out.ends_with(is_letter);
        if joins && rest.starts_with(char::is_alphanumeric) {
            out.push(if sign == '.' { '_' } else { sign });
            continue;
        }
        part(out);
        if matches!(sign, '.' | '!' | '?' | ';' | '。' | '؟' | '؛') && !out.ends_with(". ") {
            out.push(STOP);
            out.push(' ');
        }
    }
    part(out);
}

/// Appends the letters at the beginning of `rest` and takes the sign after them.
fn next_sign(out: &mut String, rest: &mut &str) -> Option<char> {
    let word = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
    out.push_str(&rest[..word]);
    let mut after = rest[word..].chars();
    let sign = after.next();
    *rest = after.as_str();
    sign
}

fn is_letter(c: char) -> bool {
    c == BRAND || c.is_alphanumeric() && !is_wordless(c)
}

/// Ends the word that is open.
fn part(out: &mut String) {
    if !out.ends_with(' ') {
        out.push(' ');
    }
}

/// All phrases of a kind, indexed.
fn compiled(files: &[File]) -> Result<Index, String> {
    let mut index = Index::default();
    for (file, kind) in files.iter().flat_map(|f| PhraseKind::ALL.map(|kind| (f, kind))) {
        for phrase in &file.section(kind).phrases {
            let (first, rest) = pattern(phrase).map_err(|e| format!("phrases {}: {phrase:?} {e}", file.language))?;
            index.entry(first).or_default().push((kind, rest));
        }
    }
    for patterns in index.values_mut() {
        patterns.sort();
        patterns.dedup();
    }
    Ok(index)
}

/// The first word of a phrase and the steps to the others.
fn pattern(phrase: &str) -> Result<(String, Pattern), &'static str> {
    let marked = fold(&phrase.replace("{brand}", BRAND_WORD));
    let mut steps = Pattern::new();
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
        for word in words.split(' ').filter(|w| !w.is_empty()) {
            if word == STOP_WORD {
                return Err("goes over the end of a sentence");
            }
            steps.push(Step { word: plain_shape(word).into_owned(), gap: std::mem::take(&mut gap) });
        }
    }
    if gap {
        return Err("ends with *");
    }
    if steps.is_empty() {
        return Err("is empty");
    }
    let first = steps.remove(0);
    if first.gap { Err("begins with *") } else { Ok((first.word, steps)) }
}

#[cfg(test)]
#[path = "phrases_tests.rs"]
mod tests;
