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
    A = "a", ADDRESS = "address", ANIMATE = "animate", AREA = "area", ARTICLE = "article", ASIDE = "aside",
    BASE = "base", BASEFONT = "basefont", BDO = "bdo", BGSOUND = "bgsound", BLOCKQUOTE = "blockquote", BODY = "body", BR = "br",
    BUTTON = "button", CAPTION = "caption", CENTER = "center", COL = "col", COLGROUP = "colgroup", DD = "dd",
    DETAILS = "details", DIALOG = "dialog", DIR = "dir", DIV = "div", DL = "dl", DT = "dt", EMBED = "embed",
    FIELDSET = "fieldset", FIGCAPTION = "figcaption", FIGURE = "figure", FOOTER = "footer", FORM = "form",
    FRAME = "frame", FRAMESET = "frameset", H1 = "h1", H2 = "h2", H3 = "h3", H4 = "h4", H5 = "h5", H6 = "h6",
    HEAD = "head", HEADER = "header", HR = "hr", HTML = "html", IFRAME = "iframe", IMAGE = "image", IMG = "img",
    INPUT = "input", KEYGEN = "keygen", LEGEND = "legend", LI = "li", LINK = "link", LISTING = "listing",
    MAIN = "main", MARQUEE = "marquee", MENU = "menu", META = "meta", NAV = "nav", NOSCRIPT = "noscript",
    OBJECT = "object", OL = "ol", OPTION = "option", P = "p", PARAM = "param", PLAINTEXT = "plaintext", PRE = "pre",
    SCRIPT = "script", SECTION = "section", SELECT = "select", SET = "set", SOURCE = "source", STYLE = "style",
    SUMMARY = "summary", TABLE = "table", TBODY = "tbody", TD = "td", TEMPLATE = "template", TEXTAREA = "textarea",
    TFOOT = "tfoot", TH = "th", THEAD = "thead", TITLE = "title", TR = "tr", TRACK = "track", UL = "ul", WBR = "wbr",
    XMP = "xmp",
}

/// True for shapes of VML (`v:roundrect`), which Outlook draws and lets click.
pub(super) fn is_vml(element: Name) -> bool {
    let letters = (Name::BITS - element.leading_zeros()).div_ceil(8);
    letters > 2 && element >> ((letters - 2) * 8) == name(b"v:")
}

/// True for elements that can stand before the body.
pub(super) fn is_of_head(element: Name) -> bool {
    matches!(element, HTML | HEAD | META | TITLE | LINK | STYLE | SCRIPT | BASE | NOSCRIPT)
}

/// True for elements that have no content and no end tag.
pub(super) fn is_void(element: Name) -> bool {
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
pub(super) fn is_block(element: Name) -> bool {
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
pub(super) fn ends_select(element: Name) -> bool {
    matches!(element, INPUT | KEYGEN | SELECT | TABLE | TEXTAREA) || is_of_table(element)
}

/// True for the parts of a table, which are nothing outside of one (WHATWG 13.2.6.4.7).
pub(super) fn is_of_table(element: Name) -> bool {
    matches!(element, CAPTION | COL | COLGROUP | TBODY | TD | TFOOT | TH | THEAD | TR)
}

/// True for elements that Chromium shows whatever their attribute `hidden` says: its own style sheet gives them a display.
pub(super) fn overrides_hidden(element: Name) -> bool {
    matches!(element, MARQUEE | NOSCRIPT)
}

/// True for a table and those of its parts that hold no text.
pub(super) fn is_frame_of_table(element: Name) -> bool {
    matches!(element, TABLE | COLGROUP | TBODY | TFOOT | THEAD | TR)
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
        TD | TH => is_cell(other) || other == CAPTION,
        TR => other == TR || is_cell(other) || other == CAPTION,
        _ if is_of_table(element) => is_of_table(other),
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
        _ if is_of_table(element) => other == TABLE,
        TABLE | TEMPLATE | BODY => false,
        _ => matches!(other, TABLE | TD | TH | BUTTON),
    }
}
