//! Text of a document as it is read, shown or hidden: where words break, lines end and letters turn, and what a link
//! shows.
//!
//! Text that some readers see and some do not is held back until what follows tells whether it stands inside a word.
//! Never fails; what is kept is bounded.

use super::css::computed::ComputedStyle;
use super::element as el;
use super::element::Name;
use super::foster_parenting::Piece;
use super::out::MAX_BROKEN_WORDS;
use super::state::Reader;
use crate::text::bidi::{TURN, TURN_BACK};
use crate::text::fold::{first_bytes, fold_onto, is_invisible};

/// Octets held back of text that some readers see and that may stand inside a word: more is a story of its own.
const MAX_HELD_BACK_BYTES: usize = 200;
/// Octets kept of the text shown on one link.
pub(super) const MAX_SHOWN_BYTES: usize = 1_000;

impl Reader<'_> {
    /// Takes text where it stands.
    pub(super) fn text_of(&mut self, text: &str, style: ComputedStyle) {
        if text.is_empty() {
            return;
        }
        if style.is_hidden() && !self.is_lost {
            return self.hide(text);
        }
        if style.is_hidden_for_some() && self.hold_back(text) {
            return;
        }
        self.resolve_held_back(Some(text));
        self.show(text, style);
    }

    fn hide(&mut self, text: &str) {
        self.split_addresses.hidden_at(self.out.text.len(), text);
        // Two hidden pieces with seen text between them are not one word.
        if !self.last_was_hidden {
            fold_onto(&mut self.out.hidden, " ");
        }
        fold_onto(&mut self.out.hidden, text);
        self.last_was_hidden = true;
        self.in_word |= self.out.text.ends_with(char::is_alphanumeric) && text.contains(char::is_alphanumeric);
    }

    fn show(&mut self, text: &str, style: ComputedStyle) {
        if std::mem::take(&mut self.in_word)
            && text.starts_with(char::is_alphanumeric)
            && self.out.broken_words.len() < MAX_BROKEN_WORDS
        {
            self.out.broken_words.push(self.out.text.len());
        }
        self.split_addresses.shown_at(&self.out.text, text);
        // What nobody sees turns with what is around it.
        let is_seen = |c: char| !(c.is_whitespace() || is_invisible(c));
        if self.is_turned != style.is_turned() && text.contains(is_seen) {
            self.is_turned = style.is_turned();
            self.out.text.push(if self.is_turned { TURN } else { TURN_BACK });
        }
        fold_onto(&mut self.out.text, text);
        self.show_on_link(text, style);
        self.last_was_hidden &= text.trim().is_empty();
    }

    /// Keeps text back that some readers see and some do not, and that may turn out to stand inside a word; false if it
    /// cannot.
    fn hold_back(&mut self, text: &str) -> bool {
        let may_be_inside = !self.held_back.is_empty() || self.out.text.ends_with(char::is_alphanumeric);
        let is_held = may_be_inside && self.held_back.len() + text.len() <= MAX_HELD_BACK_BYTES;
        if is_held {
            self.held_back.push_str(text);
        }
        is_held
    }

    /// Takes text that was held back as hidden if what comes `next` goes on with the word, else as shown.
    pub(super) fn resolve_held_back(&mut self, next: Option<&str>) {
        if self.held_back.is_empty() {
            return;
        }
        let held_back = std::mem::take(&mut self.held_back);
        let goes_on = next.is_some_and(|next| next.starts_with(char::is_alphanumeric));
        if goes_on && !self.is_lost {
            self.hide(&held_back);
        } else {
            self.show(&held_back, ComputedStyle::default());
        }
    }

    /// Takes text that the open link shows.
    pub(super) fn show_on_link(&mut self, text: &str, style: ComputedStyle) {
        if let Some(anchor) = self.anchor.as_mut().filter(|a| a.shown.len() < MAX_SHOWN_BYTES) {
            anchor.shown.extend(style.is_turned().then_some(TURN));
            fold_onto(&mut anchor.shown, first_bytes(text, MAX_SHOWN_BYTES));
            anchor.shown.extend(style.is_turned().then_some(TURN_BACK));
        }
    }

    /// Words that an element shows by an attribute stand apart from what is around it.
    pub(super) fn words(&mut self, words: &str, style: ComputedStyle) {
        if words.is_empty() {
            return;
        }
        for piece in [" ", words, " "] {
            self.text_of(piece, style);
        }
    }

    /// Ends the line.
    pub(super) fn new_line(&mut self) {
        self.resolve_held_back(None);
        // Nothing is turned beyond a line.
        (self.in_word, self.is_turned) = (false, false);
        for text in [&mut self.out.text, &mut self.out.hidden] {
            if text.ends_with(' ') {
                text.pop();
            }
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
        }
        if let Some(anchor) = &mut self.anchor {
            fold_onto(&mut anchor.shown, " ");
        }
    }

    /// Parts what is before and behind the edge of an element, as far as it does.
    pub(super) fn break_around(&mut self, name: Name) {
        if el::is_cell(name) {
            self.text_of(" ", self.style());
        } else if el::is_block(name) || name == el::BR {
            let is_fostered = name != el::TABLE && !el::is_of_table(name);
            if let Some(table) = self.before().filter(|_| is_fostered) {
                self.fostered.take(table, || Piece::Break);
            }
            self.new_line();
        }
    }
}
