//! From findings to one verdict: claim, proof and intent decide together (ARCHITECTURE.md sections 1 and 5).
//!
//! Points are summed for each brand against the ladder; a signal may set `at_least`; a message that claims no brand is
//! capped by `policy.unclaimed_ceiling` and its wording is not held against it, only what its own domain wishes
//! (DMARC) and what a virus scanner knows goes beyond; a message the brand really sent is never worse than tagged.
//! What an exempt forwarder breaks is reported and counts as little as the exemption says. Same findings and same
//! policy give the same verdict.

use crate::auth::AuthResults;
use crate::evidence::{Evidence, Proof};
use crate::mail::Domain;
use crate::policy::config::Fallback;
use crate::policy::{Action, Ladder, Policy};
use crate::scan::Scan;
use crate::signals::{Examination, Finding, Kind, examine};

/// How strongly a message pretends to be a brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Claim {
    /// Not at all.
    #[default]
    None,
    /// It names the brand, or shows it in a link.
    Weak,
    /// It poses as the brand towards its reader: From, display name or look-alike domain of its sender.
    Strong,
}

/// A rule by which something else is done than score and ladder say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// A message that only names or shows a brand is held at most.
    WeakClaim,
    /// A message that claims no brand: `policy.unclaimed_ceiling`.
    UnclaimedCeiling,
    /// A message that a brand proved to have sent is tagged at most.
    Proven,
    /// The least that a signal asks for (`signals.<id>.at_least`, or its own).
    AtLeast(&'static str),
    /// A key of the configuration.
    Key(&'static str),
    /// More result fields in our name than are removed.
    ForgedFields,
    /// It was put off as often or as long as `failure.dns_tries` and `failure.dns_hours` say.
    Waited,
    /// A recipient is a report mailbox, and no report is refused.
    ReportMailbox,
    /// The MTA does not hold messages.
    CannotHold,
}

impl std::fmt::Display for By {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            By::WeakClaim => f.write_str("weak-claim"),
            By::UnclaimedCeiling => f.write_str("unclaimed-ceiling"),
            By::Proven => f.write_str("proven"),
            By::AtLeast(id) => write!(f, "at-least:{id}"),
            By::Key(key) => f.write_str(key),
            By::ForgedFields => f.write_str("forged-fields"),
            By::Waited => f.write_str("waited"),
            By::ReportMailbox => f.write_str("report-mailbox"),
            By::CannotHold => f.write_str("cannot-hold"),
        }
    }
}

impl By {
    /// The rule in words that go on after "210 points would refuse; ".
    pub fn sentence(self) -> String {
        match self {
            By::WeakClaim => "a message that only names the brand is held at most".to_owned(),
            By::UnclaimedCeiling => {
                "a message that claims no brand goes no further than policy.unclaimed_ceiling".to_owned()
            }
            By::Proven => "a message that the brand proved to have sent is tagged at most".to_owned(),
            By::AtLeast(id) => format!("the signal {id} asks for this at the least"),
            By::Key(key) => format!("{key} decides"),
            By::ForgedFields => "more result fields in our name stand in it than are removed".to_owned(),
            By::Waited => "it has waited long enough for what cannot be looked up".to_owned(),
            By::ReportMailbox => "a recipient is a report mailbox, and a report is never refused".to_owned(),
            By::CannotHold => "this MTA does not hold messages, and it must not be delivered".to_owned(),
        }
    }
}

/// What the findings about one message come to. Made by [`decide`] and never changed after; what is done about it is
/// for [`crate::disposition`] to say.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What the findings ask for.
    pub action: Action,
    /// The rule by which that is not what score and ladder say, if it is not.
    pub by: Option<By>,
    /// Sum of the points that count.
    pub score: u32,
    /// The thresholds it was measured against.
    pub ladder: Ladder,
    /// The brand it is about, if any is claimed.
    pub brand: Option<String>,
    /// How strongly that brand is claimed.
    pub claim: Claim,
    /// True if that brand proved to be the sender.
    pub proven: bool,
    /// What was found, strongest first; shadow findings last.
    pub findings: Vec<Finding>,
    /// What authentication said.
    pub auth: AuthResults,
    /// What the virus scanner said.
    pub scan: Scan,
    /// The ARC sealer the operator trusts whose word vouches for an author where DMARC does not.
    pub sealer: Option<Domain>,
    /// Limits that cut the judgement short, in words.
    pub limits: Vec<String>,
    /// `Some(why)`: what decides could not be looked up; the MTA is to try again later (451).
    pub deferred: Option<String>,
    /// What else decided, in words: an exemption, answers older than the trouble of the DNS.
    pub notes: Vec<String>,
    /// Names this message for reviewers: the same message and envelope give the same id.
    pub case_id: String,
    /// The policy that judged it.
    pub policy_id: String,
}

/// An action, and the rule that last changed it from what the ladder says.
#[derive(Debug, Clone, Copy)]
struct Course {
    action: Action,
    by: Option<By>,
}

impl Course {
    fn at_least(self, action: Action, by: By) -> Course {
        if action > self.action { Course { action, by: Some(by) } } else { self }
    }

    fn at_most(self, action: Action, by: By) -> Course {
        if action < self.action { Course { action, by: Some(by) } } else { self }
    }

    /// The rule, unless in the end the action is what the ladder says.
    fn by(self, ladder: Action) -> Option<By> {
        self.by.filter(|_| self.action != ladder)
    }
}

/// What the findings about one brand, together with those about the message, come to.
struct Sum {
    course: Course,
    score: u32,
    claim: Claim,
    proof: Proof,
}

/// Decides: sums, ceilings and floors for each brand; the worst brand is the verdict.
pub fn decide(evidence: &Evidence<'_>, case_id: String) -> Verdict {
    weigh(evidence, examine(evidence), case_id)
}

/// What would happen had the signal `id` found nothing: the counterfactual that tells how much rests on it.
pub fn without(evidence: &Evidence<'_>, id: &str) -> Action {
    let mut found = examine(evidence);
    for findings in std::iter::once(&mut found.message).chain(&mut found.brands) {
        findings.retain(|f| f.signal.id != id);
    }
    weigh(evidence, found, String::new()).action
}

/// What would happen without each finding that counts, in the order of the verdict's findings.
pub fn without_each(evidence: &Evidence<'_>, verdict: &Verdict) -> Vec<(&'static str, Action)> {
    let counting = verdict.findings.iter().filter(|f| !f.shadow).map(|f| f.signal.id);
    counting.map(|id| (id, without(evidence, id))).collect()
}

/// Weighs what was found.
fn weigh(evidence: &Evidence<'_>, found: Examination, case_id: String) -> Verdict {
    let policy = evidence.policy;
    let Examination { message, mut brands } = found;
    let rules = Rules { policy, exempt: evidence.origin.exemption().map(|f| f.action) };
    let is_cut = !evidence.message.limits.is_empty() || !evidence.auth.limits.is_empty();
    let sums = policy.brands.iter().zip(&brands);
    let sums: Vec<Sum> =
        sums.map(|(brand, own)| rules.sum(own, &message, evidence.origin.proof(brand), is_cut)).collect();
    let worst = worst(&sums);
    let Some(chosen) = sums.get(worst) else {
        return unjudged(evidence, case_id);
    };
    let proven = matches!(chosen.proof, Proof::Proven(_));
    let unknown = if let Proof::Unknown(why) = &chosen.proof { Some(why.clone()) } else { None };
    let concerned = chosen.claim > Claim::None || proven || unknown.is_some();
    let mut waits = Waits { course: chosen.course, deferred: None, notes: vec![] };
    let failure = &policy.config.failure;
    match unknown {
        Some(_) if evidence.auth.unstated => {}
        Some(why) => waits.fall_back(failure.dns_brand, "failure.dns_brand", why),
        None if !concerned && evidence.auth.has_temperror() => {
            let why = "the DNS does not answer for its sender".to_owned();
            waits.fall_back(failure.dns_stranger, "failure.dns_stranger", why);
        }
        None => {}
    }
    if let Scan::Failed(why) = &evidence.scan {
        waits.not_scanned(failure.clamd, why);
    }
    let mut findings = brands.swap_remove(worst);
    findings.extend(message);
    if chosen.claim == Claim::None {
        // What does not count is not held up to readers either.
        findings.retain(|f| f.signal.kind != Kind::Intent);
    }
    findings.sort_by_key(|f| (f.shadow, std::cmp::Reverse(f.points)));
    if let (Some(f), true) = (evidence.origin.exemption(), findings.iter().any(|f| f.exempt)) {
        waits.notes.push(format!("an exempt forwarder handed it over (until {}): {}", f.expires, f.reason));
    }
    let mut verdict = unjudged(evidence, case_id);
    verdict.notes.append(&mut waits.notes);
    Verdict {
        action: waits.course.action,
        by: waits.course.by(policy.ladder.action(chosen.score)),
        score: chosen.score,
        brand: concerned.then(|| policy.brands[worst].name.clone()),
        claim: chosen.claim,
        proven,
        findings,
        deferred: waits.deferred,
        ..verdict
    }
}

/// The sum that is the verdict: a proof still to be looked up comes first, then the worst; the first of equals in
/// configured order.
fn worst(sums: &[Sum]) -> usize {
    let rank = |s: &Sum| {
        let unknown = matches!(s.proof, Proof::Unknown(_));
        (s.course.action, unknown, s.claim, matches!(s.proof, Proof::Proven(_)), s.score)
    };
    (0..sums.len()).rev().max_by_key(|i| rank(&sums[*i])).unwrap_or_default()
}

/// An action while it is worked out what the operator wants where a question stays open.
struct Waits {
    course: Course,
    deferred: Option<String>,
    notes: Vec<String>,
}

impl Waits {
    /// Does what the operator wants where the DNS leaves a question open; `why` tells which, `key` who wants it.
    fn fall_back(&mut self, fallback: Fallback, key: &'static str, why: String) {
        match fallback {
            Fallback::Accept => {}
            Fallback::Tempfail => self.deferred = Some(why),
            Fallback::Quarantine => {
                self.course = self.course.at_least(Action::Quarantine, By::Key(key));
                self.notes.push(format!("held: {why}"));
            }
        }
    }

    /// Does what the operator wants where the virus scanner did not answer: what is refused anyway need not wait for
    /// it.
    fn not_scanned(&mut self, fallback: Fallback, why: &str) {
        let why = format!("not scanned for viruses, {why}");
        if fallback == Fallback::Accept {
            self.notes.push(why);
        } else if self.course.action < Action::Reject && self.deferred.is_none() {
            self.fall_back(fallback, "failure.clamd", why);
        }
    }
}

/// The verdict before anything is known: accept.
fn unjudged(evidence: &Evidence<'_>, case_id: String) -> Verdict {
    let limits = evidence.message.limits.iter().map(|l| l.0.clone()).chain(evidence.auth.limits.iter().cloned());
    let remembered = evidence.auth.remembered.iter();
    Verdict {
        action: Action::Accept,
        by: None,
        score: 0,
        ladder: evidence.policy.ladder,
        brand: None,
        claim: Claim::None,
        proven: false,
        findings: vec![],
        auth: evidence.auth.clone(),
        scan: evidence.scan.clone(),
        sealer: evidence.origin.overriding_sealer().cloned(),
        limits: limits.collect(),
        deferred: None,
        notes: remembered.map(|r| format!("the DNS does not answer, so {r} was used")).collect(),
        case_id,
        policy_id: evidence.policy.id.clone(),
    }
}

/// By what findings are weighed.
struct Rules<'a> {
    policy: &'a Policy,
    /// What exempt findings count as.
    exempt: Option<Action>,
}

impl Rules<'_> {
    /// Claim, proof and intent for one brand. `is_cut` if not all of the message was read.
    fn sum(&self, own: &[Finding], message: &[Finding], proof: Proof, is_cut: bool) -> Sum {
        let acting = || own.iter().chain(message).filter(|f| !f.shadow);
        let proven = matches!(proof, Proof::Proven(_));
        let claim = acting().map(|f| claim_of(f.signal.kind)).max().filter(|_| !proven).unwrap_or_default();
        // Without a claim the wording of a message is not ours to judge; authentication and concealment still are.
        let counts = |f: &&Finding| !f.exempt && (claim > Claim::None || f.signal.kind != Kind::Intent);
        let counting = || acting().filter(counts);
        let score = counting().fold(0_u32, |sum, f| sum.saturating_add(f.points));
        let mut course = Course { action: self.policy.ladder.action(score), by: None };
        course = counting().filter(|f| !goes_beyond_ceilings(f)).fold(course, asked);
        if let Some(exempt) = self.exempt.filter(|_| acting().any(|f| f.exempt)) {
            course = course.at_least(exempt, By::Key("auth.forwarder"));
        }
        if let Some((ceiling, by)) = self.ceiling(claim, proven) {
            course = course.at_most(ceiling, by);
        }
        course = counting().filter(|f| goes_beyond_ceilings(f)).fold(course, asked);
        // What stands behind a limit was not read: nobody can say that it proves nothing, or that it is harmless.
        if is_cut && matches!(proof, Proof::Missing | Proof::PathOnly(_) | Proof::Unknown(_)) {
            course = course.at_least(self.policy.config.failure.limit_brand, By::Key("failure.limit_brand"));
        }
        Sum { course, score, claim, proof }
    }

    /// The most that can happen, and by which rule; `None` if nothing holds it down.
    fn ceiling(&self, claim: Claim, proven: bool) -> Option<(Action, By)> {
        match claim {
            Claim::Strong => None,
            // A message that only names or shows the brand is never refused: a person should look at it.
            Claim::Weak => Some((Action::Quarantine, By::WeakClaim)),
            // What members typed into the brand's own mail may be warned of, but real mail must arrive.
            Claim::None if proven => Some((Action::Tag, By::Proven)),
            Claim::None => Some((self.policy.config.policy.unclaimed_ceiling, By::UnclaimedCeiling)),
        }
    }
}

/// True if what a finding asks for holds whatever a message claims: its own domain's policy, and what its files do.
fn goes_beyond_ceilings(finding: &Finding) -> bool {
    matches!(finding.signal.kind, Kind::Authentication | Kind::File)
}

/// The course with the least that a finding asks for.
fn asked(course: Course, finding: &Finding) -> Course {
    let by = finding.asked_by.map_or(By::AtLeast(finding.signal.id), By::Key);
    finding.at_least.map_or(course, |least| course.at_least(least, by))
}

fn claim_of(kind: Kind) -> Claim {
    match kind {
        Kind::Claim => Claim::Strong,
        Kind::WeakClaim => Claim::Weak,
        Kind::Intent | Kind::Concealment | Kind::Authentication | Kind::File => Claim::None,
    }
}
