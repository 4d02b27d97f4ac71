//! One tag of a document: its name and attributes as [`super::tokens`] puts them together. Keeps all of them in one
//! piece of memory, which the next tag uses again. Cannot fail.

use super::element as el;
use super::element::Name;
use std::ops::Range;

/// A tag.
#[derive(Debug, Default)]
pub(crate) struct Tag {
    /// The element's name as written, in lower case.
    pub(super) name: Vec<u8>,
    pub(super) is_end: bool,
    pub(super) is_self_closing: bool,
    pub(super) is_foreign: bool,
    /// Names and values of the attributes, one behind the other.
    pub(super) octets: Vec<u8>,
    pub(super) attributes: Vec<Attribute>,
}

#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: Range<usize>,
    /// Where its value ends; it begins where the name ends.
    pub(super) end: usize,
}

impl Tag {
    /// The element.
    pub(crate) fn element(&self) -> Name {
        el::name(&self.name)
    }

    /// Its name as written, in lower case.
    pub(crate) fn name(&self) -> &[u8] {
        &self.name
    }

    /// True for `<name/>`.
    pub(crate) fn is_self_closing(&self) -> bool {
        self.is_self_closing
    }

    /// True for an end tag.
    pub(crate) fn is_end(&self) -> bool {
        self.is_end
    }

    /// True for an element of SVG or MathML.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// True if it has no attribute at all.
    pub(crate) fn is_bare(&self) -> bool {
        self.attributes.is_empty()
    }

    /// Names and values of the attributes, in order.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.attributes.iter().map(|a| (&self.octets[a.name.clone()], &self.octets[a.name.end..a.end]))
    }

    /// Begins another tag with the same room.
    pub(super) fn clear(&mut self, is_end: bool) {
        self.name.clear();
        self.octets.clear();
        self.attributes.clear();
        self.is_end = is_end;
        self.is_self_closing = false;
    }
}

/// The value of an attribute of a tag; the first of that name counts (13.2.5.33).
pub(crate) fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    // A document is UTF-8, and names and values are cut between its characters.
    tag.attributes().find(|(n, _)| *n == name.as_bytes()).and_then(|(_, value)| std::str::from_utf8(value).ok())
}
