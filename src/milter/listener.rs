//! The sockets the MTA comes to: TCP, unix, or passed by systemd.
//!
//! A failed accept never ends anything: it is counted, logged now and then, and tried again after a pause (a process at
//! its limit of open files recovers when connections end). A stale unix socket is replaced only if nobody listens on
//! it, and on the way out only our own is removed.

use super::stream::Accepted;
use crate::policy::config;
use crate::record::Metrics;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, UnixListener};
use tokio::time::sleep;

/// Pause after a failed accept, doubled up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Longest such pause: an MTA waits 30 seconds for a connection (Postfix).
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// Failed accepts are logged once in this time; they come by the thousand.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// Why a socket cannot be opened; one sentence that names it.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {socket:?}: {why}")]
pub struct ListenError {
    socket: String,
    why: String,
}

/// Where a socket listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// TCP.
    Inet(SocketAddr),
    /// A path, if it has one.
    Unix(Option<PathBuf>),
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Address::Inet(address) => write!(f, "inet:{address}"),
            Address::Unix(path) => write!(f, "unix:{}", path.as_deref().unwrap_or(Path::new("(unnamed)")).display()),
        }
    }
}

/// A listening socket.
#[derive(Debug)]
pub enum Socket {
    /// TCP.
    Inet(TcpListener),
    /// Unix, with its file if that is ours to remove.
    Unix(UnixListener, Option<SocketFile>),
}

/// The file of a unix socket; removed when dropped, if it is still the one that was made.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|now| now == self.identity) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    std::fs::symlink_metadata(path).map(|m| (m.dev(), m.ino()))
}

impl Socket {
    /// Opens all sockets of the configuration.
    pub async fn open(settings: &config::Milter) -> Result<Vec<Socket>, ListenError> {
        let mut sockets = Vec::new();
        for socket in &settings.listen {
            let opened = Socket::bind(socket, &settings.socket_mode).await;
            sockets.push(opened.map_err(|why| ListenError { socket: socket.clone(), why })?);
        }
        Ok(sockets)
    }

    /// The sockets passed by systemd (`LISTEN_FDS`); none outside of it.
    pub fn passed() -> Result<Vec<Socket>, ListenError> {
        let mut passed = listenfd::ListenFd::from_env();
        (0..passed.len())
            .map(|n| Socket::take(&mut passed, n).map_err(|e| (n, e)))
            .collect::<Result<_, _>>()
            .map_err(|(n, e)| ListenError { socket: format!("passed socket {n}"), why: e.to_string() })
    }

    fn take(passed: &mut listenfd::ListenFd, n: usize) -> io::Result<Socket> {
        if let Ok(Some(socket)) = passed.take_unix_listener(n) {
            socket.set_nonblocking(true)?;
            return Ok(Socket::Unix(UnixListener::from_std(socket)?, None));
        }
        let socket = passed.take_tcp_listener(n)?.ok_or(ErrorKind::NotFound)?;
        socket.set_nonblocking(true)?;
        Ok(Socket::Inet(TcpListener::from_std(socket)?))
    }

    async fn bind(socket: &str, mode: &str) -> Result<Socket, String> {
        if let Some(address) = socket.strip_prefix("inet:") {
            return TcpListener::bind(address).await.map(Socket::Inet).map_err(|e| e.to_string());
        }
        let Some(path) = socket.strip_prefix("unix:") else {
            return Err("it must begin with \"inet:\" or \"unix:\"".to_owned());
        };
        let mode = u32::from_str_radix(mode, 8).map_err(|_| format!("milter.socket_mode {mode:?} is not octal"))?;
        let path = PathBuf::from(path);
        make_room(&path)?;
        let listener = UnixListener::bind(&path).map_err(|e| e.to_string())?;
        let file = identity(&path).map(|identity| SocketFile { path: path.clone(), identity });
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).map_err(|e| e.to_string())?;
        Ok(Socket::Unix(listener, Some(file.map_err(|e| e.to_string())?)))
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<Address> {
        match self {
            Socket::Inet(listener) => listener.local_addr().map(Address::Inet),
            Socket::Unix(listener, _) => {
                let path = listener.local_addr()?.as_pathname().map(Path::to_owned);
                Ok(Address::Unix(path))
            }
        }
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<Accepted>> {
        match self {
            Socket::Inet(listener) => {
                listener.poll_accept(cx).map(|accepted| accepted.and_then(|(s, _)| Accepted::inet(s)))
            }
            Socket::Unix(listener, _) => {
                listener.poll_accept(cx).map(|accepted| accepted.and_then(|(s, _)| Accepted::unix(s)))
            }
        }
    }
}

/// Removes a socket that was left behind. Refuses to touch one that is in use, and what is not a socket.
fn make_room(path: &Path) -> Result<(), String> {
    match std::fs::symlink_metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e.to_string()),
        Ok(file) if !file.file_type().is_socket() => Err("there is a file there that is not a socket".to_owned()),
        Ok(_) => match std::os::unix::net::UnixStream::connect(path) {
            Err(e) if e.kind() == ErrorKind::ConnectionRefused => {
                std::fs::remove_file(path).map_err(|e| format!("the old socket cannot be removed: {e}"))
            }
            Ok(_) => Err("another process listens there".to_owned()),
            Err(e) => Err(format!("the socket there cannot be tried: {e}")),
        },
    }
}

/// All sockets as one. It never reports an error.
pub(crate) struct Acceptor {
    sockets: Vec<Socket>,
    metrics: Arc<Metrics>,
    next_pause: Duration,
    logged: Option<Instant>,
}

impl Acceptor {
    /// A door over `sockets`; dropping it closes them.
    pub(crate) fn new(sockets: Vec<Socket>, metrics: Arc<Metrics>) -> Acceptor {
        Acceptor { sockets, metrics, next_pause: FIRST_PAUSE, logged: None }
    }

    /// The next connection.
    pub(crate) async fn accept(&mut self) -> Accepted {
        loop {
            match poll_fn(|cx| self.poll_accept(cx)).await {
                Ok(accepted) => {
                    self.next_pause = FIRST_PAUSE;
                    // No socket shall starve the others.
                    self.sockets.rotate_left(1);
                    return accepted;
                }
                Err(e) => self.pause_after(&e).await,
            }
        }
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<Accepted>> {
        self.sockets.iter().map(|s| s.poll_accept(cx)).find(Poll::is_ready).unwrap_or(Poll::Pending)
    }

    async fn pause_after(&mut self, e: &io::Error) {
        self.metrics.accept_errors.inc();
        if self.logged.is_none_or(|at| at.elapsed() >= LOG_EVERY) {
            self.logged = Some(Instant::now());
            tracing::error!("connections cannot be accepted, trying on: {e}");
        }
        sleep(self.next_pause).await;
        self.next_pause = (self.next_pause * 2).min(LONGEST_PAUSE);
    }
}
