//! Formatting elements (`b`, `font`, `a` …), which outlive what they began in: in `<i><b></i>x</b>` browsers show `x` in a
//! second `b` (WHATWG 13.2.4.3 and the "adoption agency" of 13.2.6.4.7).
//!
//! Without this a text that such an element hides would be read as shown. Only how text looks is worked out; what goes
//! beyond [`MAX_FORMATS`] ends with what it stands in, so that its text counts as shown.

use crate::mail::html::css::Style;
use crate::mail::html::css::selector::Kin;
use crate::mail::html::element::Name;
use crate::mail::html::{MAX_DEPTH, Open, Reader, element as el};

/// Formatting elements remembered inside one cell. Broken mail has a dozen, and each is opened anew in every block.
const MAX_FORMATS: usize = 32;
/// Equal ones among them (the "Noah's Ark clause").
const MAX_EQUAL: usize = 3;
/// Cells and the like that may be open at once, or have ended without an end tag of their own.
const MAX_MARKERS: usize = 2 * MAX_DEPTH;

/// The formatting elements that have not ended.
#[derive(Debug, Default)]
pub(crate) struct Formats {
    list: Vec<Format>,
    /// Where in it those begin that stand in the innermost cell or the like, for each that is open.
    markers: Vec<usize>,
    /// True once there were too many markers to know what goes on.
    is_lost: bool,
}

#[derive(Debug)]
struct Format {
    element: Name,
    style: Style,
    /// What selectors know of it, while it is not open because what it stands in has ended.
    cut: Option<Kin>,
}

impl Formats {
    /// Where those begin that count here.
    fn floor(&self) -> usize {
        self.markers.last().copied().unwrap_or_default()
    }

    /// Where the last one is that counts here and `fits`.
    fn last(&self, fits: impl Fn(&Format) -> bool) -> Option<usize> {
        self.list[self.floor()..].iter().rposition(fits).map(|i| self.floor() + i)
    }

    /// Keeps those so far from what begins now.
    fn mark(&mut self) {
        self.is_lost |= self.markers.len() >= MAX_MARKERS;
        if !self.is_lost {
            self.markers.push(self.list.len());
        }
    }

    /// Forgets those behind the last mark, and the mark.
    pub(crate) fn clear_to_mark(&mut self) {
        self.list.truncate(self.floor());
        self.markers.pop();
    }

    /// Adds one, if there is room.
    fn add(&mut self, element: Name, style: Style) -> bool {
        let is_equal = |f: &Format| f.element == element && f.style == style && f.cut.is_some();
        let mut equal = (self.floor()..self.list.len()).rev().filter(|i| is_equal(&self.list[*i]));
        if let Some(first) = equal.nth(MAX_EQUAL - 1) {
            self.list.remove(first);
        }
        let has_room = self.list.len() - self.floor() < MAX_FORMATS && !self.is_lost;
        if has_room {
            self.list.push(Format { element, style, cut: None });
        }
        has_room
    }
}

impl Reader<'_> {
    /// Opens an element.
    pub(crate) fn open(&mut self, mut open: Open) {
        if el::keeps_formats(open.kin.element) {
            self.formats.mark();
        }
        open.is_format = open.is_format && self.formats.add(open.kin.element, open.style);
        self.paragraphs += usize::from(open.kin.element == el::P);
        self.stack.push(open);
    }

    /// Ends the innermost elements down to so many.
    pub(crate) fn close_to(&mut self, depth: usize) {
        while self.stack.len() > depth
            && let Some(open) = self.stack.pop()
        {
            self.paragraphs -= usize::from(open.kin.element == el::P);
            self.text_of(&open.last, open.look);
            if el::ends_with_formats(open.kin.element) {
                self.formats.clear_to_mark();
            } else if open.is_format
                && let Some(i) = self.formats.last(|f| f.element == open.kin.element && f.cut.is_none())
            {
                self.formats.list[i].cut = Some(open.kin);
            }
        }
    }

    /// Opens those anew that go on in what comes next.
    pub(crate) fn reopen(&mut self) {
        if self.formats.is_lost {
            return;
        }
        let first = self.formats.last(|f| f.cut.is_none()).map_or(self.formats.floor(), |i| i + 1);
        for i in first..self.formats.list.len() {
            if self.stack.len() >= MAX_DEPTH {
                return;
            }
            let (mut look, before) = (self.look(), self.before());
            let Format { style, cut, .. } = &mut self.formats.list[i];
            if let Some(kin) = cut.take() {
                look.apply(style);
                self.stack.push(Open {
                    kin,
                    look,
                    before,
                    style: *style,
                    is_format: true,
                    number: 0,
                    last: String::new(),
                });
            }
        }
    }

    /// Ends a formatting element; false if none is to be ended like this. What it began in and what began in it go on.
    pub(crate) fn end_format(&mut self, element: Name) -> bool {
        let Some(format) = self.formats.last(|f| f.element == element) else { return false };
        let is_it = |o: &Open| o.is_format && o.kin.element == element;
        let open = self.stack.iter().rposition(is_it).filter(|_| self.formats.list[format].cut.is_none());
        let Some(open) = open else {
            self.formats.list.remove(format);
            return true;
        };
        if self.stack[open + 1..].iter().any(|o| o.kin.element == el::TABLE) {
            return true;
        }
        self.formats.list.remove(format);
        let last_block = self.stack.iter().rposition(|o| el::is_special(o.kin.element)).filter(|i| *i > open);
        self.close_to(last_block.unwrap_or(open) + 1);
        let ended = self.stack.remove(open);
        self.text_of(&ended.last, ended.look);
        if last_block.is_some() {
            // Of what stood in it only blocks and formatting elements go on: the blocks move out of the rest.
            for mut inside in self.stack.split_off(open) {
                if !(inside.is_format || el::is_special(inside.kin.element)) {
                    if inside.look.is_hidden() {
                        self.left.push(inside.number);
                    }
                    continue;
                }
                inside.look = self.look_under(inside.kin.element);
                inside.look.apply(&inside.style);
                self.stack.push(inside);
            }
        }
        true
    }
}
