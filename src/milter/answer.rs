//! What is answered about one message: judged and decided, ready to be carried out and then written down.

use super::act::Edits;
use super::forged::Forged;
use super::negotiation::Negotiated;
use crate::disposition::{Circumstances, Exempt, Failure, Outcome};
use crate::mail::{Envelope, Message};
use crate::policy::Policy;
use crate::record::{LogLine, Metrics, Ruling, VerdictRecord};
use crate::verdict::Verdict;
use std::ffi::CString;
use std::sync::Arc;
use std::time::Duration;

/// What came of judging the message.
pub(crate) enum Held {
    Verdict(Box<Verdict>),
    Failed {
        why: Failure,
        /// It failed as often as the operator wants.
        has_tried_enough: bool,
    },
    /// It is nobody's to judge.
    Exempt(Exempt),
}

/// A message at its end, with all that is known of it.
pub(crate) struct Answer {
    pub(super) envelope: Arc<Envelope>,
    /// As it was read; nothing if it was not.
    pub(super) message: Option<Arc<Message>>,
    pub(super) judged: Held,
    pub(super) circumstances: Circumstances,
    pub(super) forged: Forged,
    pub(super) subjects: Vec<CString>,
    /// Time it took to judge.
    pub(super) elapsed: Option<Duration>,
    pub(super) policy: Arc<Policy>,
}

impl Answer {
    /// What is done about it.
    pub(crate) fn ruling(&self) -> Ruling<'_> {
        let (circumstances, policy_id) = (self.circumstances, self.policy.id.as_str());
        match &self.judged {
            Held::Verdict(verdict) => Ruling::of(verdict, circumstances),
            Held::Failed { why, has_tried_enough } => {
                Ruling::on_failure(*why, *has_tried_enough, circumstances, policy_id)
            }
            Held::Exempt(why) => Ruling::on_exempt(*why, circumstances, policy_id),
        }
    }

    /// The edits that carry it out.
    pub(crate) fn edits(&self, ruling: &Ruling<'_>, negotiated: Negotiated) -> Edits {
        Edits::of(ruling, &self.envelope, &self.policy, &self.forged, &self.subjects, negotiated)
    }

    /// Counts and logs what became of it.
    pub(crate) fn write_down(&self, ruling: &Ruling<'_>, outcome: Outcome, metrics: &Metrics) {
        metrics.count(ruling, outcome, self.elapsed.unwrap_or_default());
        let record = VerdictRecord::of(ruling, outcome, &self.envelope, self.message.as_deref(), self.elapsed);
        LogLine::of(&record).log();
    }
}
