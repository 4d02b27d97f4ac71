//! Visible text, hidden text and links of an HTML part.
//!
//! Works on the tokens of [`super::tokens`] with its own stack of open elements and [`super::style`]: enough of a browser
//! to know what a reader sees and what he can click. Refuses to build a tree, run scripts, or fetch style sheets. It never
//! fails; a document that hits a limit is read up to there and says so in [`HtmlOut::limits`].

mod css;
mod element;
mod foreign;
mod formatting;
mod foster_parenting;
mod links;
mod look;
mod nesting;
mod tokens;

use crate::mail::html::formatting::Formats;
use crate::mail::html::links::Found;
use crate::mail::html::look::view_of;

use crate::mail::body::MAX_TEARS;
use crate::mail::defect::Limit;
use crate::mail::html::css::cascade::Styles;
use crate::mail::html::css::rules::View;
use crate::mail::html::css::selector::{Kin, Side};
use crate::mail::html::css::{Look, Style};
use crate::mail::html::element as el;
use crate::mail::html::element::Name;
use crate::mail::html::foster_parenting::{Fostered, Piece};
use crate::mail::html::tokens::{Sink, Tag};
use crate::mail::link::Link;
use crate::text::bidi::{TURN, TURN_BACK};
use crate::text::fold::{first_bytes, fold_onto, is_invisible};
use std::collections::HashSet;

/// Open elements at one time. Honest mail with nested tables stays below 150.
const MAX_DEPTH: usize = 512;
/// Links kept of one document, and of a message: reading 2,000 is enough to judge any mail.
pub(crate) const MAX_LINKS: usize = 2_000;
/// Octets kept back of text that some readers see and that may stand inside a word: more is a story of its own.
const MAX_DOUBTED: usize = 200;
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
    let mut found = read(html, Reader::new(&mut out, &mut styles));
    let mut again = |fostered, left| {
        out = HtmlOut::default();
        let known_left = HashSet::from_iter(left);
        read(html, Reader { has_sheets: true, fostered, known_left, ..Reader::new(&mut out, &mut styles) })
    };
    if found.is_late {
        // A sheet may show what stands before it.
        found = again(Fostered::default(), vec![]);
    }
    let fostered = found.fostered.once_more();
    if fostered.is_some() || !found.left.is_empty() {
        again(fostered.unwrap_or_default(), found.left);
    }
    out.limits.extend(styles.limit().map(|words| Limit(words.to_owned())));
    out
}

/// What was found behind the place it is about.
struct Later {
    /// True if a sheet came after something it may be about.
    is_late: bool,
    fostered: Fostered,
    left: Vec<usize>,
}

/// Reads a document.
fn read(html: &str, mut reader: Reader<'_>) -> Later {
    if tokens::read(html, &mut reader) {
        reader.limit("an HTML tag has more than 100 attributes");
    }
    reader.finish()
}

/// An element that is open.
struct Open {
    kin: Kin,
    look: Look,
    /// The number of the table before which browsers show what stands in this.
    before: Option<usize>,
    /// Its own style.
    style: Style,
    /// True if it goes on behind the end of what it stands in.
    is_format: bool,
    /// Which start tag it began with.
    number: usize,
    /// Text that a sheet puts at its end.
    last: String,
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
    /// How many of them are paragraphs.
    paragraphs: usize,
    /// Elements that were too deep to be put on the stack and are still open.
    too_deep: usize,
    /// True once there were some: nobody knows any more what ends what, so that nothing hides.
    is_lost: bool,
    anchor: Option<OpenAnchor>,
    /// Stretches of `text` that are links already.
    linked: Vec<(usize, usize)>,
    base: Option<url::Url>,
    last_was_hidden: bool,
    /// True if hidden words came right behind a seen letter.
    in_word: bool,
    /// Text kept back, which some readers see.
    doubted: String,
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
    /// True up to the end tag of a form.
    in_form: bool,
    /// True if a sheet came after something it may be about.
    is_late: bool,
    fostered: Fostered,
    formats: Formats,
    /// Start tags so far.
    tags: usize,
    /// Hidden elements that what stood in them turned out to leave, by number, and those an earlier reading found: they
    /// hide nothing.
    left: Vec<usize>,
    known_left: HashSet<usize>,
}

impl Sink for Reader<'_> {
    fn text(&mut self, text: &str) {
        let is_blank = text.trim_ascii().is_empty();
        self.begin_body(!is_blank);
        if !is_blank {
            self.reopen();
        }
        let look = self.look();
        let fostered = self.before().filter(|_| !look.is_hidden() && !text.trim().is_empty());
        let moved = |table| self.fostered.take(table, || Piece::Text(text.to_owned(), look));
        match fostered.is_some_and(moved) {
            true => self.show_on_link(text, look),
            false => self.text_of(text, look),
        }
    }

    fn title(&mut self, text: &str) {
        fold_onto(&mut self.out.title, text);
    }

    fn start(&mut self, tag: &Tag) {
        let element = if tag.is_foreign() { el::foreign(tag.element()) } else { tag.element() };
        self.begin_body(!el::is_of_head(element));
        let is_nothing = self.is_nothing(element);
        self.in_form |= element == el::FORM;
        if el::ends_select(element)
            && !(is_nothing && el::is_of_table(element))
            && let Some(select) = self.open_select()
        {
            self.close_to(select);
        }
        if is_nothing {
            return self.collect(tag.element(), tag, self.look());
        }
        self.end_implied(element);
        if el::is_inline(element) {
            self.reopen();
        }
        let before = self.before_inside(element);
        self.break_around(element);
        if tag.element() == el::STYLE {
            self.view = view_of(tag);
        }
        let (kin, mut look, mut style) = self.look_of(element, tag);
        self.tags += 1;
        if self.known_left.contains(&self.tags) {
            (look, style) = (self.look_under(element), Style::default());
        }
        self.collect(tag.element(), tag, look);
        if el::is_void(element) || tag.is_foreign() && tag.is_self_closing() {
            return;
        }
        if self.stack.len() < MAX_DEPTH {
            let is_format = el::is_format(element);
            let first = self.text_into(Side::Before, &kin, look, tag);
            let last = self.text_into(Side::After, &kin, look, tag);
            self.open(Open { kin, look, before, style, is_format, number: self.tags, last });
            self.text_of(&first, look);
        } else {
            self.too_deep += 1;
            self.is_lost = true;
            self.limit("HTML elements are nested more than 512 deep");
        }
    }

    fn leave(&mut self, element: Name) {
        if let Some(i) = self.stack.iter().rposition(|o| o.kin.element == element) {
            self.close_to(i);
        }
    }

    fn sheet(&mut self, css: &str) {
        self.style_sheet(css);
        if !self.has_sheets {
            // Gmail reads no sheet in the body, so that one cannot hide.
            let is_in_head = self.in_head && !self.is_open(el::NOSCRIPT);
            let view = if is_in_head { self.view } else { self.view.min(View::Part) };
            let hides = self.look().is_hidden() || !self.out.hidden.is_empty();
            let adds = view > View::Nobody && self.styles.add(css, view);
            self.is_late |= adds && (hides || self.styles.has_generated() && !self.in_head);
        }
    }

    fn conditional(&mut self, html: &str) {
        self.keep_nested(html);
    }

    fn end(&mut self, element: Name) {
        if el::written(element) == el::A || el::is_vml(element) {
            self.end_anchor();
        }
        self.in_form &= element != el::FORM;
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if !(el::is_format(element) && self.end_format(element)) {
            let is_it = |o: &Open| el::is_ended_by(o.kin.element, element);
            let inside = |o: &Open| is_it(o) || el::is_wall_to_end(element, o.kin.element);
            let open = self.stack.iter().rposition(inside).filter(|i| is_it(&self.stack[*i]));
            match open.or_else(|| self.implied(element)) {
                Some(i) => {
                    let is_form = element == el::FORM;
                    self.close_to(if is_form { self.last_unimplied(i) } else { i });
                    if is_form && self.stack.len() > i {
                        // What began in it and has not ended stays.
                        self.stack.remove(i);
                    }
                    if el::keeps_formats(element) && !el::ends_with_formats(element) {
                        self.formats.clear_to_mark();
                    }
                }
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
        styles.begin();
        Reader {
            out,
            stack: Vec::new(),
            paragraphs: 0,
            too_deep: 0,
            is_lost: false,
            anchor: None,
            linked: Vec::new(),
            base: None,
            last_was_hidden: false,
            in_word: false,
            doubted: String::new(),
            is_turned: false,
            found: Found::default(),
            styles,
            has_sheets: false,
            view: View::All,
            in_head: true,
            in_form: false,
            is_late: false,
            fostered: Fostered::default(),
            formats: Formats::default(),
            tags: 0,
            left: vec![],
            known_left: HashSet::new(),
        }
    }

    fn text_of(&mut self, text: &str, look: Look) {
        if text.is_empty() {
            return;
        }
        if look.is_hidden() && !self.is_lost {
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
        if look.is_doubtful() && self.doubt(text) {
            return;
        }
        self.settle(Some(text));
        if std::mem::take(&mut self.in_word)
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
        self.show_on_link(text, look);
        self.last_was_hidden &= text.trim().is_empty();
    }

    fn show_on_link(&mut self, text: &str, look: Look) {
        if let Some(anchor) = self.anchor.as_mut().filter(|a| a.shown.len() < MAX_SHOWN) {
            anchor.shown.extend(look.is_turned().then_some(TURN));
            fold_onto(&mut anchor.shown, first_bytes(text, MAX_SHOWN));
            anchor.shown.extend(look.is_turned().then_some(TURN_BACK));
        }
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

    fn new_line(&mut self) {
        self.settle(None);
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
            let is_fostered = element != el::TABLE && !el::is_of_table(element);
            if let Some(table) = self.before().filter(|_| is_fostered) {
                self.fostered.take(table, || Piece::Break);
            }
            self.new_line();
        }
    }

    fn limit(&mut self, words: &str) {
        if !self.out.limits.iter().any(|l| l.0 == words) {
            self.out.limits.push(Limit(words.to_owned()));
        }
    }

    /// Ends what is open and finds the links that are written in the text and are not links already.
    fn finish(mut self) -> Later {
        self.settle(None);
        self.end_anchor();
        self.written();
        self.nested();
        for text in [&mut self.out.text, &mut self.out.hidden, &mut self.out.title] {
            text.truncate(text.trim_end().len());
        }
        Later { is_late: self.is_late, fostered: self.fostered, left: self.left }
    }
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod sheet_tests;
#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
