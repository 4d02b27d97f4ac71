//! Phrases that forged mail uses, by what they do to the reader.
//!
//! The lists are data (`conf/languages/*.toml`): literals in natural spelling, indexed once by their words
//! ([`super::index`]), so that searching takes time linear in the text. Text and phrases are compared after [`fold`],
//! as words: commas, quotes and line ends do not separate words, the end of a sentence does. Where a script has no
//! blanks (Chinese, Japanese) or hangs endings on words (Korean), each character counts as a word. A digit or letter
//! that looks like another one is read as that (`acc0unt`, `confirrn`). A phrase that can never be found is refused
//! with its language; searching never fails.

use super::index::{Longest, Node, STOP_WORD, Step};
use super::kind::PhraseKind;
use super::languages::{self, Language};
use super::telephone;
use crate::text::fold::{find_words, fold, is_wordless, plain_shape};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// Octets of the beginning in which a greeting is one.
const GREETING_WITHIN_BYTES: usize = 400;
/// Characters of evidence given back.
const MAX_EVIDENCE_CHARS: usize = 120;
/// Words between a phrase that asks for a call and the number: one sentence, or the line below.
const NUMBER_WITHIN_WORDS: usize = 12;
/// Stands for the brand's name in prepared text and patterns; private use, so no folded text has it for a letter.
const BRAND: char = '\u{e000}';
/// Stands for the end of a sentence in prepared text.
const STOP: char = '.';
/// [`BRAND`] as a word.
pub(super) const BRAND_WORD: &str = "\u{e000}";
/// Stands for a telephone number in prepared text; private use as [`BRAND`] is.
pub(super) const NUMBER_WORD: &str = "\u{e001}";
/// Stands for a link in prepared text; private use as [`BRAND`] is.
pub(super) const LINK_WORD: &str = "\u{e002}";

/// Phrases of all languages, compiled.
#[derive(Debug, Default)]
pub struct Phrases {
    root: Node,
}

/// The first phrase of each kind found in a text, in the text's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    words: [Option<String>; PhraseKind::ALL.len()],
    number: Option<String>,
}

impl Hits {
    /// The words that are a phrase of `kind`.
    pub fn of(&self, kind: PhraseKind) -> Option<&str> {
        self.words[kind as usize].as_deref()
    }

    /// The telephone number near words that ask for a call, if there is one; [`PhraseKind::Call`] has those words then.
    pub fn number(&self) -> Option<&str> {
        self.number.as_deref()
    }

    /// True if nothing more is looked for among phrases of `kind`.
    fn suffice(&self, kind: PhraseKind) -> bool {
        if kind == PhraseKind::Call { self.number.is_some() } else { self.of(kind).is_some() }
    }
}

impl Phrases {
    /// The lists that come with the program.
    pub fn built_in() -> Result<Phrases, String> {
        Phrases::of(&languages::built_in()?)
    }

    /// The same, compiled when first asked for and then kept: most messages claim no brand, and most commands judge
    /// none. That the lists can be read is held by a test.
    pub fn shared() -> &'static Phrases {
        static SHARED: LazyLock<Phrases> = LazyLock::new(|| Phrases::built_in().unwrap_or_default());
        &SHARED
    }

    fn of(languages: &[Language]) -> Result<Phrases, String> {
        Ok(Phrases { root: compiled(languages)? })
    }

    /// The first phrase of each kind in a folded text; `brand_names` (in any spelling) are what `{brand}` stands for.
    pub fn find(&self, text: &str, brand_names: &[String]) -> Hits {
        let names = folded_names(brand_names);
        let (prepared, named) = prepare(text, &names);
        let words: Vec<&str> = prepared.split(' ').filter(|w| !w.is_empty()).collect();
        let shapes: Vec<Cow<'_, str>> = words.iter().map(|w| plain_shape(w)).collect();
        let mut hits = Hits::default();
        let mut octets = 0;
        for (start, first) in shapes.iter().enumerate() {
            octets += first.len() + 1;
            let Some(node) = self.root.next.get(first.as_ref()) else { continue };
            let mut longest = Longest::default();
            node.go_on(&shapes[start + 1..], 1, &mut longest);
            for (kind, count) in PhraseKind::ALL.into_iter().zip(longest) {
                let late = kind == PhraseKind::Greeting && octets > GREETING_WITHIN_BYTES;
                let Some(count) = count.filter(|_| !late && !hits.suffice(kind)) else { continue };
                let place = start..start + count;
                let number = if kind == PhraseKind::Call { number_near(&words, &place) } else { None };
                if number.is_some() || hits.of(kind).is_none() {
                    hits.words[kind as usize] = Some(evidence(&words, place, &named));
                    hits.number = number.map(|at| evidence(&words, at..at + 1, &named)).or(hits.number);
                }
            }
        }
        hits
    }
}

/// The words at `place`, brand names and numbers put back.
fn evidence(words: &[&str], place: Range<usize>, named: &[&str]) -> String {
    let stands_for = |word: &&str| matches!(*word, BRAND_WORD | NUMBER_WORD);
    // Those replaced before the match tell which one each mark in it stands for.
    let mut used = named.iter().skip(words[..place.start].iter().filter(|w| stands_for(w)).count());
    let shown =
        words[place].iter().map(|word| if stands_for(word) { used.next().copied().unwrap_or_default() } else { *word });
    let mut out = String::new();
    for word in shown {
        if !(out.is_empty() || out.ends_with(is_wordless) && word.starts_with(is_wordless)) {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.chars().take(MAX_EVIDENCE_CHARS).collect()
}

/// Where a telephone number stands near the phrase at `place`, rather after it than before.
fn number_near(words: &[&str], place: &Range<usize>) -> Option<usize> {
    let is_number = |at: &usize| words[*at] == NUMBER_WORD;
    let after = place.end..words.len().min(place.end + NUMBER_WITHIN_WORDS);
    let before = place.start.saturating_sub(NUMBER_WITHIN_WORDS)..place.start;
    after.into_iter().find(is_number).or_else(|| before.rev().find(is_number))
}

/// Longest first, so that "Elance Escrow" is not taken for "Elance" and a word.
pub(super) fn folded_names(brand_names: &[String]) -> Vec<String> {
    let mut names: Vec<String> = brand_names.iter().map(|n| fold(n)).filter(|n| !n.is_empty()).collect();
    names.sort_by_key(|n| std::cmp::Reverse(n.len()));
    names
}

/// Text as words with one blank before and after each, brand names as [`BRAND`], telephone numbers as [`NUMBER_WORD`],
/// ends of sentences as [`STOP`]; and the names and numbers replaced, in order.
pub(super) fn prepare<'t>(text: &'t str, names: &[String]) -> (String, Vec<&'t str>) {
    let mut out = String::with_capacity(text.len() + 16);
    let mut named = Vec::new();
    out.push(' ');
    let mut next: Vec<Option<usize>> = names.iter().map(|n| find_words(text, n, 0)).collect();
    let mut numbers = telephone::numbers(text).into_iter().peekable();
    let mut from = 0;
    loop {
        while numbers.next_if(|n| n.start < from).is_some() {}
        // Ties go to the longest name, which stands first.
        let name = next.iter().enumerate().filter_map(|(i, at)| at.map(|at| (at, i))).min();
        let name = name.map(|(at, i)| at..at + names[i].len());
        let (place, mark) = match (name, numbers.peek()) {
            (Some(name), number) if number.is_none_or(|n| name.start <= n.start) => (name, BRAND_WORD),
            (_, Some(number)) => (number.clone(), NUMBER_WORD),
            (_, None) => break,
        };
        push_words(&mut out, &text[from..place.start]);
        out.push_str(mark);
        out.push(' ');
        from = place.end;
        named.push(&text[place]);
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
pub(super) fn push_words(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(separator) = next_separator(out, &mut rest) {
        if is_wordless(separator) {
            part(out);
            out.push(separator);
            out.push(' ');
            continue;
        }
        // `o'clock` and `e-mail` are one word, `elance.com` too; a point before a blank ends a sentence.
        let joins = matches!(separator, '\'' | '-' | '.' | '@' | '_') && out.ends_with(is_letter);
        if joins && rest.starts_with(char::is_alphanumeric) {
            out.push(if separator == '.' { '_' } else { separator });
            continue;
        }
        part(out);
        if matches!(separator, '.' | '!' | '?' | ';' | '。' | '؟' | '؛' | '।' | '॥' | '۔' | '։') && !out.ends_with(". ")
        {
            out.push(STOP);
            out.push(' ');
        }
    }
    part(out);
}

/// Appends the letters at the beginning of `rest` and takes the character after them.
fn next_separator(out: &mut String, rest: &mut &str) -> Option<char> {
    let word = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
    out.push_str(&rest[..word]);
    let mut after = rest[word..].chars();
    let separator = after.next();
    *rest = after.as_str();
    separator
}

fn is_letter(c: char) -> bool {
    matches!(c, BRAND..='\u{e002}') || c.is_alphanumeric() && !is_wordless(c)
}

/// Ends the word that is open.
fn part(out: &mut String) {
    if !out.ends_with(' ') {
        out.push(' ');
    }
}

/// All phrases.
fn compiled(languages: &[Language]) -> Result<Node, String> {
    let mut root = Node::default();
    for (language, (kind, section)) in languages.iter().flat_map(|l| l.phrases.iter().map(move |p| (l, p))) {
        for phrase in &section.list {
            for spelling in std::iter::once(phrase.clone()).chain(spelt_out(language, phrase)) {
                let steps = steps(&spelling).map_err(|e| format!("language {}: {phrase:?} {e}", language.name))?;
                root.insert(*kind, steps);
            }
        }
    }
    Ok(root)
}

/// The words of a phrase.
fn steps(phrase: &str) -> Result<Vec<Step>, &'static str> {
    let marked = fold(&phrase.replace("{brand}", BRAND_WORD));
    let mut steps = Vec::new();
    let mut gap = false;
    for piece in marked.split(' ').filter(|p| !p.is_empty()) {
        if piece == "*" {
            gap = true;
            continue;
        }
        if piece.contains(['*', '{', '}']) {
            return Err("holds a character that means something only as a word of its own");
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
    if steps[0].gap { Err("begins with *") } else { Ok(steps) }
}

/// The phrase as it is spelt where the keyboard lacks the language's letters, if that differs; where only the marks
/// go, [`fold`] sees to it.
fn spelt_out(language: &Language, phrase: &str) -> Option<String> {
    let letters = language.spelling.iter();
    let spelt = letters.fold(phrase.to_lowercase(), |text, (letter, plain)| text.replace(letter, plain));
    (!language.spelling.is_empty() && spelt != phrase).then_some(spelt)
}

#[cfg(test)]
#[path = "phrases_tests.rs"]
mod tests;
