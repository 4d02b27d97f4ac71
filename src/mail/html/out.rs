//! What reading an HTML part yields, and how much of it is kept.

use crate::mail::defect::Limit;
use crate::mail::link::Link;

/// Links kept of one document, and of a message: reading 2,000 is enough to judge any mail.
pub(crate) const MAX_LINKS: usize = 2_000;
/// Words kept that hidden text stands inside of, of a document and of a message: two are enough to speak of, and a name
/// has to be among them.
pub(crate) const MAX_BROKEN_WORDS: usize = 200;

/// What an HTML part shows and does.
#[derive(Debug, Clone, Default)]
pub(crate) struct HtmlOut {
    /// What a reader sees: lines of words parted by single blanks.
    pub(crate) text: String,
    /// What is there and cannot be seen.
    pub(crate) hidden: String,
    /// Where in `text`, in octets, hidden text stands inside a word, so that a program reads other words than a person.
    pub(crate) broken_words: Vec<usize>,
    /// The title, which mail programs do not show.
    pub(crate) title: String,
    /// Links in order of appearance.
    pub(crate) links: Vec<Link>,
    /// True if there is an input field of type password.
    pub(crate) has_password_field: bool,
    /// Where reading stopped early.
    pub(crate) limits: Vec<Limit>,
}

impl HtmlOut {
    /// Notes a limit that was hit, once.
    pub(super) fn limit(&mut self, words: String) {
        let limit = Limit(words);
        if !self.limits.contains(&limit) {
            self.limits.push(limit);
        }
    }
}
