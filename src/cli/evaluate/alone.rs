//! What rests on one signal alone: had it found nothing, the message would be accepted.
//!
//! Of spoofs this tells what a signal is worth, which its rate does not: one that fires often may never be needed. Of
//! honest mail it tells what a signal does harm to by itself.

use crate::cli::evaluate::tally::{Group, Tally};
use crate::signals::SIGNALS;

/// How many messages of a group each signal decides alone, in the order of the table.
pub(super) fn counts(tally: &Tally<'_>, group: Group) -> Vec<usize> {
    let count = |id: &str| tally.members(group).filter(|(_, j)| j.alone.contains(&id)).count();
    SIGNALS.iter().map(|s| count(s.id)).collect()
}
