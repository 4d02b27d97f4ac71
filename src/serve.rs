//! The gateway as a process: binds sockets, serves the milter and the metrics page, reloads on SIGHUP, drains on SIGTERM.
//!
//! A configuration that cannot be used stops the start (exit 78) and is ignored by a reload: the old policy stays. Trouble
//! with the metrics page or the service manager never touches the mail path.

use crate::auth::Authenticator;
use crate::judge::load_policy;
use crate::milter::{self, Bound, Gateway};
use crate::policy::config::{Config, LogFormat};
use crate::policy::{ConfigError, Policy};
use crate::record::Metrics;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Time for answers of the metrics page at the end. Somebody who never finishes his request must not hold up a stop.
const PAGE_GRACE: Duration = Duration::from_millis(500);

/// Why the gateway does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration cannot be used.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// A socket cannot be bound.
    #[error("{0}: cannot listen: {1}")]
    Listen(String, std::io::Error),
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

impl ServeError {
    /// True if the configuration is at fault.
    pub fn is_config(&self) -> bool {
        matches!(self, ServeError::Config(_))
    }
}

/// A gateway that serves; tests hold one, and so does [`run`].
pub struct Running {
    gateway: Arc<Gateway>,
    config_path: Option<PathBuf>,
    sockets: Vec<String>,
    metrics_address: Option<std::net::SocketAddr>,
    draining: watch::Sender<bool>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Binds everything and serves. `config_path` is what a reload reads.
    pub async fn start(gateway: Gateway, config_path: Option<PathBuf>) -> Result<Running, ServeError> {
        let config = gateway.policy.load().config.clone();
        let bound = bind_all(&config).await?;
        let gateway = Arc::new(gateway);
        let (draining, stop) = (watch::Sender::new(false), watch::Sender::new(false));
        let mut running = Running {
            gateway,
            config_path,
            sockets: bound.iter().map(Bound::name).collect(),
            metrics_address: None,
            draining,
            stop,
            tasks: vec![],
        };
        running.serve_metrics(&config.metrics.listen).await?;
        for socket in bound {
            let (gateway, draining) = (Arc::clone(&running.gateway), running.draining.subscribe());
            let stopped = running.stopped();
            running.tasks.push(tokio::spawn(async move {
                if let Err(e) = milter::serve(socket, gateway, draining, stopped).await {
                    tracing::error!(target: "spoof_milter", "the milter ended: {e}");
                }
            }));
        }
        Ok(running)
    }

    /// The sockets served, as `inet:…` or `unix:…`, ports filled in.
    pub fn sockets(&self) -> &[String] {
        &self.sockets
    }

    /// Where the metrics are, if anywhere.
    pub fn metrics_address(&self) -> Option<std::net::SocketAddr> {
        self.metrics_address
    }

    /// The gateway that is served.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Reads the configuration again. On an error the old policy stays and the error says why.
    pub fn reload(&self) -> Result<(), ConfigError> {
        let done = self.try_reload();
        self.gateway.metrics.reload_success.set(i64::from(done.is_ok()));
        match &done {
            Ok(()) => tracing::info!(target: "spoof_milter", "reloaded: policy {}", self.gateway.policy.load().id),
            Err(e) => tracing::error!(target: "spoof_milter", "not reloaded, the old policy stays: {e}"),
        }
        done
    }

    fn try_reload(&self) -> Result<(), ConfigError> {
        let new = load_policy(self.config_path.as_deref())?;
        let old = self.gateway.policy.load_full();
        if new.config.dns != old.config.dns {
            let authenticator = Authenticator::new(&new.config.dns).map_err(ConfigError)?;
            self.gateway.authenticator.store(Arc::new(authenticator));
        }
        for (what, changed) in needs_restart(&old, &new) {
            if changed {
                tracing::warn!(target: "spoof_milter", "a change of {what} needs a restart");
            }
        }
        self.gateway.policy.store(Arc::new(new));
        Ok(())
    }

    /// Stops accepting, lets messages in progress finish for as long as the policy allows, then closes.
    pub async fn shutdown(self) {
        self.draining.send_replace(true);
        let time = Duration::from_secs(self.gateway.policy.load().config.milter.drain_secs);
        if !self.gateway.drained(time).await {
            tracing::warn!(target: "spoof_milter", "messages were still in progress after {time:?}; the MTA will try them again");
        }
        self.stop.send_replace(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }

    /// Completes when the gateway is to stop.
    fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stop = self.stop.subscribe();
        async move {
            let _ = stop.wait_for(|s| *s).await;
        }
    }

    async fn serve_metrics(&mut self, listen: &str) -> Result<(), ServeError> {
        if listen.is_empty() {
            return Ok(());
        }
        let listener =
            TcpListener::bind(listen).await.map_err(|e| ServeError::Listen(format!("metrics on {listen}"), e))?;
        self.metrics_address = listener.local_addr().ok();
        let draining = self.draining.subscribe();
        let pages = Router::new()
            .route("/metrics", get(metrics_page))
            .route("/livez", get(|| async { "ok\n" }))
            .route("/readyz", get(move || readiness(draining.clone())))
            .with_state(Arc::clone(&self.gateway));
        let (stopped, late) = (self.stopped(), self.stopped());
        self.tasks.push(tokio::spawn(async move {
            let served = axum::serve(listener, pages).with_graceful_shutdown(stopped);
            tokio::select! {
                ended = served.into_future() => if let Err(e) = ended {
                    tracing::error!(target: "spoof_milter", "the metrics page ended: {e}");
                },
                () = async { late.await; tokio::time::sleep(PAGE_GRACE).await } => {}
            }
        }));
        Ok(())
    }
}

async fn metrics_page(State(gateway): State<Arc<Gateway>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], gateway.metrics.render())
}

async fn readiness(draining: watch::Receiver<bool>) -> impl IntoResponse {
    if *draining.borrow() { (StatusCode::SERVICE_UNAVAILABLE, "draining\n") } else { (StatusCode::OK, "ok\n") }
}

/// What a reload cannot change, and whether it was asked to.
fn needs_restart(old: &Policy, new: &Policy) -> [(&'static str, bool); 4] {
    let (o, n) = (&old.config, &new.config);
    [
        (
            "milter.listen or socket_mode",
            (&o.milter.listen, &o.milter.socket_mode) != (&n.milter.listen, &n.milter.socket_mode),
        ),
        ("milter.max_connections", o.milter.max_connections != n.milter.max_connections),
        ("metrics.listen", o.metrics != n.metrics),
        ("log.format", o.log != n.log),
    ]
}

/// Sockets that systemd passed, or else those configured.
async fn bind_all(config: &Config) -> Result<Vec<Bound>, ServeError> {
    let passed = passed_sockets().map_err(|e| ServeError::Listen("a socket passed by systemd".into(), e))?;
    if !passed.is_empty() {
        return Ok(passed);
    }
    let mode = u32::from_str_radix(&config.milter.socket_mode, 8).unwrap_or(0o660);
    let mut bound = Vec::new();
    for listen in &config.milter.listen {
        bound.push(milter::bind(listen, mode).await.map_err(|e| ServeError::Listen(listen.clone(), e))?);
    }
    Ok(bound)
}

fn passed_sockets() -> std::io::Result<Vec<Bound>> {
    let mut fds = listenfd::ListenFd::from_env();
    let mut bound = Vec::new();
    for n in 0..fds.len() {
        if let Ok(Some(tcp)) = fds.take_tcp_listener(n) {
            tcp.set_nonblocking(true)?;
            bound.push(Bound::Inet(TcpListener::from_std(tcp)?));
        } else if let Some(unix) = fds.take_unix_listener(n)? {
            unix.set_nonblocking(true)?;
            bound.push(Bound::Unix(tokio::net::UnixListener::from_std(unix)?, None));
        }
    }
    Ok(bound)
}

/// The gateway, until SIGTERM or SIGINT; SIGHUP reloads. A second SIGTERM does not wait for messages in progress.
pub async fn run(config_path: Option<PathBuf>) -> Result<(), ServeError> {
    let policy = load_policy(config_path.as_deref())?;
    init_log(policy.config.log.format);
    let authenticator = Authenticator::new(&policy.config.dns).map_err(|e| ServeError::Config(ConfigError(e)))?;
    let metrics = Metrics::new().map_err(|e| ServeError::Other(format!("no metrics: {e}")))?;
    let other = |e: std::io::Error| ServeError::Other(format!("signals cannot be received: {e}"));
    let mut hangup = signal(SignalKind::hangup()).map_err(other)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(other)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(other)?;
    let id = policy.id.clone();
    let running = Running::start(Gateway::new(policy, authenticator, metrics), config_path).await?;
    tracing::info!(target: "spoof_milter", "serving on {}, policy {id}", running.sockets().join(" "));
    notify(&[sd_notify::NotifyState::Ready]);
    let watchdog = tokio::spawn(watchdog());
    loop {
        tokio::select! {
            _ = hangup.recv() => {
                // The error is logged by reload(); the process goes on with what it has.
                let _ = running.reload();
                notify(&[sd_notify::NotifyState::Ready]);
            }
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        }
    }
    notify(&[sd_notify::NotifyState::Stopping]);
    tracing::info!(target: "spoof_milter", "stopping: finishing messages in progress");
    tokio::select! {
        () = running.shutdown() => {}
        _ = terminate.recv() => tracing::warn!(target: "spoof_milter", "stopped at once"),
        _ = interrupt.recv() => tracing::warn!(target: "spoof_milter", "stopped at once"),
    }
    watchdog.abort();
    Ok(())
}

/// Tells the service manager, if there is one.
fn notify(state: &[sd_notify::NotifyState<'_>]) {
    let _ = sd_notify::notify(state);
}

/// Pings the service manager's watchdog from the runtime that serves mail: a wedged runtime is restarted.
async fn watchdog() {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let mut beat = tokio::time::interval(limit / 2);
    loop {
        beat.tick().await;
        notify(&[sd_notify::NotifyState::Watchdog]);
    }
}

/// Sends the log where the configuration says. Without a journal, journald falls back to text.
fn init_log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,indymilter=warn"));
    let stderr = || tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(false);
    // The line alone: whoever collects stderr adds the time, and the fields stand in the line already.
    let line_only =
        debug_fn(|out, field, value| if field.name() == "message" { write!(out, "{value:?}") } else { Ok(()) });
    let text = || stderr().without_time().with_level(false).fmt_fields(line_only.clone());
    let (layer, missing) = match format {
        LogFormat::Text => (text().boxed(), None),
        LogFormat::Json => (stderr().json().flatten_event(true).boxed(), None),
        LogFormat::Journald => match tracing_journald::layer() {
            Ok(layer) => (layer.boxed(), None),
            Err(e) => (text().boxed(), Some(e)),
        },
    };
    // A second gateway in one process keeps the first one's log.
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init();
    if let Some(e) = missing {
        tracing::warn!(target: "spoof_milter", "there is no journal ({e}); logging text to stderr");
    }
}
