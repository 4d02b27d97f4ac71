//! "Confirm your account", "enter your password".

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::wording::PhraseKind;

pub(super) static SIGNAL: Signal = Signal {
    id: "credential-request",
    title: "A request for a password or for confirming an account",
    why: "What most phishing is after. Honest notices of any service use such words when the reader asked for them, so \
          it only counts together with a brand.",
    points: 15,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    e.phrase(&[PhraseKind::Credential]).map(|words| format!("it asks for access: {words:?}"))
}
