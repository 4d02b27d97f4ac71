//! `judge()`: authenticate and scan, examine, decide. The milter, the command line, the tests and the bench all call
//! this.

use crate::auth::{AuthResults, Authenticator};
use crate::evidence::Evidence;
use crate::mail::{Envelope, Message, case_id};
use crate::policy::{Action, ConfigError, Policy};
use crate::scan::{Scan, scan};
use crate::signals;
use crate::verdict::{Verdict, decide, without_each};
use std::path::Path;

/// Judges one message. Never fails: what could not be found out is in the verdict.
pub async fn judge(envelope: &Envelope, message: &Message, policy: &Policy, authenticator: &Authenticator) -> Verdict {
    let (auth, scanned) = look_up(envelope, message, policy, authenticator).await;
    judge_authenticated(&Evidence::new(envelope, message, &auth, policy).with_scan(scanned))
}

/// The same, with what would happen without each finding, for `check --explain`.
pub async fn judge_explained(
    envelope: &Envelope,
    message: &Message,
    policy: &Policy,
    authenticator: &Authenticator,
) -> (Verdict, Vec<(&'static str, Action)>) {
    let (auth, scanned) = look_up(envelope, message, policy, authenticator).await;
    let evidence = Evidence::new(envelope, message, &auth, policy).with_scan(scanned);
    let verdict = judge_authenticated(&evidence);
    let without = without_each(&evidence, &verdict);
    (verdict, without)
}

/// Judges a message of which it is known what authentication finds: the second half of [`judge`].
pub fn judge_authenticated(evidence: &Evidence<'_>) -> Verdict {
    decide(evidence, case_id(evidence.envelope, evidence.message))
}

/// What the DNS and the virus scanner say of a message.
async fn look_up(
    envelope: &Envelope,
    message: &Message,
    policy: &Policy,
    authenticator: &Authenticator,
) -> (AuthResults, Scan) {
    let scanned = scan(&policy.config.attachments, message.raw());
    tokio::join!(authenticator.authenticate(envelope, message), scanned)
}

/// The policy of a file (of the defaults without one), which may set every signal there is.
pub fn load_policy(path: Option<&Path>) -> Result<Policy, ConfigError> {
    Policy::load(path, &signals::ids())
}

/// The same of a text; `origin` names it in errors.
pub fn policy_of(text: &str, origin: &str) -> Result<Policy, ConfigError> {
    Policy::from_toml(text, origin, &signals::ids())
}
