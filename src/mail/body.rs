//! The body as a person meets it: visible text, links, attachments. Filled by [`super::message`] from the MIME tree.

use super::link::Link;
use std::ops::Range;

/// What the body of a message shows and carries.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// Visible text of all text/plain and text/html parts, in order, white space folded to single blanks and line ends.
    pub text: String,
    /// Text that HTML hides from the reader (`display:none`, zero size, same colour …).
    pub hidden: String,
    /// Words of the visible text that hidden text stands inside of.
    pub torn: usize,
    /// Which stretches of the visible text come from which kind of part, in order; true for HTML.
    pub stretches: Vec<(bool, Range<usize>)>,
    /// The title of the first HTML part that has one; mail programs do not show it, but its author wrote it.
    pub title: String,
    /// Links of all parts, part by part: first those of the markup in order of appearance, then those written in text.
    pub links: Vec<Link>,
    /// Files and other parts that are not the message's own text.
    pub attachments: Vec<Attachment>,
    /// True if an HTML part holds an input field of type password.
    pub has_password_field: bool,
}

/// A part that a mail program offers as a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Its file name, decoded (RFC 2231, RFC 2047); empty if it has none.
    pub name: String,
    /// The declared media type, lower case, such as `application/pdf`.
    pub declared: String,
    /// The media type its first bytes show, if they show one.
    pub detected: Option<&'static str>,
    /// Size in octets after decoding.
    pub size: usize,
    /// True if it is HTML with an input field of type password: a forged sign-in page that needs no server to load from.
    pub has_password_field: bool,
}
