//! The threads that serve the MTA's connections. Each has a runtime of its own, and a connection stays on the thread
//! that it was given to.
//!
//! The milter protocol is many small packets, and for each of them two tasks (the connection's and the session's) wake
//! each other. Where threads share a runtime, each such waking may wake another thread too, which costs more than most
//! messages do. What takes long (a large message) goes to a thread of its own, so that no connection waits for another.
//!
//! A connection goes to the worker with the fewest. Those beyond `milter.max_connections` wait, or are accepted only to
//! be told that there is no place (`failure.overload`).

use super::callbacks::callbacks;
use super::listener::{Acceptor, Socket};
use super::permit::Permit;
use super::shared::Shared;
use super::stream::{Accepted, Stream};

use crate::policy::config::Overload;
use futures_util::future::{join_all, select_all};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

/// How long the MTA may say nothing. It holds a connection through the whole SMTP session and speaks to us only once
/// it has the complete message, which a slow client may take an hour to send.
const IDLE_TIMEOUT: Duration = Duration::from_secs(3600);
/// Most workers, whatever the number of processors: with those for large messages they stay below the unit's `TasksMax`
/// of 128, and 32 processors judge more mail than a site receives.
const MAX_WORKERS: usize = 32;
/// Large messages judged at once, over all workers; more wait, and are answered 451 if that takes too long.
const LARGE_AT_ONCE: usize = 64;
/// Connections beyond `milter.max_connections` that are told so; still more wait.
const MAX_REFUSED_AT_ONCE: usize = 256;
/// Time for answers just given to reach the MTA before a worker ends; they are in the kernel within microseconds.
const FLUSH_TIME: Duration = Duration::from_millis(50);

/// The threads, and what there is to tell them.
pub(crate) struct Workers {
    workers: Vec<Worker>,
    /// Each resolves when a thread has ended, whatever the reason.
    ends: Vec<oneshot::Receiver<()>>,
    places: Arc<Semaphore>,
    overflow: Arc<Semaphore>,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
}

struct Worker {
    connections: mpsc::UnboundedSender<(Accepted, Permit)>,
    load: Arc<AtomicUsize>,
}

impl Workers {
    /// Starts a worker for each processor, up to [`MAX_WORKERS`].
    pub(crate) fn start(shared: &Arc<Shared>) -> io::Result<Workers> {
        let stop = watch::Sender::new(false);
        let count = thread::available_parallelism().map_or(1, usize::from).min(MAX_WORKERS);
        let started = (1..=count).map(|n| Worker::start(n, LARGE_AT_ONCE / count, shared, stop.subscribe()));
        let (workers, ends) = started.collect::<io::Result<Vec<_>>>()?.into_iter().unzip();
        let (places, overflow) =
            (Arc::new(Semaphore::new(shared.capacity)), Arc::new(Semaphore::new(MAX_REFUSED_AT_ONCE)));
        Ok(Workers { workers, ends, places, overflow, shared: Arc::clone(shared), stop })
    }

    /// Serves what comes to `sockets` until `closed`, then what is open until `stop`. An error is that a worker ended
    /// by itself.
    pub(crate) async fn serve(
        mut self,
        sockets: Vec<Socket>,
        mut closed: watch::Receiver<bool>,
        stop: oneshot::Receiver<()>,
    ) -> io::Result<()> {
        let acceptor = Acceptor::new(sockets, Arc::clone(&self.shared.metrics));
        let mut ends = select_all(std::mem::take(&mut self.ends));
        tokio::select! {
            () = self.admit(acceptor) => {}
            _ = closed.wait_for(|closed| *closed) => {}
            _ = &mut ends => return Err(io::Error::other("a worker ended by itself")),
        }
        let _ = stop.await;
        self.stop.send_replace(true);
        join_all(ends.into_inner()).await;
        Ok(())
    }

    /// Gives each connection to the worker with the fewest, for ever.
    async fn admit(&self, mut acceptor: Acceptor) {
        loop {
            let overload = self.shared.policy.load().config.failure.overload;
            let (accepted, permit) = match overload {
                Overload::Wait => {
                    let permit = place_in(&self.places).await;
                    (acceptor.accept().await, permit)
                }
                Overload::Tempfail => {
                    let accepted = acceptor.accept().await;
                    let free = Arc::clone(&self.places).try_acquire_owned().ok();
                    (accepted, if free.is_some() { free } else { place_in(&self.overflow).await })
                }
            };
            let worker = self.workers.iter().min_by_key(|w| w.load.load(Ordering::Relaxed));
            let (Some(permit), Some(worker)) = (permit, worker) else { return };
            // A worker that is gone takes the connection down with it; serve() notices.
            let _ = worker.connections.send((accepted, Permit::take(&worker.load, &self.shared.metrics, permit)));
        }
    }
}

/// The next place; never none, since nobody closes these.
async fn place_in(places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(places).acquire_owned().await.ok()
}

impl Worker {
    /// Starts one, with so many threads for large messages; the receiver resolves when it has ended.
    fn start(
        number: usize,
        large: usize,
        shared: &Arc<Shared>,
        mut stop: watch::Receiver<bool>,
    ) -> io::Result<(Worker, oneshot::Receiver<()>)> {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().max_blocking_threads(large).build()?;
        let (sender, connections) = mpsc::unbounded_channel();
        let (ending, ended) = oneshot::channel::<()>();
        let shared = Arc::clone(shared);
        thread::Builder::new().name(format!("milter-{number}")).spawn(move || {
            let _ending = ending;
            runtime.block_on(async {
                let config = indymilter::Config {
                    // Permits are given out at the acceptor, for all workers together.
                    max_connections: Semaphore::MAX_PERMITS,
                    connection_timeout: IDLE_TIMEOUT,
                    ..indymilter::Config::default()
                };
                let stopped = async move {
                    let _ = stop.wait_for(|stop| *stop).await;
                };
                // Our listener reports no errors, so this ends when it is told to.
                let _ = indymilter::run(Handoff { connections }, callbacks(shared), config, stopped).await;
                tokio::time::sleep(FLUSH_TIME).await;
            });
            // A large message may still be judged somewhere; nobody waits for its verdict.
            runtime.shutdown_background();
        })?;
        Ok((Worker { connections: sender, load: Arc::default() }, ended))
    }
}

/// The connections handed to a worker, as indymilter wants them.
struct Handoff {
    connections: mpsc::UnboundedReceiver<(Accepted, Permit)>,
}

impl indymilter::Listener for Handoff {
    type Io = Stream;

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Stream>> {
        loop {
            // No more will come: what is open goes on until the worker is told to stop.
            let Some((accepted, place)) = ready!(self.connections.poll_recv(cx)) else { return Poll::Pending };
            match Stream::open(accepted, place) {
                Ok(stream) => return Poll::Ready(Ok(stream)),
                Err(e) => tracing::error!("a connection cannot be served, the MTA will see it closed: {e}"),
            }
        }
    }
}
