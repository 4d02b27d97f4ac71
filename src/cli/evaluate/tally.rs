//! What a policy makes of a labelled set: each message judged, and the counts that tell a good policy from a bad one.

use crate::auth::{AuthResults, Stated};
use crate::cli::evaluate::set::Case;
use crate::cli::evaluate::verdicts;
use crate::cli::failure::Failure;
use crate::cli::input::read;
use crate::evidence::Evidence;
use crate::judge::judge_authenticated;
use crate::mail::Message;
use crate::policy::{Action, Policy};
use crate::signals::{Examination, SIGNALS, examine_all};
use crate::verdict::{Verdict, without_each};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

/// One message judged.
#[derive(Debug, Clone, Default)]
pub(super) struct Judged {
    pub(super) action: Action,
    pub(super) score: u32,
    pub(super) brand: Option<String>,
    /// Findings that the verdict rests on, with their points.
    pub(super) findings: Vec<(&'static str, u32)>,
    /// Every signal that fires on it, claim or not.
    pub(super) fired: BTreeSet<&'static str>,
    /// The score if what it wants counted without a claim too: the order of mail that claims no brand.
    pub(super) full_score: u32,
    /// True if it poses as a brand of this policy, as the set says.
    pub(super) claims: bool,
    /// True if it forges the own domain of a brand of this policy, as the set says.
    pub(super) forged_own: bool,
    /// True if the set, or our own field on the message, states whether the author is proven.
    pub(super) stated: bool,
    /// True if it names a brand of this policy where a person looks.
    pub(super) names: bool,
    /// Signals without any one of which it would be accepted, strongest first; none if it is accepted.
    pub(super) alone: Vec<&'static str>,
    /// Its verdict as a line of JSON, if that is wanted.
    pub(super) line: Option<String>,
}

/// Judges all cases, on as many threads as there are cores; `lines` if their verdicts are wanted as lines, too.
fn judge_all(cases: &[Case], policy: &Policy, lines: bool) -> Result<Vec<Judged>, Failure> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Judged)>, Failure> {
        let mut done = Vec::new();
        while let Some((n, case)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|n| Some((n, cases.get(n)?))) {
            done.push((n, judge_case(case, policy, lines)?));
        }
        Ok(done)
    };
    let done: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|w| w.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut judged = vec![Judged::default(); cases.len()];
    for result in done {
        for (n, one) in result? {
            judged[n] = one;
        }
    }
    Ok(judged)
}

fn judge_case(case: &Case, policy: &Policy, lines: bool) -> Result<Judged, Failure> {
    let octets = read(&case.path, policy.config.milter.max_message_bytes)?;
    let message = Message::parse(octets.octets, octets.complete);
    let ours = &policy.config.auth.authserv_id;
    let stated = case.stated.clone().unwrap_or_else(|| Stated::on_top_of(&message, ours));
    let auth = AuthResults::as_stated(&stated, &case.envelope, &message);
    let evidence = Evidence::new(&case.envelope, &message, &auth, policy);
    let verdict = judge_authenticated(&evidence);
    let all = examine_all(&evidence);
    let configured = |names: &[String]| policy.brands.iter().any(|b| names.contains(&b.name.to_lowercase()));
    let in_name = |b: &crate::policy::Brand| message.from.iter().any(|m| b.claimed_in(&m.name).is_some());
    let alone = alone(&evidence, &verdict);
    let line = lines.then(|| verdicts::line(case, &verdict, &message, policy));
    Ok(Judged {
        action: verdict.action,
        score: verdict.score,
        brand: verdict.brand,
        findings: verdict.findings.iter().filter(|f| !f.shadow).map(|f| (f.signal.id, f.points)).collect(),
        fired: all.message.iter().chain(all.brands.iter().flatten()).map(|f| f.signal.id).collect(),
        full_score: full_score(&all),
        claims: configured(&case.claims),
        forged_own: configured(&case.forged_own),
        stated: stated.aligned.is_some(),
        names: policy.brands.iter().any(|b| evidence.names(b) || in_name(b)),
        alone,
        line,
    })
}

/// Signals without any one of which the message would be accepted. Each costs another examination, so nobody asks
/// about what is accepted anyway, which is most mail.
fn alone(evidence: &Evidence<'_>, verdict: &Verdict) -> Vec<&'static str> {
    if verdict.action == Action::Accept {
        return vec![];
    }
    let without = without_each(evidence, verdict).into_iter();
    without.filter(|(_, action)| *action == Action::Accept).map(|(id, _)| id).collect()
}

fn full_score(all: &Examination) -> u32 {
    let sum = |findings: &[crate::signals::Finding]| {
        findings.iter().filter(|f| !f.shadow).fold(0_u32, |sum, f| sum.saturating_add(f.points))
    };
    sum(&all.message).saturating_add(all.brands.iter().map(|b| sum(b)).max().unwrap_or_default())
}

/// A part of the set that is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// All that is labelled phish.
    Phish,
    /// Phish that poses as a configured brand.
    Claims,
    /// Phish with a configured brand's own domain in From.
    ForgedOwn,
    /// The same where it is stated whether the author is proven: without that, nothing tells a forged address from an
    /// honest one, and it is believed.
    ForgedStated,
    /// Phish that does not pose as any configured brand.
    Other,
    /// All that is labelled ham.
    Ham,
    /// Ham that names a configured brand.
    HamNaming,
}

impl Group {
    pub(super) const ALL: [Group; 7] = [
        Group::Phish,
        Group::Claims,
        Group::ForgedOwn,
        Group::ForgedStated,
        Group::Other,
        Group::Ham,
        Group::HamNaming,
    ];

    /// Its key in JSON.
    pub(super) fn key(self) -> &'static str {
        match self {
            Group::Phish => "phish",
            Group::Claims => "claims",
            Group::ForgedOwn => "forged_own",
            Group::ForgedStated => "forged_own_stated",
            Group::Other => "other",
            Group::Ham => "ham",
            Group::HamNaming => "ham_naming",
        }
    }

    /// Its words for people.
    pub(super) fn words(self) -> &'static str {
        match self {
            Group::Phish => "phish",
            Group::Claims => "  claims a brand",
            Group::ForgedOwn => "  forges its domain",
            Group::ForgedStated => "    proof is stated",
            Group::Other => "  claims none",
            Group::Ham => "ham",
            Group::HamNaming => "  names a brand",
        }
    }

    pub(super) fn holds(self, case: &Case, judged: &Judged) -> bool {
        match self {
            Group::Phish => case.spoof,
            Group::Claims => case.spoof && judged.claims,
            Group::ForgedOwn => case.spoof && judged.forged_own,
            Group::ForgedStated => case.spoof && judged.forged_own && judged.stated,
            Group::Other => case.spoof && !judged.claims && !judged.forged_own,
            Group::Ham => !case.spoof,
            Group::HamNaming => !case.spoof && judged.names,
        }
    }
}

/// A judged set.
pub(super) struct Tally<'a> {
    pub(super) cases: &'a [Case],
    pub(super) judged: Vec<Judged>,
    pub(super) policy: &'a Policy,
}

impl<'a> Tally<'a> {
    pub(super) fn new(cases: &'a [Case], policy: &'a Policy) -> Result<Tally<'a>, Failure> {
        Ok(Tally { cases, judged: judge_all(cases, policy, false)?, policy })
    }

    /// The same, with each verdict as a line.
    pub(super) fn with_lines(cases: &'a [Case], policy: &'a Policy) -> Result<Tally<'a>, Failure> {
        Ok(Tally { cases, judged: judge_all(cases, policy, true)?, policy })
    }

    /// Messages of which nothing states whether the author is proven.
    pub(super) fn unstated(&self) -> usize {
        self.judged.iter().filter(|j| !j.stated).count()
    }

    /// The members of a group.
    pub(super) fn members(&self, group: Group) -> impl Iterator<Item = (&'a Case, &Judged)> {
        self.cases.iter().zip(&self.judged).filter(move |(c, j)| group.holds(c, j))
    }

    /// Messages of a group for each action.
    pub(super) fn confusion(&self, group: Group) -> [usize; Action::ALL.len()] {
        Action::ALL.map(|action| self.members(group).filter(|(_, j)| j.action == action).count())
    }

    /// The share of a group that fares `least` or worse; `None` if it is empty.
    pub(super) fn share(&self, group: Group, least: Action) -> Option<f64> {
        ratio(self.members(group).filter(|(_, j)| j.action >= least).count(), self.members(group).count())
    }

    /// The same with each campaign counting once: near copies must not flatter.
    pub(super) fn share_by_campaign(&self, group: Group, least: Action) -> Option<f64> {
        let mut campaigns: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (case, judged) in self.members(group) {
            let (caught, all) = campaigns.entry(&case.campaign).or_default();
            *caught += usize::from(judged.action >= least);
            *all += 1;
        }
        let sum: f64 = campaigns.values().filter_map(|(caught, all)| ratio(*caught, *all)).sum();
        (!campaigns.is_empty()).then(|| sum / campaigns.len() as f64)
    }

    /// Of what fares `least` or worse, the share that is phish.
    pub(super) fn precision(&self, least: Action) -> Option<f64> {
        let count = |group| self.members(group).filter(|(_, j)| j.action >= least).count();
        ratio(count(Group::Phish), count(Group::Phish) + count(Group::Ham))
    }

    /// How often each signal fires in a group, in the order of the table.
    pub(super) fn hits(&self, group: Group) -> Vec<usize> {
        let hits = |id: &str| self.members(group).filter(|(_, j)| j.fired.contains(id)).count();
        SIGNALS.iter().map(|s| hits(s.id)).collect()
    }

    /// Points of the curve of `group` against ham: the share found when at most `rate` of ham scores as high, and the
    /// score from which. What is wanted counts here without a claim too.
    pub(super) fn roc(&self, group: Group, rate: f64) -> (f64, u32) {
        let scores = |group| self.members(group).map(|(_, j)| j.full_score).collect::<Vec<_>>();
        let (spoof, honest) = (scores(group), scores(Group::Ham));
        let share = |scores: &[u32], from: u32| {
            ratio(scores.iter().filter(|s| **s >= from).count(), scores.len()).unwrap_or_default()
        };
        let highest = spoof.iter().chain(&honest).max().copied().unwrap_or_default();
        let from = (1..=highest.saturating_add(1)).find(|from| share(&honest, *from) <= rate).unwrap_or_default();
        (share(&spoof, from), from)
    }
}

/// `part` of `all`; `None` of nothing.
pub(super) fn ratio(part: usize, all: usize) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}
