//! What a sentence asks of its reader: the words of requests (`[ask]` in `conf/languages/*.toml`), sentence by
//! sentence.
//!
//! A list of phrases knows what its author has seen; a request is put together from what every language has: something
//! to hand over, a word that asks for it, and whose it is. The words of one request stand in one sentence and in one
//! language. Reading is linear in the text and never fails; a word that can never be found is refused with its
//! language.

use super::index::STOP_WORD;
use super::kind::{AskKind, WordKind};
use super::languages::{self, Language};
use super::phrases::{BRAND_WORD, LINK_WORD, NUMBER_WORD, folded_names, prepare, push_words};
use crate::text::disguise::unmasked;
use crate::text::fold::{fold, is_wordless, plain_shape};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// Languages, a bit each.
type Languages = u64;
/// Characters by which words with any ending are looked up; no such word is shorter.
const STEM_CHARS: usize = 3;
/// Words that `*` may stand for.
const MAX_GAP_WORDS: usize = 3;
/// Characters of a line from which it was broken because it was full, not because something ended: mail programs break
/// at 66 to 78.
const FULL_LINE_CHARS: usize = 50;
/// Sentences read of a text: forty pages.
const MAX_SENTENCES: usize = 2_000;
/// Words of the longest sentence: what goes on is read as another, so that a text without a full stop costs no more.
const MAX_SENTENCE_WORDS: usize = 120;
/// Characters of evidence given back.
const MAX_EVIDENCE_CHARS: usize = 120;
/// Words between a brand's name and what is the brand's behind it.
const OWNS_BEFORE_WORDS: usize = 2;
/// The same where the name follows: "the password of your account with Elance".
const OWNS_AFTER_WORDS: usize = 6;
/// Words between a warning (*never*) and what it warns of.
const WARNS_WITHIN_WORDS: usize = 4;

/// The words of requests of all languages, ready to look up.
#[derive(Debug, Default)]
pub(crate) struct AskWords {
    words: Table,
    /// By their first [`STEM_CHARS`] characters.
    stems: Table,
    /// Languages that do not say whose a thing is.
    without_your: Languages,
}

type Table = HashMap<String, Vec<Entry>, foldhash::fast::RandomState>;

/// A word or words of one kind in one language.
#[derive(Debug)]
struct Entry {
    kind: AskKind,
    language: Languages,
    first: Word,
    rest: Vec<Word>,
}

/// One word of an entry.
#[derive(Debug)]
struct Word {
    text: String,
    /// True if it may go on.
    is_stem: bool,
    /// True if up to [`MAX_GAP_WORDS`] others may stand before it.
    gap: bool,
}

impl Word {
    fn fits(&self, word: &str) -> bool {
        if self.is_stem { word.starts_with(&self.text) } else { word == self.text }
    }
}

/// A word of a request where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hit {
    kind: AskKind,
    languages: Languages,
    place: Range<usize>,
}

/// What one sentence holds of a request.
#[derive(Debug, Default)]
pub(crate) struct Sentence {
    /// The words as they are compared, marks for names, numbers and links among them.
    words: Vec<String>,
    /// What stands for the marks, in order.
    named: Vec<String>,
    hits: Vec<Hit>,
    /// Number of the paragraph, from 0.
    pub(crate) paragraph: usize,
}

/// A text taken apart.
#[derive(Debug, Default)]
pub(crate) struct Sentences {
    /// Paragraphs as they are shown.
    pub(crate) paragraphs: Vec<String>,
    pub(crate) all: Vec<Sentence>,
}

impl Sentences {
    /// The sentences of a text as it is shown. `names` are the brand's; addresses at `domains` name it too.
    pub(crate) fn of(shown: &str, names: &[String]) -> Sentences {
        let names = folded_names(names);
        let paragraphs = paragraphs(shown);
        let mut all = Vec::new();
        for (number, paragraph) in paragraphs.iter().enumerate() {
            let folded = without_links(&fold(&unmasked(paragraph)));
            let (prepared, named) = prepare(&folded, &names);
            let mut named = named.into_iter();
            let words: Vec<&str> = prepared.split(' ').filter(|w| !w.is_empty()).collect();
            let sentences = words.split(|w| *w == STOP_WORD).flat_map(|words| words.chunks(MAX_SENTENCE_WORDS));
            for words in sentences {
                if all.len() == MAX_SENTENCES {
                    return Sentences { paragraphs, all };
                }
                let marks = words.iter().filter(|w| matches!(**w, BRAND_WORD | NUMBER_WORD)).count();
                let named = named.by_ref().take(marks).map(str::to_owned).collect();
                all.push(Sentence::read(words, named, number, AskWords::shared()));
            }
        }
        Sentences { paragraphs, all }
    }
}

impl Sentence {
    fn read(words: &[&str], named: Vec<String>, paragraph: usize, known: &AskWords) -> Sentence {
        let shapes: Vec<Cow<'_, str>> = words.iter().map(|w| plain_shape(w)).collect();
        let mut hits = Vec::new();
        for start in 0..shapes.len() {
            known.at(&shapes, start, &mut hits);
        }
        Sentence { words: words.iter().map(|w| (*w).to_owned()).collect(), named, hits, paragraph }
    }

    fn of_kind(&self, kind: AskKind) -> impl Iterator<Item = &Hit> {
        self.hits.iter().filter(move |h| h.kind == kind)
    }

    /// True if it holds words of a kind.
    pub(crate) fn has(&self, kind: AskKind) -> bool {
        self.of_kind(kind).next().is_some()
    }

    /// True if it names the brand.
    pub(crate) fn names_brand(&self) -> bool {
        self.words.iter().any(|w| w == BRAND_WORD)
    }

    /// True if a link stands in it.
    pub(crate) fn has_link(&self) -> bool {
        self.words.iter().any(|w| w == LINK_WORD)
    }

    /// Where words of the first kind and of the second stand together, in one language, apart from one another.
    pub(crate) fn joins(&self, first: AskKind, second: AskKind) -> Option<Joined> {
        self.of_kind(first).find_map(|a| {
            let apart = |b: &&Hit| {
                a.languages & b.languages != 0 && (a.place.end <= b.place.start || b.place.end <= a.place.start)
            };
            let b = self.of_kind(second).find(apart)?;
            let languages = a.languages & b.languages;
            Some(Joined { first: a.place.clone(), second: b.place.clone(), languages })
        })
    }

    /// True if a warning stands right before `place`, and the sentence does not threaten.
    pub(crate) fn warns_of(&self, place: &Range<usize>) -> bool {
        let near = |h: &Hit| h.place.start <= place.start && h.place.end + WARNS_WITHIN_WORDS >= place.start;
        self.of_kind(AskKind::Never).any(near) && !self.has(AskKind::Threat) && !self.has(AskKind::Hurry)
    }

    /// True if the sentence speaks of what is the reader's: *your*, or a language that leaves that out.
    pub(crate) fn is_of_reader(&self, joined: &Joined) -> bool {
        let yours = self.of_kind(AskKind::Your).any(|h| h.languages & joined.languages != 0);
        yours || joined.languages & AskWords::shared().without_your != 0
    }

    /// True if grammar makes what stands at `place` the brand's: *Elance password*, *password of your account with
    /// Elance*.
    pub(crate) fn is_of_brand(&self, place: &Range<usize>) -> bool {
        let is_of = |at: usize| self.of_kind(AskKind::Of).any(|h| h.place.end == at);
        let names = self.words.iter().enumerate().filter(|(_, w)| *w == BRAND_WORD).map(|(at, _)| at);
        names.into_iter().any(|at| {
            let before = at < place.start && place.start - at - 1 <= OWNS_BEFORE_WORDS;
            let after = at >= place.end && at - place.end <= OWNS_AFTER_WORDS && (at == place.end || is_of(at));
            before || after
        })
    }

    /// The words of the sentence for evidence, names and numbers put back, links as `…`.
    pub(crate) fn quoted(&self) -> String {
        let mut named = self.named.iter().map(String::as_str);
        let mut out = String::new();
        for word in &self.words {
            let word = match word.as_str() {
                BRAND_WORD | NUMBER_WORD => named.next().unwrap_or_default(),
                LINK_WORD => "…",
                word => word,
            };
            if !(out.is_empty() || out.ends_with(is_wordless) && word.starts_with(is_wordless)) {
                out.push(' ');
            }
            out.push_str(word);
        }
        out.chars().take(MAX_EVIDENCE_CHARS).collect()
    }
}

/// Where the two halves of a request stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Joined {
    pub(crate) first: Range<usize>,
    pub(crate) second: Range<usize>,
    languages: Languages,
}

impl AskWords {
    /// The words of all languages that come with the program, compiled when first asked for. That they can be read is
    /// held by a test.
    pub(crate) fn shared() -> &'static AskWords {
        static SHARED: LazyLock<AskWords> =
            LazyLock::new(|| languages::built_in().and_then(|l| AskWords::of(&l)).unwrap_or_default());
        &SHARED
    }

    fn of(languages: &[Language]) -> Result<AskWords, String> {
        let mut all = AskWords::default();
        let speaking = languages.iter().filter(|l| !l.ask.is_empty());
        for (number, language) in speaking.enumerate() {
            let Some(bit) = u32::try_from(number).ok().and_then(|n| Languages::checked_shl(1, n)) else {
                return Err(format!("language {}: there are more than {}", language.name, Languages::BITS));
            };
            let asked = language.ask.iter().flat_map(|(kind, list)| list.iter().map(move |w| (*kind, w)));
            let shared = [(WordKind::Your, AskKind::Your), (WordKind::Of, AskKind::Of)];
            let shared = shared
                .iter()
                .flat_map(|(list, kind)| language.words.get(list).into_iter().flatten().map(move |w| (*kind, w)));
            for (kind, words) in asked.chain(shared) {
                let entry = entry(words).map_err(|e| format!("language {}: {words:?} {e}", language.name))?;
                all.insert(Entry { kind, language: bit, ..entry });
            }
            if !language.words.contains_key(&WordKind::Your) {
                all.without_your |= bit;
            }
        }
        Ok(all)
    }

    fn insert(&mut self, entry: Entry) {
        let (table, key) = match entry.first.is_stem {
            true => (&mut self.stems, entry.first.text.chars().take(STEM_CHARS).collect()),
            false => (&mut self.words, entry.first.text.clone()),
        };
        table.entry(key).or_default().push(entry);
    }

    /// Adds what begins with the word at `start`.
    fn at(&self, words: &[Cow<'_, str>], start: usize, hits: &mut Vec<Hit>) {
        let word = words[start].as_ref();
        let stem = word.char_indices().nth(STEM_CHARS).map_or(word, |(end, _)| &word[..end]);
        let entries = [self.words.get(word), self.stems.get(stem)].into_iter().flatten().flatten();
        for entry in entries.filter(|e| e.first.fits(word)) {
            let Some(end) = end_of(&entry.rest, words, start + 1) else { continue };
            let place = start..end;
            match hits.iter_mut().find(|h| h.kind == entry.kind && h.place == place) {
                Some(hit) => hit.languages |= entry.language,
                None => hits.push(Hit { kind: entry.kind, languages: entry.language, place }),
            }
        }
    }
}

/// Where the words that follow end, each found as early as it can be.
fn end_of(rest: &[Word], words: &[Cow<'_, str>], from: usize) -> Option<usize> {
    rest.iter().try_fold(from, |at, word| {
        let room = if word.gap { MAX_GAP_WORDS } else { 0 };
        (at..=at + room).find(|n| words.get(*n).is_some_and(|w| word.fits(w))).map(|n| n + 1)
    })
}

/// The words of an entry as they are compared.
fn entry(written: &str) -> Result<Entry, &'static str> {
    let mut found: Vec<Word> = Vec::new();
    let mut gap = false;
    for piece in fold(written).split(' ').filter(|p| !p.is_empty()) {
        if piece == "*" {
            gap = true;
            continue;
        }
        let (piece, is_stem) = piece.strip_suffix('*').map_or((piece, false), |stem| (stem, true));
        if piece.contains(['*', '{', '}']) {
            return Err("holds a character that means something only at the end or as a word of its own");
        }
        let mut words = String::new();
        push_words(&mut words, piece);
        for word in words.split(' ').filter(|w| !w.is_empty()) {
            if word == STOP_WORD {
                return Err("goes over the end of a sentence");
            }
            let text = plain_shape(word).into_owned();
            found.push(Word { text, is_stem: false, gap: std::mem::take(&mut gap) });
        }
        if let Some(last) = found.last_mut().filter(|_| is_stem) {
            last.is_stem = true;
            if last.text.chars().count() < STEM_CHARS {
                return Err("has fewer than three letters before *");
            }
        }
    }
    let mut words = found.into_iter();
    match words.next() {
        None => Err("is empty"),
        Some(first) if first.gap || gap => Err("begins or ends with *"),
        Some(first) => Ok(Entry { kind: AskKind::Give, language: 0, first, rest: words.collect() }),
    }
}

/// Folded text with a mark in place of each address: the words in a path ask for nothing.
fn without_links(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    for piece in folded.split_inclusive(' ') {
        let address = piece.trim_matches(|c: char| !c.is_alphanumeric());
        let is_link = address.contains("://")
            || address.starts_with("www.")
            || address.split_once('/').is_some_and(|(host, _)| host.contains('.'));
        if !is_link {
            out.push_str(piece);
            continue;
        }
        // What stands around it may end the sentence.
        let start = piece.find(address).unwrap_or_default();
        out.push_str(&piece[..start]);
        out.push(' ');
        out.push_str(LINK_WORD);
        out.push(' ');
        out.push_str(&piece[start + address.len()..]);
    }
    out
}

/// The lines of a text, put together where they were broken because they were full, or where a line goes on to an
/// address.
fn paragraphs(shown: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut open = false;
    let is_address = |word: &str| word.contains("://") || word.contains('.') && word.contains('/');
    for line in shown.lines().map(str::trim) {
        if line.is_empty() {
            open = false;
            continue;
        }
        let alone = !line.contains(' ') && is_address(line);
        match all.last_mut().filter(|_| open || alone) {
            Some(last) => {
                last.push(' ');
                last.push_str(line);
            }
            None => all.push(line.to_owned()),
        }
        // What follows an address that ends a line is about something else.
        let ends = line.rsplit(' ').next().is_some_and(is_address);
        open = !ends && (line.chars().count() >= FULL_LINE_CHARS || line.ends_with([':', ',', '،', '：']));
    }
    all
}

#[cfg(test)]
#[path = "ask_tests.rs"]
mod tests;
