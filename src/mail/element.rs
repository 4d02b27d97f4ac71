//! HTML element names as numbers, and which of them break lines, stand alone, or end one another.
//!
//! A name is its first eight letters in lower case; no two elements of HTML that matter here share them.

/// The name of an element.
pub(super) type Name = u64;

/// The number of a name.
pub(super) const fn name(bytes: &[u8]) -> Name {
    let (mut number, mut i) = (0, 0);
    while i < bytes.len() && i < 8 {
        number = number << 8 | bytes[i].to_ascii_lowercase() as u64;
        i += 1;
    }
    number
}

macro_rules! names {
    ($($constant:ident = $written:literal),* $(,)?) => { $(pub(super) const $constant: Name = name($written.as_bytes());)* };
}

names! {
    A = "a", AREA = "area", BASE = "base", BODY = "body", BR = "br", BUTTON = "button", DD = "dd", DL = "dl", DT = "dt",
    EMBED = "embed", FORM = "form", FRAME = "frame", IFRAME = "iframe", IMG = "img",
    IMAGE = "image", INPUT = "input", LI = "li", META = "meta", OBJECT = "object", OL = "ol", OPTION = "option", P = "p",
    TABLE = "table", TD = "td", TEMPLATE = "template", TH = "th", TR = "tr", UL = "ul",
}

const fn set<const N: usize>(written: [&str; N]) -> [Name; N] {
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        out[i] = name(written[i].as_bytes());
        i += 1;
    }
    out
}

const VOID: [Name; 16] = set([
    "area", "base", "br", "col", "embed", "hr", "img", "image", "input", "link", "meta", "param", "source", "track",
    "wbr", "frame",
]);

const BLOCK: [Name; 43] = set([
    "p",
    "div",
    "table",
    "tr",
    "td",
    "th",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "center",
    "blockquote",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "nav",
    "aside",
    "form",
    "fieldset",
    "figure",
    "figcaption",
    "address",
    "dl",
    "dd",
    "dt",
    "tbody",
    "thead",
    "tfoot",
    "caption",
    "body",
    "html",
    "details",
    "summary",
    "option",
    "hr",
]);

/// True for elements that have no content and no end tag.
pub(super) fn is_void(element: Name) -> bool {
    VOID.contains(&element)
}

/// True for elements that begin and end a line. Cells are among them: a blank parts those of one row.
pub(super) fn is_block(element: Name) -> bool {
    BLOCK.contains(&element)
}

/// True for blocks whose neighbours stand on the same line.
pub(super) fn is_cell(element: Name) -> bool {
    matches!(element, TD | TH)
}

/// False if the beginning of `element` cannot end any other.
pub(super) fn may_end(element: Name) -> bool {
    element == A || is_block(element)
}

/// True if the beginning of `element` ends an open `other` (omitted end tags, WHATWG 13.1.2.4).
pub(super) fn ends(element: Name, other: Name) -> bool {
    match element {
        LI => other == LI,
        DD | DT => matches!(other, DD | DT),
        TD | TH => is_cell(other),
        TR => other == TR || is_cell(other),
        OPTION => other == OPTION,
        // A link inside a link ends the outer one.
        A => other == A,
        _ => other == P && is_block(element),
    }
}

/// True if the search for an element that `element` ends, by its tag or by [`ends`], must stop at `other`.
pub(super) fn is_wall(element: Name, other: Name) -> bool {
    match element {
        LI => matches!(other, UL | OL | TD | TH | TABLE),
        DD | DT => matches!(other, DL | TD | TH | TABLE),
        TR | TD | TH => other == TABLE,
        TABLE | BODY => false,
        _ => matches!(other, TABLE | TD | TH | BUTTON),
    }
}
