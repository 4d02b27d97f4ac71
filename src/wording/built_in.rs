//! The lists this room is built with, as they are read.

use crate::wording::phrases;

/// The text of every list: what the id of a policy covers. A list that is added to the room is added here.
pub(crate) fn built_in() -> impl Iterator<Item = &'static str> {
    phrases::FILES.iter().map(|(_, text)| *text)
}
