//! Phrases by their words: those that begin alike share their beginning, so that a word of the text costs some look-ups
//! however many phrases it begins. One automaton of all phrases with their gaps proved twenty times slower than this.

use super::kind::PhraseKind;
use std::borrow::Cow;
use std::collections::HashMap;

/// Stands for the end of a sentence; `*` never stands for it.
pub(crate) const STOP_WORD: &str = ".";
/// Words that `*` may stand for.
const MAX_GAP_WORDS: usize = 3;

/// A word of phrases of all kinds, and what may follow it: phrases that begin alike share their beginning, so that a
/// word of the text costs some look-ups however many phrases it begins.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// Kinds of the phrases that end here.
    ends: Vec<PhraseKind>,
    /// The next word, directly.
    pub(crate) next: Words,
    /// The next word, with up to [`MAX_GAP_WORDS`] other words before it.
    after_gap: Words,
}

/// Every word of every message is looked up, so the hash is a quick one (and seeded: nobody can choose words that
/// collide).
pub(crate) type Words = HashMap<String, Node, foldhash::fast::RandomState>;

/// For each kind how many words the longest phrase takes.
pub(crate) type Longest = [Option<usize>; PhraseKind::ALL.len()];

impl Node {
    /// Notes the phrases that go on with `words` after `taken` words, each with the fewest words its gaps allow; true
    /// if there is one.
    pub(crate) fn go_on(&self, words: &[Cow<'_, str>], taken: usize, longest: &mut Longest) -> bool {
        for kind in &self.ends {
            let known = &mut longest[*kind as usize];
            *known = (*known).max(Some(taken));
        }
        let mut found = !self.ends.is_empty();
        let Some(word) = words.first() else { return found };
        if let Some(node) = self.next.get(word.as_ref()) {
            found |= node.go_on(&words[1..], taken + 1, longest);
        }
        if self.after_gap.is_empty() {
            return found;
        }
        let mut done: [&str; MAX_GAP_WORDS + 1] = [""; MAX_GAP_WORDS + 1];
        for (gap, word) in words.iter().take(MAX_GAP_WORDS + 1).enumerate() {
            let word = word.as_ref();
            let node = self.after_gap.get(word).filter(|_| !done.contains(&word));
            if node.is_some_and(|node| node.go_on(&words[gap + 1..], taken + gap + 1, longest)) {
                (done[gap], found) = (word, true);
            }
            if word == STOP_WORD {
                break;
            }
        }
        found
    }

    pub(crate) fn insert(&mut self, kind: PhraseKind, steps: Vec<Step>) {
        let mut node = self;
        for step in steps {
            let words = if step.gap { &mut node.after_gap } else { &mut node.next };
            node = words.entry(step.word).or_default();
        }
        if !node.ends.contains(&kind) {
            node.ends.push(kind);
        }
    }
}

/// One word of a phrase.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) word: String,
    /// True if up to [`MAX_GAP_WORDS`] other words may stand before it.
    pub(crate) gap: bool,
}
