//! `From: "🔔 Account notice"`, `"✅ Confirmed ✅"`, `"[88347]- KYC"`: a sender's name with ornaments.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::text::fold::is_ornament;

pub(super) static SIGNAL: Signal = Signal {
    id: "ornate-sender",
    title: "The sender's name is dressed up with symbols",
    why: "Pictures and brackets in a name catch the eye in the list of messages: one in fifteen forged messages, of \
          1,680 honest ones none. Innocent case: shops with a taste for hearts; so it counts only beside a claim.",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    if e.proven {
        return None;
    }
    let ornate =
        |name: &str| name.contains(is_ornament) || name.starts_with(['[', '(', '#', '*', '<', '>', '!', '-', '_', '.']);
    let m = e.message.from.iter().find(|m| ornate(m.name.trim()))?;
    Some(format!("the sender's name is dressed up: {:?}", m.name))
}
