//! The message was larger, deeper or more numerous than what is read.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;

pub(super) static SIGNAL: Signal = Signal {
    id: "limit-reached",
    title: "The message was not read to its end",
    why: "A limit protects the gateway, and what stands behind it was not judged. Reviewers should know. Innocent \
          case: very large mail.",
    points: 5,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    let mail = e.message.limits.first().map(|l| l.0.as_str());
    let auth = e.auth.limits.first().map(String::as_str);
    mail.or(auth).map(|limit| format!("reading stopped: {limit}"))
}
