//! One log line a message, queue id first (DESIGN section 9).

use crate::mail::{Envelope, Message};
use crate::policy::{Mode, Policy};
use crate::record::metrics::Failure;
use crate::record::{acting_ids, cut, plain, results};
use crate::verdict::{Passed, Verdict};
use std::time::Duration;

/// Octets of one value in a log line: enough for a domain name (253) or a few limits in words.
const MAX_VALUE: usize = 300;

/// What is logged about one message: keys and values in the order of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    queue_id: String,
    pairs: Vec<(&'static str, String)>,
}

impl Line {
    /// The line of a judged message.
    pub fn of(verdict: &Verdict, envelope: &Envelope, message: &Message, elapsed: Duration) -> Line {
        let mut line = Line::new(envelope);
        line.add("action", verdict.word());
        line.add("score", &verdict.score.to_string());
        line.add("brand", verdict.brand.as_deref().unwrap_or_default());
        line.add("from", &author_domain(message));
        line.add("client", &client(envelope));
        for (method, result) in results(&verdict.auth) {
            if method != "arc" || result != "none" {
                line.add(method, result);
            }
        }
        line.add("signals", &acting_ids(verdict).join(","));
        line.add("time_ms", &elapsed.as_millis().to_string());
        line.add("policy", &verdict.policy_id);
        line.add("case", &verdict.case_id);
        if verdict.mode == Mode::Monitor {
            line.add("mode", "monitor");
        }
        line.add("passed", verdict.passed.map(Passed::as_str).unwrap_or_default());
        line.add("deferred", verdict.deferred.as_deref().unwrap_or_default());
        line.add("limits", &verdict.limits.join(", "));
        line.add("notes", &verdict.notes.join(", "));
        line
    }

    /// The line of a message that was passed unjudged.
    pub fn of_passed(why: Passed, envelope: &Envelope, policy_id: &str) -> Line {
        let mut line = Line::new(envelope);
        line.add("action", "accept");
        line.add("client", &client(envelope));
        line.add("policy", policy_id);
        line.add("passed", why.as_str());
        line
    }

    /// The line of a message that could not be judged. `held` tells that it was not only put off once more.
    pub fn of_failure(why: Failure, held: bool, envelope: &Envelope, policy: &Policy, elapsed: Duration) -> Line {
        let mut line = Line::new(envelope);
        line.add("action", if held { "quarantine" } else { "tempfail" });
        line.add("client", &client(envelope));
        line.add("time_ms", &elapsed.as_millis().to_string());
        line.add("policy", &policy.id);
        if policy.config.policy.mode == Mode::Monitor {
            line.add("mode", "monitor");
        }
        line.add("error", why.as_str());
        line
    }

    fn new(envelope: &Envelope) -> Line {
        // MTAs make queue ids of letters and digits; nothing else may stand where a line begins.
        let sound = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let id: String = envelope.queue_id.chars().filter(sound).take(MAX_VALUE).collect();
        Line { queue_id: if id.is_empty() { "-".to_owned() } else { id }, pairs: Vec::new() }
    }

    /// Adds a pair; an empty value is left out.
    fn add(&mut self, key: &'static str, value: &str) {
        let value = cut(plain(value), MAX_VALUE);
        if !value.is_empty() {
            self.pairs.push((key, value));
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| v.as_str())
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.get(key)?.parse().ok()
    }

    /// Writes the line to the log: as text, and with its pairs as fields for JSON and the journal.
    pub fn log(&self) {
        tracing::info!(
            queue_id = self.queue_id,
            action = self.get("action"),
            score = self.number("score"),
            brand = self.get("brand"),
            from = self.get("from"),
            client = self.get("client"),
            spf = self.get("spf"),
            dkim = self.get("dkim"),
            dmarc = self.get("dmarc"),
            arc = self.get("arc"),
            signals = self.get("signals"),
            time_ms = self.number("time_ms"),
            policy = self.get("policy"),
            case = self.get("case"),
            mode = self.get("mode"),
            passed = self.get("passed"),
            deferred = self.get("deferred"),
            limits = self.get("limits"),
            notes = self.get("notes"),
            error = self.get("error"),
            "{self}"
        );
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:", self.queue_id)?;
        for (key, value) in &self.pairs {
            // Values with blanks are quoted, so that nothing a sender wrote can pose as a pair of its own.
            if value.contains([' ', '"', '=']) {
                write!(f, " {key}=\"{}\"", value.replace('"', "'"))?;
            } else {
                write!(f, " {key}={value}")?;
            }
        }
        Ok(())
    }
}

/// The first author's domain, `-` without one. Never the local part: that is a person.
fn author_domain(message: &Message) -> String {
    let domain = message.from.iter().find_map(|m| m.domain.as_ref());
    domain.map_or_else(|| "-".to_owned(), |d| d.as_str().to_owned())
}

fn client(envelope: &Envelope) -> String {
    envelope.client.ip.map_or_else(|| "local".to_owned(), |ip| ip.to_string())
}
