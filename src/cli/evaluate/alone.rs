//! What rests on one signal alone: had it found nothing, the message would be accepted.
//!
//! Of spoofs this tells what a signal is worth, which its rate does not: one that fires often may never be needed. Of
//! honest mail it tells what a signal does harm to by itself.

use crate::cli::evaluate::tally::{Group, Tally};
use crate::policy::Ladder;
use crate::signals::{Kind, SIGNALS, signal};

/// How many messages of a group each signal decides alone, in the order of the table.
pub(super) fn counts(tally: &Tally<'_>, group: Group) -> Vec<usize> {
    let count = |id: &str| tally.members(group).filter(|(_, j)| j.alone.contains(&id)).count();
    SIGNALS.iter().map(|s| count(s.id)).collect()
}

/// A spoof that is caught with few points to spare, and only because of how it is worded or where it leads: who writes
/// the next one a little otherwise gets through.
pub(super) struct Fragile<'a> {
    pub(super) file: &'a str,
    pub(super) score: u32,
    /// The signal of intent it rests on; the strongest, if it needs each of several.
    pub(super) signal: &'static str,
}

/// The scores of fragile messages, both included: from the ladder's first rung to just below a third above it.
pub(super) fn fragile_scores(ladder: Ladder) -> std::ops::RangeInclusive<u32> {
    ladder.tag..=ladder.tag.saturating_add(ladder.tag.saturating_sub(1) / 3)
}

/// The fragile messages, those with the fewest points first.
pub(super) fn fragile<'a>(tally: &Tally<'a>) -> Vec<Fragile<'a>> {
    let scores = fragile_scores(tally.policy.ladder);
    let intent = |id: &str| signal(id).is_some_and(|s| s.kind == Kind::Intent);
    let members = tally.members(Group::Phish).filter(|(_, j)| scores.contains(&j.score));
    let mut found: Vec<_> = members
        .filter_map(|(case, judged)| {
            let signal = judged.alone.iter().copied().find(|id| intent(id))?;
            Some(Fragile { file: &case.name, score: judged.score, signal })
        })
        .collect();
    found.sort_by_key(|f| f.score);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_above_the_first_rung_is_no_longer_fragile() {
        let scores = |tag| fragile_scores(Ladder { tag, quarantine: 1000, reject: 2000 });
        assert_eq!(scores(30), 30..=39);
        assert_eq!(scores(25), 25..=33);
        assert_eq!(scores(1), 1..=1);
        assert_eq!(scores(u32::MAX), u32::MAX..=u32::MAX);
    }
}
