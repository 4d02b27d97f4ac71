//! Verdicts and mishaps as Prometheus counters. Labels come from fixed sets: no address and no text of a sender.

use super::ruling::{Judged, Ruling};
use crate::auth::AuthResults;
use crate::disposition::{Exempt, Failure, Measure, Outcome};
use crate::policy::Mode;
use crate::scan::Scan;
use crate::verdict::Verdict;
use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};
use std::time::Duration;

/// Upper bounds of the time classes, in seconds: from "all in the cache" to the default message time-out.
const TIME_CLASSES: [f64; 11] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 20.0];

/// All counters of one gateway, in a registry of their own so that several can live in one process (tests do that).
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    messages: IntCounterVec,
    passed: IntCounterVec,
    deferred: IntCounter,
    signals: IntCounterVec,
    auth_results: IntCounterVec,
    scans: IntCounterVec,
    judge_duration: Histogram,
    limit_hits: IntCounter,
    panics: IntCounter,
    timeouts: IntCounter,
    shed: IntCounter,
    /// Connections the MTA holds.
    pub connections: IntGauge,
    /// Messages between MAIL and the answer to them.
    pub in_progress: IntGauge,
    /// Connections that could not be accepted.
    pub accept_errors: IntCounter,
    /// 1 if the last (re)load of the configuration succeeded.
    pub config_last_reload_success: IntGauge,
}

impl Metrics {
    /// Counters at zero.
    pub fn new() -> Result<Metrics, prometheus::Error> {
        let registry = Registry::new_custom(Some("spoof_milter".to_owned()), None)?;
        let new = Factory(&registry);
        let build = new.gauges("build_info", "The version that runs.", &["version"])?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        let metrics = Metrics {
            messages: new.counters(
                "messages_total",
                "Messages judged, by what is done where verdicts are carried out.",
                &["action", "mode"],
            )?,
            passed: new.counters("passed_total", "Messages passed whatever they are, by reason.", &["why"])?,
            deferred: new.counter("deferred_total", "Messages put off because a proof could not be looked up.")?,
            signals: new.counters("signals_total", "Signals that fired.", &["signal", "mode"])?,
            auth_results: new.counters("auth_results_total", "Authentication results.", &["method", "result"])?,
            scans: new.counters("scans_total", "Messages shown to the virus scanner, by what it said.", &["result"])?,
            judge_duration: new.histogram("judge_duration_seconds", "Time to judge a message.")?,
            limit_hits: new.counter("limit_hits_total", "Limits that cut a judgement short.")?,
            panics: new.counter("panics_total", "Messages that made the judge panic.")?,
            timeouts: new.counter("timeouts_total", "Messages that took too long to judge.")?,
            shed: new.counter("shed_total", "Messages turned away because there were too many connections.")?,
            connections: new.gauge("connections", "Connections open.")?,
            in_progress: new.gauge("in_progress", "Messages between MAIL and the answer to them.")?,
            accept_errors: new.counter("accept_errors_total", "Connections that could not be accepted.")?,
            config_last_reload_success: new.gauge("config_last_reload_success", "1 if the last (re)load worked.")?,
            registry,
        };
        // A rate over a series that is not there yet is no rate: the fixed ones begin at zero.
        for word in Measure::WORDS {
            for mode in [Mode::Enforce, Mode::Monitor] {
                metrics.messages.with_label_values(&[word, mode.as_str()]);
            }
        }
        for why in Exempt::ALL {
            metrics.passed.with_label_values(&[why.as_str()]);
        }
        for word in Scan::WORDS {
            metrics.scans.with_label_values(&[word]);
        }
        Ok(metrics)
    }

    /// Counts what became of a message: one that is passed among the passed, every other once for each time it came.
    /// `mode = "monitor"` tells what would have been done and was not.
    pub fn count(&self, ruling: &Ruling<'_>, outcome: Outcome, elapsed: Duration) {
        match ruling.judged {
            Judged::Verdict(verdict) => self.count_verdict(verdict, elapsed),
            Judged::Failed(why) => self.count_failure(why),
            Judged::Exempt => {}
        }
        self.limit_hits.inc_by(ruling.limits().len() as u64);
        let disposition = &ruling.disposition;
        if let Some(why) = ruling.passed() {
            self.passed.with_label_values(&[why]).inc();
            return;
        }
        if disposition.waits() {
            self.deferred.inc();
        }
        let word = outcome.of(disposition.enforced).as_str();
        self.messages.with_label_values(&[word, disposition.mode.as_str()]).inc();
    }

    /// Counts what was found about a message, whatever is done.
    fn count_verdict(&self, verdict: &Verdict, elapsed: Duration) {
        self.judge_duration.observe(elapsed.as_secs_f64());
        for (method, result) in results(&verdict.auth) {
            self.auth_results.with_label_values(&[method, result]).inc();
        }
        if let Some(word) = verdict.scan.as_str() {
            self.scans.with_label_values(&[word]).inc();
        }
        for finding in &verdict.findings {
            let mode = if finding.shadow { "shadow" } else { "enforce" };
            self.signals.with_label_values(&[finding.signal.id, mode]).inc();
        }
    }

    fn count_failure(&self, why: Failure) {
        match why {
            Failure::Panic => self.panics.inc(),
            Failure::Timeout => self.timeouts.inc(),
            Failure::Overload => self.shed.inc(),
        }
    }

    /// Everything in the text format of Prometheus.
    pub fn render(&self) -> String {
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}

/// The results counted and logged, by method.
fn results(auth: &AuthResults) -> [(&'static str, &'static str); 4] {
    [
        ("spf", auth.spf.result.as_str()),
        ("dkim", auth.dkim_summary().as_str()),
        ("dmarc", auth.dmarc_summary().result.as_str()),
        ("arc", auth.arc.result.as_str()),
    ]
}

/// Makes and registers.
struct Factory<'a>(&'a Registry);

type Made<T> = Result<T, prometheus::Error>;

impl Factory<'_> {
    fn register<T: prometheus::core::Collector + Clone + 'static>(&self, made: T) -> Made<T> {
        self.0.register(Box::new(made.clone()))?;
        Ok(made)
    }

    fn counter(&self, name: &str, help: &str) -> Made<IntCounter> {
        self.register(IntCounter::new(name, help)?)
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> Made<IntCounterVec> {
        self.register(IntCounterVec::new(Opts::new(name, help), labels)?)
    }

    fn gauge(&self, name: &str, help: &str) -> Made<IntGauge> {
        self.register(IntGauge::new(name, help)?)
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> Made<IntGaugeVec> {
        self.register(IntGaugeVec::new(Opts::new(name, help), labels)?)
    }

    fn histogram(&self, name: &str, help: &str) -> Made<Histogram> {
        self.register(Histogram::with_opts(HistogramOpts::new(name, help).buckets(TIME_CLASSES.to_vec()))?)
    }
}
