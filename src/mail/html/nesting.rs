//! Which elements are open: what tags begin and end besides what they say (WHATWG 13.2.6.4). Cannot fail.

use super::element as el;
use super::element::Name;
use super::foster_parenting::Piece;
use super::state::Reader;

impl Reader<'_> {
    /// True for a start tag that browsers read as nothing where it stands, whatever style it has.
    pub(super) fn is_nothing(&self, name: Name) -> bool {
        match name {
            el::HEAD | el::FRAME | el::FRAMESET => true,
            el::HTML | el::BODY => self.is_open(name),
            // A form between cells ends where it begins.
            el::FORM => self.in_form || self.before().is_some(),
            // A list of choices inside another ends that one.
            el::SELECT => self.open_select().is_some(),
            name => el::is_of_table(name) && !self.is_open(el::TABLE) && !self.is_open(el::TEMPLATE),
        }
    }

    /// Ends the head and what is open in it once something `is_of_body`.
    pub(super) fn begin_body(&mut self, is_of_body: bool) {
        if self.in_head && is_of_body {
            self.in_head = false;
            self.stack.retain(|o| o.name() == el::HTML);
        }
    }

    /// The number of the table before which is shown what will stand in this element, if it is. A table that begins
    /// shows what was found to belong before it.
    pub(super) fn before_inside(&mut self, name: Name) -> Option<usize> {
        match name {
            el::TABLE => {
                let table = self.fostered.begin_table();
                while let Some(piece) = self.fostered.next_before(table) {
                    match piece {
                        Piece::Text(text, style) => self.text_of(&text, style),
                        Piece::Break => self.new_line(),
                    }
                }
                Some(table)
            }
            el::TEMPLATE | el::CAPTION => None,
            name if el::is_cell(name) => None,
            _ => self.before(),
        }
    }

    /// Where a row, or the body of a table, begins that has no tag of its own.
    pub(super) fn implied(&self, name: Name) -> Option<usize> {
        let table = self.stack.iter().rposition(|o| o.name() == el::TABLE)?;
        let mut inside = (table + 1..self.stack.len()).map(|i| (i, self.stack[i].name()));
        match name {
            el::TR => inside.find(|(_, e)| el::is_cell(*e)),
            el::TBODY => inside.next().filter(|(_, e)| *e == el::TR || el::is_cell(*e)),
            _ => None,
        }
        .map(|(i, _)| i)
    }

    /// How many elements stay open above the one at `place` when all those end that need no end tag.
    pub(super) fn last_unimplied(&self, place: usize) -> usize {
        let inside = &self.stack[place + 1..];
        let last = inside.iter().rposition(|o| !el::has_implied_end(o.name()));
        last.map_or(place, |i| place + 2 + i)
    }

    /// Ends what the beginning of an element ends without an end tag.
    pub(super) fn end_implied(&mut self, name: Name) {
        if name == el::A {
            // A link inside a link ends the outer one.
            self.end_anchor();
        }
        if matches!(name, el::A | el::NOBR) {
            self.end_format(name);
        }
        if !el::may_end(name) {
            return;
        }
        if self.before().is_some() && name == el::TABLE {
            // A table between the cells of another ends that one.
            return self.close(el::TABLE);
        }
        if self.before().is_some() && el::is_of_table(name) {
            // What is shown before the table has nothing of the table in it.
            let frame = self.stack.iter().rposition(|o| el::is_frame_of_table(o.name()));
            self.close_to(frame.map_or(0, |i| i + 1));
        }
        if el::ends_its_kind(name) {
            self.close_between(|other| el::is_wall(name, other), |other| el::ends(name, other));
        }
        if self.paragraphs > 0 && el::ends_p(name) {
            self.close_between(el::is_wall_of_p, |other| other == el::P);
        }
        if el::is_heading(name)
            && let Some(last) = self.stack.len().checked_sub(1)
            && el::is_heading(self.stack[last].name())
        {
            self.close_to(last);
        }
    }

    /// Ends the innermost open element of this name and what is open in it.
    pub(super) fn close(&mut self, name: Name) {
        if let Some(i) = self.stack.iter().rposition(|o| o.name() == name) {
            self.close_to(i);
        }
    }

    /// Ends the outermost open element that `ends` and what is open in it, inside of the innermost that `is_wall`.
    fn close_between(&mut self, is_wall: impl Fn(Name) -> bool, ends: impl Fn(Name) -> bool) {
        let stop = self.stack.iter().rposition(|o| is_wall(o.name())).map_or(0, |i| i + 1);
        if let Some(i) = self.stack[stop..].iter().position(|o| ends(o.name())) {
            self.close_to(stop + i);
        }
    }
}
