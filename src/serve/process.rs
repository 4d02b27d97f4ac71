//! The life of the process: signals, and what systemd wants to know.

use crate::judge::load_policy;
use crate::milter::listener::Socket;
use crate::policy::Mode;
use crate::serve::error::ServeError;
use crate::serve::gateway::{Gateway, Running};
use crate::serve::log::init_log;
use sd_notify::NotifyState;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How often it is looked whether the gateway still runs, without a watchdog.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Runs the gateway in the foreground until SIGTERM or SIGINT.
pub async fn run(config: Option<PathBuf>) -> Result<(), ServeError> {
    let policy = load_policy(config.as_deref())?;
    init_log(policy.config.log.format);
    // Before anything is told to be ready: a signal that comes early must not kill.
    let mut signals = Signals::new()?;
    let running = Gateway::new().with_sockets(Socket::passed()?).start(policy).await?;
    announce(&running);
    notify(&[NotifyState::Ready]);
    live(&running, &mut signals, config.as_deref()).await?;
    tracing::info!("shutting down");
    notify(&[NotifyState::Stopping]);
    tokio::select! {
        () = running.shutdown() => tracing::info!("bye"),
        () = signals.end() => tracing::warn!("ended at once; the MTA will see unfinished messages again"),
    }
    Ok(())
}

/// Until it is time to end.
async fn live(running: &Running, signals: &mut Signals, config: Option<&Path>) -> Result<(), ServeError> {
    let mut look = tokio::time::interval(sd_notify::watchdog_enabled().map_or(LOOK_EVERY, |limit| limit / 2));
    loop {
        tokio::select! {
            wish = signals.next() => match wish {
                Wish::End => return Ok(()),
                Wish::Reload => reload(running, config),
            },
            _ = look.tick() => {
                if running.has_ended() {
                    return Err(ServeError::Process("the milter has ended by itself; see the log".into()));
                }
                notify(&[NotifyState::Watchdog]);
            }
        }
    }
}

fn reload(running: &Running, config: Option<&Path>) {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify(&[NotifyState::Reloading, now]),
        Err(_) => notify(&[NotifyState::Reloading]),
    }
    running.reload(load_policy(config));
    notify(&[NotifyState::Ready]);
}

fn announce(running: &Running) {
    let addresses: Vec<String> = running.addresses.iter().map(ToString::to_string).collect();
    let policy = running.policy();
    let mode = match policy.config.policy.mode {
        Mode::Enforce => "enforcing",
        Mode::Monitor => "monitoring only",
    };
    tracing::info!(
        "spoof-milter {} listens on {}, {mode}, policy {}",
        env!("CARGO_PKG_VERSION"),
        addresses.join(" "),
        policy.id
    );
    if let Some(address) = running.http {
        tracing::info!("metrics on http://{address}/metrics");
    }
}

/// Tells systemd, if it listens.
fn notify(state: &[NotifyState<'_>]) {
    if let Err(e) = sd_notify::notify(state) {
        tracing::warn!("systemd cannot be told: {e}");
    }
}

/// What a signal asks for.
#[derive(PartialEq, Eq)]
enum Wish {
    End,
    Reload,
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> Result<Signals, ServeError> {
        let on = |kind| signal(kind).map_err(|e| ServeError::Process(format!("no signals: {e}")));
        Ok(Signals {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
            hangup: on(SignalKind::hangup())?,
        })
    }

    /// The next one.
    async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.terminate.recv() => Wish::End,
            _ = self.interrupt.recv() => Wish::End,
            _ = self.hangup.recv() => Wish::Reload,
        }
    }

    /// The next that asks to end.
    async fn end(&mut self) {
        while self.next().await != Wish::End {}
    }
}
