//! Towards the MTA: the milter callbacks. They translate events into the [`session`] and nothing else.
//!
//! Only this room knows indymilter. Whatever goes wrong in one message is answered 451 and touches no other session.

mod act;
mod listener;
mod session;

pub use listener::{Bound, bind};

use crate::auth::Authenticator;
use crate::judge::judge;
use crate::mail::{Envelope, Message};
use crate::policy::Policy;
use crate::record::Metrics;
use crate::verdict::Verdict;
use arc_swap::ArcSwap;
use indymilter::{Callbacks, Config, Context, EomContext, NegotiateContext, SocketInfo, Status};
use session::Session;
use std::ffi::CString;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Time without any packet after which a connection is closed. Postfix keeps one for the whole SMTP session, and gives
/// an idle client 300 seconds; libmilter's two hours would keep the dead ones.
const IDLE: Duration = Duration::from_secs(900);

/// What judging one message comes to, and the message for the record.
pub type Judged = Pin<Box<dyn Future<Output = (Verdict, Message)> + Send>>;
/// The function that judges: [`judge`], or what a test puts in its place.
pub type JudgeFn = fn(Arc<Policy>, Arc<Authenticator>, Envelope, Message) -> Judged;

/// What all sessions share. Policy and authenticator are swapped by a reload; a session keeps those it began with.
pub struct Gateway {
    /// The policy for new sessions.
    pub policy: ArcSwap<Policy>,
    /// The authenticator for new sessions.
    pub authenticator: ArcSwap<Authenticator>,
    /// Counters.
    pub metrics: Metrics,
    /// What judges.
    pub judge: JudgeFn,
    /// Messages between MAIL and their answer.
    in_progress: watch::Sender<usize>,
}

impl Gateway {
    /// A gateway over a policy.
    pub fn new(policy: Policy, authenticator: Authenticator, metrics: Metrics) -> Gateway {
        Gateway {
            policy: ArcSwap::from_pointee(policy),
            authenticator: ArcSwap::from_pointee(authenticator),
            metrics,
            judge: |policy, authenticator, envelope, message| {
                Box::pin(async move {
                    let verdict = judge(&envelope, &message, &policy, &authenticator).await;
                    (verdict, message)
                })
            },
            in_progress: watch::Sender::new(0),
        }
    }

    /// Waits until no message is in progress, at most `time`; false if some still are.
    pub async fn drained(&self, time: Duration) -> bool {
        let mut count = self.in_progress.subscribe();
        tokio::time::timeout(time, count.wait_for(|n| *n == 0)).await.is_ok()
    }

    fn begin(self: &Arc<Self>) -> InProgress {
        self.in_progress.send_modify(|n| *n += 1);
        self.metrics.in_progress.inc();
        InProgress(Arc::clone(self))
    }
}

/// Counts one message for as long as it lives.
struct InProgress(Arc<Gateway>);

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.in_progress.send_modify(|n| *n -= 1);
        self.0.metrics.in_progress.dec();
    }
}

/// Serves one socket until `shutdown`; accepts no new connection once `draining` is true.
pub async fn serve(
    bound: Bound,
    gateway: Arc<Gateway>,
    draining: watch::Receiver<bool>,
    shutdown: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let max_connections = gateway.policy.load().config.milter.max_connections;
    let config = Config { max_connections, connection_timeout: IDLE, ..Config::default() };
    listener::run(bound, callbacks(&gateway), config, gateway, draining, shutdown).await
}

/// The session of a context; a connection without one was never negotiated.
macro_rules! session {
    ($cx:expr) => {
        match $cx.data.as_mut() {
            Some(session) => session,
            None => return Status::Tempfail,
        }
    };
}

fn callbacks(gateway: &Arc<Gateway>) -> Callbacks<Session> {
    let gateway = Arc::clone(gateway);
    Callbacks::new()
        .on_negotiate(move |cx, actions, opts| {
            let gateway = Arc::clone(&gateway);
            Box::pin(async move { negotiate(cx, gateway, actions, opts) })
        })
        .on_connect(|cx, host, socket| Box::pin(async move { connect(cx, &host, socket) }))
        .on_helo(|cx, name| Box::pin(async move { session!(cx).helo(&name) }))
        .on_mail(|cx, args| Box::pin(async move { mail(cx, &args) }))
        .on_rcpt(|cx, args| Box::pin(async move { session!(cx).rcpt(&args) }))
        .on_header(|cx, name, value| Box::pin(async move { session!(cx).header(&name, &value) }))
        .on_eoh(|cx| Box::pin(async move { session!(cx).end_of_header() }))
        .on_body(|cx, chunk| Box::pin(async move { session!(cx).body(&chunk) }))
        .on_eom(|cx| Box::pin(end_of_message(cx)))
        .on_abort(|cx| {
            Box::pin(async move {
                session!(cx).abort();
                Status::Continue
            })
        })
        .on_close(|cx| {
            Box::pin(async move {
                cx.data = None;
                Status::Continue
            })
        })
}

fn negotiate(
    cx: &mut NegotiateContext<Session>,
    gateway: Arc<Gateway>,
    actions: indymilter::Actions,
    opts: indymilter::ProtoOpts,
) -> Status {
    cx.requested_actions = act::WANTED & actions;
    cx.requested_opts = session::WANTED & opts;
    cx.data = Some(Session::new(gateway, cx.requested_opts, cx.requested_actions));
    Status::Continue
}

fn connect(cx: &mut Context<Session>, host: &std::ffi::CStr, socket: SocketInfo) -> Status {
    let mta_name = cx.macros.get(c"j").map(session::text).unwrap_or_default();
    let ip = match socket {
        SocketInfo::Inet(address) => Some(address.ip().to_canonical()),
        SocketInfo::Unix(_) | SocketInfo::Unknown => None,
    };
    session!(cx).connect(&session::text(host), ip, mta_name)
}

fn mail(cx: &mut Context<Session>, args: &[CString]) -> Status {
    // Macros with long names carry their braces in the protocol.
    let said = [c"{auth_authen}", c"{auth_type}"].into_iter().filter_map(|name| cx.macros.get(name));
    let login = said.map(session::text).find(|value| !value.is_empty());
    session!(cx).mail(args, login)
}

/// End of message: judge, record, carry out.
async fn end_of_message(cx: &mut EomContext<Session>) -> Status {
    let queue_id = cx.macros.get(c"i").map(session::text).unwrap_or_default();
    let session = session!(cx);
    let Some(transaction) = session.finish(queue_id) else { return Status::Tempfail };
    let edits = match session.answer(transaction).await {
        Ok(edits) => edits,
        Err(trouble) => act::Edits::try_again(trouble),
    };
    edits.carry_out(&cx.actions, &mut cx.reply).await
}
