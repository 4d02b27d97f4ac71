//! Addresses in visible text with hidden text inside: a reader sees one address, a program finds another or none. Keeps
//! where hidden text stands while a document is read. Bounded, cannot fail.

/// Addresses with hidden text in them that are kept: one is enough to speak of.
const MAX_SPLITS: usize = 20;
/// Octets to either side of hidden text that belong to one address.
const MAX_SIDE_BYTES: usize = 400;

/// Where hidden text stands inside of visible words.
#[derive(Debug, Default)]
pub(super) struct SplitAddresses {
    /// The length of the visible text when something hidden came last.
    hidden_at: Option<usize>,
    /// Where in the visible text hidden text stands inside a word.
    places: Vec<usize>,
}

impl SplitAddresses {
    /// Notes hidden `text` behind so much visible text.
    pub(super) fn hidden_at(&mut self, length: usize, text: &str) {
        // Blanks and invisible characters in hidden elements keep programs from making links; no one sees a difference.
        if text.contains(char::is_alphanumeric) {
            self.hidden_at = Some(length);
        }
    }

    /// Notes that `text` is about to be shown behind `before`.
    pub(super) fn shown_at(&mut self, before: &str, text: &str) {
        let joins = |edge: Option<char>| edge.is_some_and(|c| !c.is_whitespace());
        if self.hidden_at.take() == Some(before.len())
            && self.places.len() < MAX_SPLITS
            && joins(before.chars().next_back())
            && joins(text.chars().next())
        {
            self.places.push(before.len());
        }
    }

    /// The words of the visible text, from octet `from` on, in which hidden text stands, if they read as addresses.
    pub(super) fn words<'t>(&self, text: &'t str, from: usize) -> Vec<&'t str> {
        let word = |at: &usize| {
            let (before, after) = text.split_at_checked(*at)?;
            let before = &before[before.ceil_char_boundary(before.len().saturating_sub(MAX_SIDE_BYTES))..];
            let after = &after[..after.floor_char_boundary(MAX_SIDE_BYTES)];
            let start = before.rfind(char::is_whitespace).map_or(0, |i| i + 1);
            let end = after.find(char::is_whitespace).unwrap_or(after.len());
            text.get(at - before.len() + start..at + end).filter(|w| w.contains('.') || w.contains("//"))
        };
        self.places.iter().filter(|at| **at >= from).filter_map(word).collect()
    }
}
