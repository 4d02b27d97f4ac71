//! A verdict for the terminal: JSON for programs (contract of DESIGN section 8), sentences for people.

use crate::auth::AuthResults;
use crate::verdict::{Claim, Verdict};
use serde_json::{Value, json};
use std::fmt::Write;

/// One object: action, score, brand, signals, auth, limits. The caller adds file and time.
pub(crate) fn as_json(v: &Verdict) -> Value {
    let signals: Vec<Value> = v
        .findings
        .iter()
        .map(|f| {
            let mut signal = json!({"id": f.signal.id, "points": f.points, "evidence": f.evidence});
            if f.shadow {
                signal["shadow"] = true.into();
            }
            if f.exempt {
                signal["exempt"] = true.into();
            }
            signal
        })
        .collect();
    let mut object = json!({
        "action": v.word(),
        "score": v.score,
        "brand": v.brand,
        "claim": claim(v.claim),
        "proven": v.proven,
        "signals": signals,
        "auth": auth(&v.auth),
        "limits": v.limits,
        "case": v.case_id,
        "policy": v.policy_id,
    });
    if let Some(why) = &v.deferred {
        object["deferred"] = why.as_str().into();
    }
    if !v.notes.is_empty() {
        object["notes"] = v.notes.clone().into();
    }
    if let Some(passed) = v.passed {
        object["passed"] = passed.as_str().into();
    }
    object
}

fn auth(a: &AuthResults) -> Value {
    let dkim: Vec<Value> = a
        .dkim
        .iter()
        .map(|d| {
            let domain = d.domain.as_ref().map(|d| d.as_str());
            json!({"result": d.result.as_str(), "domain": domain, "selector": d.selector, "reason": d.reason})
        })
        .collect();
    json!({
        "spf": a.spf.result.as_str(),
        "dkim": dkim,
        "dmarc": a.dmarc_summary().result.as_str(),
        "arc": a.arc.result.as_str(),
    })
}

fn claim(claim: Claim) -> &'static str {
    match claim {
        Claim::None => "none",
        Claim::Weak => "weak",
        Claim::Strong => "strong",
    }
}

/// Lines for people.
pub(crate) fn as_text(name: &str, v: &Verdict) -> String {
    let mut out = String::new();
    let ladder = format!("{}/{}/{}", v.ladder.tag, v.ladder.quarantine, v.ladder.reject);
    let brand = v.brand.as_deref().map(|b| format!("  brand {b}")).unwrap_or_default();
    let _ = writeln!(out, "{name}: {}  score {} of {ladder}{brand}", v.word(), v.score);
    if let Some(why) = &v.deferred {
        let _ = writeln!(out, "  deferred: {}", printable(why));
    }
    if let Some(passed) = v.passed {
        let _ = writeln!(out, "  passed: {} (judged {})", passed.as_str(), v.action);
    }
    for f in &v.findings {
        let shadow = if f.shadow { " (shadow)" } else { "" };
        let _ = writeln!(out, "  {:>4} {}{shadow}: {}", f.points, f.signal.id, printable(&f.evidence));
    }
    for limit in &v.limits {
        let _ = writeln!(out, "  limit: {}", printable(limit));
    }
    out
}

/// Terminals obey control characters; evidence quotes hostile text.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
