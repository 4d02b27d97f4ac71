//! `judge()`: authenticate and scan, examine, decide. The milter, the command line, the tests and the bench all call this.

use crate::auth::Authenticator;
use crate::evidence::Evidence;
use crate::mail::{Envelope, Message, case_id};
use crate::policy::{ConfigError, Policy};
use crate::scan::scan;
use crate::signals;
use crate::verdict::{Passed, Verdict, decide};
use std::path::Path;

/// Judges one message. Never fails: what could not be found out is in the verdict.
pub async fn judge(envelope: &Envelope, message: &Message, policy: &Policy, authenticator: &Authenticator) -> Verdict {
    let scanned = scan(&policy.config.attachments, message.raw());
    let (auth, scanned) = tokio::join!(authenticator.authenticate(envelope, message), scanned);
    judge_authenticated(&Evidence::new(envelope, message, &auth, policy).with_scan(scanned))
}

/// Judges a message of which it is known what authentication finds: the second half of [`judge`].
pub fn judge_authenticated(evidence: &Evidence<'_>) -> Verdict {
    let Evidence { envelope, message, policy, .. } = evidence;
    let mut verdict = decide(evidence, case_id(envelope, message));
    let reported = |to: &String| policy.is_report_mailbox(to);
    let report = !envelope.rcpt_to.is_empty() && envelope.rcpt_to.iter().all(reported);
    verdict.passed = not_inbound(envelope, policy).or(report.then_some(Passed::ReportMailbox));
    verdict
}

/// Why a message is not judged as inbound, if it is not: its client authenticated, or stands in a trusted network.
pub fn not_inbound(envelope: &Envelope, policy: &Policy) -> Option<Passed> {
    if envelope.auth_user.is_some() {
        return Some(Passed::AuthenticatedClient);
    }
    envelope.client.ip.is_some_and(|ip| policy.trusts(ip)).then_some(Passed::TrustedNetwork)
}

/// The policy of a file (of the defaults without one), which may set every signal there is.
pub fn load_policy(path: Option<&Path>) -> Result<Policy, ConfigError> {
    Policy::load(path, &signals::ids())
}

/// The same of a text; `origin` names it in errors.
pub fn policy_of(text: &str, origin: &str) -> Result<Policy, ConfigError> {
    Policy::from_toml(text, origin, &signals::ids())
}
