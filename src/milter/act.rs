//! A verdict carried out: header edits, hold, refusal.
//!
//! Everything is worked out first and then sent in one go, since an MTA keeps the edits made before a crash. Bodies
//! are never edited: that would break signatures. Replies are one generic sentence in ASCII without `%` (MTAs expand
//! it) and never tell the sender what was found. If an edit cannot be made, the answer is 451: nothing is delivered
//! half done.

use crate::auth::header::authentication_results;
use crate::mail::Envelope;
use crate::milter::forged::Forged;
use crate::milter::session::Terms;
use crate::milter::subject::tagged;
use crate::policy::{Action, Mode, Policy};
use crate::record::{Failure, VERDICT_FIELD, cut, headers, plain};
use crate::verdict::{Passed, Verdict};
use indymilter::{
    ActionError, Actions, ContextActions, EomActions, IntoCString, ProtoOpts, SetErrorReply, SmtpReply, Status,
};
use std::ffi::CString;

/// Octets of the reason given with a hold; MTAs log it on one line.
const MAX_REASON: usize = 200;
/// The signal that means what RFC 7372 section 3.3 names 5.7.26: no authentication check passed that had to.
const UNPROVEN: &str = "brand-from-unproven";

/// What the MTA is to do, in this order.
#[derive(Debug)]
pub(crate) struct Plan {
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
    Deliver,
    Refuse(Reply),
    TryLater(Reply),
}

impl Plan {
    /// For mail that is not judged.
    pub(crate) fn pass(why: Passed, forged: &Forged, terms: Terms) -> Plan {
        let edits = match why {
            // Users may not hand in results in our name.
            Passed::AuthenticatedClient => deletions(forged, terms),
            // A content filter hands mail back that we have judged before: our own fields stay.
            Passed::TrustedNetwork | Passed::ReportMailbox => Vec::new(),
        };
        Plan { edits, answer: Answer::Deliver }
    }

    /// For a message that could not be judged.
    pub(crate) fn failed(why: Failure, held: bool, mode: Mode, forged: &Forged, terms: Terms) -> Plan {
        let (why, monitor) = (why.as_str(), mode == Mode::Monitor);
        let hold = held && terms.actions.contains(Actions::QUARANTINE);
        if !monitor && !hold {
            let text = "Message could not be checked at the moment, please try again".to_owned();
            return Plan { edits: Vec::new(), answer: Answer::TryLater(("451", "4.7.1", text)) };
        }
        let mut edits = deletions(forged, terms);
        let word = if held { "quarantine" } else { "tempfail" };
        let note = if monitor { "; mode=monitor" } else { "" };
        edits.extend(insertion(VERDICT_FIELD, &format!("{word}; error={why}{note}"), terms));
        if !monitor {
            edits.push(Edit::Hold { reason: format!("spoof: could not be checked ({why})") });
        }
        Plan { edits, answer: Answer::Deliver }
    }

    /// For a judged message.
    pub(crate) fn of(
        verdict: &Verdict,
        envelope: &Envelope,
        policy: &Policy,
        forged: &Forged,
        subjects: &[CString],
        terms: Terms,
    ) -> Plan {
        if let Some(answer) = refusal(verdict, terms) {
            return Plan { edits: Vec::new(), answer };
        }
        let mut edits = deletions(forged, terms);
        if verdict.applied() == Action::Tag && terms.actions.contains(Actions::CHANGE_HEADER) {
            edits.extend(subject_edits(&policy.config.policy.subject_prefix, subjects, terms));
        }
        // Each goes to the top, so the topmost comes last.
        let own = headers(verdict);
        edits.extend(own.iter().rev().filter_map(|(name, value)| insertion(name, value, terms)));
        let id = policy.authserv_id(&envelope.mta_name);
        let results = authentication_results(&verdict.auth, envelope, id, verdict.sealer.as_ref());
        edits.extend(insertion("Authentication-Results", &results, terms));
        if verdict.applied() == Action::Quarantine {
            edits.push(Edit::Hold { reason: hold_reason(verdict) });
        }
        Plan { edits, answer: Answer::Deliver }
    }

    /// Sends everything to the MTA.
    pub(crate) async fn carry_out(self, actions: &EomActions, reply: &mut SmtpReply) -> Status {
        for edit in self.edits {
            if let Err(e) = edit.send(actions).await {
                tracing::warn!("an edit could not be made, answering 451: {e}");
                return try_later(reply, &("451", "4.7.1", "Message could not be processed, please try again".into()));
            }
        }
        match self.answer {
            Answer::Deliver => Status::Accept,
            Answer::TryLater(text) => try_later(reply, &text),
            Answer::Refuse(text) => {
                set_reply(reply, &text);
                Status::Reject
            }
        }
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

/// The refusal, if the message is not to be taken (now).
fn refusal(verdict: &Verdict, terms: Terms) -> Option<Answer> {
    let case: String = verdict.case_id.chars().filter(char::is_ascii_alphanumeric).collect();
    let later = |text: &str| {
        Some(Answer::TryLater(("451", "4.7.0", format!("{text}, please try again later; reference {case}"))))
    };
    if verdict.defers() {
        return later("Sender could not be verified at the moment");
    }
    match verdict.applied() {
        Action::Reject => {
            let unproven = verdict.findings.iter().any(|f| !f.shadow && f.signal.id == UNPROVEN);
            let text = "Message refused: it appears to forge or imitate a protected sender";
            let code = if unproven { "5.7.26" } else { "5.7.1" };
            Some(Answer::Refuse(("550", code, format!("{text}; reference {case}"))))
        }
        // What should be held must not be delivered because this MTA cannot hold.
        Action::Quarantine if !terms.actions.contains(Actions::QUARANTINE) => later("Message cannot be held"),
        _ => None,
    }
}

fn deletions(forged: &Forged, terms: Terms) -> Vec<Edit> {
    if !terms.actions.contains(Actions::CHANGE_HEADER) {
        return Vec::new();
    }
    forged.deletions().map(|(name, number)| Edit::Delete { name, number }).collect()
}

fn insertion(name: &'static str, value: &str, terms: Terms) -> Option<Edit> {
    let value = format!("{}{value}", lead(terms));
    terms.actions.contains(Actions::ADD_HEADER).then_some(Edit::Insert { name, value })
}

fn subject_edits(prefix: &str, subjects: &[CString], terms: Terms) -> Vec<Edit> {
    if prefix.is_empty() {
        return Vec::new();
    }
    if subjects.is_empty() {
        let value = tagged(prefix, b"").unwrap_or_default();
        return insertion("Subject", String::from_utf8_lossy(&value).trim_end(), terms).into_iter().collect();
    }
    let numbered = (1..).zip(subjects);
    let change = |(number, subject): (i32, &CString)| {
        let value = [lead(terms).as_bytes(), &tagged(prefix, subject.to_bytes())?].concat();
        Some(Edit::Change { name: "Subject", number, value })
    };
    numbered.filter_map(change).collect()
}

/// With `LEADING_SPACE` the blank after the colon is ours to write.
fn lead(terms: Terms) -> &'static str {
    if terms.opts.contains(ProtoOpts::LEADING_SPACE) { " " } else { "" }
}

fn hold_reason(verdict: &Verdict) -> String {
    let brand = verdict.brand.as_deref().unwrap_or("none");
    let signals: Vec<&str> = verdict.findings.iter().filter(|f| !f.shadow).map(|f| f.signal.id).collect();
    let reason =
        format!("spoof: case={} score={} brand={brand} signals={}", verdict.case_id, verdict.score, signals.join(","));
    cut(plain(&reason).replace('%', "?"), MAX_REASON)
}

fn try_later(reply: &mut SmtpReply, text: &Reply) -> Status {
    set_reply(reply, text);
    Status::Tempfail
}

/// The answer to MAIL while there are more connections than are served.
pub(crate) fn no_place(reply: &mut SmtpReply) -> Status {
    try_later(reply, &("451", "4.3.2", "Too many connections at the moment, please try again".into()))
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
