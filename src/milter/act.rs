//! A disposition carried out: header edits, hold, refusal.
//!
//! Everything is worked out first and then sent in one go, since an MTA keeps the edits made before a crash. Bodies
//! are never edited: that would break signatures. Replies are one generic sentence in ASCII without `%` (MTAs expand
//! it) and never tell the sender what was found. If an edit cannot be made, the answer is 451: nothing is delivered
//! half done.

use super::forged::Forged;
use super::negotiation::Negotiated;
use super::subject::tagged;
use crate::auth::header::authentication_results;
use crate::disposition::{Exempt, Failure, Later, Measure, Outcome};
use crate::mail::Envelope;
use crate::policy::Policy;
use crate::record::{Ruling, cut, headers, plain};
use indymilter::{
    ActionError, Actions, ContextActions, EomActions, IntoCString, ProtoOpts, SetErrorReply, SmtpReply, Status,
};
use std::ffi::CString;

/// Octets of the reason given with a hold; MTAs log it on one line.
const MAX_REASON_BYTES: usize = 200;
/// The signal that means what RFC 7372 section 3.3 names 5.7.26: no authentication check passed that had to.
const UNPROVEN: &str = "brand-from-unproven";

/// The edits of one message and the answer to it: what carries a disposition out.
#[derive(Debug)]
pub(crate) struct Edits {
    edits: Vec<Edit>,
    answer: Answer,
}

#[derive(Debug)]
enum Edit {
    Delete {
        name: CString,
        number: i32,
    },
    Change {
        name: &'static str,
        number: i32,
        value: Vec<u8>,
    },
    /// At the very top.
    Insert {
        name: &'static str,
        value: String,
    },
    Hold {
        reason: String,
    },
}

/// An SMTP reply: code, enhanced code (RFC 3463), text.
type Reply = (&'static str, &'static str, String);

#[derive(Debug)]
enum Answer {
    Accept,
    Reject(Reply),
    Tempfail(Reply),
}

impl Edits {
    /// What carries this ruling out, given what was negotiated.
    pub(crate) fn of(
        ruling: &Ruling<'_>,
        envelope: &Envelope,
        policy: &Policy,
        forged: &Forged,
        subjects: &[CString],
        negotiated: Negotiated,
    ) -> Edits {
        let case = ruling.verdict().map_or("", |v| v.case_id.as_str());
        let edits = match ruling.disposition.measure {
            Measure::Refuse => return Edits { edits: vec![], answer: Answer::Reject(refusal(ruling, case)) },
            Measure::TryLater(why) => return Edits { edits: vec![], answer: Answer::Tempfail(later(why, case)) },
            // A content filter hands mail back that we have judged before: our own fields stay.
            Measure::NotJudged(Exempt::TrustedNetwork) => vec![],
            // Users may not hand in results in our name.
            Measure::NotJudged(Exempt::AuthenticatedClient) => deletions(forged, negotiated),
            Measure::NotJudged(Exempt::ReportMailbox) | Measure::Deliver { .. } | Measure::Hold => {
                let mut edits = deletions(forged, negotiated);
                let is_tagged = ruling.disposition.measure == Measure::Deliver { tag: true };
                if is_tagged && negotiated.actions.contains(Actions::CHANGE_HEADER) {
                    edits.extend(subject_edits(&policy.config.policy.subject_prefix, subjects, negotiated));
                }
                edits.extend(insertions(ruling, envelope, policy, negotiated));
                if ruling.disposition.measure == Measure::Hold {
                    edits.push(Edit::Hold { reason: hold_reason(ruling) });
                }
                edits
            }
        };
        Edits { edits, answer: Answer::Accept }
    }

    /// Sends everything to the MTA.
    pub(crate) async fn carry_out(self, actions: &EomActions, reply: &mut SmtpReply) -> (Status, Outcome) {
        for edit in self.edits {
            if let Err(e) = edit.send(actions).await {
                tracing::warn!("an edit could not be made, answering 451: {e}");
                return (try_later(reply, &later(Later::EditFailed, "")), Outcome::Failed);
            }
        }
        let status = match self.answer {
            Answer::Accept => Status::Accept,
            Answer::Tempfail(text) => try_later(reply, &text),
            Answer::Reject(text) => {
                set_reply(reply, &text);
                Status::Reject
            }
        };
        (status, Outcome::Done)
    }
}

impl Edit {
    async fn send(self, actions: &EomActions) -> Result<(), ActionError> {
        match self {
            Edit::Delete { name, number } => actions.change_header(name, number, None::<CString>).await,
            Edit::Change { name, number, value } => actions.change_header(name, number, Some(c_string(value))).await,
            Edit::Insert { name, value } => actions.insert_header(0, name, value).await,
            Edit::Hold { reason } => actions.quarantine(reason).await,
        }
    }
}

/// The reply to a message that is refused for good.
fn refusal(ruling: &Ruling<'_>, case: &str) -> Reply {
    let findings = ruling.verdict().map(|v| v.findings.as_slice()).unwrap_or_default();
    let unproven = findings.iter().any(|f| !f.shadow && f.signal.id == UNPROVEN);
    let text = "Message refused: it appears to forge or imitate a protected sender";
    ("550", if unproven { "5.7.26" } else { "5.7.1" }, format!("{text}; reference {}", alphanumeric(case)))
}

/// The reply to a message that is to come again.
fn later(why: Later, case: &str) -> Reply {
    let again = |what: &str| format!("{what}, please try again later; reference {}", alphanumeric(case));
    match why {
        Later::Unverified => ("451", "4.7.0", again("Sender could not be verified at the moment")),
        Later::CannotHold => ("451", "4.7.0", again("Message cannot be held")),
        Later::Unjudged => ("451", "4.7.1", "Message could not be checked at the moment, please try again".to_owned()),
        Later::EditFailed => ("451", "4.7.1", "Message could not be processed, please try again".to_owned()),
        Later::Overload => ("451", "4.3.2", "Too many connections at the moment, please try again".to_owned()),
    }
}

/// A case id as it may stand in a reply.
fn alphanumeric(case: &str) -> String {
    case.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Our own fields. Each goes to the top, so the topmost comes last.
fn insertions(ruling: &Ruling<'_>, envelope: &Envelope, policy: &Policy, negotiated: Negotiated) -> Vec<Edit> {
    let own = headers(ruling);
    let mut edits: Vec<Edit> =
        own.iter().rev().filter_map(|(name, value)| insertion(name, value, negotiated)).collect();
    if let Some(verdict) = ruling.verdict() {
        let id = policy.authserv_id(&envelope.mta_name);
        let results = authentication_results(&verdict.auth, envelope, id, verdict.sealer.as_ref());
        edits.extend(insertion("Authentication-Results", &results, negotiated));
    }
    edits
}

fn deletions(forged: &Forged, negotiated: Negotiated) -> Vec<Edit> {
    if !negotiated.actions.contains(Actions::CHANGE_HEADER) {
        return Vec::new();
    }
    forged.deletions().map(|(name, number)| Edit::Delete { name, number }).collect()
}

fn insertion(name: &'static str, value: &str, negotiated: Negotiated) -> Option<Edit> {
    let value = format!("{}{value}", lead(negotiated));
    negotiated.actions.contains(Actions::ADD_HEADER).then_some(Edit::Insert { name, value })
}

fn subject_edits(prefix: &str, subjects: &[CString], negotiated: Negotiated) -> Vec<Edit> {
    if prefix.is_empty() {
        return Vec::new();
    }
    if subjects.is_empty() {
        let value = tagged(prefix, b"").unwrap_or_default();
        return insertion("Subject", String::from_utf8_lossy(&value).trim_end(), negotiated).into_iter().collect();
    }
    let numbered = (1..).zip(subjects);
    let change = |(number, subject): (i32, &CString)| {
        let value = [lead(negotiated).as_bytes(), &tagged(prefix, subject.to_bytes())?].concat();
        Some(Edit::Change { name: "Subject", number, value })
    };
    numbered.filter_map(change).collect()
}

/// With `LEADING_SPACE` the blank after the colon is ours to write.
fn lead(negotiated: Negotiated) -> &'static str {
    if negotiated.opts.contains(ProtoOpts::LEADING_SPACE) { " " } else { "" }
}

fn hold_reason(ruling: &Ruling<'_>) -> String {
    let Some(verdict) = ruling.verdict() else {
        let why = ruling.failure().map_or("unknown", Failure::as_str);
        return format!("spoof: could not be checked ({why})");
    };
    let brand = verdict.brand.as_deref().unwrap_or("none");
    let signals: Vec<&str> = verdict.findings.iter().filter(|f| !f.shadow).map(|f| f.signal.id).collect();
    let reason =
        format!("spoof: case={} score={} brand={brand} signals={}", verdict.case_id, verdict.score, signals.join(","));
    cut(plain(&reason).replace('%', "?"), MAX_REASON_BYTES)
}

fn try_later(reply: &mut SmtpReply, text: &Reply) -> Status {
    set_reply(reply, text);
    Status::Tempfail
}

/// The answer to MAIL while there are more connections than are served.
pub(crate) fn overloaded(reply: &mut SmtpReply) -> Status {
    try_later(reply, &later(Later::Overload, ""))
}

fn set_reply(reply: &mut SmtpReply, (code, enhanced, text): &Reply) {
    if let Err(e) = reply.set_error_reply(code, Some(enhanced), [text.as_str()]) {
        tracing::warn!("the MTA's own reply text is used: {e}");
    }
}

/// Octets from a C string have no NUL; should one appear, the value ends there.
fn c_string(octets: Vec<u8>) -> CString {
    CString::new(octets).unwrap_or_else(|e| {
        let end = e.nul_position();
        let octets: Vec<u8> = e.into_vec().into_iter().take(end).collect();
        String::from_utf8_lossy(&octets).into_owned().into_c_string()
    })
}
