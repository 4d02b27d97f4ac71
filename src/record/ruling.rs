//! What was made of one message, before anybody is told: what all renderings read.

use crate::disposition::{
    Circumstances, Disposition, Exempt, Failure, Measure, dispose, dispose_exempt, dispose_unjudged,
};
use crate::verdict::Verdict;
use std::borrow::Cow;

/// What came of judging a message.
#[derive(Debug, Clone, Copy)]
pub enum Judged<'a> {
    /// It was judged.
    Verdict(&'a Verdict),
    /// It could not be.
    Failed(Failure),
    /// It is nobody's to judge: [`Disposition::measure`] tells why.
    Exempt,
}

/// What was made of one message: how it was judged and what is done about that.
#[derive(Debug, Clone, Copy)]
pub struct Ruling<'a> {
    /// What came of judging it.
    pub judged: Judged<'a>,
    /// What it came with.
    pub circumstances: Circumstances,
    /// What is done.
    pub disposition: Disposition,
    /// The policy it was judged by.
    pub policy_id: &'a str,
}

impl<'a> Ruling<'a> {
    /// On a judged message.
    pub fn of(verdict: &'a Verdict, circumstances: Circumstances) -> Ruling<'a> {
        let disposition = dispose(verdict, &circumstances);
        Ruling { judged: Judged::Verdict(verdict), circumstances, disposition, policy_id: &verdict.policy_id }
    }

    /// On a message that could not be judged; `has_tried_enough` if it failed as often as the operator wants.
    pub fn on_failure(
        why: Failure,
        has_tried_enough: bool,
        circumstances: Circumstances,
        policy_id: &'a str,
    ) -> Ruling<'a> {
        let disposition = dispose_unjudged(why, has_tried_enough, &circumstances);
        Ruling { judged: Judged::Failed(why), circumstances, disposition, policy_id }
    }

    /// On a message that is nobody's to judge.
    pub fn on_exempt(why: Exempt, circumstances: Circumstances, policy_id: &'a str) -> Ruling<'a> {
        let disposition = dispose_exempt(why, &circumstances);
        Ruling { judged: Judged::Exempt, circumstances, disposition, policy_id }
    }

    /// The verdict, if there is one.
    pub fn verdict(&self) -> Option<&'a Verdict> {
        if let Judged::Verdict(verdict) = self.judged { Some(verdict) } else { None }
    }

    /// Why it could not be judged, if it could not.
    pub fn failure(&self) -> Option<Failure> {
        if let Judged::Failed(why) = self.judged { Some(why) } else { None }
    }

    /// Why it is passed whatever it is, if it is.
    pub fn passed(&self) -> Option<&'static str> {
        if let Measure::NotJudged(why) = self.disposition.measure { Some(why.as_str()) } else { None }
    }

    /// What cannot be looked up and is waited for, in words.
    pub fn deferred(&self) -> Option<&'a str> {
        self.verdict()?.deferred.as_deref().filter(|_| !self.circumstances.has_waited)
    }

    /// Limits that were hit, in words.
    pub fn limits(&self) -> Vec<&'a str> {
        let of_verdict = self.verdict().map(|v| v.limits.as_slice()).unwrap_or_default();
        let forged = self.circumstances.has_forged_fields && self.verdict().is_some();
        let forged = forged.then_some("more forged result fields than are removed");
        of_verdict.iter().map(String::as_str).chain(forged).collect()
    }

    /// What else decided, in words.
    pub fn notes(&self) -> Vec<Cow<'a, str>> {
        let Some(verdict) = self.verdict() else { return vec![] };
        let waited = verdict.deferred.as_ref().filter(|_| self.circumstances.has_waited);
        let waited = waited.map(|why| Cow::Owned(format!("waited long enough: {why}")));
        verdict.notes.iter().map(|note| Cow::Borrowed(note.as_str())).chain(waited).collect()
    }
}
