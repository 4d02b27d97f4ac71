//! How often, and since when, the same message has been put off. After a while a person should look at it: a message
//! that always fails would otherwise travel between queues until it bounces.
//!
//! Kept in memory and bounded: after a restart the count begins anew, which costs a few more retries and no mail.

use foldhash::fast::RandomState;
use moka::sync::Cache;
use std::hash::BuildHasher;
use std::time::{Duration, Instant};

/// Failures (panics, time-outs) on the same content before it is held: the first two may have been our bad moment.
const MAX_FAILURES: u32 = 3;
/// How long a message waits for the DNS to say who sent it: longer than any outage a retry schedule should bridge.
const MAX_WAIT: Duration = Duration::from_secs(4 * 3600);
/// When a message is forgotten after its last try: senders retry at least every few hours (RFC 5321 section 4.5.4.1).
const FORGET_AFTER: Duration = Duration::from_secs(24 * 3600);
/// Messages remembered.
const MAX_MESSAGES: u64 = 10_000;
/// Octets at the beginning of a message that tell it from others; headers hold a Message-ID and dates.
const TELLING_BYTES: usize = 64 * 1024;

/// Memory of messages that were put off.
#[derive(Debug)]
pub(crate) struct Patience {
    failures: Cache<u64, u32>,
    waiting: Cache<String, Instant>,
    hasher: RandomState,
}

impl Patience {
    pub(crate) fn new() -> Patience {
        Patience {
            failures: Cache::builder().max_capacity(MAX_MESSAGES).time_to_idle(FORGET_AFTER).build(),
            waiting: Cache::builder().max_capacity(MAX_MESSAGES).time_to_idle(FORGET_AFTER).build(),
            hasher: RandomState::default(),
        }
    }

    /// Tells a message from others.
    pub(crate) fn print_of(&self, raw: &[u8]) -> u64 {
        self.hasher.hash_one((&raw[..raw.len().min(TELLING_BYTES)], raw.len()))
    }

    /// Notes that this content failed; true if that was once too often.
    pub(crate) fn failed(&self, print: u64) -> bool {
        let times = self.failures.get(&print).unwrap_or_default() + 1;
        self.failures.insert(print, times);
        times >= MAX_FAILURES
    }

    /// Notes that this case waits for the DNS; true if it has waited long enough.
    pub(crate) fn waited_enough(&self, case_id: &str) -> bool {
        let first = self.waiting.get_with_by_ref(case_id, Instant::now);
        first.elapsed() >= MAX_WAIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_failure_of_the_same_content_is_one_too_many() {
        let patience = Patience::new();
        let (one, other) = (patience.print_of(b"one"), patience.print_of(b"other"));
        assert!(!patience.failed(one) && !patience.failed(other));
        assert!(!patience.failed(one) && patience.failed(one));
        assert!(!patience.waited_enough("case"));
    }
}
