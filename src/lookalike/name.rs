//! One name, prepared for comparison with single words: of a display name, of a local part, of a label.

use crate::lookalike::bait::PLAIN;
use crate::lookalike::slip::slip;
use crate::lookalike::word::{self, MIN_FUZZY, MIN_INSIDE, NotUs, tokens};
use std::sync::Arc;

/// A name to protect, prepared for comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Folded, blanks and dashes removed (`trustwallet`).
    compact: String,
    /// Words that contain or resemble it and are not it.
    not_us: Arc<NotUs>,
}

impl Name {
    /// Prepares `name`; `not_us` are the words that are not it.
    pub fn new(name: &str, not_us: &Arc<NotUs>) -> Name {
        Name { compact: word::compact(name), not_us: not_us.clone() }
    }

    /// The name, folded and compact.
    pub fn as_str(&self) -> &str {
        &self.compact
    }

    /// True if the name stands in the label as a word of its own: `elance`, `elance-login`, `my-elance2`.
    pub fn is_token_of(&self, label: &str) -> bool {
        tokens(label).any(|t| t == self.compact)
    }

    /// True if a folded word is the name joined to bait: `elancesupport`, `elance24`.
    pub fn joins(&self, folded: &str) -> bool {
        if folded == self.compact || self.is_not_us(folded) {
            return false;
        }
        let apart = folded.contains(|c: char| !c.is_alphabetic()) && self.is_token_of(folded);
        let glued = || PLAIN.cores(folded).any(|core| folded[core] == self.compact);
        apart || self.compact.len() >= MIN_INSIDE && glued()
    }

    /// True if a word or words are the name and bait, nothing else: `elance-support`, `elancelogin`, `service.elance`.
    pub fn baited_in(&self, folded: &str) -> bool {
        let words = || folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
        let named = |w: &str| w == self.compact;
        self.joins(folded) && !folded.contains(|c: char| !c.is_alphanumeric())
            || words().any(named) && words().any(|w| PLAIN.is_bait(w)) && words().all(|w| named(w) || PLAIN.is_bait(w))
    }

    /// One typing error away that changes a letter or adds one inside, in words. A letter left out makes too many first
    /// names, and one more at the end too many ordinary words.
    pub fn misspelt_as(&self, folded: &str) -> Option<String> {
        let shorter = folded.chars().count() < self.compact.chars().count();
        if shorter || self.compact.len() < MIN_FUZZY || self.is_not_us(folded) {
            return None;
        }
        if !folded.is_ascii() {
            return self.with_another_letter(folded);
        }
        let longer = matches!(folded.strip_prefix(&self.compact), Some(end) if !self.compact.ends_with(end));
        slip(&self.compact, folded).filter(|_| !longer).map(|slip| slip.to_string())
    }

    /// One letter that is not of the Latin alphabet in place of one that is (`elaиce`), in words.
    fn with_another_letter(&self, folded: &str) -> Option<String> {
        let same_length = folded.chars().count() == self.compact.chars().count();
        let mut others = self.compact.chars().zip(folded.chars()).filter(|(own, other)| own != other);
        let (own, other) = others.next().filter(|(_, other)| same_length && !other.is_ascii())?;
        others.next().is_none().then(|| format!("{own} replaced by {other}"))
    }

    /// True for a folded word that contains or resembles the name and is known not to be it.
    pub(crate) fn is_not_us(&self, folded: &str) -> bool {
        self.not_us.contains(folded) && folded != self.compact
    }
}
