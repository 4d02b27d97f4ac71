//! Look-alike names: does a domain or a word imitate a brand's name without being it?
//!
//! Pure text work. What imitates is said in words, because reviewers read it. Words that merely contain or resemble the
//! name (`not_us`: freelance, glance …) never imitate it, and a name shorter than [`MIN_FUZZY`] is only looked for as a
//! whole word: short names have hundreds of honest neighbours.
//!
//! An [`Index`] holds the names of all brands in tables, so that a host costs the same whatever their number: its labels
//! are cut into words, bait ([`bait`]) is taken off them, and what is left is looked up as it is written, as it looks
//! ([`shape`]) and with a letter less ([`slip`]).

mod bait;
mod built_in;
mod index;
mod name;
mod shape;
mod slip;
#[cfg(test)]
mod tests;

pub(crate) use built_in::built_in;
pub use index::{Imitation, Index};
pub use name::Name;

use crate::text::fold::fold;
use foldhash::fast::RandomState;
use std::collections::HashSet;

/// Shortest name for which typing errors are looked for. Below it honest neighbours abound (`dhl`: 10 of the 50,000 most
/// visited domains at distance 1, `ups`: 59).
pub const MIN_FUZZY: usize = 6;
/// Letters of a name from which a slip is plain wherever it is: glued to bait, or in the first letter.
const LONG: usize = 8;
/// Shortest name that is looked for inside a longer word (`elancelogin`).
pub const MIN_INSIDE: usize = 5;

/// Folded words that contain or resemble a name and are nobody's imitation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotUs(HashSet<String, RandomState>);

impl NotUs {
    /// The words given, and those that are built in.
    pub fn new<'a>(words: impl Iterator<Item = &'a str>) -> NotUs {
        let built_in = built_in::NOT_US.lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace);
        NotUs(built_in.chain(words).map(fold).collect())
    }

    /// True if a folded word is among them.
    pub fn contains(&self, folded: &str) -> bool {
        self.0.contains(folded)
    }
}

/// The words of a label: cut at everything that is no letter.
fn tokens(label: &str) -> impl Iterator<Item = &str> {
    label.split(|c: char| !c.is_alphabetic()).filter(|t| !t.is_empty())
}

/// True if a folded word is one that impostors join to a brand's name, or several of them without a gap.
pub fn is_bait(folded: &str) -> bool {
    bait::PLAIN.is_bait(folded)
}

/// Folded, without blanks and punctuation.
pub fn compact(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}
