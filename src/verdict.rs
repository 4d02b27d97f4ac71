//! From findings to one verdict: claim, proof and intent decide together (DESIGN section 2 and 6).
//!
//! Points are summed for each brand against the ladder; a signal may set `at_least`; a message that claims no brand is
//! capped by `policy.unclaimed_ceiling` and its wording is not held against it, only what its own domain wishes (DMARC)
//! and what a virus scanner knows goes beyond; a message the brand really sent is never worse than tagged. What an exempt forwarder breaks is reported
//! and counts as little as the exemption says. Same findings and same policy give the same verdict.

use crate::auth::AuthResults;
use crate::evidence::{Evidence, Proof};
use crate::mail::Domain;
use crate::policy::config::Fallback;
use crate::policy::{Action, Ladder, Mode, Policy};
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

/// Why a message is passed without being judged as inbound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// The client stands in `auth.trusted_networks`.
    TrustedNetwork,
    /// The client authenticated (SASL).
    AuthenticatedClient,
    /// Every recipient is a report mailbox: judged, but nothing is done.
    ReportMailbox,
}

/// The answer for one message. Header, log line, counters, page and JSON are renderings of this and of nothing else.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What the ladder says.
    pub action: Action,
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
    /// What else decided, in words: an exemption, answers older than the trouble of the DNS, patience at its end.
    pub notes: Vec<String>,
    /// `Some(why)`: nothing is done, whatever `action` says.
    pub passed: Option<Passed>,
    /// Whether verdicts are carried out at all.
    pub mode: Mode,
    /// Names this message for reviewers: the same message and envelope give the same id.
    pub case_id: String,
    /// The policy that judged it.
    pub policy_id: String,
}

impl Passed {
    /// The word used in headers, logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Passed::TrustedNetwork => "trusted-network",
            Passed::AuthenticatedClient => "authenticated-client",
            Passed::ReportMailbox => "report-mailbox",
        }
    }
}

impl Verdict {
    /// The word for what becomes of the message (in monitor mode: would become): the action, `accept` for mail that is
    /// passed, or `tempfail` while a proof cannot be looked up.
    pub fn word(&self) -> &'static str {
        match (self.passed, &self.deferred) {
            (Some(_), _) => Action::Accept.as_str(),
            (None, Some(_)) => "tempfail",
            (None, None) => self.action.as_str(),
        }
    }

    /// What is really done to the message: nothing in monitor mode or for mail that is passed.
    pub fn applied(&self) -> Action {
        if self.mode == Mode::Monitor || self.passed.is_some() { Action::Accept } else { self.action }
    }

    /// Does what the operator wants where the DNS leaves a question open; `why` tells which.
    fn fall_back(&mut self, fallback: Fallback, why: String) {
        match fallback {
            Fallback::Accept => {}
            Fallback::Tempfail => self.deferred = Some(why),
            Fallback::Quarantine => {
                self.action = self.action.max(Action::Quarantine);
                self.notes.push(format!("held: {why}"));
            }
        }
    }

    /// Does what the operator wants where the virus scanner did not answer: what is refused anyway need not wait for it.
    fn not_scanned(&mut self, fallback: Fallback, why: &str) {
        let why = format!("not scanned for viruses, {why}");
        if fallback == Fallback::Accept {
            self.notes.push(why);
        } else if self.action < Action::Reject && self.deferred.is_none() {
            self.fall_back(fallback, why);
        }
    }

    /// Ends the waiting of a message that has waited long enough: mail that may be a brand's is held, since nobody knows
    /// whether it is; other mail is judged by what is known.
    pub fn wait_no_longer(&mut self) {
        let Some(why) = self.deferred.take() else { return };
        if self.brand.is_some() {
            self.action = self.action.max(Action::Quarantine);
        }
        self.notes.push(format!("waited long enough: {why}"));
    }

    /// True if the MTA is to be told to try again later.
    pub fn defers(&self) -> bool {
        self.deferred.is_some() && self.mode == Mode::Enforce && self.passed.is_none()
    }
}

/// What the findings about one brand, together with those about the message, come to.
struct Outcome {
    action: Action,
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

/// Weighs what was found.
fn weigh(evidence: &Evidence<'_>, found: Examination, case_id: String) -> Verdict {
    let policy = evidence.policy;
    let Examination { message, mut brands } = found;
    let rules = Rules { policy, exempt: evidence.origin.exemption().map(|f| f.action) };
    let cut = !evidence.message.limits.is_empty() || !evidence.auth.limits.is_empty();
    let outcomes: Vec<Outcome> = policy
        .brands
        .iter()
        .zip(&brands)
        .map(|(brand, own)| {
            let mut outcome = rules.outcome(own, &message, evidence.origin.proof(brand));
            // What stands behind a limit was not read: nobody can say that it proves nothing, or that it is harmless.
            if cut && matches!(outcome.proof, Proof::Missing | Proof::PathOnly(_) | Proof::Unknown(_)) {
                outcome.action = outcome.action.max(policy.config.failure.limit_brand);
            }
            outcome
        })
        .collect();
    // A proof still to be looked up comes first, then the worst; the first of equals in configured order.
    let rank = |o: &Outcome| {
        (o.action, matches!(o.proof, Proof::Unknown(_)), o.claim, matches!(o.proof, Proof::Proven(_)), o.score)
    };
    let worst = (0..outcomes.len()).rev().max_by_key(|i| rank(&outcomes[*i])).unwrap_or_default();
    let Some(chosen) = outcomes.get(worst) else {
        return unjudged(evidence, case_id);
    };
    let proven = matches!(chosen.proof, Proof::Proven(_));
    let unknown = if let Proof::Unknown(why) = &chosen.proof { Some(why.clone()) } else { None };
    let concerned = chosen.claim > Claim::None || proven || unknown.is_some();
    let mut verdict = Verdict {
        action: chosen.action,
        score: chosen.score,
        brand: concerned.then(|| policy.brands[worst].name.clone()),
        claim: chosen.claim,
        proven,
        ..unjudged(evidence, case_id)
    };
    let failure = &policy.config.failure;
    match unknown {
        Some(_) if evidence.auth.unstated => {}
        Some(why) => verdict.fall_back(failure.dns_brand, why),
        None if !concerned && evidence.auth.has_temperror() => {
            verdict.fall_back(failure.dns_stranger, "the DNS does not answer for its sender".to_owned());
        }
        None => {}
    }
    if let Scan::Failed(why) = &evidence.scan {
        verdict.not_scanned(failure.clamd, why);
    }
    let mut findings = brands.swap_remove(worst);
    findings.extend(message);
    if chosen.claim == Claim::None {
        // What does not count is not held up to readers either.
        findings.retain(|f| f.signal.kind != Kind::Intent);
    }
    findings.sort_by_key(|f| (f.shadow, std::cmp::Reverse(f.points)));
    if let (Some(f), true) = (evidence.origin.exemption(), findings.iter().any(|f| f.exempt)) {
        verdict.notes.push(format!("an exempt forwarder handed it over (until {}): {}", f.expires, f.reason));
    }
    Verdict { findings, ..verdict }
}

/// The verdict before anything is known: accept.
fn unjudged(evidence: &Evidence<'_>, case_id: String) -> Verdict {
    let limits = evidence.message.limits.iter().map(|l| l.0.clone()).chain(evidence.auth.limits.iter().cloned());
    let remembered = evidence.auth.remembered.iter();
    Verdict {
        action: Action::Accept,
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
        passed: None,
        mode: evidence.policy.config.policy.mode,
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
    /// Claim, proof and intent for one brand.
    fn outcome(&self, own: &[Finding], message: &[Finding], proof: Proof) -> Outcome {
        let acting = || own.iter().chain(message).filter(|f| !f.shadow);
        let claim = acting().map(|f| claim_of(f.signal.kind)).max().unwrap_or_default();
        let proven = matches!(proof, Proof::Proven(_));
        let claim = if proven { Claim::None } else { claim };
        // Without a claim the wording of a message is not ours to judge; authentication and concealment still are.
        let counts = |f: &&Finding| !f.exempt && (claim > Claim::None || f.signal.kind != Kind::Intent);
        let least = |wish: bool| {
            let floors =
                acting().filter(counts).filter(|f| matches!(f.signal.kind, Kind::Authentication | Kind::Virus) == wish);
            floors.filter_map(|f| f.at_least).max().unwrap_or_default()
        };
        let exempt = self.exempt.filter(|_| acting().any(|f| f.exempt)).unwrap_or_default();
        let score = acting().filter(counts).fold(0_u32, |sum, f| sum.saturating_add(f.points));
        let ceiling = match claim {
            Claim::Strong => Action::Reject,
            // A message that only names or shows the brand is never refused: a person should look at it.
            Claim::Weak => Action::Quarantine,
            // What members typed into the brand's own mail may be warned of, but real mail must arrive.
            Claim::None if proven => Action::Tag,
            Claim::None => self.policy.config.policy.unclaimed_ceiling,
        };
        let action = self.policy.ladder.action(score).max(least(false)).max(exempt).min(ceiling).max(least(true));
        Outcome { action, score, claim, proof }
    }
}

fn claim_of(kind: Kind) -> Claim {
    match kind {
        Kind::Claim => Claim::Strong,
        Kind::WeakClaim => Claim::Weak,
        Kind::Intent | Kind::Concealment | Kind::Authentication | Kind::Virus => Claim::None,
    }
}
