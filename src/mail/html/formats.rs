//! The formatting elements (`b`, `font`, `a` …) that have not ended (WHATWG 13.2.4.3, "the list of active formatting
//! elements"). Beyond [`MAX_FORMATS`] none is remembered, so that its text counts as shown. Cannot fail.

use super::css::declarations::Declarations;
use super::css::selector::Element;
use super::element::{MAX_DEPTH, Name};
use std::ops::Range;

/// Formatting elements remembered inside one cell. Broken mail has a dozen, and each is opened anew in every block.
const MAX_FORMATS: usize = 32;
/// Equal ones among them (the "Noah's Ark clause").
const MAX_EQUAL: usize = 3;
/// Cells and the like that may be open at once, or have ended without an end tag of their own.
const MAX_MARKERS: usize = 2 * MAX_DEPTH;

/// The formatting elements that have not ended.
#[derive(Debug, Default)]
pub(super) struct Formats {
    list: Vec<Format>,
    /// Where in it those begin that stand in the innermost cell or the like, for each that is open.
    markers: Vec<usize>,
    /// True once there were too many markers to know what goes on.
    is_lost: bool,
}

#[derive(Debug)]
struct Format {
    name: Name,
    declarations: Declarations,
    /// What selectors know of it, while it is not open because what it stands in has ended.
    cut: Option<Element>,
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

    /// Where the last one of this name is that counts here.
    pub(super) fn find(&self, name: Name) -> Option<usize> {
        self.last(|f| f.name == name)
    }

    /// Keeps those so far from what begins now.
    pub(super) fn mark(&mut self) {
        self.is_lost |= self.markers.len() >= MAX_MARKERS;
        if !self.is_lost {
            self.markers.push(self.list.len());
        }
    }

    /// Forgets those behind the last mark, and the mark.
    pub(super) fn clear_to_mark(&mut self) {
        self.list.truncate(self.floor());
        self.markers.pop();
    }

    /// Adds one, if there is room.
    pub(super) fn add(&mut self, name: Name, declarations: Declarations) -> bool {
        let is_equal = |f: &Format| f.name == name && f.declarations == declarations && f.cut.is_some();
        let mut equal = (self.floor()..self.list.len()).rev().filter(|i| is_equal(&self.list[*i]));
        if let Some(first) = equal.nth(MAX_EQUAL - 1) {
            self.list.remove(first);
        }
        let has_room = self.list.len() - self.floor() < MAX_FORMATS && !self.is_lost;
        if has_room {
            self.list.push(Format { name, declarations, cut: None });
        }
        has_room
    }

    /// Notes that one is not open any more because what it stands in has ended.
    pub(super) fn cut(&mut self, element: Element) {
        if let Some(i) = self.last(|f| f.name == element.name && f.cut.is_none()) {
            self.list[i].cut = Some(element);
        }
    }

    /// True if the one at this place is not open.
    pub(super) fn is_cut(&self, place: usize) -> bool {
        self.list[place].cut.is_some()
    }

    /// Those that are not open and go on in what comes next.
    pub(super) fn to_reopen(&self) -> Range<usize> {
        let first = self.last(|f| f.cut.is_none()).map_or(self.floor(), |i| i + 1);
        if self.is_lost { 0..0 } else { first..self.list.len() }
    }

    /// Opens the one at this place anew.
    pub(super) fn reopen(&mut self, place: usize) -> Option<(Element, Declarations)> {
        let Format { declarations, cut, .. } = &mut self.list[place];
        cut.take().map(|element| (element, *declarations))
    }

    pub(super) fn remove(&mut self, place: usize) {
        self.list.remove(place);
    }
}
