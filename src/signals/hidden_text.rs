//! Words broken up by text that nobody sees, or twice as much hidden text as visible.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;

pub(super) static SIGNAL: Signal = Signal {
    id: "hidden-text",
    title: "Hidden text changes what a program reads",
    why: "Text that nobody sees, inside words or far more of it than of what is seen, is there for filters. \
          Newsletters hide a line of preview and whole parts for small screens, so only hidden text that breaks words \
          up or outweighs the visible counts.",
    points: 20,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(check),
};

/// Words with hidden text inside before they count.
const MIN_BROKEN_WORDS: usize = 2;
/// Letters and digits of hidden text before it can outweigh: a preview line is shorter.
const MIN_HIDDEN_CHARS: usize = 400;
/// How many times the seen text the hidden is, to outweigh it: mail with a part for each kind of screen hides half.
const MIN_OUTWEIGHING: usize = 2;

fn check(e: &Evidence<'_>) -> Option<String> {
    let body = &e.message.body;
    if body.broken_words.len() >= MIN_BROKEN_WORDS {
        return Some(format!("hidden text stands inside {} words", body.broken_words.len()));
    }
    // A letter has at most four octets, and no fewer than one.
    if body.hidden.len() < MIN_HIDDEN_CHARS || body.hidden.len() < body.text.len() / 4 {
        return None;
    }
    let (hidden, seen) = (count_letters(&body.hidden), count_letters(&body.text));
    (hidden >= MIN_HIDDEN_CHARS && hidden > MIN_OUTWEIGHING * seen)
        .then(|| format!("{hidden} letters are hidden and {seen} can be seen"))
}

fn count_letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}
