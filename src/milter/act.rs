//! A verdict carried out: header edits, hold, refusal, or "try again later".
//!
//! Everything is worked out first and sent then, so that a connection that breaks cannot leave a message half edited by
//! a program that had not made up its mind. The sender gets one generic sentence; the reasons stand in headers and log.

use super::session::Trouble;
use crate::auth::header::authentication_results;
use crate::mail::{Envelope, Message};
use crate::policy::{Action, Policy};
use crate::record;
use crate::verdict::{Passed, Verdict};
use indymilter::{Actions, ContextActions, EomActions, SetErrorReply, SmtpReply, Status};

/// What is asked of the MTA, as far as it offers it.
pub(super) const WANTED: Actions = Actions::ADD_HEADER.union(Actions::CHANGE_HEADER).union(Actions::QUARANTINE);

/// The reason given with a hold.
const HELD: &str = "spoof-milter: suspected forgery of a protected sender, case ";

/// What the MTA of a session can do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mta {
    /// The edits it takes.
    pub(super) actions: Actions,
    /// Whether header values are exact, the blank behind the colon included.
    pub(super) exact: bool,
}

impl Mta {
    /// A header value as this MTA wants it.
    fn value(self, text: &str) -> String {
        if self.exact { format!(" {text}") } else { text.to_owned() }
    }
}

/// What is done with one message.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// Fields to delete: name and index among the fields of that name, highest first.
    delete: Vec<(String, i32)>,
    /// Fields to put on top, the topmost last.
    insert: Vec<(String, String)>,
    /// The new subject: whether it replaces one, and its value.
    subject: Option<(bool, String)>,
    /// The reason to hold it.
    hold: Option<String>,
    /// The refusal: code, enhanced code, sentence.
    refuse: Option<Refusal>,
}

type Refusal = (&'static str, &'static str, String);

impl Edits {
    /// A message that is passed: only forged fields go.
    pub(super) fn pass(strip: Vec<(String, i32)>, mta: Mta) -> Edits {
        Edits { delete: ordered(strip, mta), ..Edits::default() }
    }

    /// A message that could not be judged.
    pub(super) fn try_again(trouble: Trouble) -> Edits {
        let why = match trouble {
            Trouble::Panic => "an internal error",
            Trouble::TimeOut => "a time-out",
        };
        let sentence = format!("The message could not be examined because of {why}; please try again later");
        Edits { refuse: Some(("451", "4.7.1", sentence)), ..Edits::default() }
    }

    /// What a verdict asks for.
    pub(super) fn of(
        verdict: &Verdict,
        message: &Message,
        envelope: &Envelope,
        policy: &Policy,
        strip: Vec<(String, i32)>,
        mta: Mta,
    ) -> Edits {
        if verdict.defers() {
            let sentence =
                format!("The sender could not be verified at the moment; please try again later ({})", verdict.case_id);
            return Edits { refuse: Some(("451", "4.7.0", sentence)), ..Edits::default() };
        }
        let action = action(verdict, envelope, policy);
        if action == Action::Reject {
            return Edits { refuse: Some(refusal(verdict)), ..Edits::default() };
        }
        let mut edits = Edits { delete: ordered(strip, mta), ..Edits::default() };
        if mta.actions.contains(Actions::ADD_HEADER) {
            let results = authentication_results(&verdict.auth, envelope, policy.authserv_id(&envelope.mta_name));
            let ours = std::iter::once(("Authentication-Results", results)).chain(record::headers(verdict));
            edits.insert = ours.map(|(name, value)| (name.to_owned(), mta.value(&value))).collect();
            edits.insert.reverse();
        }
        let prefix = policy.config.policy.subject_prefix.as_str();
        if action == Action::Tag && !prefix.is_empty() && mta.actions.contains(Actions::CHANGE_HEADER) {
            edits.subject = tagged(message, prefix, mta);
        }
        if action == Action::Quarantine {
            edits.hold = Some(format!("{HELD}{}", verdict.case_id));
        }
        edits
    }

    /// Sends the edits and gives the answer. If the MTA does not take one, the message is to be tried again.
    pub(super) async fn carry_out(self, actions: &EomActions, reply: &mut SmtpReply) -> Status {
        if let Some((code, enhanced, sentence)) = &self.refuse {
            let temporary = code.starts_with('4');
            return match reply.set_error_reply(code, Some(enhanced), [sentence.as_str()]) {
                Ok(()) if temporary => Status::Tempfail,
                Ok(()) => Status::Reject,
                Err(e) => {
                    tracing::error!(target: "spoof_milter", "the reply {sentence:?} cannot be sent: {e}");
                    if temporary { Status::Tempfail } else { Status::Reject }
                }
            };
        }
        match self.send(actions).await {
            Ok(()) => Status::Continue,
            Err(e) => {
                tracing::error!(target: "spoof_milter", "the MTA did not take an edit: {e}; answered 451");
                Status::Tempfail
            }
        }
    }

    async fn send(self, actions: &EomActions) -> Result<(), indymilter::ActionError> {
        for (name, index) in self.delete {
            actions.change_header(name, index, None::<String>).await?;
        }
        match self.subject {
            Some((true, value)) => actions.change_header("Subject", 1, Some(value)).await?,
            // Below the MTA's own Received.
            Some((false, value)) => actions.insert_header(1, "Subject", value).await?,
            None => {}
        }
        for (name, value) in self.insert {
            actions.insert_header(0, name, value).await?;
        }
        if let Some(reason) = self.hold {
            actions.quarantine(reason).await?;
        }
        Ok(())
    }
}

/// The action for this envelope. A report is never refused: where a report mailbox is one of several recipients, the
/// message is held instead, since letting it through would let forgers add that mailbox to every spoof.
fn action(verdict: &Verdict, envelope: &Envelope, policy: &Policy) -> Action {
    let action = verdict.applied();
    let reported =
        verdict.passed != Some(Passed::ReportMailbox) && envelope.rcpt_to.iter().any(|to| policy.is_report_mailbox(to));
    if reported { action.min(Action::Quarantine) } else { action }
}

/// One generic sentence; what gave the forgery away is for reviewers to know. 5.7.26 (RFC 7372): more than one
/// authentication check failed.
fn refusal(verdict: &Verdict) -> Refusal {
    let unproven = verdict.findings.iter().any(|f| f.signal.id == "brand-from-unproven");
    let sentence =
        format!("Message refused: it appears to forge or imitate a protected sender (case {})", verdict.case_id);
    ("550", if unproven { "5.7.26" } else { "5.7.1" }, sentence)
}

/// Highest index first: an MTA renumbers the fields behind one that is deleted (CVE-2022-48521 was the other order).
fn ordered(mut strip: Vec<(String, i32)>, mta: Mta) -> Vec<(String, i32)> {
    if !mta.actions.contains(Actions::CHANGE_HEADER) {
        return vec![];
    }
    strip.sort_by_key(|(_, index)| std::cmp::Reverse(*index));
    strip
}

/// The subject with the prefix: whether there was one, and the new value. `None` if the prefix stands there already.
fn tagged(message: &Message, prefix: &str, mta: Mta) -> Option<(bool, String)> {
    match message.values("Subject").next() {
        Some(value) => {
            let old = value.trim_start_matches([' ', '\t']).replace("\r\n", "\n");
            (!old.starts_with(prefix)).then(|| (true, mta.value(&format!("{prefix}{old}"))))
        }
        None => Some((false, mta.value(prefix.trim_end()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXACT: Mta = Mta { actions: WANTED, exact: true };

    fn message(text: &str) -> Message {
        Message::parse(text.as_bytes().to_vec(), true)
    }

    #[test]
    fn a_subject_is_prefixed_once_and_its_words_are_kept() {
        let subject = |text: &str| tagged(&message(text), "[Spoof] ", EXACT);
        assert_eq!(subject("Subject: a\r\n b\r\n\r\n"), Some((true, " [Spoof] a\n b".into())));
        assert_eq!(subject("Subject:=?utf-8?q?=C3=A9?=\r\n\r\n"), Some((true, " [Spoof] =?utf-8?q?=C3=A9?=".into())));
        assert_eq!(subject("Subject: [Spoof] a\r\n\r\n"), None);
        assert_eq!(subject("X: a\r\n\r\n"), Some((false, " [Spoof]".into())));
    }

    #[test]
    fn fields_are_deleted_from_the_last_to_the_first() {
        let strip = vec![("a".to_owned(), 1), ("b".to_owned(), 1), ("a".to_owned(), 3)];
        let order: Vec<i32> = ordered(strip, EXACT).into_iter().map(|(_, i)| i).collect();
        assert_eq!(order, [3, 1, 1]);
    }
}
