//! The verdict as header fields: what reviewers and mail programs read.

use super::plain::{cut, plain};
use super::ruling::Ruling;
use crate::disposition::Failure;
use crate::policy::Mode;
use crate::signals::Finding;

/// The field with the verdict.
pub const VERDICT_FIELD: &str = "X-Spoof-Verdict";
/// The field with the signals and their points.
pub const SIGNALS_FIELD: &str = "X-Spoof-Signals";
/// The field with what one signal saw; there may be several.
pub const REASON_FIELD: &str = "X-Spoof-Reason";

/// Octets of one value: a line may have 998 octets (RFC 5322 section 2.1.1), with room for the name and for folding.
const MAX_VALUE: usize = 900;
/// Octets of one item of the verdict, so that a long one pushes none behind it out.
const MAX_ITEM: usize = 300;
/// Reasons told: nobody reads more, and headers are what attackers can make us write.
const MAX_REASONS: usize = 20;
/// Where lines fold, RFC 5322 section 2.1.1.
const LINE: usize = 78;

/// The fields a message carries away, top to bottom: name and value, folded with LF and a blank, without a leading
/// blank. Signals and reasons only when there is something to tell.
pub fn headers(ruling: &Ruling<'_>) -> Vec<(&'static str, String)> {
    let mut fields = vec![(VERDICT_FIELD, verdict_value(ruling))];
    let findings = ruling.verdict().map(|v| v.findings.as_slice()).unwrap_or_default();
    if !findings.is_empty() {
        fields.push((SIGNALS_FIELD, signals_value(findings)));
    }
    for finding in findings.iter().take(MAX_REASONS) {
        let note = match (finding.shadow, finding.exempt) {
            (true, _) => " (shadow, does not count)",
            (false, true) => " (exempt, does not count)",
            (false, false) => "",
        };
        fields.push((REASON_FIELD, format!("{}{note}: {}", finding.signal.title, finding.evidence)));
    }
    for note in ruling.notes().iter().take(MAX_REASONS) {
        fields.push((REASON_FIELD, format!("Note: {note}")));
    }
    fields.into_iter().map(|(name, value)| (name, fold(name, &cut(plain(&value), MAX_VALUE)))).collect()
}

fn verdict_value(ruling: &Ruling<'_>) -> String {
    let disposition = &ruling.disposition;
    let mut value = disposition.enforced.as_str().to_owned();
    let mut add = |key: &str, text: &str| {
        if !text.is_empty() {
            // A `;` in a brand's name would read as the next part.
            value.push_str(&format!("; {key}={}", cut(plain(&text.replace(';', ",")), MAX_ITEM)));
        }
    };
    if let Some(v) = ruling.verdict() {
        add("score", &v.score.to_string());
        add("ladder", &format!("{}/{}/{}", v.ladder.tag, v.ladder.quarantine, v.ladder.reject));
        add("brand", v.brand.as_deref().unwrap_or_default());
        add("case", &v.case_id);
    }
    add("policy", ruling.policy_id);
    add("by", &disposition.by.map(|by| by.to_string()).unwrap_or_default());
    add("error", ruling.failure().map(Failure::as_str).unwrap_or_default());
    if disposition.mode == Mode::Monitor {
        add("mode", "monitor");
    }
    add("passed", ruling.passed().unwrap_or_default());
    add("limits", &ruling.limits().join(", "));
    value
}

fn signals_value(findings: &[Finding]) -> String {
    let told = findings.iter().map(|f| {
        let aside = match (f.shadow, f.exempt) {
            (true, _) => ", shadow",
            (false, true) => ", exempt",
            (false, false) => "",
        };
        format!("{}({}{aside})", f.signal.id, f.points)
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Folds at blanks so that lines stay within 78 octets where words allow. Unfolding gives the same text back.
fn fold(name: &str, value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    // "Name:" stands before the first word; each word brings its own blank.
    let mut column = name.len() + 1;
    for (n, word) in value.split(' ').enumerate() {
        if n > 0 && column + 1 + word.len() > LINE {
            out.push('\n');
            column = 0;
        }
        if n > 0 {
            out.push(' ');
        }
        out.push_str(word);
        column += 1 + word.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_the_text_and_the_width() {
        let value = vec!["word"; 60].join(" ");
        let folded = fold("X-Spoof-Reason", &value);
        assert_eq!(folded.replace('\n', ""), value);
        let mut lines = folded.split('\n');
        assert!(lines.next().is_some_and(|l| "X-Spoof-Reason: ".len() + l.len() <= LINE));
        assert!(lines.all(|l| l.starts_with(' ') && l.trim().len() > 1 && l.len() <= LINE));
    }

    #[test]
    fn a_word_longer_than_a_line_is_left_whole() {
        let long = "x".repeat(200);
        assert_eq!(fold("X", &format!("a {long} b")), format!("a\n {long}\n b"));
    }
}
