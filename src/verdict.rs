//! From findings to one verdict: claim, proof and intent decide together (DESIGN section 2 and 6).
//!
//! Points are summed for each brand against the ladder; a signal may set `at_least`; a message that claims no brand is
//! capped by `policy.unclaimed_ceiling` and its wording is not held against it; a message the brand really sent is
//! never worse than tagged. Same findings and same policy give the same verdict.

use crate::auth::AuthResults;
use crate::policy::{Action, Ladder, Mode};
use crate::signals::{Evidence, Examination, Finding, Kind, Proof, examine};

/// How strongly a message pretends to be a brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Claim {
    /// Not at all.
    #[default]
    None,
    /// It names the brand.
    Weak,
    /// It poses as the brand: From, display name, look-alike domain or a link that shows the brand.
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
    /// Limits that cut the judgement short, in words.
    pub limits: Vec<String>,
    /// `Some(why)`: the proof of a claimed brand could not be looked up; the MTA is to try again later (451).
    pub deferred: Option<String>,
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
    let policy = evidence.policy;
    let Examination { message, mut brands } = examine(evidence);
    let outcomes: Vec<Outcome> = policy
        .brands
        .iter()
        .zip(&brands)
        .map(|(brand, own)| {
            outcome(own, &message, evidence.proof(brand), &policy.ladder, policy.config.policy.unclaimed_ceiling)
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
    let deferred = match &chosen.proof {
        Proof::Unknown(why) => Some(why.clone()),
        _ => None,
    };
    let concerned = chosen.claim > Claim::None || proven || deferred.is_some();
    let mut findings = brands.swap_remove(worst);
    findings.extend(message);
    if chosen.claim == Claim::None {
        // What does not count is not held up to readers either.
        findings.retain(|f| f.signal.kind != Kind::Intent);
    }
    findings.sort_by_key(|f| (f.shadow, std::cmp::Reverse(f.points)));
    Verdict {
        action: chosen.action,
        score: chosen.score,
        brand: concerned.then(|| policy.brands[worst].name.clone()),
        claim: chosen.claim,
        proven,
        findings,
        deferred,
        ..unjudged(evidence, case_id)
    }
}

/// The verdict before anything is known: accept.
fn unjudged(evidence: &Evidence<'_>, case_id: String) -> Verdict {
    let limits = evidence.message.limits.iter().map(|l| l.0.clone()).chain(evidence.auth.limits.iter().cloned());
    Verdict {
        action: Action::Accept,
        score: 0,
        ladder: evidence.policy.ladder,
        brand: None,
        claim: Claim::None,
        proven: false,
        findings: vec![],
        auth: evidence.auth.clone(),
        limits: limits.collect(),
        deferred: None,
        passed: None,
        mode: evidence.policy.config.policy.mode,
        case_id,
        policy_id: evidence.policy.id.clone(),
    }
}

/// Claim, proof and intent for one brand.
fn outcome(own: &[Finding], message: &[Finding], proof: Proof, ladder: &Ladder, unclaimed_ceiling: Action) -> Outcome {
    let acting = || own.iter().chain(message).filter(|f| !f.shadow);
    let claim = acting().map(|f| claim_of(f.signal.kind)).max().unwrap_or_default();
    let proven = matches!(proof, Proof::Proven(_));
    let claim = if proven { Claim::None } else { claim };
    // Without a claim the wording of a message is not ours to judge; authentication and concealment still are.
    let counts = |f: &&Finding| claim > Claim::None || f.signal.kind != Kind::Intent;
    let score = acting().filter(counts).fold(0_u32, |sum, f| sum.saturating_add(f.points));
    let floor = acting().filter(counts).filter_map(|f| f.at_least).max().unwrap_or_default();
    let ceiling = match claim {
        Claim::Strong => Action::Reject,
        // A message that only names the brand is never refused: a person should look at it.
        Claim::Weak => Action::Quarantine,
        // What members typed into the brand's own mail may be warned of, but real mail must arrive.
        Claim::None if proven => Action::Tag,
        Claim::None => unclaimed_ceiling,
    };
    let action = ladder.action(score).max(floor).min(ceiling);
    Outcome { action, score, claim, proof }
}

fn claim_of(kind: Kind) -> Claim {
    match kind {
        Kind::Claim => Claim::Strong,
        Kind::WeakClaim => Claim::Weak,
        Kind::Intent | Kind::Concealment | Kind::Authentication => Claim::None,
    }
}
