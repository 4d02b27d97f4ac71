//! The body as a person meets it: visible text, links, attachments. Filled by [`walk`] from the MIME tree.

pub(crate) mod attached;
pub(crate) mod walk;

use crate::mail::attachment::file::{Attachment, Document};
use crate::mail::html::out::MAX_BROKEN_WORDS;
use crate::mail::link::Link;
use crate::mail::mime::decode::Encoding;
use crate::text::bidi::in_seen_order;
use crate::text::fold::first_bytes;
use std::ops::Range;

/// Octets of visible text, and of hidden text, kept and searched of a message: a hundred pages, so that nobody gets
/// to what stands behind them by scrolling. Folding text is not free.
pub(crate) const MAX_TEXT_BYTES: usize = 256 << 10;

/// What the body of a message shows and carries.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// Visible text of all text/plain and text/html parts, in order, white space folded to single blanks and line ends.
    pub text: String,
    /// Text that HTML hides from the reader (`display:none`, zero size, same colour …).
    pub hidden: String,
    /// Where in the visible text hidden text stands inside a word.
    pub broken_words: Vec<usize>,
    /// Which stretches of the visible text come from which kind of part, in order; true for HTML.
    pub stretches: Vec<(bool, Range<usize>)>,
    /// The title of the first HTML part that has one; mail programs do not show it, but its author wrote it.
    pub title: String,
    /// Links of all parts, part by part: first those of the markup in order of appearance, then those written in text.
    /// Those found in files come last.
    pub links: Vec<Link>,
    /// Files and other parts that are not the message's own text.
    pub attachments: Vec<Attachment>,
    /// What a person reads in files and attached messages, those in archives too.
    pub documents: Vec<Document>,
    /// True if an HTML part holds an input field of type password.
    pub has_password_field: bool,
    /// Where the attached messages lie in the message, in order.
    pub(crate) attached: Vec<MessagePart>,
}

/// A part of a message that is a message itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MessagePart {
    /// Octets of the message in which it lies, encoded.
    pub(crate) range: Range<usize>,
    pub(crate) encoding: Encoding,
}

/// The text of one part.
#[derive(Debug, Default)]
pub(crate) struct PartText {
    pub(crate) seen: String,
    pub(crate) hidden: String,
    /// See [`Body::broken_words`].
    pub(crate) broken_words: Vec<usize>,
    pub(crate) is_html: bool,
}

impl Body {
    /// Takes the text of all parts, as much of each as there is room for; true if some was left out. No part can
    /// crowd out another: of several alternatives mail programs show one, and it may be the last.
    pub(crate) fn take_text(&mut self, parts: &[PartText]) -> bool {
        let seen = fair_share(parts.iter().map(|p| p.seen.len()), MAX_TEXT_BYTES);
        let hidden = fair_share(parts.iter().map(|p| p.hidden.len()), MAX_TEXT_BYTES);
        for part in parts {
            if !part.hidden.is_empty() && !self.hidden.is_empty() {
                self.hidden.push('\n');
            }
            self.hidden.push_str(first_bytes(&part.hidden, hidden).trim_end());
            if !part.seen.is_empty() && !self.text.is_empty() {
                self.text.push('\n');
            }
            let start = self.text.len();
            self.text.push_str(&in_seen_order(first_bytes(&part.seen, seen).trim_end()));
            let end = self.text.len();
            let room = MAX_BROKEN_WORDS.saturating_sub(self.broken_words.len());
            self.broken_words.extend(part.broken_words.iter().map(|at| start + at).filter(|at| *at < end).take(room));
            self.stretches.push((part.is_html, start..end));
        }
        parts.iter().any(|p| p.seen.len() > seen || p.hidden.len() > hidden)
    }
}

/// The most that each of several may take, so that together they take no more than `room` and the small ones all they
/// want.
fn fair_share(sizes: impl Iterator<Item = usize>, mut room: usize) -> usize {
    let mut sizes: Vec<usize> = sizes.collect();
    sizes.sort_unstable();
    for (i, size) in sizes.iter().enumerate() {
        let share = room / (sizes.len() - i);
        if *size > share {
            return share;
        }
        room -= size;
    }
    usize::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_fair() {
        for (sizes, room, share) in [
            (&[][..], 10, usize::MAX),
            (&[3, 4], 10, usize::MAX),
            (&[3, 40], 10, 7),
            (&[40, 40, 1], 11, 5),
            (&[9, 9], 1, 0),
        ] {
            assert_eq!(fair_share(sizes.iter().copied(), room), share, "{sizes:?}");
        }
    }

    #[test]
    fn a_long_part_leaves_room_for_the_others() {
        let part = |seen: &str| PartText {
            seen: seen.to_owned(),
            is_html: true,
            broken_words: vec![1],
            ..PartText::default()
        };
        let mut body = Body::default();
        assert!(!body.take_text(&[part("one"), part(""), part("two ")]));
        assert_eq!((body.text.as_str(), &body.broken_words[..]), ("one\ntwo", &[1, 5][..]));
        assert_eq!(body.stretches[2], (true, 4..7));
        let mut body = Body::default();
        assert!(body.take_text(&[part(&"x".repeat(2 * MAX_TEXT_BYTES)), part("end")]));
        assert!(body.text.ends_with("x\nend") && body.text.len() <= MAX_TEXT_BYTES + 1);
    }
}
