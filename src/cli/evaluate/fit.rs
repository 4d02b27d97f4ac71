//! Points proposed from data: a logistic model over which signals fired, monotone because no weight may fall below
//! zero.
//!
//! It learns from mail that makes any claim, the only mail the ladder decides about, each campaign counting once. It
//! proposes; a person decides: signals that never fired in the set keep their points, and rare ones are pulled to zero.

use crate::cli::evaluate::tally::{Group, Tally};
use crate::signals::{Kind, SIGNALS};
use std::collections::BTreeMap;

/// Steps of gradient descent: the weights stand still long before.
const STEPS: usize = 4000;
/// Length of a step.
const RATE: f64 = 0.5;
/// Pull towards zero, so that a signal which fired twice does not get all the points.
const RIDGE: f64 = 0.002;
/// Points for one unit of the model where it finds no honest mail to set the scale by.
const DEFAULT_SCALE: f64 = 10.0;
/// The most points proposed for one signal: twice the highest rung of the default ladder says no more than once.
const MAX_POINTS: f64 = 100.0;

/// Proposed points, one for each signal of the table; `None` where it never fired.
pub(super) fn propose(tally: &Tally<'_>) -> Vec<Option<u32>> {
    let rows = rows(tally);
    let fired: Vec<bool> = (0..SIGNALS.len()).map(|i| rows.iter().any(|r| r.fired[i])).collect();
    let (weights, bias) = fit(&rows);
    // Where the model is undecided, the ladder's first rung stands.
    let scale = if bias < -f64::EPSILON { f64::from(tally.policy.ladder.tag) / -bias } else { DEFAULT_SCALE };
    let points = |w: f64| (w * scale).clamp(0.0, MAX_POINTS).round() as u32;
    weights.iter().zip(fired).map(|(w, fired)| fired.then(|| points(*w))).collect()
}

/// One message: which signals fired, whether it is a spoof, and how much it counts.
struct Row {
    fired: Vec<bool>,
    spoof: bool,
    weight: f64,
}

fn rows(tally: &Tally<'_>) -> Vec<Row> {
    let claims = |id: &str| {
        let kind = SIGNALS.iter().find(|s| s.id == id).map(|s| s.kind);
        matches!(kind, Some(Kind::Claim | Kind::WeakClaim))
    };
    let members = tally.members(Group::Claims).chain(tally.members(Group::Ham));
    let members: Vec<_> = members.filter(|(_, j)| j.fired.iter().any(|id| claims(id))).collect();
    let mut sizes: BTreeMap<(bool, &str), f64> = BTreeMap::new();
    for (case, _) in &members {
        *sizes.entry((case.spoof, case.campaign.as_str())).or_default() += 1.0;
    }
    let row = |(case, judged): &(&crate::cli::evaluate::set::Case, &crate::cli::evaluate::tally::Judged)| Row {
        fired: SIGNALS.iter().map(|s| judged.fired.contains(s.id)).collect(),
        spoof: case.spoof,
        weight: 1.0 / sizes[&(case.spoof, case.campaign.as_str())],
    };
    members.iter().map(row).collect()
}

/// Logistic regression by projected gradient descent, weights not below zero. Returns the weights and the bias.
fn fit(rows: &[Row]) -> (Vec<f64>, f64) {
    let total: f64 = rows.iter().map(|r| r.weight).sum();
    let (mut weights, mut bias) = (vec![0.0; SIGNALS.len()], 0.0);
    for _ in 0..STEPS {
        let (mut slope, mut slope_of_bias) = (vec![0.0; SIGNALS.len()], 0.0);
        for row in rows {
            let sum: f64 = bias + row.fired.iter().zip(&weights).filter(|(f, _)| **f).map(|(_, w)| w).sum::<f64>();
            let error = row.weight * (1.0 / (1.0 + (-sum).exp()) - f64::from(u8::from(row.spoof))) / total;
            slope.iter_mut().zip(&row.fired).filter(|(_, f)| **f).for_each(|(s, _)| *s += error);
            slope_of_bias += error;
        }
        for (weight, slope) in weights.iter_mut().zip(&slope) {
            *weight = (*weight - RATE * (slope + RIDGE * *weight)).max(0.0);
        }
        bias -= RATE * slope_of_bias;
    }
    (weights, bias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_separates_gets_weight_and_what_does_not_gets_none() {
        let row = |fired: [bool; 2], spoof| {
            let mut all = vec![false; SIGNALS.len()];
            all[..2].copy_from_slice(&fired);
            Row { fired: all, spoof, weight: 1.0 }
        };
        let mut rows = Vec::new();
        for _ in 0..20 {
            rows.extend([row([true, true], true), row([true, false], true), row([false, true], false)]);
        }
        let (weights, bias) = fit(&rows);
        assert!(weights[0] > 2.0 && bias < 0.0, "{weights:?} {bias}");
        assert!(weights[1] < 0.01, "a signal of honest mail never gets points taken off: {weights:?}");
    }
}
