//! A verdict as headers, as one log line and as counters. Three renderings of one value, and no second truth.
//!
//! Everything quoted may come from a forger, so every rendering has its own narrow alphabet: no rendering can be made to
//! start a line, a field or a label. No addresses in labels, no local parts in the log.

use crate::mail::{Envelope, Message};
use crate::policy::Mode;
use crate::signals::{Finding, SIGNALS};
use crate::verdict::Verdict;
use prometheus::{Encoder, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};
use std::fmt::Write;
use std::time::Duration;

/// Octets of one header value: RFC 5322 section 2.1.1 allows 998 a line, and MTAs cut far later; reviewers read less.
const MAX_HEADER_VALUE: usize = 900;
/// `X-Spoof-Reason` fields of a message.
const MAX_REASONS: usize = 20;
/// Column at which header values are folded (RFC 5322 section 2.1.1).
const FOLD_AT: usize = 76;
/// Octets of one value in the log line.
const MAX_LOG_VALUE: usize = 200;

/// The `X-Spoof-*` fields of a verdict, topmost first: names, and values folded with LF and a blank.
pub fn headers(v: &Verdict) -> Vec<(&'static str, String)> {
    let mut verdict =
        format!("{}; score={}; ladder={}/{}/{}", v.word(), v.score, v.ladder.tag, v.ladder.quarantine, v.ladder.reject);
    if let Some(brand) = &v.brand {
        let _ = write!(verdict, "; brand={brand}");
    }
    let _ = write!(verdict, "; case={}; policy={}", v.case_id, v.policy_id);
    if v.mode == Mode::Monitor {
        verdict.push_str("; mode=monitor");
    }
    if let Some(passed) = v.passed {
        let _ = write!(verdict, "; passed={}", passed.as_str());
    }
    let mut fields = vec![("X-Spoof-Verdict", folded(&verdict))];
    if !v.findings.is_empty() {
        let list: Vec<String> = v.findings.iter().map(|f| format!("{}({})", f.signal.id, shown_points(f))).collect();
        fields.push(("X-Spoof-Signals", folded(&list.join(", "))));
    }
    let reasons = v.findings.iter().take(MAX_REASONS);
    fields.extend(reasons.map(|f| ("X-Spoof-Reason", folded(&format!("{}: {}", f.signal.title, f.evidence)))));
    fields
}

fn shown_points(f: &Finding) -> String {
    if f.shadow { "shadow".to_owned() } else { f.points.to_string() }
}

/// A value that fits into a header field: printable ASCII, other characters escaped as `\u{…}`, bounded, folded.
fn folded(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    let mut column = "X-Spoof-Verdict: ".len();
    for word in ascii(value, MAX_HEADER_VALUE).split(' ').filter(|w| !w.is_empty()) {
        if !out.is_empty() {
            let fold = column + 1 + word.len() > FOLD_AT;
            out.push_str(if fold { "\n " } else { " " });
            column = if fold { 1 } else { column + 1 };
        }
        out.push_str(word);
        column += word.len();
    }
    out
}

/// Printable ASCII of at most `max` octets; control characters become blanks, others `\u{…}`.
fn ascii(value: &str, max: usize) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if out.len() >= max {
            out.push_str("...");
            break;
        }
        match c {
            ' '..='~' => out.push(c),
            c if c.is_control() => out.push(' '),
            c => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    out
}

/// The log line of a judged message: `QUEUEID: action=… score=… …`. One line, one event; its values are fields of the
/// event too, for JSON and the journal.
pub fn log(v: &Verdict, envelope: &Envelope, message: &Message, took: Duration) {
    let author = message.from.first().map_or("", |m| m.domain.as_ref().map_or(m.written_domain(), |d| d.as_str()));
    let signals: Vec<&str> = v.findings.iter().map(|f| f.signal.id).collect();
    let (client, took_ms) = (envelope.client.ip.map_or("-".to_owned(), |ip| ip.to_string()), took.as_millis());
    let (queue_id, brand) = (token(&envelope.queue_id), token(v.brand.as_deref().unwrap_or_default()));
    let (author, signals) = (token(author), token(&signals.join(",")));
    let (dkim, dmarc) = (v.auth.dkim_summary().as_str(), v.auth.dmarc_summary().result.as_str());
    let (spf, arc) = (v.auth.spf.result.as_str(), v.auth.arc.result.as_str());
    let mut line = format!(
        "{queue_id}: action={} score={} brand={brand} from={author} client={client} spf={spf} dkim={dkim} dmarc={dmarc} \
         arc={arc} signals={signals} time_ms={took_ms} policy={} case={}",
        v.word(),
        v.score,
        v.policy_id,
        v.case_id,
    );
    if v.mode == Mode::Monitor {
        line.push_str(" mode=monitor");
    }
    if let Some(passed) = v.passed {
        let _ = write!(line, " passed={}", passed.as_str());
    }
    if let Some(limit) = v.limits.first() {
        let _ = write!(line, " limit={:?}", ascii(limit, MAX_LOG_VALUE));
    }
    if let Some(why) = &v.deferred {
        let _ = write!(line, " deferred={:?}", ascii(why, MAX_LOG_VALUE));
    }
    tracing::info!(
        target: "spoof_milter", queue_id, action = v.word(), score = v.score, brand, from = author, client, spf, dkim, dmarc, arc,
        signals, time_ms = u64::try_from(took_ms).unwrap_or(u64::MAX), policy = v.policy_id, case = v.case_id, "{line}"
    );
}

/// A value without blanks and control characters, `-` if there is none: it cannot look like another field.
fn token(value: &str) -> String {
    let text: String =
        ascii(value, MAX_LOG_VALUE).chars().map(|c| if matches!(c, ' ' | '=' | '"') { '?' } else { c }).collect();
    if text.is_empty() { "-".to_owned() } else { text }
}

/// What happened, counted. Labels come from closed sets.
pub struct Metrics {
    registry: Registry,
    messages: IntCounterVec,
    passed: IntCounterVec,
    signals: IntCounterVec,
    auth: IntCounterVec,
    duration: Histogram,
    limit_hits: IntCounter,
    /// Messages answered 451 because judging panicked.
    pub panics: IntCounter,
    /// Messages answered 451 because judging took too long.
    pub timeouts: IntCounter,
    /// Errors of accept(), which end nothing.
    pub accept_errors: IntCounter,
    /// MTA connections open.
    pub connections: IntGauge,
    /// Messages between MAIL and the answer.
    pub in_progress: IntGauge,
    /// 1 if the last reload was used, 0 if the old policy stayed.
    pub reload_success: IntGauge,
}

impl Metrics {
    /// All counters, registered, with their labels at zero.
    pub fn new() -> Result<Metrics, prometheus::Error> {
        let registry = Registry::new_custom(Some("spoof_milter".into()), None)?;
        let counters = |name: &str, help: &str, labels: &[&str]| -> Result<IntCounterVec, prometheus::Error> {
            let c = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(c.clone()))?;
            Ok(c)
        };
        let counter = |name: &str, help: &str| -> Result<IntCounter, prometheus::Error> {
            let c = IntCounter::new(name, help)?;
            registry.register(Box::new(c.clone()))?;
            Ok(c)
        };
        let gauge = |name: &str, help: &str| -> Result<IntGauge, prometheus::Error> {
            let g = IntGauge::new(name, help)?;
            registry.register(Box::new(g.clone()))?;
            Ok(g)
        };
        let buckets = vec![0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0];
        let duration = Histogram::with_opts(
            HistogramOpts::new("judge_duration_seconds", "Time to judge a message, look-ups included").buckets(buckets),
        )?;
        registry.register(Box::new(duration.clone()))?;
        let build = prometheus::IntGaugeVec::new(Opts::new("build_info", "The version that runs"), &["version"])?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        registry.register(Box::new(build))?;
        let metrics = Metrics {
            messages: counters("messages_total", "Messages judged, by what became of them", &["action"])?,
            passed: counters("passed_total", "Messages on which nothing is done, by why", &["why"])?,
            signals: counters("signals_total", "Findings, by signal and mode", &["signal", "mode"])?,
            auth: counters("auth_results_total", "Authentication results", &["method", "result"])?,
            duration,
            limit_hits: counter("limit_hits_total", "Messages that reached a reading limit")?,
            panics: counter("panics_total", "Messages answered 451 because judging panicked")?,
            timeouts: counter("timeouts_total", "Messages answered 451 because judging took too long")?,
            accept_errors: counter("accept_errors_total", "Errors when accepting MTA connections")?,
            connections: gauge("connections", "MTA connections open")?,
            in_progress: gauge("in_progress", "Messages between MAIL and the answer")?,
            reload_success: gauge(
                "config_last_reload_success",
                "1 if the last reload was used, 0 if the old policy stayed",
            )?,
            registry,
        };
        metrics.reload_success.set(1);
        ["accept", "tag", "quarantine", "reject", "tempfail"]
            .iter()
            .for_each(|a| metrics.messages.with_label_values(&[*a]).inc_by(0));
        SIGNALS.iter().for_each(|s| metrics.signals.with_label_values(&[s.id, "enforce"]).inc_by(0));
        Ok(metrics)
    }

    /// Counts a verdict.
    pub fn count(&self, v: &Verdict, took: Duration) {
        self.messages.with_label_values(&[v.word()]).inc();
        if let Some(passed) = v.passed {
            self.passed.with_label_values(&[passed.as_str()]).inc();
        }
        for f in &v.findings {
            self.signals.with_label_values(&[f.signal.id, if f.shadow { "shadow" } else { "enforce" }]).inc();
        }
        let a = &v.auth;
        let results = [
            ("spf", a.spf.result.as_str()),
            ("dkim", a.dkim_summary().as_str()),
            ("dmarc", a.dmarc_summary().result.as_str()),
            ("arc", a.arc.result.as_str()),
        ];
        results.iter().for_each(|(method, result)| self.auth.with_label_values(&[*method, *result]).inc());
        if !v.limits.is_empty() {
            self.limit_hits.inc();
        }
        self.duration.observe(took.as_secs_f64());
    }

    /// Counts a message that was passed without being judged.
    pub fn count_passed(&self, why: crate::verdict::Passed) {
        self.passed.with_label_values(&[why.as_str()]).inc();
    }

    /// The exposition text.
    pub fn render(&self) -> String {
        let mut out = Vec::new();
        // Writing into memory does not fail; a registry that cannot be rendered gives an empty page.
        let _ = TextEncoder::new().encode(&self.registry.gather(), &mut out);
        String::from_utf8(out).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn header_values_cannot_start_a_line_or_grow() {
        let hostile = "a\r\nBcc: x@y\r\n\r\nbody \u{0}\u{7f} \u{202e}é ".repeat(100);
        let value = folded(&hostile);
        assert!(value.len() < MAX_HEADER_VALUE + 100);
        for line in value.split('\n').skip(1) {
            assert!(line.starts_with(' ') && line.len() > 1, "{line:?}");
        }
        assert!(value.bytes().all(|b| b == b'\n' || (b' '..=b'~').contains(&b)));
        assert!(value.contains("\\u{202e}\\u{e9}"));
    }

    #[test]
    fn log_values_cannot_look_like_fields() {
        assert_eq!(token("x action=accept\n\"y"), "x?action?accept??y");
        assert_eq!(token(""), "-");
    }

    #[test]
    fn every_signal_has_a_counter_from_the_start() {
        let text = Metrics::new().unwrap().render();
        assert!(text.contains("spoof_milter_messages_total{action=\"reject\"} 0"));
        assert!(SIGNALS.iter().all(|s| text.contains(&format!("signal=\"{}\"", s.id))));
    }
}
