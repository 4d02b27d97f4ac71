//! HTML element names as numbers, and which of them break lines, stand alone, or end one another.
//!
//! A name is its first eight letters in lower case; no two elements of HTML that matter here share them.

/// Elements open at one time. Honest mail with nested tables stays below 150.
pub(super) const MAX_DEPTH: usize = 512;
/// Octets of a name that are told apart.
pub(super) const NAME_BYTES: usize = 8;

/// The name of an element.
pub(crate) type Name = u64;

/// The number of a name.
pub(crate) const fn name(bytes: &[u8]) -> Name {
    let (mut number, mut i) = (0, 0);
    while i < bytes.len() && i < NAME_BYTES {
        number = number << 8 | bytes[i].to_ascii_lowercase() as u64;
        i += 1;
    }
    number
}

/// Set in the name of an element that is not HTML: what is said here of `table` or `a` is not true of one in SVG.
const FOREIGN: Name = 1 << 63;

/// The name of an element of SVG or MathML.
pub(crate) fn foreign(element: Name) -> Name {
    element | FOREIGN
}

/// The name as it is written.
pub(crate) fn written(element: Name) -> Name {
    element & !FOREIGN
}

macro_rules! names {
    ($($constant:ident = $written:literal),* $(,)?) => {
        $(pub(crate) const $constant: Name = name($written.as_bytes());)*
    };
}

names! {
    A = "a", ADDRESS = "address", ANIMATE = "animate", AREA = "area", ARTICLE = "article", ASIDE = "aside", B = "b",
    BASE = "base", BASEFONT = "basefont", BDO = "bdo", BGSOUND = "bgsound", BIG = "big", BLOCKQUOTE = "blockquote",
    BODY = "body", BR = "br", BUTTON = "button", CAPTION = "caption", CENTER = "center", CODE = "code", COL = "col",
    COLGROUP = "colgroup", DD = "dd", DETAILS = "details", DIALOG = "dialog", DIR = "dir", DIV = "div", DL = "dl",
    DT = "dt", EM = "em", EMBED = "embed", FIELDSET = "fieldset", FIGCAPTION = "figcaption", FIGURE = "figure",
    FONT = "font", FOOTER = "footer", FORM = "form", FRAME = "frame", FRAMESET = "frameset", H1 = "h1", H2 = "h2",
    H3 = "h3", H4 = "h4", H5 = "h5", H6 = "h6", HEAD = "head", HEADER = "header", HR = "hr", HTML = "html", I = "i",
    IFRAME = "iframe", IMAGE = "image", IMG = "img", INPUT = "input", KEYGEN = "keygen", LEGEND = "legend", LI = "li",
    LINK = "link", LISTING = "listing", MAIN = "main", MARQUEE = "marquee", MENU = "menu", META = "meta", NAV = "nav",
    NOBR = "nobr", NOSCRIPT = "noscript", OBJECT = "object", OL = "ol", OPTGROUP = "optgroup", OPTION = "option",
    P = "p", PARAM = "param", PLAINTEXT = "plaintext", PRE = "pre", RB = "rb", RP = "rp", RT = "rt", RTC = "rtc",
    S = "s", SCRIPT = "script", SECTION = "section", SELECT = "select", SET = "set", SMALL = "small",
    SOURCE = "source", STRIKE = "strike", STRONG = "strong", STYLE = "style", SUMMARY = "summary", TABLE = "table",
    TBODY = "tbody", TD = "td", TEMPLATE = "template", TEXTAREA = "textarea", TFOOT = "tfoot", TH = "th",
    THEAD = "thead", TITLE = "title", TR = "tr", TRACK = "track", TT = "tt", U = "u", UL = "ul", WBR = "wbr",
    XMP = "xmp",
}

/// True for shapes of VML (`v:roundrect`), which Outlook draws and lets click.
pub(crate) fn is_vml(element: Name) -> bool {
    let letters = (Name::BITS - element.leading_zeros()).div_ceil(8);
    letters > 2 && element >> ((letters - 2) * 8) == name(b"v:")
}

/// True for elements that can stand before the body.
pub(crate) fn is_of_head(element: Name) -> bool {
    matches!(element, HTML | HEAD | META | TITLE | LINK | STYLE | SCRIPT | BASE | NOSCRIPT)
}

/// True for elements that have no content and no end tag.
pub(crate) fn is_void(element: Name) -> bool {
    matches!(
        element,
        AREA | BASE
            | BASEFONT
            | BGSOUND
            | BR
            | COL
            | EMBED
            | HR
            | IMG
            | IMAGE
            | INPUT
            | KEYGEN
            | LINK
            | META
            | PARAM
            | SOURCE
            | TRACK
            | WBR
            | FRAME
    )
}

/// True for elements that begin and end a line. Cells are among them: a blank parts those of one row.
pub(crate) fn is_block(element: Name) -> bool {
    matches!(
        element,
        P | DIV
            | TABLE
            | TR
            | TD
            | TH
            | UL
            | OL
            | LI
            | H1
            | H2
            | H3
            | H4
            | H5
            | H6
            | CENTER
            | BLOCKQUOTE
            | PRE
            | SECTION
            | ARTICLE
            | HEADER
            | FOOTER
            | MAIN
            | NAV
            | ASIDE
            | FORM
            | FIELDSET
            | FIGURE
            | FIGCAPTION
            | ADDRESS
            | DL
            | DD
            | DT
            | TBODY
            | THEAD
            | TFOOT
            | CAPTION
            | LEGEND
            | MENU
            | DIR
            | DIALOG
            | LISTING
            | XMP
            | PLAINTEXT
            | DETAILS
            | SUMMARY
            | OPTION
            | HR
    )
}

/// True for elements that end a list of choices they stand in (WHATWG 13.2.6.4.16 as of 2024).
pub(crate) fn ends_select(element: Name) -> bool {
    matches!(element, INPUT | KEYGEN | SELECT | TABLE | TEXTAREA) || is_of_table(element)
}

/// True for the parts of a table, which are nothing outside of one (WHATWG 13.2.6.4.7).
pub(crate) fn is_of_table(element: Name) -> bool {
    matches!(element, CAPTION | COL | COLGROUP | TBODY | TD | TFOOT | TH | THEAD | TR)
}

/// True for elements that Chromium shows whatever their attribute `hidden` says: its own style sheet gives them a
/// display.
pub(crate) fn overrides_hidden(element: Name) -> bool {
    matches!(element, MARQUEE | NOSCRIPT)
}

/// True for a table and those of its parts that hold no text.
pub(crate) fn is_frame_of_table(element: Name) -> bool {
    matches!(element, TABLE | COLGROUP | TBODY | TFOOT | THEAD | TR)
}

/// True for blocks whose neighbours stand on the same line.
pub(crate) fn is_cell(element: Name) -> bool {
    matches!(element, TD | TH)
}

/// True for elements that go on behind the end of what they stand in (WHATWG 13.2.4.2, "formatting").
pub(crate) fn is_format(element: Name) -> bool {
    matches!(element, A | B | BIG | CODE | EM | FONT | I | NOBR | S | SMALL | STRIKE | STRONG | TT | U)
}

/// True for elements into which such ones do not reach from around, nor out of.
pub(crate) fn keeps_formats(element: Name) -> bool {
    ends_with_formats(element) || matches!(element, OBJECT | MARQUEE)
}

/// True for those of them that end such ones even without an end tag.
pub(crate) fn ends_with_formats(element: Name) -> bool {
    matches!(element, TD | TH | CAPTION | TEMPLATE)
}

/// True for elements that stand in a line of text.
pub(crate) fn is_inline(element: Name) -> bool {
    !(is_block(element) || is_of_table(element) || is_of_head(element))
}

/// True for elements that the end of an inline element does not reach over (WHATWG 13.2.4.2, "special").
pub(crate) fn is_special(element: Name) -> bool {
    is_block(element) && element != OPTION
        || matches!(element, BUTTON | SELECT | IFRAME | TEXTAREA)
        || keeps_formats(element)
}

/// True for elements that end with what they stand in (WHATWG 13.2.6.3, "implied end tags").
pub(crate) fn has_implied_end(element: Name) -> bool {
    matches!(element, DD | DT | LI | OPTGROUP | OPTION | P | RB | RP | RT | RTC)
}

/// False if the beginning of `element` cannot end any other.
pub(crate) fn may_end(element: Name) -> bool {
    is_block(element) || ends_its_kind(element)
}

/// True for elements that end others of their kind when they begin.
pub(crate) fn ends_its_kind(element: Name) -> bool {
    matches!(element, LI | DD | DT | BUTTON | RB | RP | RT | RTC | OPTGROUP | OPTION) || is_of_table(element)
}

/// True if the end tag of `other` ends an open `element`.
pub(crate) fn is_ended_by(element: Name, other: Name) -> bool {
    element == other || is_heading(element) && is_heading(other)
}

/// True for headings.
pub(crate) fn is_heading(element: Name) -> bool {
    matches!(element, H1 | H2 | H3 | H4 | H5 | H6)
}

/// True if the beginning of `element` ends an open `other` of its kind (omitted end tags, WHATWG 13.1.2.4).
pub(crate) fn ends(element: Name, other: Name) -> bool {
    match element {
        LI => other == LI,
        DD | DT => matches!(other, DD | DT),
        BUTTON => other == BUTTON,
        RB | RP | RT | RTC => matches!(other, RB | RP | RT | RTC),
        OPTGROUP => matches!(other, OPTION | OPTGROUP),
        OPTION => other == OPTION,
        TD | TH => is_cell(other) || other == CAPTION,
        TR => other == TR || is_cell(other) || other == CAPTION,
        _ => is_of_table(element) && is_of_table(other),
    }
}

/// True if the search for such an element must stop at `other`.
pub(crate) fn is_wall(element: Name, other: Name) -> bool {
    match element {
        LI => is_special(other) && !matches!(other, LI | ADDRESS | DIV | P),
        DD | DT => is_special(other) && !matches!(other, DD | DT | ADDRESS | DIV | P),
        _ if is_of_table(element) => matches!(other, TABLE | TEMPLATE),
        _ => is_scope(other),
    }
}

/// True for elements whose beginning ends a paragraph.
pub(crate) fn ends_p(element: Name) -> bool {
    is_block(element) && !is_of_table(element) && element != OPTION
}

/// True if a block behind `other` does not end a paragraph before it.
pub(crate) fn is_wall_of_p(other: Name) -> bool {
    other == BUTTON || is_scope(other)
}

/// True if the search for what the end tag of `element` ends must stop at `other`.
pub(crate) fn is_wall_to_end(element: Name, other: Name) -> bool {
    match element {
        TEMPLATE | BODY => false,
        TABLE => other == TEMPLATE,
        LI => matches!(other, UL | OL) || is_scope(other),
        P => is_wall_of_p(other),
        _ if is_of_table(element) => matches!(other, TABLE | TEMPLATE),
        _ if is_inline(element) && !is_special(element) => is_special(other),
        _ => is_scope(other),
    }
}

/// True for elements that most tags outside of do not reach into (WHATWG 13.2.4.2, "scope").
fn is_scope(element: Name) -> bool {
    matches!(element, TABLE | TD | TH | CAPTION | TEMPLATE | OBJECT | MARQUEE | SELECT)
}
