//! From findings to one verdict: claim, proof and intent decide together (DESIGN section 2 and 6).
//!
//! Points are summed for each brand against the ladder; a signal may set `at_least`; a message that claims no brand is
//! capped by `policy.unclaimed_ceiling` and its wording is not held against it; a message the brand really sent is
//! never worse than tagged. Same findings and same policy give the same verdict.

use crate::auth::AuthResults;
use crate::policy::{Action, Ladder, Mode};
use crate::signals::Finding;

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
