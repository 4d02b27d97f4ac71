//! What is really done with a message, decided once: from its verdict and from the circumstances it came in.
//!
//! Pure, so that a table can test it. A verdict says what the findings ask for; whether the MTA can hold, whether
//! verdicts are carried out at all, who it is for and how often it came are circumstances. What comes out is carried
//! out first and then written down; header, log line, counters and records render it and decide nothing. A message
//! that could not be judged ([`dispose_unjudged`]) is never delivered as if it had been, save in monitor mode, where
//! nothing is done at all.

use crate::mail::Envelope;
use crate::policy::{Action, Mode, Policy};
use crate::verdict::{By, Verdict};

/// Why a message is not judged as inbound mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exempt {
    /// The client stands in `auth.trusted_networks`, or is a process of this host.
    TrustedNetwork,
    /// The client authenticated (SASL, RFC 4954).
    AuthenticatedClient,
    /// Every recipient is a report mailbox: judged, but nothing is done.
    ReportMailbox,
}

/// Why a message could not be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Our own code gave up on it.
    Panic,
    /// It took longer than `milter.message_timeout_secs`.
    Timeout,
    /// There were more connections than `milter.max_connections`.
    Overload,
}

/// Why the MTA is to try again later (451).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// What could prove the sender cannot be looked up at the moment.
    Unverified,
    /// It is to be held, and this MTA does not hold.
    CannotHold,
    /// It could not be judged.
    Unjudged,
    /// There are more connections than are served.
    Overload,
    /// The MTA did not take an edit.
    EditFailed,
}

/// One of the five things that can be done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// It is passed as it is.
    NotJudged(Exempt),
    /// It is delivered; tagged, its subject says so.
    Deliver {
        /// True if the subject gets its prefix.
        tag: bool,
    },
    /// The MTA holds it for a reviewer.
    Hold,
    /// It is refused for good (5xx).
    Refuse,
    /// The client is to try again (4xx).
    TryLater(Later),
}

/// What is done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disposition {
    /// What is really done.
    pub measure: Measure,
    /// What is done where verdicts are carried out; differs from [`Disposition::measure`] in monitor mode only.
    pub enforced: Measure,
    /// The rule by which it is another than score and ladder say, if one is.
    pub by: Option<By>,
    /// Whether verdicts are carried out.
    pub mode: Mode,
}

/// What became of a disposition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out.
    Done,
    /// The MTA did not take an edit, and was told to try again later.
    Failed,
    /// Nobody carried it out: the command line tells only what would be.
    Untried,
}

/// What beside its content decides what is done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether verdicts are carried out.
    pub mode: Mode,
    /// True if the MTA offers to hold messages.
    pub can_hold: bool,
    /// Why it is not judged as inbound, if it is not.
    pub exempt: Option<Exempt>,
    /// True if a recipient is a report mailbox.
    pub is_report: bool,
    /// True if more result fields in our name stand in it than are removed.
    pub has_forged_fields: bool,
    /// True if it has been put off as often or as long as the operator wants.
    pub has_waited: bool,
}

impl Exempt {
    /// All reasons.
    pub const ALL: [Exempt; 3] = [Exempt::TrustedNetwork, Exempt::AuthenticatedClient, Exempt::ReportMailbox];

    /// Why a message from this client is not judged as inbound, if it is not.
    pub fn of_client(envelope: &Envelope, policy: &Policy) -> Option<Exempt> {
        if envelope.auth_user.is_some() {
            return Some(Exempt::AuthenticatedClient);
        }
        envelope.client.ip.is_some_and(|ip| policy.trusts(ip)).then_some(Exempt::TrustedNetwork)
    }

    /// The word in headers, logs and metrics (`passed=`).
    pub fn as_str(self) -> &'static str {
        match self {
            Exempt::TrustedNetwork => "trusted-network",
            Exempt::AuthenticatedClient => "authenticated-client",
            Exempt::ReportMailbox => "report-mailbox",
        }
    }
}

impl Failure {
    /// The word in headers and logs (`error=`).
    pub fn as_str(self) -> &'static str {
        match self {
            Failure::Panic => "panic",
            Failure::Timeout => "timeout",
            Failure::Overload => "overload",
        }
    }
}

impl Measure {
    /// The words of all measures, mildest first; not judged is `accept` too.
    pub const WORDS: [&'static str; 5] = ["accept", "tag", "quarantine", "reject", "tempfail"];

    /// The word in headers, logs, metrics and JSON (`action=`).
    pub fn as_str(self) -> &'static str {
        match self {
            Measure::NotJudged(_) | Measure::Deliver { tag: false } => "accept",
            Measure::Deliver { tag: true } => "tag",
            Measure::Hold => "quarantine",
            Measure::Refuse => "reject",
            Measure::TryLater(_) => "tempfail",
        }
    }
}

impl From<Action> for Measure {
    fn from(action: Action) -> Measure {
        match action {
            Action::Accept => Measure::Deliver { tag: false },
            Action::Tag => Measure::Deliver { tag: true },
            Action::Quarantine => Measure::Hold,
            Action::Reject => Measure::Refuse,
        }
    }
}

impl Outcome {
    /// What became of a measure.
    pub fn of(self, measure: Measure) -> Measure {
        match self {
            Outcome::Failed => Measure::TryLater(Later::EditFailed),
            Outcome::Done | Outcome::Untried => measure,
        }
    }

    /// The word in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Failed => "failed",
            Outcome::Untried => "untried",
        }
    }
}

impl Disposition {
    /// True if it waits for what cannot be looked up, so that it counts how often it did.
    pub fn waits(&self) -> bool {
        self.measure == Measure::TryLater(Later::Unverified)
    }
}

impl Default for Circumstances {
    /// A stranger's message to members, through an MTA that holds, the first time it comes.
    fn default() -> Circumstances {
        Circumstances {
            mode: Mode::Enforce,
            can_hold: true,
            exempt: None,
            is_report: false,
            has_forged_fields: false,
            has_waited: false,
        }
    }
}

impl Circumstances {
    /// Those of a message with this envelope, from an MTA that holds, the first time it comes.
    pub fn of(envelope: &Envelope, policy: &Policy) -> Circumstances {
        let is_report = |to: &String| policy.is_report_mailbox(to);
        let only_reports = !envelope.rcpt_to.is_empty() && envelope.rcpt_to.iter().all(is_report);
        Circumstances {
            mode: policy.config.policy.mode,
            exempt: Exempt::of_client(envelope, policy).or(only_reports.then_some(Exempt::ReportMailbox)),
            is_report: envelope.rcpt_to.iter().any(is_report),
            ..Circumstances::default()
        }
    }
}

/// What is done with a judged message.
pub fn dispose(verdict: &Verdict, circumstances: &Circumstances) -> Disposition {
    let (enforced, by) = enforced(verdict, circumstances);
    let watched = |measure| match measure {
        Measure::NotJudged(_) => measure,
        _ => Measure::Deliver { tag: false },
    };
    let mode = circumstances.mode;
    let measure = if mode == Mode::Monitor { watched(enforced) } else { enforced };
    Disposition { measure, enforced, by, mode }
}

/// What is done with a judged message where verdicts are carried out, and by which rule beside score and ladder.
fn enforced(verdict: &Verdict, circumstances: &Circumstances) -> (Measure, Option<By>) {
    if let Some(why) = circumstances.exempt {
        return (Measure::NotJudged(why), None);
    }
    let waits = verdict.deferred.is_some();
    if waits && !circumstances.has_waited {
        return (Measure::TryLater(Later::Unverified), None);
    }
    let (mut action, mut by) = (verdict.action, verdict.by);
    if circumstances.has_forged_fields && action < Action::Quarantine {
        (action, by) = (Action::Quarantine, Some(By::ForgedFields));
    }
    // Nobody knows whether it is the brand's: a person should look. Other mail is judged by what is known.
    if waits && verdict.brand.is_some() && action < Action::Quarantine {
        (action, by) = (Action::Quarantine, Some(By::Waited));
    }
    // A report is never refused; and to name a report mailbox as second recipient must not open a door either.
    if circumstances.is_report && action > Action::Quarantine {
        (action, by) = (Action::Quarantine, Some(By::ReportMailbox));
    }
    match Measure::from(action) {
        // What should be held must not be delivered because this MTA cannot hold.
        Measure::Hold if !circumstances.can_hold => (Measure::TryLater(Later::CannotHold), Some(By::CannotHold)),
        measure => (measure, by),
    }
}

/// What is done with a message that could not be judged; `has_tried_enough` if it failed as often as the operator
/// wants.
pub fn dispose_unjudged(why: Failure, has_tried_enough: bool, circumstances: &Circumstances) -> Disposition {
    let later = if why == Failure::Overload { Later::Overload } else { Later::Unjudged };
    let enforced = match has_tried_enough {
        true if circumstances.can_hold => Measure::Hold,
        _ => Measure::TryLater(later),
    };
    let mode = circumstances.mode;
    let measure = if mode == Mode::Monitor { Measure::Deliver { tag: false } } else { enforced };
    Disposition { measure, enforced, by: None, mode }
}

/// What is done with a message that is nobody's to judge.
pub fn dispose_exempt(why: Exempt, circumstances: &Circumstances) -> Disposition {
    let measure = Measure::NotJudged(why);
    Disposition { measure, enforced: measure, by: None, mode: circumstances.mode }
}
