//! The body as a person meets it: visible text, links, attachments. Filled by [`super::message`] from the MIME tree.

use super::attachment::Attachment;
use super::link::Link;
use std::ops::Range;

/// What the body of a message shows and carries.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// Visible text of all text/plain and text/html parts, in order, white space folded to single blanks and line ends.
    pub text: String,
    /// Text that HTML hides from the reader (`display:none`, zero size, same colour …).
    pub hidden: String,
    /// Where in the visible text hidden text stands inside a word.
    pub tears: Vec<usize>,
    /// Which stretches of the visible text come from which kind of part, in order; true for HTML.
    pub stretches: Vec<(bool, Range<usize>)>,
    /// The title of the first HTML part that has one; mail programs do not show it, but its author wrote it.
    pub title: String,
    /// Links of all parts, part by part: first those of the markup in order of appearance, then those written in text.
    /// Those found in files come last.
    pub links: Vec<Link>,
    /// Files and other parts that are not the message's own text.
    pub attachments: Vec<Attachment>,
    /// True if an HTML part holds an input field of type password.
    pub has_password_field: bool,
}
