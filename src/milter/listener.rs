//! Sockets towards the MTA that outlive trouble: an error of accept() is logged, counted and waited out, never the end.
//!
//! TCP connections get TCP_NODELAY (several small packets a message would otherwise wait 40 ms for each other). A unix
//! socket left over by a dead process is replaced; one that somebody still serves is refused.

use super::{Gateway, Session};
use indymilter::{Callbacks, Config, Listener};
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::time::Sleep;

/// Pause after accept() fails. Out of file descriptors, say, it fails again at once; meanwhile others are served.
const PAUSE: Duration = Duration::from_millis(200);
/// Every so many errors of accept() one is logged.
const LOG_EVERY: u64 = 50;

/// A bound socket.
pub enum Bound {
    /// `inet:HOST:PORT`.
    Inet(TcpListener),
    /// `unix:/PATH`; the path is removed at the end, unless systemd made it.
    Unix(UnixListener, Option<PathBuf>),
}

impl Bound {
    /// The socket as `inet:…` or `unix:…`.
    pub fn name(&self) -> String {
        match self {
            Bound::Inet(l) => l.local_addr().map_or("inet:?".into(), |a| format!("inet:{a}")),
            Bound::Unix(_, Some(path)) => format!("unix:{}", path.display()),
            Bound::Unix(l, None) => {
                let path = l.local_addr().ok().and_then(|a| a.as_pathname().map(Path::to_owned));
                path.map_or("unix:?".into(), |p| format!("unix:{}", p.display()))
            }
        }
    }
}

/// Binds `inet:HOST:PORT` or `unix:/PATH` with permissions `mode`.
pub async fn bind(listen: &str, mode: u32) -> io::Result<Bound> {
    match listen.split_once(':') {
        Some(("inet", address)) => Ok(Bound::Inet(TcpListener::bind(address).await?)),
        Some(("unix", path)) => bind_unix(Path::new(path), mode).await,
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "neither inet: nor unix:")),
    }
}

async fn bind_unix(path: &Path, mode: u32) -> io::Result<Bound> {
    if let Ok(there) = std::fs::symlink_metadata(path) {
        if !there.file_type().is_socket() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the path exists and is no socket"));
        }
        if UnixStream::connect(path).await.is_ok() {
            return Err(io::Error::new(io::ErrorKind::AddrInUse, "another process serves this socket"));
        }
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    Ok(Bound::Unix(listener, Some(path.to_owned())))
}

/// Runs the milter on a socket.
pub(super) async fn run(
    bound: Bound,
    callbacks: Callbacks<Session>,
    config: Config,
    gateway: Arc<Gateway>,
    draining: watch::Receiver<bool>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    match bound {
        Bound::Inet(inner) => {
            indymilter::run(Careful::new(inner, gateway, draining), callbacks, config, shutdown).await
        }
        Bound::Unix(inner, path) => {
            let done = indymilter::run(Careful::new(inner, gateway, draining), callbacks, config, shutdown).await;
            if let Some(path) = path {
                let _ = std::fs::remove_file(path);
            }
            done
        }
    }
}

/// A listener that cannot fail, and that closes its socket when the gateway drains: the MTA then tries elsewhere.
struct Careful<L> {
    inner: Option<L>,
    gateway: Arc<Gateway>,
    drain: Pin<Box<dyn Future<Output = ()> + Send>>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl<L> Careful<L> {
    fn new(inner: L, gateway: Arc<Gateway>, mut draining: watch::Receiver<bool>) -> Careful<L> {
        let drain = async move {
            if draining.wait_for(|d| *d).await.is_err() {
                // Nobody is left who could ask for draining.
                std::future::pending::<()>().await;
            }
        };
        Careful { inner: Some(inner), gateway, drain: Box::pin(drain), pause: None }
    }

    fn failed(&mut self, error: &io::Error) {
        let count = &self.gateway.metrics.accept_errors;
        if count.get().is_multiple_of(LOG_EVERY) {
            tracing::error!(target: "spoof_milter", "a connection could not be accepted: {error}");
        }
        count.inc();
        self.pause = Some(Box::pin(tokio::time::sleep(PAUSE)));
    }
}

impl<L> Listener for Careful<L>
where
    L: Listener + Unpin,
    L::Io: Prepare,
{
    type Io = L::Io;

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<L::Io>> {
        if self.inner.is_some() && self.drain.as_mut().poll(cx).is_ready() {
            self.inner = None;
        }
        loop {
            if let Some(pause) = &mut self.pause {
                std::task::ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            let Some(inner) = &mut self.inner else { return Poll::Pending };
            match std::task::ready!(inner.poll_accept(cx)) {
                Ok(io) => {
                    io.prepare();
                    return Poll::Ready(Ok(io));
                }
                Err(e) => self.failed(&e),
            }
        }
    }
}

/// What is done to a fresh connection.
trait Prepare {
    fn prepare(&self);
}

impl Prepare for TcpStream {
    fn prepare(&self) {
        // Without it the connection is slower, not wrong.
        let _ = self.set_nodelay(true);
    }
}

impl Prepare for UnixStream {
    fn prepare(&self) {}
}
