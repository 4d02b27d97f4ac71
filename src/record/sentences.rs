//! What was made of a message, in lines for people at a terminal.

use super::plain::printable;
use super::ruling::Ruling;
use std::fmt::Write;

/// Lines for people; `name` is the message's.
pub(crate) fn as_text(name: &str, ruling: &Ruling<'_>) -> String {
    let mut out = String::new();
    let Some(v) = ruling.verdict() else { return out };
    let ladder = format!("{}/{}/{}", v.ladder.tag, v.ladder.quarantine, v.ladder.reject);
    let brand = v.brand.as_deref().map(|b| format!("  brand {b}")).unwrap_or_default();
    let by = ruling.disposition.by.map(|by| format!("  by {by}")).unwrap_or_default();
    let word = ruling.disposition.enforced.as_str();
    let _ = writeln!(out, "{name}: {word}  score {} of {ladder}{brand}{by}", v.score);
    if let Some(why) = ruling.deferred() {
        let _ = writeln!(out, "  deferred: {}", printable(why));
    }
    if let Some(passed) = ruling.passed() {
        let _ = writeln!(out, "  passed: {passed} (judged {})", v.action);
    }
    for f in &v.findings {
        let shadow = if f.shadow { " (shadow)" } else { "" };
        let _ = writeln!(out, "  {:>4} {}{shadow}: {}", f.points, f.signal.id, printable(&f.evidence));
    }
    for limit in ruling.limits() {
        let _ = writeln!(out, "  limit: {}", printable(limit));
    }
    out
}
