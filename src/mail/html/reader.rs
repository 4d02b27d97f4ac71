//! Reads an HTML document tag by tag. What is known only behind the place it is about (a sheet, text before a table)
//! makes it read the document once more, twice at the most. Cannot fail.

use super::css::cascade::Styles;
use super::css::declarations::Declarations;
use super::css::media::Media;
use super::css::selector::Side;
use super::element as el;
use super::element::{MAX_DEPTH, Name};
use super::foster_parenting::{Fostered, Piece};
use super::out::HtmlOut;
use super::state::{Open, Reader};
use super::style::media_of;
use super::tag::Tag;
use super::tokens::{MAX_ATTRIBUTES, Sink, read_tokens};
use crate::mail::defect::Limit;
use crate::text::fold::fold_onto;
use std::collections::HashSet;

/// Reads an HTML document.
pub(crate) fn read_html(html: &str) -> HtmlOut {
    let mut styles = Styles::new(html.len());
    let mut out = HtmlOut::default();
    let mut hindsight = read(html, Reader::new(&mut out, &mut styles));
    let mut read_again = |fostered, departed| {
        out = HtmlOut::default();
        let known_departed = HashSet::from_iter(departed);
        read(html, Reader { has_sheets: true, fostered, known_departed, ..Reader::new(&mut out, &mut styles) })
    };
    if hindsight.is_late {
        // A sheet may show what stands before it.
        hindsight = read_again(Fostered::default(), vec![]);
    }
    let fostered = hindsight.fostered.once_more();
    if fostered.is_some() || !hindsight.departed.is_empty() {
        read_again(fostered.unwrap_or_default(), hindsight.departed);
    }
    out.limits.extend(styles.limit().map(Limit));
    out
}

/// What was found behind the place it is about.
struct Hindsight {
    /// True if a sheet came after something it may be about.
    is_late: bool,
    fostered: Fostered,
    /// See [`Reader::departed`].
    departed: Vec<usize>,
}

/// Reads a document once.
fn read(html: &str, mut reader: Reader<'_>) -> Hindsight {
    if read_tokens(html, &mut reader) {
        reader.out.limit(format!("an HTML tag has more than {MAX_ATTRIBUTES} attributes"));
    }
    reader.resolve_held_back(None);
    reader.end_anchor();
    reader.written_in_text();
    let nested = std::mem::take(&mut reader.nested);
    if !nested.is_empty() {
        reader.add_nested(read_nested(&nested));
    }
    for text in [&mut reader.out.text, &mut reader.out.hidden, &mut reader.out.title] {
        text.truncate(text.trim_end().len());
    }
    Hindsight { is_late: reader.is_late, fostered: reader.fostered, departed: reader.departed }
}

/// Reads the documents inside another, all at once. One inside of these is left: programs do not go deeper either.
fn read_nested(html: &str) -> HtmlOut {
    let mut out = HtmlOut::default();
    let mut styles = Styles::new(html.len());
    read(html, Reader { is_nested: true, ..Reader::new(&mut out, &mut styles) });
    out
}

impl Sink for Reader<'_> {
    fn text(&mut self, text: &str) {
        let is_blank = text.trim_ascii().is_empty();
        self.begin_body(!is_blank);
        if !is_blank {
            self.reopen();
        }
        let style = self.style();
        let fostered = self.before().filter(|_| !style.is_hidden() && !text.trim().is_empty());
        let moved = |table| self.fostered.take(table, || Piece::Text(text.to_owned(), style));
        match fostered.is_some_and(moved) {
            true => self.show_on_link(text, style),
            false => self.text_of(text, style),
        }
    }

    fn title(&mut self, text: &str) {
        fold_onto(&mut self.out.title, text);
    }

    fn start(&mut self, tag: &Tag) {
        let name = if tag.is_foreign() { el::foreign(tag.element()) } else { tag.element() };
        self.begin_body(!el::is_of_head(name));
        let is_nothing = self.is_nothing(name);
        self.in_form |= name == el::FORM;
        if el::ends_select(name)
            && !(is_nothing && el::is_of_table(name))
            && let Some(select) = self.open_select()
        {
            self.close_to(select);
        }
        if is_nothing {
            return self.collect(tag.element(), tag, self.style());
        }
        self.end_implied(name);
        if el::is_inline(name) {
            self.reopen();
        }
        let before = self.before_inside(name);
        if tag.element() == el::STYLE {
            self.sheet_media = media_of(tag);
        }
        let (element, mut style, mut declarations) = self.begin_style(name, tag);
        if !declarations.stands_in_line {
            self.break_around(name);
        }
        self.tags += 1;
        if self.known_departed.contains(&self.tags) {
            (style, declarations) = (self.style_under(name), Declarations::default());
        }
        self.collect(tag.element(), tag, style);
        if el::is_void(name) || tag.is_foreign() && tag.is_self_closing() {
            return;
        }
        if self.stack.len() < MAX_DEPTH {
            let is_format = el::is_format(name);
            let first = self.text_into(Side::Before, &element, style, tag);
            let last = self.text_into(Side::After, &element, style, tag);
            self.open(Open { element, style, before, declarations, is_format, number: self.tags, last });
            self.text_of(&first, style);
        } else {
            self.too_deep += 1;
            if !std::mem::replace(&mut self.is_lost, true) {
                self.out.limit(format!("HTML elements are nested more than {MAX_DEPTH} deep"));
            }
        }
    }

    fn leave(&mut self, name: Name) {
        self.close(name);
    }

    fn sheet(&mut self, css: &str) {
        self.style_sheet(css);
        if !self.has_sheets {
            // Gmail reads no sheet in the body, so that one cannot hide.
            let is_in_head = self.in_head && !self.is_open(el::NOSCRIPT);
            let media = if is_in_head { self.sheet_media } else { self.sheet_media.min(Media::Some) };
            let hides = self.style().is_hidden() || !self.out.hidden.is_empty();
            let adds = media > Media::None && self.styles.add(css, media);
            self.is_late |= adds && (hides || self.styles.has_generated() && !self.in_head);
        }
    }

    fn conditional(&mut self, html: &str) {
        self.keep_nested(html);
    }

    fn end(&mut self, name: Name) {
        if el::written(name) == el::A || el::is_vml(name) {
            self.end_anchor();
        }
        self.in_form &= name != el::FORM;
        let closed = self.stack.iter().rfind(|o| o.name() == name);
        let stands_in_line = closed.is_some_and(|o| o.declarations.stands_in_line);
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if !(el::is_format(name) && self.end_format(name)) {
            let is_it = |o: &Open| el::is_ended_by(o.name(), name);
            let inside = |o: &Open| is_it(o) || el::is_wall_to_end(name, o.name());
            let open = self.stack.iter().rposition(inside).filter(|i| is_it(&self.stack[*i]));
            match open.or_else(|| self.implied(name)) {
                Some(i) => {
                    let is_form = name == el::FORM;
                    self.close_to(if is_form { self.last_unimplied(i) } else { i });
                    if is_form && self.stack.len() > i {
                        // What began in it and has not ended stays.
                        self.stack.remove(i);
                    }
                    if el::keeps_formats(name) && !el::ends_with_formats(name) {
                        self.formats.clear_to_mark();
                    }
                }
                // Of the ends of what is not open only these do something.
                None if !matches!(name, el::P | el::BR) => return,
                None => {}
            }
        }
        if !stands_in_line {
            self.break_around(name);
        }
    }
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod sheet_tests;
#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
