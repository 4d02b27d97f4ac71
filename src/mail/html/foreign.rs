//! Where SVG and MathML begin and end in a document (WHATWG 13.2.6.5).
//!
//! Inside of them no element holds raw text: a reader who takes `<svg><title>` for the title of HTML swallows what a
//! browser shows. Keeps the elements that are open from the first foreign one on. Never fails; the search for the
//! element that an end tag closes is bounded.

use super::element as el;
use super::element::Name;
use super::tag::{Tag, attribute};

/// Elements up to which an end tag looks for its beginning: as deep as a document is read.
const MAX_SEARCHED: usize = el::MAX_DEPTH;

const SVG: Name = el::name(b"svg");
const MATH: Name = el::name(b"math");
const ANNOTATION: Name = el::name(b"annotation-xml");
/// Elements of SVG and MathML in which HTML stands.
const POINTS: [&[u8]; 8] = [b"foreignobject", b"desc", b"title", b"mi", b"mo", b"mn", b"ms", b"mtext"];
/// Elements of HTML that end SVG and MathML.
const BREAKOUTS: [&[u8]; 45] = [
    b"b",
    b"big",
    b"blockquote",
    b"body",
    b"br",
    b"center",
    b"code",
    b"dd",
    b"div",
    b"dl",
    b"dt",
    b"em",
    b"embed",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"head",
    b"hr",
    b"i",
    b"img",
    b"li",
    b"listing",
    b"menu",
    b"meta",
    b"nobr",
    b"ol",
    b"p",
    b"pre",
    b"ruby",
    b"s",
    b"small",
    b"span",
    b"strong",
    b"strike",
    b"sub",
    b"sup",
    b"table",
    b"tt",
    b"u",
    b"ul",
    b"var",
    b"font",
];

/// The elements that are open, from the first foreign one on.
#[derive(Default)]
pub(crate) struct Foreign {
    /// Each with whether what stands in it is foreign.
    open: Vec<(Name, bool)>,
}

impl Foreign {
    /// True if what comes next is not HTML.
    pub(crate) fn is_on(&self) -> bool {
        self.open.last().is_some_and(|(_, is_foreign)| *is_foreign)
    }

    /// Takes a tag: the elements it ends, innermost first, if it is the start tag of an HTML element that ends foreign
    /// ones, or an end tag that does.
    pub(crate) fn broken_out(&mut self, tag: &Tag) -> Vec<Name> {
        let ends = |tag: &Tag| if tag.is_end() { matches!(tag.name(), b"p" | b"br") } else { breaks_out(tag) };
        let breaks = self.is_on() && ends(tag);
        let mut ended = vec![];
        while breaks && self.is_on() {
            ended.extend(self.open.pop().map(|(element, _)| element));
        }
        ended
    }

    /// Takes a start tag; true if its element is a foreign one.
    pub(crate) fn start(&mut self, tag: &Tag) -> bool {
        let element = tag.element();
        let is_root = element == SVG || element == MATH;
        let is_foreign = is_root || self.is_on();
        if self.open.is_empty() && !is_root {
            return false;
        }
        let is_html = !is_foreign && el::is_void(element);
        if !(is_html || is_foreign && tag.is_self_closing()) {
            let is_point = is_foreign && (POINTS.contains(&tag.name()) || element == ANNOTATION && holds_html(tag));
            let element = if is_foreign { el::foreign(element) } else { element };
            self.open.push((element, is_foreign && !is_point));
        }
        is_foreign
    }

    /// Takes an end tag; the element it ends.
    pub(crate) fn end(&mut self, element: Name) -> Name {
        let from = self.open.len().saturating_sub(MAX_SEARCHED);
        match self.open[from..].iter().rposition(|(name, _)| el::written(*name) == element) {
            Some(place) => self.open.drain(from + place..).next().map_or(element, |(name, _)| name),
            None => element,
        }
    }
}

fn breaks_out(tag: &Tag) -> bool {
    let styled = || ["color", "face", "size"].iter().any(|name| attribute(tag, name).is_some());
    BREAKOUTS.contains(&tag.name()) && (tag.name() != b"font" || styled())
}

fn holds_html(tag: &Tag) -> bool {
    let encoding = attribute(tag, "encoding").unwrap_or_default();
    ["text/html", "application/xhtml+xml"].iter().any(|html| encoding.eq_ignore_ascii_case(html))
}
