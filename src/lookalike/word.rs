//! Words as names are compared with: folded, cut out of labels, and those that are known to be nobody's imitation.

use crate::text::fold::fold;
use foldhash::fast::RandomState;
use std::collections::HashSet;

/// Letters of the shortest name for which typing errors are looked for. Below it honest neighbours abound (`dhl`: 10 of
/// the 50,000 most visited domains at distance 1, `ups`: 59).
pub const MIN_FUZZY: usize = 6;
/// Letters of a name from which a slip is plain wherever it is: glued to bait, or in the first letter.
pub(super) const LONG: usize = 8;
/// Letters of the shortest name that is looked for inside a longer word (`elancelogin`).
pub const MIN_INSIDE: usize = 5;

/// Folded words that contain or resemble a name and are nobody's imitation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotUs(HashSet<String, RandomState>);

impl NotUs {
    /// The words given, and those that are built in.
    pub fn new<'a>(words: impl Iterator<Item = &'a str>) -> NotUs {
        let built_in = super::built_in::NOT_US.lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace);
        NotUs(built_in.chain(words).map(fold).collect())
    }

    /// True if a folded word is among them.
    pub fn contains(&self, folded: &str) -> bool {
        self.0.contains(folded)
    }
}

/// The words of a label: cut at everything that is not a letter.
pub(super) fn tokens(label: &str) -> impl Iterator<Item = &str> {
    label.split(|c: char| !c.is_alphabetic()).filter(|t| !t.is_empty())
}

/// Folded, without blanks and punctuation.
pub fn compact(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}
