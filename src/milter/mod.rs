//! Towards the MTA: the milter callbacks. State and limits are in `session`, what is done about a verdict in `act`,
//! sockets in [`listener`], threads in `workers`.
//!
//! Every message gets an answer, and none is delivered that was not judged or passed on purpose: a panic or a time-out
//! is 451 for that message alone. This is the only room that knows indymilter.

mod act;
mod assemble;
mod forged;
pub mod listener;
mod patience;
mod session;
mod stream;
mod subject;
mod workers;

use crate::mail::{Envelope, Message};
use crate::milter::patience::Patience;
use crate::milter::session::{Session, Terms};
use crate::policy::Policy;
use crate::record::Metrics;
use crate::verdict::Verdict;
use arc_swap::ArcSwap;
use indymilter::{Callbacks, EomContext, ProtoOpts, Status};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};

pub(crate) use workers::Workers;

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
    judge: Judge,
    /// Connections served at once.
    capacity: usize,
    in_progress: watch::Sender<usize>,
    patience: Patience,
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
            patience: Patience::new(),
        }
    }

    /// True if there are more connections than are served at once.
    fn is_overloaded(&self) -> bool {
        usize::try_from(self.metrics.connections.get()).is_ok_and(|open| open > self.capacity)
    }

    /// How many messages are between MAIL and the answer to them.
    pub fn in_progress(&self) -> watch::Receiver<usize> {
        self.in_progress.subscribe()
    }
}

fn callbacks(shared: Arc<Shared>) -> Callbacks<Session> {
    Callbacks::new()
        .on_negotiate(move |cx, actions, opts| {
            let mut terms = Terms::of(actions, opts);
            if shared.is_overloaded() {
                // There must be a word at MAIL for those who are turned away.
                terms.opts.remove(ProtoOpts::NOREPLY_MAIL);
            }
            cx.requested_actions = terms.actions;
            cx.requested_opts = terms.opts;
            cx.data = Some(Session::new(&shared, terms));
            answer(Status::Continue)
        })
        .on_connect(|cx, name, socket| {
            let Some(session) = &mut cx.data else { return answer(Status::Tempfail) };
            session.connect(&name, &socket, &cx.macros);
            answer(session.terms.go_on(ProtoOpts::NOREPLY_CONNECT))
        })
        .on_helo(|cx, name| {
            let Some(session) = &mut cx.data else { return answer(Status::Tempfail) };
            session.helo(&name);
            answer(session.terms.go_on(ProtoOpts::NOREPLY_HELO))
        })
        .on_mail(|cx, args| {
            let Some(session) = &mut cx.data else { return answer(Status::Tempfail) };
            session.mail(&args, &cx.macros);
            if session.sheds() {
                return answer(act::no_place(&mut cx.reply));
            }
            answer(session.terms.go_on(ProtoOpts::NOREPLY_MAIL))
        })
        .on_rcpt(|cx, args| {
            let Some(session) = &mut cx.data else { return answer(Status::Tempfail) };
            session.rcpt(&args);
            answer(session.terms.go_on(ProtoOpts::NOREPLY_RCPT))
        })
        .on_header(|cx, name, value| {
            let Some(session) = &mut cx.data else { return answer(Status::Tempfail) };
            session.header(&name, &value);
            answer(session.terms.go_on(ProtoOpts::NOREPLY_HEADER))
        })
        .on_eoh(|cx| {
            let Some(session) = &mut cx.data else { return answer(Status::Tempfail) };
            session.end_of_header();
            answer(session.terms.go_on(ProtoOpts::NOREPLY_EOH))
        })
        .on_body(|cx, chunk| answer(cx.data.as_mut().map_or(Status::Tempfail, |session| session.body(&chunk))))
        .on_eom(|cx| Box::pin(end_of_message(cx)))
        .on_abort(|cx| {
            if let Some(session) = &mut cx.data {
                session.abort();
            }
            answer(Status::Continue)
        })
        .on_close(|cx| {
            cx.data = None;
            answer(Status::Continue)
        })
}

fn answer<'a>(status: Status) -> indymilter::CallbackFuture<'a> {
    Box::pin(std::future::ready(status))
}

/// Parse, judge, record, carry out.
async fn end_of_message(cx: &mut EomContext<Session>) -> Status {
    let Some(session) = &mut cx.data else { return Status::Tempfail };
    let Some(message) = session.finish(&cx.macros) else { return Status::Tempfail };
    let _counted = Arc::clone(&message.counted);
    let plan = session.answer(message).await;
    plan.carry_out(&cx.actions, &mut cx.reply).await
}
