//! A plain part of innocent filler beside an HTML part that asks for a password.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::text::fold::{first_bytes, fold};
use std::collections::HashSet;

pub(super) static SIGNAL: Signal = Signal {
    id: "parts-differ",
    title: "The plain part tells another story than the HTML part",
    why: "A person sees the HTML, a filter that reads the plain part sees something else. Newsletters put a stub in \
          the plain part (view this in a browser), so only a plain part with a text of its own counts.",
    points: 15,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(check),
};

/// Octets of each part that are compared.
const COMPARED_BYTES: usize = 8 * 1024;
/// Different words a plain part needs to have a story of its own; stubs have fewer.
const MIN_WORDS: usize = 30;
/// Share of the plain part's words that the HTML shows too, in percent, below which it is another story.
const MAX_SHARED_PERCENT: usize = 20;
/// Characters of words that are compared; shorter ones are in every text.
const MIN_WORD_CHARS: usize = 4;

fn check(e: &Evidence<'_>) -> Option<String> {
    let body = &e.message.body;
    let text = |html: bool| {
        let mut out = String::new();
        for (_, range) in body.stretches.iter().filter(|(is_html, _)| *is_html == html) {
            out.push_str(first_bytes(&body.text[range.clone()], COMPARED_BYTES));
            out.push('\n');
        }
        fold(first_bytes(&out, COMPARED_BYTES))
    };
    if body.stretches.len() < 2 {
        return None;
    }
    let (plain, html) = (text(false), text(true));
    let (plain, html) = (words(&plain), words(&html));
    let shared = plain.intersection(&html).count();
    let differ = plain.len() >= MIN_WORDS && html.len() >= MIN_WORDS && shared * 100 < plain.len() * MAX_SHARED_PERCENT;
    differ.then(|| format!("of {} words of the plain part the HTML shows {shared}", plain.len()))
}

fn words(text: &str) -> HashSet<&str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() >= MIN_WORD_CHARS).collect()
}
