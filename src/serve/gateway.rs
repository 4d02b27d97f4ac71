//! A gateway, from its start to its end: opens sockets, judges what comes, takes new policies, drains.
//!
//! What cannot be opened stops a start and never a running gateway: a reload with a bad policy keeps the old one and
//! says why. Metrics and log in trouble never touch the mail.

use crate::auth::Authenticator;
use crate::auth::clock::today;
use crate::judge::judge;
use crate::milter::listener::{Address, Socket};
use crate::milter::{Judge, Shared, Workers};
use crate::policy::config::Config;
use crate::policy::{ConfigError, Policy};
use crate::record::Metrics;
use crate::serve::error::ServeError;
use crate::serve::http;
use arc_swap::ArcSwap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// A gateway about to start.
#[derive(Default)]
pub struct Gateway {
    judge: Option<Judge>,
    sockets: Vec<Socket>,
}

impl Gateway {
    /// A gateway that judges with [`judge()`] and listens where the policy says.
    pub fn new() -> Gateway {
        Gateway::default()
    }

    /// Judges with `judge` instead.
    pub fn with_judge(self, judge: Judge) -> Gateway {
        Gateway { judge: Some(judge), ..self }
    }

    /// Listens on these sockets instead of those of the policy, if there are any.
    pub fn with_sockets(self, sockets: Vec<Socket>) -> Gateway {
        Gateway { sockets, ..self }
    }

    /// Opens the sockets and serves. When this returns, the MTA is being answered.
    pub async fn start(self, policy: Policy) -> Result<Running, ServeError> {
        let config = policy.config.clone();
        warn(&policy);
        let metrics = Metrics::new().map_err(|e| ServeError::Process(format!("no metrics: {e}")))?;
        let metrics = Arc::new(metrics);
        metrics.config_last_reload_success.set(1);
        let authenticator =
            Arc::new(ArcSwap::from_pointee(Authenticator::for_policy(&policy).map_err(ServeError::Dns)?));
        let judge = self.judge.unwrap_or_else(|| judge_with(Arc::clone(&authenticator)));
        let sockets = if self.sockets.is_empty() { Socket::open(&config.milter).await? } else { self.sockets };
        let addresses = sockets.iter().filter_map(|s| s.address().ok()).collect();
        let shared = Arc::new(Shared::new(policy, Arc::clone(&metrics), judge));
        let closed = watch::Sender::new(false);
        let (stop, stopped) = oneshot::channel::<()>();
        let workers = Workers::start(&shared).map_err(|e| ServeError::Process(format!("no threads: {e}")))?;
        let milter = tokio::spawn(workers.serve(sockets, closed.subscribe(), stopped));
        let http = http::start(&config.metrics.listen, Arc::clone(&metrics), closed.subscribe()).await;
        Ok(Running { addresses, http, shared, authenticator, started_with: config, closed, stop, milter })
    }
}

/// Logs what the operator should know about a policy.
fn warn(policy: &Policy) {
    policy.warnings(today()).iter().for_each(|w| tracing::warn!("{w}"));
}

/// The judge of ordinary operation. The authenticator keeps its caches as long as `[dns]`, the brands' domains and the
/// exempt hosts stay the same.
fn judge_with(authenticator: Arc<ArcSwap<Authenticator>>) -> Judge {
    Arc::new(move |envelope, message, policy| {
        let authenticator = authenticator.load_full();
        Box::pin(async move { judge(&envelope, &message, &policy, &authenticator).await })
    })
}

/// A running gateway.
pub struct Running {
    /// Where it listens for the MTA.
    pub addresses: Vec<Address>,
    /// Where it answers `/metrics`, `/livez` and `/readyz`, if it does.
    pub http: Option<SocketAddr>,
    shared: Arc<Shared>,
    authenticator: Arc<ArcSwap<Authenticator>>,
    started_with: Config,
    closed: watch::Sender<bool>,
    stop: oneshot::Sender<()>,
    milter: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// The counters.
    pub fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// The policy of connections to come.
    pub fn policy(&self) -> Arc<Policy> {
        self.shared.policy.load_full()
    }

    /// How many messages are between MAIL and the answer to them.
    pub fn in_progress(&self) -> watch::Receiver<usize> {
        self.shared.in_progress()
    }

    /// Takes a policy just loaded for connections to come. If that failed, the old one stays and the log says why.
    pub fn reload(&self, loaded: Result<Policy, ConfigError>) {
        let taken = loaded.map_err(|e| e.to_string()).and_then(|policy| self.take(policy));
        self.metrics().config_last_reload_success.set(i64::from(taken.is_ok()));
        match taken {
            Ok(id) => tracing::info!("configuration reloaded, policy {id}"),
            Err(why) => tracing::error!("configuration not reloaded, policy {} stays: {why}", self.policy().id),
        }
    }

    fn take(&self, policy: Policy) -> Result<String, String> {
        let asks = |policy: &Policy| (policy.config.dns.clone(), policy.brand_domains(), policy.exempt_hosts());
        if asks(&policy) != asks(&self.policy()) {
            self.authenticator.store(Arc::new(Authenticator::for_policy(&policy)?));
        }
        warn(&policy);
        let kept = needs_restart(&self.started_with, &policy.config);
        if !kept.is_empty() {
            tracing::warn!("a restart is needed for what changed in {}", kept.join(", "));
        }
        let id = policy.id.clone();
        self.shared.policy.store(Arc::new(policy));
        Ok(id)
    }

    /// True if it has ended by itself, which it should not.
    pub fn has_ended(&self) -> bool {
        self.milter.is_finished()
    }

    /// Takes no more connections, lets the messages in progress finish, and ends.
    pub async fn shutdown(self) {
        self.closed.send_replace(true);
        let patience = Duration::from_secs(self.policy().config.milter.drain_secs);
        let mut in_progress = self.shared.in_progress();
        if tokio::time::timeout(patience, in_progress.wait_for(|n| *n == 0)).await.is_err() {
            let left = *self.shared.in_progress().borrow();
            tracing::warn!("{left} messages were not finished in time; the MTA will see them again");
        }
        let _ = self.stop.send(());
        let _ = self.milter.await;
    }
}

/// The keys that changed and are only read at the start.
fn needs_restart(started: &Config, now: &Config) -> Vec<&'static str> {
    let (a, b) = (&started.milter, &now.milter);
    [
        ("milter.listen", a.listen != b.listen),
        ("milter.socket_mode", a.socket_mode != b.socket_mode),
        ("milter.max_connections", a.max_connections != b.max_connections),
        ("metrics.listen", started.metrics != now.metrics),
        ("log.format", started.log != now.log),
    ]
    .into_iter()
    .filter_map(|(key, changed)| changed.then_some(key))
    .collect()
}
