//! How formatting elements (`b`, `font`, `a` …) outlive what they began in: in `<i><b></i>x</b>` browsers show `x` in a
//! second `b` (WHATWG 13.2.4.3 and the "adoption agency" of 13.2.6.4.7).
//!
//! Without this a text that such an element hides would be read as shown. Only how text looks is worked out; what goes
//! beyond the bounds of [`super::formats`] ends with what it stands in, so that its text counts as shown.

use super::element as el;
use super::element::{MAX_DEPTH, Name};
use super::state::{Open, Reader};

impl Reader<'_> {
    /// Opens an element.
    pub(super) fn open(&mut self, mut open: Open) {
        if el::keeps_formats(open.name()) {
            self.formats.mark();
        }
        open.is_format = open.is_format && self.formats.add(open.name(), open.declarations);
        self.paragraphs += usize::from(open.name() == el::P);
        self.stack.push(open);
    }

    /// Ends the innermost elements down to so many.
    pub(super) fn close_to(&mut self, depth: usize) {
        while self.stack.len() > depth
            && let Some(open) = self.stack.pop()
        {
            self.paragraphs -= usize::from(open.name() == el::P);
            self.text_of(&open.last, open.style);
            if el::ends_with_formats(open.name()) {
                self.formats.clear_to_mark();
            } else if open.is_format {
                self.formats.cut(open.element);
            }
        }
    }

    /// Opens those anew that go on in what comes next.
    pub(super) fn reopen(&mut self) {
        for i in self.formats.to_reopen() {
            if self.stack.len() >= MAX_DEPTH {
                return;
            }
            let Some((element, declarations)) = self.formats.reopen(i) else { continue };
            let (mut style, before) = (self.style(), self.before());
            style.apply(&declarations);
            self.stack.push(Open {
                element,
                style,
                before,
                declarations,
                is_format: true,
                number: 0,
                last: String::new(),
            });
        }
    }

    /// Ends a formatting element; false if none is to be ended like this. What it began in and what began in it go on.
    pub(super) fn end_format(&mut self, name: Name) -> bool {
        let Some(format) = self.formats.find(name) else { return false };
        let is_it = |o: &Open| o.is_format && o.name() == name;
        let open = self.stack.iter().rposition(is_it).filter(|_| !self.formats.is_cut(format));
        let Some(open) = open else {
            self.formats.remove(format);
            return true;
        };
        if self.stack[open + 1..].iter().any(|o| o.name() == el::TABLE) {
            return true;
        }
        self.formats.remove(format);
        let last_block = self.stack.iter().rposition(|o| el::is_special(o.name())).filter(|i| *i > open);
        self.close_to(last_block.unwrap_or(open) + 1);
        let ended = self.stack.remove(open);
        self.text_of(&ended.last, ended.style);
        if last_block.is_some() {
            // Of what stood in it only blocks and formatting elements go on: the blocks move out of the rest.
            for mut inside in self.stack.split_off(open) {
                if !(inside.is_format || el::is_special(inside.name())) {
                    if inside.style.is_hidden() {
                        self.departed.push(inside.number);
                    }
                    continue;
                }
                inside.style = self.style_under(inside.name());
                inside.style.apply(&inside.declarations);
                self.stack.push(inside);
            }
        }
        true
    }
}
