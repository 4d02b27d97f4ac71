//! "Verify your pаsswоrd" with Cyrillic letters, or with something invisible in the word.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::text::disguise::disguised_words;

pub(super) static SIGNAL: Signal = Signal {
    id: "disguised-words",
    title: "Words are written so that programs cannot read them",
    why: "Letters of two scripts in one word, invisible characters inside it, or letters made for formulas: a person \
          reads over it, and a filter finds nothing. A name in fancy letters in somebody's signature is the innocent \
          case.",
    points: 25,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(check),
};

/// Disguised words in the text before they count: one may be somebody's taste.
const MIN_WORDS: usize = 2;

fn check(e: &Evidence<'_>) -> Option<String> {
    if let Some((_, word)) = disguised_words(&e.message.subject) {
        return Some(format!("the subject writes {word:?} in disguise"));
    }
    let (count, word) = disguised_words(&e.message.body.text)?;
    (count >= MIN_WORDS).then(|| format!("{count} words are in disguise, such as {word:?}"))
}
