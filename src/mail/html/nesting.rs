//! Which elements are open: what tags begin and end besides what they say (WHATWG 13.2.6.4).

use crate::mail::html::element::Name;
use crate::mail::html::foster_parenting::Piece;
use crate::mail::html::tokens::Sink;
use crate::mail::html::{Open, Reader, element as el};

impl Reader<'_> {
    /// True for a start tag that browsers read as nothing where it stands, whatever style it has.
    pub(crate) fn is_nothing(&self, element: Name) -> bool {
        match element {
            el::HEAD | el::FRAME | el::FRAMESET => true,
            el::HTML | el::BODY => self.is_open(element),
            // A form between cells ends where it begins.
            el::FORM => self.in_form || self.before().is_some(),
            // A list of choices inside another ends that one.
            el::SELECT => self.open_select().is_some(),
            element => el::is_of_table(element) && !self.is_open(el::TABLE) && !self.is_open(el::TEMPLATE),
        }
    }

    /// Where a list of choices begins that is open.
    pub(crate) fn open_select(&self) -> Option<usize> {
        let is_root = |o: &Open| matches!(o.kin.element, el::SELECT | el::TEMPLATE);
        self.stack.iter().rposition(is_root).filter(|i| self.stack[*i].kin.element == el::SELECT)
    }

    pub(crate) fn is_open(&self, element: Name) -> bool {
        self.stack.iter().rev().any(|o| o.kin.element == element)
    }

    /// Ends the head and what is open in it once something `is_of_body`.
    pub(crate) fn begin_body(&mut self, is_of_body: bool) {
        if self.in_head && is_of_body {
            self.in_head = false;
            self.stack.retain(|o| o.kin.element == el::HTML);
        }
    }

    /// The number of the table before which what comes next is shown, if it is.
    pub(crate) fn before(&self) -> Option<usize> {
        self.stack.last().and_then(|o| o.before)
    }

    /// The same for what will stand in `element`. A table that begins shows what was found to belong before it.
    pub(crate) fn before_inside(&mut self, element: Name) -> Option<usize> {
        match element {
            el::TABLE => {
                let table = self.fostered.begin_table();
                while let Some(piece) = self.fostered.next_before(table) {
                    match piece {
                        Piece::Text(text, look) => self.text_of(&text, look),
                        Piece::Break => self.new_line(),
                    }
                }
                Some(table)
            }
            el::TEMPLATE | el::CAPTION => None,
            element if el::is_cell(element) => None,
            _ => self.before(),
        }
    }

    /// Where a row, or the body of a table, begins that has no tag of its own.
    pub(crate) fn implied(&self, element: Name) -> Option<usize> {
        let table = self.stack.iter().rposition(|o| o.kin.element == el::TABLE)?;
        let mut inside = (table + 1..self.stack.len()).map(|i| (i, self.stack[i].kin.element));
        match element {
            el::TR => inside.find(|(_, e)| el::is_cell(*e)),
            el::TBODY => inside.next().filter(|(_, e)| *e == el::TR || el::is_cell(*e)),
            _ => None,
        }
        .map(|(i, _)| i)
    }

    /// How many elements stay open above the one at `place` when all those end that need no end tag.
    pub(crate) fn last_unimplied(&self, place: usize) -> usize {
        let inside = &self.stack[place + 1..];
        let last = inside.iter().rposition(|o| !el::has_implied_end(o.kin.element));
        last.map_or(place, |i| place + 2 + i)
    }

    /// Ends what the beginning of `element` ends without an end tag.
    pub(crate) fn end_implied(&mut self, element: Name) {
        if element == el::A {
            // A link inside a link ends the outer one.
            self.end_anchor();
        }
        if matches!(element, el::A | el::NOBR) {
            self.end_format(element);
        }
        if !el::may_end(element) {
            return;
        }
        if self.before().is_some() && element == el::TABLE {
            // A table between the cells of another ends that one.
            return self.leave(el::TABLE);
        }
        if self.before().is_some() && el::is_of_table(element) {
            // What is shown before the table has nothing of the table in it.
            let frame = self.stack.iter().rposition(|o| el::is_frame_of_table(o.kin.element));
            self.close_to(frame.map_or(0, |i| i + 1));
        }
        if el::ends_its_kind(element) {
            self.close_between(|other| el::is_wall(element, other), |other| el::ends(element, other));
        }
        if self.paragraphs > 0 && el::ends_p(element) {
            self.close_between(el::is_wall_of_p, |other| other == el::P);
        }
        if el::is_heading(element)
            && let Some(last) = self.stack.len().checked_sub(1)
            && el::is_heading(self.stack[last].kin.element)
        {
            self.close_to(last);
        }
    }

    /// Ends the outermost open element that `ends` and what is open in it, inside of the innermost that `is_wall`.
    fn close_between(&mut self, is_wall: impl Fn(Name) -> bool, ends: impl Fn(Name) -> bool) {
        let stop = self.stack.iter().rposition(|o| is_wall(o.kin.element)).map_or(0, |i| i + 1);
        if let Some(i) = self.stack[stop..].iter().position(|o| ends(o.kin.element)) {
            self.close_to(stop + i);
        }
    }
}
