//! What is known about one connection of the MTA and about the message on it.
//!
//! A connection is served by one policy from its first to its last octet; a reload concerns the next connection. A
//! message's part is dropped when the message ends, however it ends, so that nothing leaks into the next one. Nothing
//! an MTA or sender says makes anything here fail: what is missing is empty, what is too long is cut and noted.

use super::answer::{Answer, Held};
use super::assemble::Assembler;
use super::forged::Forged;
use super::negotiation::Negotiated;
use super::shared::Shared;
use crate::auth::clock::now;
use crate::disposition::{Circumstances, Exempt, Failure, Outcome, dispose};
use crate::mail::{Client, Envelope, Limit, Message};
use crate::policy::{Mode, Policy};
use crate::record::{LogLine, Ruling, VerdictRecord};
use crate::verdict::Verdict;
use futures_util::FutureExt;
use indymilter::{Macros, ProtoOpts, SocketInfo, Status};
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
const LARGE_BYTES: usize = 256 * 1024;

/// One connection of the MTA.
pub(crate) struct Session {
    pub(super) shared: Arc<Shared>,
    policy: Arc<Policy>,
    pub(crate) negotiated: Negotiated,
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
    pub(crate) exempt: Option<Exempt>,
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
    pub(crate) fn new(shared: &Arc<Shared>, negotiated: Negotiated) -> Session {
        Session {
            policy: shared.policy.load_full(),
            shared: Arc::clone(shared),
            negotiated,
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
        let exact = self.negotiated.opts.contains(ProtoOpts::LEADING_SPACE);
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
            exempt: Exempt::of_client(&envelope, &self.policy).or(local.then_some(Exempt::TrustedNetwork)),
            envelope,
            forged: Forged::default(),
            subjects: Vec::new(),
            assembler: Assembler::new(config.max_message_bytes, exact),
            counted: Arc::new(InProgress::new(&self.shared)),
        });
    }

    /// True if the message just begun is not taken: it is a stranger's, and there are more connections than are served.
    /// It is over then.
    pub(crate) fn is_shed(&mut self) -> bool {
        let stranger = self.message.as_ref().filter(|m| m.exempt.is_none());
        let may_answer = !self.negotiated.opts.contains(ProtoOpts::NOREPLY_MAIL);
        let enforced = self.policy.config.policy.mode == Mode::Enforce;
        let Some(message) = stranger.filter(|_| may_answer && enforced && self.shared.is_overloaded()) else {
            return false;
        };
        let circumstances = Circumstances::of(&message.envelope, &self.policy);
        let ruling = Ruling::on_failure(Failure::Overload, false, circumstances, &self.policy.id);
        self.shared.metrics.count(&ruling, Outcome::Done, Duration::ZERO);
        let at_once = Some(Duration::ZERO);
        LogLine::of(&VerdictRecord::of(&ruling, Outcome::Done, &message.envelope, None, at_once)).log();
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
        if message.exempt.is_some() {
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
        let more = message.exempt.is_none() && message.assembler.body(chunk);
        if more || !self.negotiated.opts.contains(ProtoOpts::SKIP) { Status::Continue } else { Status::Skip }
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

    /// Judges the message, if it is to be judged, and decides what is done with it. Nothing is carried out or written
    /// down yet.
    pub(crate) async fn answer(&self, message: Incoming) -> Answer {
        let started = Instant::now();
        let Incoming { envelope, exempt, forged, subjects, assembler, counted: _ } = message;
        let (shared, policy) = (&self.shared, &self.policy);
        let mut circumstances = Circumstances {
            can_hold: self.negotiated.can_hold(),
            has_forged_fields: forged.too_many(),
            ..Circumstances::of(&envelope, policy)
        };
        let envelope = Arc::new(envelope);
        let policy = Arc::clone(policy);
        if let Some(why) = exempt {
            let (message, judged, elapsed) = (None, Held::Exempt(why), None);
            return Answer { envelope, message, judged, circumstances, forged, subjects, elapsed, policy };
        }
        let assembled = assembler.finish();
        let fingerprint = shared.retries.fingerprint(&assembled.raw);
        let limits = assembled.limits;
        let large = assembled.raw.len() >= LARGE_BYTES;
        let read = move || {
            let mut message = Message::parse(assembled.raw, assembled.complete);
            message.limits.extend(limits.into_iter().map(Limit));
            message
        };
        let (message, judged) = match self.judge(&envelope, read, large).await {
            Ok((message, verdict)) => {
                if dispose(&verdict, &circumstances).waits() {
                    let limits = &policy.config.failure;
                    circumstances.has_waited = shared.retries.waited_enough(&verdict.case_id, limits);
                }
                (Some(message), Held::Verdict(Box::new(verdict)))
            }
            Err(why) => {
                let has_tried_enough = shared.retries.failed(fingerprint, &policy.config.failure);
                (None, Held::Failed { why, has_tried_enough })
            }
        };
        let elapsed = Some(started.elapsed());
        Answer { envelope, message, judged, circumstances, forged, subjects, elapsed, policy }
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
