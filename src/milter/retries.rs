//! How often, and since when, the same message has been put off. After a while a person should look at it: a message
//! that always fails would otherwise travel between queues until it bounces.
//!
//! Kept in memory and bounded: after a restart the count begins anew, which costs a few more retries and no mail.

use crate::policy::config::{Fallback, OnFailure};
use foldhash::fast::RandomState;
use moka::sync::Cache;
use std::hash::BuildHasher;
use std::time::{Duration, Instant};

/// Time within which deliveries of one message are one try: several queues, or several of our servers' connections, may
/// hand over the same message at once, and no MTA retries sooner (RFC 5321 section 4.5.4.1).
const ONE_TRY: Duration = Duration::from_secs(60);
/// Seconds of an hour.
const HOUR_SECS: u64 = 3600;
/// When a message is forgotten after its last try: senders retry at least every few hours (RFC 5321 section 4.5.4.1).
const FORGET_AFTER: Duration = Duration::from_secs(24 * 3600);
/// Messages remembered.
const MAX_MESSAGES: u64 = 10_000;
/// Octets at the beginning of a message that tell it from others; headers hold a Message-ID and dates.
const FINGERPRINT_BYTES: usize = 64 * 1024;

/// Memory of messages that were put off.
#[derive(Debug)]
pub(crate) struct Retries {
    failures: Cache<u64, u32>,
    waiting: Cache<String, Wait>,
    hasher: RandomState,
}

/// How a message has waited for the DNS.
#[derive(Debug, Clone, Copy)]
struct Wait {
    first: Instant,
    last: Instant,
    tries: u32,
}

impl Wait {
    /// The wait of a message seen first at `now`.
    fn beginning(now: Instant) -> Wait {
        Wait { first: now, last: now, tries: 1 }
    }

    /// The wait after the message came again.
    fn again(self, now: Instant) -> Wait {
        match now.duration_since(self.last) < ONE_TRY {
            true => self,
            false => Wait { last: now, tries: self.tries.saturating_add(1), ..self },
        }
    }

    /// True if it has been put off as often or as long as the operator wants.
    fn is_enough(self, now: Instant, limits: &OnFailure) -> bool {
        let longest = Duration::from_secs(limits.dns_hours.saturating_mul(HOUR_SECS));
        self.tries > limits.dns_tries || now.duration_since(self.first) >= longest
    }
}

impl Retries {
    pub(crate) fn new() -> Retries {
        Retries {
            failures: Cache::builder().max_capacity(MAX_MESSAGES).time_to_idle(FORGET_AFTER).build(),
            waiting: Cache::builder().max_capacity(MAX_MESSAGES).time_to_idle(FORGET_AFTER).build(),
            hasher: RandomState::default(),
        }
    }

    /// Tells a message from others.
    pub(crate) fn fingerprint(&self, raw: &[u8]) -> u64 {
        self.hasher.hash_one((&raw[..raw.len().min(FINGERPRINT_BYTES)], raw.len()))
    }

    /// Notes that this content failed; true if it is to be held.
    pub(crate) fn failed(&self, fingerprint: u64, limits: &OnFailure) -> bool {
        let times = self.failures.get(&fingerprint).unwrap_or_default().saturating_add(1);
        self.failures.insert(fingerprint, times);
        limits.error == Fallback::Quarantine || times >= limits.error_tries
    }

    /// Notes that this case waits for the DNS; true if it has waited long enough.
    pub(crate) fn waited_enough(&self, case_id: &str, limits: &OnFailure) -> bool {
        let now = Instant::now();
        let wait = self.waiting.get(case_id).map_or_else(|| Wait::beginning(now), |wait| wait.again(now));
        self.waiting.insert(case_id.to_owned(), wait);
        wait.is_enough(now, limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_failure_of_the_same_content_is_one_too_many() {
        let retries = Retries::new();
        let (one, other) = (retries.fingerprint(b"one"), retries.fingerprint(b"other"));
        let limits = OnFailure::default();
        let failed = |fingerprint| retries.failed(fingerprint, &limits);
        assert!(!failed(one) && !failed(other));
        assert!(!failed(one) && failed(one));
        assert!(retries.failed(other, &OnFailure { error: Fallback::Quarantine, ..limits }));
    }

    #[test]
    fn waiting_ends_after_tries_or_hours() {
        let (limits, start) = (OnFailure::default(), Instant::now());
        let minutes = |n: u64| start + Duration::from_secs(n * 60);
        let mut wait = Wait::beginning(start);
        for (n, enough) in [(0, false), (5, false), (15, false), (35, true)] {
            wait = if n == 0 { wait } else { wait.again(minutes(n)) };
            assert_eq!(wait.is_enough(minutes(n), &limits), enough, "try after {n} minutes");
        }
        let burst = (0..50).fold(Wait::beginning(start), |wait, _| wait.again(start));
        assert!(!burst.is_enough(start, &limits), "deliveries at once are one try");
        assert!(Wait::beginning(start).again(minutes(240)).is_enough(minutes(240), &limits), "four hours are enough");
    }

    #[test]
    fn a_burst_is_one_try() {
        let retries = Retries::new();
        assert!((0..20).all(|_| !retries.waited_enough("case", &OnFailure::default())));
    }
}
