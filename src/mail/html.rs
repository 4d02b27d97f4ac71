//! Visible text, hidden text and links of an HTML part.
//!
//! Works on the tokens of [`super::tokens`] with its own stack of open elements and [`super::style`]: enough of a browser
//! to know what a reader sees and what he can click. Refuses to build a tree, run scripts, or fetch style sheets. It never
//! fails; a document that hits a limit is read up to there and says so in [`HtmlOut::limits`].

#[path = "collect.rs"]
mod collect;

use collect::Found;

use super::direction::{TURN, TURN_BACK};
use super::element::{self as el, Name};
use super::link::Link;
use super::message::Limit;
use super::style::{Kin, Look, Style, Styles, View};
use super::text::{first_bytes, fold_onto, is_invisible};
use super::tokens::{self, Sink, Tag, attribute};

/// Open elements at one time. Honest mail with nested tables stays below 150.
const MAX_DEPTH: usize = 512;
/// Links kept of one document, and of a message: reading 2,000 is enough to judge any mail.
pub(crate) const MAX_LINKS: usize = 2_000;
/// Words kept that hidden text stands inside of: two are enough to speak of, and a name has to be among them.
pub(crate) const MAX_TEARS: usize = 200;
/// Octets kept of the text shown on one link.
const MAX_SHOWN: usize = 1_000;

/// What an HTML part shows and does.
#[derive(Debug, Clone, Default)]
pub(crate) struct HtmlOut {
    /// What a reader sees: lines of words parted by single blanks.
    pub(crate) text: String,
    /// What is there and cannot be seen.
    pub(crate) hidden: String,
    /// Where in `text` hidden text stands inside a word, so that a program reads other words than a person.
    pub(crate) tears: Vec<usize>,
    /// The title, which mail programs do not show.
    pub(crate) title: String,
    /// Links in order of appearance.
    pub(crate) links: Vec<Link>,
    /// True if there is an input field of type password.
    pub(crate) has_password_field: bool,
    /// Where reading stopped early.
    pub(crate) limits: Vec<Limit>,
}

/// Reads an HTML document.
pub(crate) fn read_html(html: &str) -> HtmlOut {
    let mut styles = Styles::new(html.len());
    let mut out = HtmlOut::default();
    if read(html, Reader::new(&mut out, &mut styles)) {
        // A sheet may show what stands before it.
        out = HtmlOut::default();
        let mut again = Reader::new(&mut out, &mut styles);
        again.has_sheets = true;
        read(html, again);
    }
    out.limits.extend(styles.limit().map(|words| Limit(words.to_owned())));
    out
}

/// Reads a document; true if a sheet came after something it may be about.
fn read(html: &str, mut reader: Reader<'_>) -> bool {
    if tokens::read(html, &mut reader) {
        reader.limit("an HTML tag has more than 100 attributes");
    }
    reader.finish()
}

/// An element that is open.
struct Open {
    kin: Kin,
    look: Look,
}

impl AsRef<Kin> for Open {
    fn as_ref(&self) -> &Kin {
        &self.kin
    }
}

/// A link whose end has not come.
struct OpenAnchor {
    /// Its place in `links`; `None` beyond the limit.
    index: Option<usize>,
    shown: String,
    /// Where its text begins in `text`.
    from: usize,
}

struct Reader<'o> {
    out: &'o mut HtmlOut,
    stack: Vec<Open>,
    /// Elements that were too deep to be put on the stack and are still open.
    too_deep: usize,
    anchor: Option<OpenAnchor>,
    /// Stretches of `text` that are links already.
    linked: Vec<(usize, usize)>,
    base: Option<url::Url>,
    last_was_hidden: bool,
    /// True if hidden words came right behind a seen letter.
    in_word: bool,
    /// True if the line so far ends with letters that run from right to left.
    is_turned: bool,
    /// What is kept to find links with.
    found: Found,
    styles: &'o mut Styles,
    /// True if `styles` has all sheets of the document already.
    has_sheets: bool,
    /// For whom the sheet holds that is about to come.
    view: View,
    /// True up to the body.
    in_head: bool,
    /// True if a sheet came after something it may be about.
    is_late: bool,
}

impl Sink for Reader<'_> {
    fn text(&mut self, text: &str) {
        self.begin_body(!text.trim_ascii().is_empty());
        self.text_of(text, self.look());
    }

    fn title(&mut self, text: &str) {
        fold_onto(&mut self.out.title, text);
    }

    fn start(&mut self, tag: &Tag) {
        let element = tag.element();
        self.begin_body(!el::is_of_head(element));
        if el::ends_select(element) {
            self.leave(el::SELECT);
        }
        if self.is_nothing(element) {
            return self.collect(element, tag, self.look());
        }
        self.end_implied(element);
        self.break_around(element);
        if element == el::STYLE {
            self.view = view_of(tag);
        }
        let (kin, look) = self.look_of(element, tag);
        self.collect(element, tag, look);
        if el::is_void(element) {
            return;
        }
        if self.stack.len() < MAX_DEPTH {
            self.stack.push(Open { kin, look });
        } else {
            self.too_deep += 1;
            self.limit("HTML elements are nested more than 512 deep");
        }
    }

    fn leave(&mut self, element: Name) {
        if let Some(i) = self.stack.iter().rposition(|o| o.kin.element == element) {
            self.stack.truncate(i);
        }
    }

    fn sheet(&mut self, css: &str) {
        self.style_sheet(css);
        if !self.has_sheets {
            // Gmail reads no sheet in the body, so that one cannot hide.
            let is_in_head = self.in_head && !self.is_open(el::NOSCRIPT);
            let view = if is_in_head { self.view } else { self.view.min(View::Part) };
            let hides = self.look().is_hidden() || !self.out.hidden.is_empty();
            self.is_late |= view > View::Nobody && self.styles.add(css, view) && hides;
        }
    }

    fn conditional(&mut self, html: &str) {
        self.keep_nested(html);
    }

    fn end(&mut self, element: Name) {
        if element == el::A || el::is_vml(element) {
            self.end_anchor();
        }
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else {
            let inside = |o: &Open| o.kin.element == element || el::is_wall(element, o.kin.element);
            match self.stack.iter().rposition(inside).filter(|i| self.stack[*i].kin.element == element) {
                Some(i) => self.stack.truncate(i),
                // Of the ends of what is not open only these do something.
                None if !matches!(element, el::P | el::BR) => return,
                None => {}
            }
        }
        self.break_around(element);
    }
}

impl<'o> Reader<'o> {
    fn new(out: &'o mut HtmlOut, styles: &'o mut Styles) -> Reader<'o> {
        Reader {
            out,
            stack: Vec::new(),
            too_deep: 0,
            anchor: None,
            linked: Vec::new(),
            base: None,
            last_was_hidden: false,
            in_word: false,
            is_turned: false,
            found: Found::default(),
            styles,
            has_sheets: false,
            view: View::All,
            in_head: true,
            is_late: false,
        }
    }

    /// How text looks that comes next. In a table and outside of its cells it is shown before the table, as what stands
    /// around that looks (WHATWG 13.2.6.1).
    fn look(&self) -> Look {
        let is_outside = self.stack.last().is_some_and(|o| el::is_frame_of_table(o.kin.element));
        let table = || self.stack.iter().rposition(|o| o.kin.element == el::TABLE);
        let around = if is_outside { table().unwrap_or_default() } else { self.stack.len() };
        self.look_at(around)
    }

    /// The look of the innermost of so many open elements.
    fn look_at(&self, depth: usize) -> Look {
        self.stack[..depth].last().map(|o| o.look).unwrap_or_default()
    }

    fn text_of(&mut self, text: &str, look: Look) {
        if look.is_hidden() {
            self.found.hidden_at(self.out.text.len(), text);
            // Two hidden pieces with seen text between them are not one word.
            if !self.last_was_hidden {
                fold_onto(&mut self.out.hidden, " ");
            }
            fold_onto(&mut self.out.hidden, text);
            self.last_was_hidden = true;
            self.in_word |= self.out.text.ends_with(char::is_alphanumeric) && text.contains(char::is_alphanumeric);
            return;
        }
        if !text.is_empty()
            && std::mem::take(&mut self.in_word)
            && text.starts_with(char::is_alphanumeric)
            && self.out.tears.len() < MAX_TEARS
        {
            self.out.tears.push(self.out.text.len());
        }
        self.found.shown_at(&self.out.text, text);
        // What nobody sees turns with what is around it.
        let is_seen = |c: char| !(c.is_whitespace() || is_invisible(c));
        if self.is_turned != look.is_turned() && text.contains(is_seen) {
            self.is_turned = look.is_turned();
            self.out.text.push(if self.is_turned { TURN } else { TURN_BACK });
        }
        fold_onto(&mut self.out.text, text);
        if let Some(anchor) = self.anchor.as_mut().filter(|a| a.shown.len() < MAX_SHOWN) {
            anchor.shown.extend(self.is_turned.then_some(TURN));
            fold_onto(&mut anchor.shown, first_bytes(text, MAX_SHOWN));
            anchor.shown.extend(self.is_turned.then_some(TURN_BACK));
        }
        self.last_was_hidden &= text.trim().is_empty();
    }

    /// Words that an element shows by an attribute stand apart from what is around it.
    fn words(&mut self, words: &str, look: Look) {
        if words.is_empty() {
            return;
        }
        for piece in [" ", words, " "] {
            self.text_of(piece, look);
        }
    }

    /// True for a start tag that browsers read as nothing where it stands, whatever style it has.
    fn is_nothing(&self, element: Name) -> bool {
        match element {
            el::HEAD | el::FRAME | el::FRAMESET => true,
            el::HTML | el::BODY => self.is_open(element),
            element => el::is_of_table(element) && !self.is_open(el::TABLE) && !self.is_open(el::TEMPLATE),
        }
    }

    fn is_open(&self, element: Name) -> bool {
        self.stack.iter().rev().any(|o| o.kin.element == element)
    }

    /// Ends the head and what is open in it once something `is_of_body`.
    fn begin_body(&mut self, is_of_body: bool) {
        if self.in_head && is_of_body {
            self.in_head = false;
            self.stack.retain(|o| o.kin.element == el::HTML);
        }
    }

    fn new_line(&mut self) {
        // Nothing is turned beyond a line.
        (self.in_word, self.is_turned) = (false, false);
        for text in [&mut self.out.text, &mut self.out.hidden] {
            if text.ends_with(' ') {
                text.pop();
            }
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
        }
        if let Some(anchor) = &mut self.anchor {
            fold_onto(&mut anchor.shown, " ");
        }
    }

    fn break_around(&mut self, element: Name) {
        if el::is_cell(element) {
            self.text_of(" ", self.look());
        } else if el::is_block(element) || element == el::BR {
            self.new_line();
        }
    }

    /// Ends what the beginning of `element` ends without an end tag.
    fn end_implied(&mut self, element: Name) {
        if element == el::A {
            self.end_anchor();
        }
        if !el::may_end(element) {
            return;
        }
        let stop = self.stack.iter().rposition(|o| el::is_wall(element, o.kin.element)).map_or(0, |i| i + 1);
        if let Some(i) = self.stack[stop..].iter().position(|o| el::ends(element, o.kin.element)) {
            self.stack.truncate(stop + i);
        }
    }

    /// What selectors know of an element, and how it looks.
    fn look_of(&mut self, element: Name, tag: &Tag) -> (Kin, Look) {
        let mut kin = Kin { element, ..Kin::default() };
        let mut look = if el::is_of_table(element) { self.look_at(self.stack.len()) } else { self.look() };
        if el::is_block(element) {
            look.begin_block();
        }
        if tag.is_bare() && !matches!(element, el::TEMPLATE | el::BDO) && self.styles.is_empty() {
            return (kin, look);
        }
        let (mut ground, mut color, mut image, mut own, mut hidden) = (None, None, None, None, None);
        let (mut id, mut classes, mut direction) = (None, None, None);
        let ink: &[u8] = if element == el::BODY { b"text" } else { b"color" };
        for (name, value) in tag.attributes() {
            let slot = match name {
                b"bgcolor" => &mut ground,
                b"background" => &mut image,
                b"style" => &mut own,
                b"hidden" => &mut hidden,
                b"id" => &mut id,
                b"class" => &mut classes,
                b"dir" => &mut direction,
                name if name == ink => &mut color,
                _ => continue,
            };
            // Of each name the first counts.
            *slot = slot.or(std::str::from_utf8(value).ok());
        }
        // A sheet may come yet while this is open.
        if self.in_head || !self.styles.is_empty() {
            (kin.id, kin.classes) = (id.map(Box::from), classes.map(Box::from));
        }
        let mut style = Style::default();
        for (property, value) in [(&b"background-color"[..], ground), (b"color", color)] {
            value.into_iter().for_each(|value| style.declare(property, value));
        }
        if let Some(image) = image {
            style.declare(b"background-image", image);
            self.image(image);
        }
        // An attribute of HTML alone.
        if hidden.is_some() && !tag.is_foreign() && !el::overrides_hidden(element) {
            style.declare(b"display", "none");
        }
        if let Some(direction) = direction {
            style.declare(b"direction", &direction.to_ascii_lowercase());
        }
        if element == el::BDO || direction.is_some() {
            style.declare(b"unicode-bidi", if element == el::BDO { "bidi-override" } else { "isolate" });
        }
        self.styles.cascade(&mut style, &kin, &self.stack, own);
        look.apply(&style);
        if element == el::TEMPLATE {
            look.hide();
        }
        (kin, look)
    }

    fn limit(&mut self, words: &str) {
        if !self.out.limits.iter().any(|l| l.0 == words) {
            self.out.limits.push(Limit(words.to_owned()));
        }
    }

    /// Ends what is open and finds the links that are written in the text and are not links already; true if a sheet came
    /// too late.
    fn finish(mut self) -> bool {
        self.end_anchor();
        self.written();
        self.nested();
        for text in [&mut self.out.text, &mut self.out.hidden, &mut self.out.title] {
            text.truncate(text.trim_end().len());
        }
        self.is_late
    }
}

/// For whom the sheet of a `style` element holds. One of several titles is in force, and another type is not CSS (WHATWG
/// 4.2.6).
fn view_of(style: &Tag) -> View {
    let is_css = |kind: &str| kind.is_empty() || kind.trim_ascii().eq_ignore_ascii_case("text/css");
    let is_plain = attribute(style, "title").is_none() && attribute(style, "type").is_none_or(is_css);
    let view = View::of_media(attribute(style, "media").unwrap_or_default());
    if is_plain { view } else { view.min(View::Part) }
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod sheet_tests;
#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
