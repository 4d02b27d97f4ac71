//! The lists this room is built with, as they are read.

use crate::lookalike::bait;

/// Words one slip away from well-known brands that are words, or organizations, of their own.
pub(super) const NOT_US: &str = include_str!("../../conf/not-us.txt");

/// The text of every list: what the id of a policy covers. A list that is added to the room is added here.
pub(crate) fn built_in() -> impl Iterator<Item = &'static str> {
    [bait::LIST, NOT_US].into_iter()
}
