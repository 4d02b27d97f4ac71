//! What all connections of a gateway share: the policy of those to come, the counters, the judge, what was put off.

use super::retries::Retries;
use crate::mail::{Envelope, Message};
use crate::policy::Policy;
use crate::record::Metrics;
use crate::verdict::Verdict;
use arc_swap::ArcSwap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};

/// Judges a message. A value and not a fixed function, so that tests can put one in that panics or hangs.
pub type Judge = Arc<
    dyn Fn(Arc<Envelope>, Arc<Message>, Arc<Policy>) -> Pin<Box<dyn Future<Output = Verdict> + Send>> + Send + Sync,
>;

/// What all connections share.
pub struct Shared {
    /// The policy of connections to come.
    pub policy: ArcSwap<Policy>,
    /// The counters.
    pub metrics: Arc<Metrics>,
    pub(super) judge: Judge,
    /// Connections served at once.
    pub(super) capacity: usize,
    pub(super) in_progress: watch::Sender<usize>,
    pub(super) retries: Retries,
}

impl Shared {
    /// The state of a gateway that has seen nothing yet.
    pub fn new(policy: Policy, metrics: Arc<Metrics>, judge: Judge) -> Shared {
        let capacity = policy.config.milter.max_connections.min(Semaphore::MAX_PERMITS);
        Shared {
            policy: ArcSwap::from_pointee(policy),
            metrics,
            judge,
            capacity,
            in_progress: watch::Sender::new(0),
            retries: Retries::new(),
        }
    }

    /// True if there are more connections than are served at once.
    pub(super) fn is_overloaded(&self) -> bool {
        usize::try_from(self.metrics.connections.get()).is_ok_and(|open| open > self.capacity)
    }

    /// How many messages are between MAIL and the answer to them.
    pub fn in_progress(&self) -> watch::Receiver<usize> {
        self.in_progress.subscribe()
    }
}
