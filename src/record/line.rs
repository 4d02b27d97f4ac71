//! One log line a message, queue id first (ARCHITECTURE.md section 6).

use super::plain::{cut, plain};
use super::verdict_record::VerdictRecord;
use crate::auth::ArcResult;
use crate::policy::Mode;

/// Octets of one value in a log line: enough for a domain name (253) or a few limits in words.
const MAX_VALUE_BYTES: usize = 300;

/// What is logged about one message: keys and values in the order of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    queue_id: String,
    pairs: Vec<(&'static str, String)>,
}

impl LogLine {
    /// The line of a record: what is not known of the message is left out.
    pub fn of(record: &VerdictRecord) -> LogLine {
        let mut line = LogLine::new(&record.envelope.queue_id);
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        line.add("action", &record.action);
        line.add("score", &record.score.map(|s| s.to_string()).unwrap_or_default());
        line.add("brand", &text(&record.brand));
        line.add("from", &text(&record.author_domain));
        line.add("client", &record.envelope.client_ip.map_or_else(|| "local".to_owned(), |ip| ip.to_string()));
        if let Some(auth) = &record.auth {
            line.add("spf", &auth.spf);
            line.add("dkim", auth.dkim_summary());
            line.add("dmarc", &auth.dmarc);
            line.add("arc", if auth.arc == ArcResult::None.as_str() { "" } else { &auth.arc });
        }
        line.add("signals", &record.acting_ids().collect::<Vec<_>>().join(","));
        line.add("time_ms", &record.elapsed_us.map(|us| (us / 1000).to_string()).unwrap_or_default());
        line.add("policy", &record.policy);
        line.add("case", &record.case);
        line.add("by", &text(&record.by));
        line.add("mode", if record.mode == Mode::Enforce.as_str() { "" } else { &record.mode });
        line.add("passed", &text(&record.passed));
        line.add("deferred", &text(&record.deferred));
        line.add("limits", &record.limits.join(", "));
        line.add("notes", &record.notes.join(", "));
        line.add("error", &text(&record.error));
        line
    }

    fn new(queue_id: &str) -> LogLine {
        // MTAs make queue ids of letters and digits; nothing else may stand where a line begins.
        let sound = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let id: String = queue_id.chars().filter(sound).take(MAX_VALUE_BYTES).collect();
        LogLine { queue_id: if id.is_empty() { "-".to_owned() } else { id }, pairs: Vec::new() }
    }

    /// Adds a pair; an empty value is left out.
    fn add(&mut self, key: &'static str, value: &str) {
        let value = cut(plain(value), MAX_VALUE_BYTES);
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
            by = self.get("by"),
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

impl std::fmt::Display for LogLine {
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
