//! The state of one MTA connection: which policy, which client, and the message in progress, rebuilt octet for octet.
//!
//! One policy and one authenticator for a session's whole life, taken when it begins. The message's part is new with
//! every MAIL and gone with every ABORT, so that nothing leaks from one message into the next.

use super::act::{Edits, Mta};
use super::{Gateway, InProgress};
use crate::auth::Authenticator;
use crate::auth::header::claims_authserv_id;
use crate::judge::not_inbound;
use crate::mail::{Client, Envelope, Message};
use crate::policy::Policy;
use crate::record;
use crate::verdict::{Passed, Verdict};
use indymilter::{Actions, ProtoOpts, Status};
use std::ffi::{CStr, CString};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is asked of the MTA, as far as it offers it: exact header values; no packet for stages nobody looks at, no
/// answer where none is given; Skip for bodies that are long enough. Body chunks are answered, else Skip were impossible.
pub(super) const WANTED: ProtoOpts = ProtoOpts::LEADING_SPACE
    .union(ProtoOpts::SKIP)
    .union(ProtoOpts::NO_DATA)
    .union(ProtoOpts::NO_UNKNOWN)
    .union(ProtoOpts::NOREPLY_CONNECT)
    .union(ProtoOpts::NOREPLY_HELO)
    .union(ProtoOpts::NOREPLY_MAIL)
    .union(ProtoOpts::NOREPLY_RCPT)
    .union(ProtoOpts::NOREPLY_HEADER)
    .union(ProtoOpts::NOREPLY_EOH);

/// Recipients that are remembered: Postfix allows 1000 (`smtpd_recipient_limit`).
const MAX_RECIPIENTS: usize = 1000;
/// Octets of a message from which it is parsed off the threads that serve connections.
const LARGE: usize = 256 * 1024;

/// Why a message is answered 451.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Panic,
    TimeOut,
}

/// The state of one connection.
pub(super) struct Session {
    gateway: Arc<Gateway>,
    policy: Arc<Policy>,
    authenticator: Arc<Authenticator>,
    opts: ProtoOpts,
    actions: Actions,
    client: Client,
    helo: String,
    mta_name: String,
    current: Option<Transaction>,
}

/// One message on its way in.
pub(super) struct Transaction {
    envelope: Envelope,
    raw: Vec<u8>,
    complete: bool,
    /// Fields to remove: lower-case name, and index among the fields of that name, from 1.
    strip: Vec<(String, i32)>,
    /// Fields of each watched name so far.
    seen: Vec<(String, i32)>,
    _in_progress: InProgress,
}

impl Session {
    pub(super) fn new(gateway: Arc<Gateway>, opts: ProtoOpts, actions: Actions) -> Session {
        gateway.metrics.connections.inc();
        Session {
            policy: gateway.policy.load_full(),
            authenticator: gateway.authenticator.load_full(),
            gateway,
            opts,
            actions,
            client: Client::default(),
            helo: String::new(),
            mta_name: String::new(),
            current: None,
        }
    }

    pub(super) fn connect(&mut self, host: &str, ip: Option<IpAddr>, mta_name: String) -> Status {
        self.client = Client { ip, name: host.to_owned() };
        self.mta_name = mta_name;
        self.reply_unless(ProtoOpts::NOREPLY_CONNECT)
    }

    pub(super) fn helo(&mut self, name: &CStr) -> Status {
        self.helo = text(name);
        self.reply_unless(ProtoOpts::NOREPLY_HELO)
    }

    pub(super) fn mail(&mut self, args: &[CString], auth_user: Option<String>) -> Status {
        let envelope = Envelope {
            client: self.client.clone(),
            helo: self.helo.clone(),
            mail_from: path(args),
            rcpt_to: vec![],
            auth_user,
            queue_id: String::new(),
            mta_name: self.mta_name.clone(),
        };
        self.current = Some(Transaction {
            envelope,
            raw: vec![],
            complete: true,
            strip: vec![],
            seen: vec![],
            _in_progress: self.gateway.begin(),
        });
        self.reply_unless(ProtoOpts::NOREPLY_MAIL)
    }

    pub(super) fn rcpt(&mut self, args: &[CString]) -> Status {
        if let Some(t) = self.current.as_mut().filter(|t| t.envelope.rcpt_to.len() < MAX_RECIPIENTS) {
            t.envelope.rcpt_to.push(path(args));
        }
        self.reply_unless(ProtoOpts::NOREPLY_RCPT)
    }

    pub(super) fn header(&mut self, name: &CStr, value: &CStr) -> Status {
        let exact = self.opts.contains(ProtoOpts::LEADING_SPACE);
        let limit = self.policy.config.milter.max_message_bytes;
        if let Some(t) = self.current.as_mut() {
            t.watch(name, value, self.policy.authserv_id(&self.mta_name));
            t.append(&header_field(name.to_bytes(), value.to_bytes(), exact), limit);
        }
        self.reply_unless(ProtoOpts::NOREPLY_HEADER)
    }

    pub(super) fn end_of_header(&mut self) -> Status {
        let limit = self.policy.config.milter.max_message_bytes;
        if let Some(t) = self.current.as_mut() {
            t.append(b"\r\n", limit);
        }
        self.reply_unless(ProtoOpts::NOREPLY_EOH)
    }

    pub(super) fn body(&mut self, chunk: &[u8]) -> Status {
        let limit = self.policy.config.milter.max_message_bytes;
        let more = self.current.as_mut().is_none_or(|t| t.append(chunk, limit));
        if !more && self.opts.contains(ProtoOpts::SKIP) { Status::Skip } else { Status::Continue }
    }

    pub(super) fn abort(&mut self) {
        self.current = None;
    }

    /// Takes the message that has ended.
    pub(super) fn finish(&mut self, queue_id: String) -> Option<Transaction> {
        let mut t = self.current.take()?;
        t.envelope.queue_id = queue_id;
        Some(t)
    }

    /// What is to be done with a message.
    pub(super) async fn answer(&self, t: Transaction) -> Result<Edits, Trouble> {
        let mta = Mta { actions: self.actions, exact: self.opts.contains(ProtoOpts::LEADING_SPACE) };
        // A client without an address is a local process, trusted as the loopback network is.
        let local = t.envelope.client.ip.is_none().then_some(Passed::TrustedNetwork);
        if let Some(why) = not_inbound(&t.envelope, &self.policy).or(local) {
            self.gateway.metrics.count_passed(why);
            tracing::info!(target: "spoof_milter", "{}: passed={}", t.envelope.queue_id, why.as_str());
            // A trusted network may be a content filter handing our own mail back: its headers stay as they are.
            let strip = if why == Passed::AuthenticatedClient { t.strip } else { vec![] };
            return Ok(Edits::pass(strip, mta));
        }
        let Transaction { envelope, raw, complete, strip, .. } = t;
        let (verdict, message) = self.judged(envelope.clone(), raw, complete).await?;
        Ok(Edits::of(&verdict, &message, &envelope, &self.policy, strip, mta))
    }

    /// Judges in a task of its own, so that a panic or a time-out ends that task and nothing else; records the verdict.
    async fn judged(&self, envelope: Envelope, raw: Vec<u8>, complete: bool) -> Result<(Verdict, Message), Trouble> {
        let started = Instant::now();
        let limit = Duration::from_secs(self.policy.config.milter.message_timeout_secs);
        let (policy, authenticator, judge) =
            (Arc::clone(&self.policy), Arc::clone(&self.authenticator), self.gateway.judge);
        let queue_id = envelope.queue_id.clone();
        let recorded = envelope.clone();
        let task = tokio::spawn(async move {
            let message = if raw.len() < LARGE {
                Message::parse(raw, complete)
            } else {
                tokio::task::spawn_blocking(move || Message::parse(raw, complete)).await?
            };
            Ok::<_, tokio::task::JoinError>(judge(policy, authenticator, envelope, message).await)
        });
        let abort = task.abort_handle();
        let metrics = &self.gateway.metrics;
        match tokio::time::timeout(limit, task).await {
            Ok(Ok(Ok((verdict, message)))) => {
                let took = started.elapsed();
                metrics.count(&verdict, took);
                record::log(&verdict, &recorded, &message, took);
                Ok((verdict, message))
            }
            Ok(Ok(Err(_)) | Err(_)) => {
                metrics.panics.inc();
                tracing::error!(target: "spoof_milter", "{queue_id}: judging panicked; answered 451");
                Err(Trouble::Panic)
            }
            Err(_) => {
                abort.abort();
                metrics.timeouts.inc();
                tracing::error!(target: "spoof_milter", "{queue_id}: judging took more than {limit:?}; answered 451");
                Err(Trouble::TimeOut)
            }
        }
    }

    fn reply_unless(&self, noreply: ProtoOpts) -> Status {
        if self.opts.contains(noreply) { Status::Noreply } else { Status::Continue }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.gateway.metrics.connections.dec();
    }
}

impl Transaction {
    /// Appends up to the limit; false once octets had to be left out.
    fn append(&mut self, octets: &[u8], limit: usize) -> bool {
        let room = limit.saturating_sub(self.raw.len());
        self.raw.extend_from_slice(&octets[..octets.len().min(room)]);
        self.complete &= octets.len() <= room;
        self.complete
    }

    /// Notes fields that pretend to be ours. Every one of them, however many there are.
    fn watch(&mut self, name: &CStr, value: &CStr, authserv_id: &str) {
        let name = text(name).trim_end().to_ascii_lowercase();
        let results = name == "authentication-results";
        if !results && !name.starts_with("x-spoof-") {
            return;
        }
        let index = match self.seen.iter_mut().find(|(n, _)| *n == name) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                self.seen.push((name.clone(), 1));
                1
            }
        };
        if !results || claims_authserv_id(&text(value), authserv_id) {
            self.strip.push((name, index));
        }
    }
}

/// One field as it was on the wire. The MTA gives line ends inside as LF; without the leading-space option it has also
/// taken one blank away, which nearly always was there.
fn header_field(name: &[u8], value: &[u8], exact: bool) -> Vec<u8> {
    let mut field = Vec::with_capacity(name.len() + value.len() + 8);
    field.extend_from_slice(name);
    field.push(b':');
    if !exact {
        field.push(b' ');
    }
    let mut previous = 0;
    for b in value {
        if *b == b'\n' && previous != b'\r' {
            field.push(b'\r');
        }
        field.push(*b);
        previous = *b;
    }
    field.extend_from_slice(b"\r\n");
    field
}

/// Text of the MTA, invalid UTF-8 replaced.
pub(super) fn text(s: &CStr) -> String {
    s.to_string_lossy().into_owned()
}

/// The address of a MAIL or RCPT command: its first argument without angle brackets.
fn path(args: &[CString]) -> String {
    let first = args.first().map(|a| text(a)).unwrap_or_default();
    let bare = first.trim().strip_prefix('<').and_then(|a| a.strip_suffix('>')).unwrap_or(first.trim());
    bare.to_owned()
}
