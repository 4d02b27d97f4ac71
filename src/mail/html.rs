//! Visible text, hidden text and links of an HTML part.
//!
//! Works on the tokens of [`super::tokens`] with its own stack of open elements: enough of a browser to know what a
//! reader sees and what he can click. Refuses to build a tree, run scripts, or read style sheets. It never fails; a
//! document that hits a limit is read up to there and says so in [`HtmlOut::limits`].

#[path = "collect.rs"]
mod collect;

use collect::Found;

use super::element::{self as el, Name};
use super::link::Link;
use super::message::Limit;
use super::style::Look;
use super::text::is_even;
use super::tokens::{self, Sink, Tag};

/// Open elements at one time. Honest mail with nested tables stays below 150.
const MAX_DEPTH: usize = 512;
/// Links kept of one document, and of a message: reading 2,000 is enough to judge any mail.
pub(crate) const MAX_LINKS: usize = 2_000;
/// Octets kept of the text shown on one link.
const MAX_SHOWN: usize = 1_000;

/// What an HTML part shows and does.
#[derive(Debug, Clone, Default)]
pub(crate) struct HtmlOut {
    /// What a reader sees: lines of words parted by single blanks.
    pub(crate) text: String,
    /// What is there and cannot be seen.
    pub(crate) hidden: String,
    /// Words that hidden text stands inside of, so that a program reads other words than a person.
    pub(crate) torn: usize,
    /// The title, which mail programs do not show.
    pub(crate) title: String,
    /// Links in order of appearance.
    pub(crate) links: Vec<Link>,
    /// True if there is an input field of type password.
    pub(crate) has_password_field: bool,
    /// Where reading stopped early.
    pub(crate) limits: Vec<Limit>,
}

/// Reads an HTML document into `out`.
pub(crate) fn read_html(html: &str, out: &mut HtmlOut) {
    read(html, Reader::new(out));
}

fn read(html: &str, mut reader: Reader<'_>) {
    if tokens::read(html, &mut reader) {
        reader.limit("an HTML tag has more than 100 attributes");
    }
    reader.finish();
}

/// An element that is open.
struct Open {
    name: Name,
    look: Look,
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
    /// What is kept to find links with.
    found: Found,
}

impl Sink for Reader<'_> {
    fn text(&mut self, text: &str) {
        self.text_of(text, self.look());
    }

    fn title(&mut self, text: &str) {
        fold_onto(&mut self.out.title, text);
    }

    fn start(&mut self, tag: &Tag) {
        let element = tag.element();
        self.end_implied(element);
        self.break_around(element);
        let look = self.look_of(element, tag);
        self.collect(element, tag, look);
        if el::is_void(element) {
            return;
        }
        if self.stack.len() < MAX_DEPTH {
            self.stack.push(Open { name: element, look });
        } else {
            self.too_deep += 1;
            self.limit("HTML elements are nested more than 512 deep");
        }
    }

    fn sheet(&mut self, css: &str) {
        self.style_sheet(css);
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
            let inside = |o: &Open| o.name == element || el::is_wall(element, o.name);
            if let Some(i) = self.stack.iter().rposition(inside).filter(|i| self.stack[*i].name == element) {
                self.stack.truncate(i);
            }
        }
        self.break_around(element);
    }
}

impl<'o> Reader<'o> {
    fn new(out: &'o mut HtmlOut) -> Reader<'o> {
        Reader {
            out,
            stack: Vec::new(),
            too_deep: 0,
            anchor: None,
            linked: Vec::new(),
            base: None,
            last_was_hidden: false,
            in_word: false,
            found: Found::default(),
        }
    }

    fn look(&self) -> Look {
        self.stack.last().map(|o| o.look).unwrap_or_default()
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
        if !text.is_empty() && std::mem::take(&mut self.in_word) {
            self.out.torn += usize::from(text.starts_with(char::is_alphanumeric));
        }
        self.found.shown_at(&self.out.text, text);
        fold_onto(&mut self.out.text, text);
        if let Some(anchor) = self.anchor.as_mut().filter(|a| a.shown.len() < MAX_SHOWN) {
            fold_onto(&mut anchor.shown, first_octets(text, MAX_SHOWN));
        }
        self.last_was_hidden &= text.trim().is_empty();
    }

    /// Words that an element shows by an attribute stand apart from what is around it.
    fn words(&mut self, words: &str, look: Look) {
        for piece in [" ", words, " "] {
            self.text_of(piece, look);
        }
    }

    fn new_line(&mut self) {
        self.in_word = false;
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
            self.words("", self.look());
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
        let stop = self.stack.iter().rposition(|o| el::is_wall(element, o.name)).map_or(0, |i| i + 1);
        if let Some(i) = self.stack[stop..].iter().position(|o| el::ends(element, o.name)) {
            self.stack.truncate(stop + i);
        }
    }

    fn look_of(&mut self, element: Name, tag: &Tag) -> Look {
        let mut look = self.look();
        if tag.is_bare() && element != el::TEMPLATE {
            return look;
        }
        let (mut ground, mut color, mut image, mut style, mut hidden) = (None, None, None, None, None);
        let ink: &[u8] = if element == el::BODY { b"text" } else { b"color" };
        for (name, value) in tag.attributes() {
            let slot = match name {
                b"bgcolor" => &mut ground,
                b"background" => &mut image,
                b"style" => &mut style,
                b"hidden" => &mut hidden,
                name if name == ink => &mut color,
                _ => continue,
            };
            // Of each name the first counts.
            *slot = slot.or(std::str::from_utf8(value).ok());
        }
        if let Some(ground) = ground {
            look.set_background(ground);
        }
        if let Some(color) = color {
            look.set_color(color);
        }
        if let Some(image) = image {
            look.set_background("");
            self.image(image);
        }
        if let Some(image) = style.and_then(|style| look.apply(style)) {
            self.image(&image);
        }
        if element == el::TEMPLATE || hidden.is_some() {
            look.hide();
        }
        look
    }

    fn limit(&mut self, words: &str) {
        if !self.out.limits.iter().any(|l| l.0 == words) {
            self.out.limits.push(Limit(words.to_owned()));
        }
    }

    /// Ends what is open and finds the links that are written in the text and are not links already.
    fn finish(mut self) {
        self.end_anchor();
        self.written();
        self.nested();
        for text in [&mut self.out.text, &mut self.out.hidden, &mut self.out.title] {
            text.truncate(text.trim_end().len());
        }
    }
}

/// Appends text with runs of white space folded to one blank.
pub(super) fn fold_onto(out: &mut String, text: &str) {
    if is_even(text.as_bytes()) {
        let stands_apart = out.is_empty() || out.ends_with([' ', '\n']);
        return out.push_str(if stands_apart { text.trim_start_matches(' ') } else { text });
    }
    let mut words = text.split(is_blank);
    if let Some(first) = words.next() {
        out.push_str(first);
    }
    for word in words {
        if !out.is_empty() && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
        out.push_str(word);
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\0'
}

/// The text up to `max` octets, cut between characters.
pub(super) fn first_octets(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
