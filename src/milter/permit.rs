//! The right of one connection to be served: counted while it lasts, given back on every way out.

use crate::record::Metrics;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::OwnedSemaphorePermit;

/// A connection's permit to be served, given back when it ends, on every way out.
#[derive(Debug)]
pub(super) struct Permit {
    metrics: Arc<Metrics>,
    load: Arc<AtomicUsize>,
    _permit: OwnedSemaphorePermit,
}

impl Permit {
    pub(super) fn take(load: &Arc<AtomicUsize>, metrics: &Arc<Metrics>, permit: OwnedSemaphorePermit) -> Permit {
        load.fetch_add(1, Ordering::Relaxed);
        metrics.connections.inc();
        Permit { metrics: Arc::clone(metrics), load: Arc::clone(load), _permit: permit }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.load.fetch_sub(1, Ordering::Relaxed);
        self.metrics.connections.dec();
    }
}
