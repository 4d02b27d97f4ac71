//! What is known about one connection of the MTA and about the message on it.
//!
//! A connection is served by one policy from its first to its last octet; a reload concerns the next connection. A
//! message's part is dropped when the message ends, however it ends, so that nothing leaks into the next one. Nothing
//! an MTA or sender says makes anything here fail: what is missing is empty, what is too long is cut and noted.

use crate::auth::clock::now;
use crate::judge::not_inbound;
use crate::mail::{Client, Envelope, Limit, Message};
use crate::milter::Shared;
use crate::milter::act::Plan;
use crate::milter::assemble::Assembler;
use crate::milter::forged::Forged;
use crate::policy::{Action, Mode, Policy};
use crate::record::{Failure, Line};
use crate::verdict::{Passed, Verdict};
use futures_util::FutureExt;
use indymilter::{Actions, Macros, ProtoOpts, SocketInfo, Status};
use std::ffi::{CStr, CString};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

/// Recipients kept of one message; MTAs take 1000 (Postfix) or 100 (RFC 5321 section 4.5.3.1.8).
const MAX_RECIPIENTS: usize = 2000;
/// Subject fields of one message that are kept for tagging; there should be one.
const MAX_SUBJECTS: usize = 10;

/// Messages from this size on are judged where they do not hold up other connections.
const LARGE: usize = 256 * 1024;

/// What MTA and milter agreed on: nothing is asked for that the MTA does not offer, or the session would end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) actions: Actions,
    pub(crate) opts: ProtoOpts,
}

impl Terms {
    pub(crate) fn of(actions: Actions, opts: ProtoOpts) -> Terms {
        let wanted_actions = Actions::ADD_HEADER | Actions::CHANGE_HEADER | Actions::QUARANTINE;
        // No NOREPLY_BODY: the body is where we say Skip.
        let wanted_opts = ProtoOpts::LEADING_SPACE
            | ProtoOpts::SKIP
            | ProtoOpts::NO_DATA
            | ProtoOpts::NO_UNKNOWN
            | ProtoOpts::NOREPLY_CONNECT
            | ProtoOpts::NOREPLY_HELO
            | ProtoOpts::NOREPLY_MAIL
            | ProtoOpts::NOREPLY_RCPT
            | ProtoOpts::NOREPLY_HEADER
            | ProtoOpts::NOREPLY_EOH;
        Terms { actions: wanted_actions & actions, opts: wanted_opts & opts }
    }

    /// The answer for a stage: none at all where that was agreed.
    pub(crate) fn go_on(self, noreply: ProtoOpts) -> Status {
        if self.opts.contains(noreply) { Status::Noreply } else { Status::Continue }
    }
}

/// One connection of the MTA.
pub(crate) struct Session {
    shared: Arc<Shared>,
    policy: Arc<Policy>,
    pub(crate) terms: Terms,
    client: Client,
    /// The MTA said who the client is, even if it is not one with an address.
    introduced: bool,
    helo: String,
    mta_name: String,
    message: Option<Incoming>,
}

/// The message on a connection.
pub(crate) struct Incoming {
    pub(crate) envelope: Envelope,
    pub(crate) passed: Option<Passed>,
    pub(crate) forged: Forged,
    pub(crate) subjects: Vec<CString>,
    /// Kept until the MTA has its answer.
    pub(crate) counted: Arc<InProgress>,
    assembler: Assembler,
}

/// Counts a message as long as it lives, on every way out.
pub(crate) struct InProgress(Arc<Shared>);

impl InProgress {
    fn new(shared: &Arc<Shared>) -> InProgress {
        shared.in_progress.send_modify(|n| *n += 1);
        shared.metrics.in_progress.inc();
        InProgress(Arc::clone(shared))
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.in_progress.send_modify(|n| *n = n.saturating_sub(1));
        self.0.metrics.in_progress.dec();
    }
}

impl Session {
    pub(crate) fn new(shared: &Arc<Shared>, terms: Terms) -> Session {
        Session {
            policy: shared.policy.load_full(),
            shared: Arc::clone(shared),
            terms,
            client: Client::default(),
            introduced: false,
            helo: String::new(),
            mta_name: String::new(),
            message: None,
        }
    }

    pub(crate) fn connect(&mut self, name: &CStr, socket: &SocketInfo, macros: &Macros) {
        let ip = match socket {
            SocketInfo::Inet(address) => Some(address.ip().to_canonical()),
            SocketInfo::Unix(_) | SocketInfo::Unknown => None,
        };
        self.client = Client { ip, name: name.to_string_lossy().into_owned() };
        self.introduced = true;
        self.mta_name = macro_text(macros, c"j");
    }

    pub(crate) fn helo(&mut self, name: &CStr) {
        self.helo = name.to_string_lossy().into_owned();
    }

    /// Begins a message. Whatever was there of another one is gone: MTAs send no abort after a finished message.
    pub(crate) fn mail(&mut self, args: &[CString], macros: &Macros) {
        let auth_user = [c"{auth_authen}", c"{auth_type}"].map(|name| macro_text(macros, name));
        let auth_user = auth_user.into_iter().find(|user| !user.is_empty());
        let config = &self.policy.config.milter;
        let exact = self.terms.opts.contains(ProtoOpts::LEADING_SPACE);
        let envelope = Envelope {
            client: self.client.clone(),
            helo: self.helo.clone(),
            mail_from: address(args),
            auth_user,
            received_at: Some(now()),
            ..Envelope::default()
        };
        // A client that was introduced without an address is a process of this host.
        let local = self.introduced && self.client.ip.is_none();
        self.message = Some(Incoming {
            passed: not_inbound(&envelope, &self.policy).or(local.then_some(Passed::TrustedNetwork)),
            envelope,
            forged: Forged::default(),
            subjects: Vec::new(),
            assembler: Assembler::new(config.max_message_bytes, exact),
            counted: Arc::new(InProgress::new(&self.shared)),
        });
    }

    /// True if the message just begun is not taken: it is a stranger's, and there are more connections than are served.
    /// It is over then.
    pub(crate) fn sheds(&mut self) -> bool {
        let stranger = self.message.as_ref().filter(|m| m.passed.is_none());
        let may_answer = !self.terms.opts.contains(ProtoOpts::NOREPLY_MAIL);
        let enforced = self.policy.config.policy.mode == Mode::Enforce;
        let Some(message) = stranger.filter(|_| may_answer && enforced && self.shared.is_overloaded()) else {
            return false;
        };
        self.shared.metrics.count_failure(Failure::Overload);
        Line::of_failure(Failure::Overload, false, &message.envelope, &self.policy, Duration::ZERO).log();
        self.message = None;
        true
    }

    pub(crate) fn rcpt(&mut self, args: &[CString]) {
        let Some(message) = &mut self.message else { return };
        if message.envelope.rcpt_to.len() < MAX_RECIPIENTS {
            message.envelope.rcpt_to.push(address(args));
        }
    }

    pub(crate) fn header(&mut self, name: &CStr, value: &CStr) {
        let Some(message) = &mut self.message else { return };
        message.forged.look_at(name, value, self.policy.authserv_id(&self.mta_name));
        if message.passed.is_some() {
            return;
        }
        if name.to_bytes().eq_ignore_ascii_case(b"subject") && message.subjects.len() < MAX_SUBJECTS {
            message.subjects.push(value.to_owned());
        }
        message.assembler.field(name.to_bytes(), value.to_bytes());
    }

    pub(crate) fn end_of_header(&mut self) {
        if let Some(message) = &mut self.message {
            message.assembler.end_of_header();
        }
    }

    /// Takes a chunk of the body; `Skip` when no more is wanted and the MTA knows that word.
    pub(crate) fn body(&mut self, chunk: &[u8]) -> Status {
        let Some(message) = &mut self.message else { return Status::Continue };
        let more = message.passed.is_none() && message.assembler.body(chunk);
        if more || !self.terms.opts.contains(ProtoOpts::SKIP) { Status::Continue } else { Status::Skip }
    }

    pub(crate) fn abort(&mut self) {
        self.message = None;
    }

    /// The message, complete with what is known only at its end; `None` without one.
    pub(crate) fn finish(&mut self, macros: &Macros) -> Option<Incoming> {
        let mut message = self.message.take()?;
        if self.mta_name.is_empty() {
            self.mta_name = macro_text(macros, c"j");
        }
        message.envelope.mta_name.clone_from(&self.mta_name);
        message.envelope.queue_id = macro_text(macros, c"i");
        Some(message)
    }

    /// Answers the message: passes it, or judges it; records what came of it; says what the MTA is to do.
    pub(crate) async fn answer(&self, message: Incoming) -> Plan {
        let started = Instant::now();
        let Incoming { envelope, passed, forged, subjects, assembler, counted: _ } = message;
        let (shared, policy) = (&self.shared, &self.policy);
        if let Some(why) = passed {
            shared.metrics.count_passed(why);
            Line::of_passed(why, &envelope, &policy.id).log();
            return Plan::pass(why, &forged, self.terms);
        }
        let envelope = Arc::new(envelope);
        let assembled = assembler.finish();
        let print = shared.patience.print_of(&assembled.raw);
        let limits = assembled.limits;
        let large = assembled.raw.len() >= LARGE;
        let read = move || {
            let mut message = Message::parse(assembled.raw, assembled.complete);
            message.limits.extend(limits.into_iter().map(Limit));
            message
        };
        match self.judge(&envelope, read, large).await {
            Ok((message, verdict)) => {
                let verdict = self.settle(verdict, &envelope, forged.too_many());
                shared.metrics.count(&verdict, started.elapsed());
                Line::of(&verdict, &envelope, &message, started.elapsed()).log();
                Plan::of(&verdict, &envelope, policy, &forged, &subjects, self.terms)
            }
            Err(why) => {
                let held = shared.patience.failed(print, &policy.config.failure);
                shared.metrics.count_failure(why);
                Line::of_failure(why, held, &envelope, policy, started.elapsed()).log();
                Plan::failed(why, held, policy.config.policy.mode, &forged, self.terms)
            }
        }
    }

    /// Reads and judges; a panic or a time-out ends that and not the connection. On this thread unless the message is
    /// large: handing one to another thread costs more than most messages.
    async fn judge(
        &self,
        envelope: &Arc<Envelope>,
        read: impl FnOnce() -> Message + Send + 'static,
        large: bool,
    ) -> Result<(Arc<Message>, Verdict), Failure> {
        let (judge, envelope, policy) =
            (Arc::clone(&self.shared.judge), Arc::clone(envelope), Arc::clone(&self.policy));
        let limit = Duration::from_secs(self.policy.config.milter.message_timeout_secs);
        let judging = async move {
            let message = Arc::new(read());
            let verdict = judge(envelope, Arc::clone(&message), policy).await;
            (message, verdict)
        };
        // Nothing is seen of what a panic leaves half done: all of it is dropped with the future.
        let judging = AssertUnwindSafe(judging).catch_unwind();
        let judged = async {
            if large {
                spawn_blocking(|| Handle::current().block_on(judging)).await.ok()?.ok()
            } else {
                judging.await.ok()
            }
        };
        match tokio::time::timeout(limit, judged).await {
            Ok(judged) => judged.ok_or(Failure::Panic),
            Err(_) => Err(Failure::Timeout),
        }
    }

    /// What the way the message took adds to the verdict on its content.
    fn settle(&self, mut verdict: Verdict, envelope: &Envelope, too_many_forged: bool) -> Verdict {
        if too_many_forged {
            verdict.limits.push("more forged result fields than are removed".to_owned());
            verdict.action = verdict.action.max(Action::Quarantine);
        }
        if verdict.defers() && self.shared.patience.waited_enough(&verdict.case_id, &self.policy.config.failure) {
            verdict.wait_no_longer();
        }
        // A report is never refused; and to name a report mailbox as second recipient must not open a door either.
        let reported = envelope.rcpt_to.iter().any(|to| self.policy.is_report_mailbox(to));
        if reported && verdict.passed.is_none() {
            verdict.action = verdict.action.min(Action::Quarantine);
        }
        verdict
    }
}

/// The path of a MAIL or RCPT command: the first argument without its angle brackets; parameters follow it.
fn address(args: &[CString]) -> String {
    let path = args.first().map(|a| a.to_string_lossy()).unwrap_or_default();
    let path = path.trim();
    let inner = path.strip_prefix('<').and_then(|p| p.strip_suffix('>'));
    inner.unwrap_or(path).to_owned()
}

/// The value of a macro; empty without one.
fn macro_text(macros: &Macros, name: &CStr) -> String {
    macros.get(name).map(|v| v.to_string_lossy().into_owned()).unwrap_or_default()
}
