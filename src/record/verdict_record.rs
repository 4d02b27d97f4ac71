//! What was made of a message, as a record of its own: written as JSON, and read back equal years later.
//!
//! Owned and versioned. Nothing in it refers to the program that reads it: signals, results and rules are words, so
//! that a record reads back also when its signal no longer exists. Fields that a later version adds are left out when
//! they say nothing, and unknown ones are ignored. `check --json` prints it, and the log line is made from it. It
//! holds addresses and quotes of hostile text; what is logged of it is for [`super::line`] to say.

use super::auth_record::AuthRecord;
use super::plain::json_line;
use super::ruling::Ruling;
use crate::disposition::{Failure, Measure, Outcome};
use crate::mail::{Envelope, Message};
use crate::scan::Scan;
use crate::signals::Finding;
use crate::verdict::Claim;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Duration;

/// The version of the format; raised when a field changes its meaning.
pub const FORMAT: u32 = 1;

/// What was made of one message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VerdictRecord {
    /// The version of this format.
    pub format: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// What is done where verdicts are carried out: `accept`, `tag`, `quarantine`, `reject` or `tempfail`.
    pub action: String,
    /// What was really done, in the same words; another in monitor mode and where an edit failed.
    pub done: String,
    /// `enforce` or `monitor`.
    pub mode: String,
    /// `done`, `failed` (the MTA did not take an edit) or `untried` (nobody carried it out: the command line).
    pub outcome: String,
    /// The rule by which the action is not what score and ladder say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What the findings alone ask for; nothing if the message was not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// Sum of the points that count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<u32>,
    /// The scores for tag, quarantine and reject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ladder: Option<[u32; 3]>,
    /// The brand it is about.
    pub brand: Option<String>,
    /// `none`, `weak` or `strong`.
    pub claim: String,
    /// True if that brand proved to be the sender.
    pub proven: bool,
    /// What was found, strongest first; shadow findings last.
    pub signals: Vec<FindingRecord>,
    /// What authentication found; nothing if nobody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<AuthRecord>,
    /// What the virus scanner said, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan: Option<ScanRecord>,
    /// How the message came.
    pub envelope: EnvelopeRecord,
    /// The first author's domain; `-` without one, nothing if the message was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author_domain: Option<String>,
    /// Limits that cut the judgement short, in words.
    pub limits: Vec<String>,
    /// What else decided, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What could not be looked up and is waited for, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deferred: Option<String>,
    /// Why it was passed whatever it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<String>,
    /// Why it could not be judged, or that an edit failed (`edit`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Names the case: the same message and envelope give the same.
    pub case: String,
    /// The policy that judged it.
    pub policy: String,
    /// Time to judge it, in microseconds; nothing if nobody judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elapsed_us: Option<u64>,
}

/// One signal that fired.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FindingRecord {
    /// The signal's id when it fired.
    pub id: String,
    /// The points it added.
    pub points: u32,
    /// What it saw, in words.
    pub evidence: String,
    /// The least that it asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<String>,
    /// True if it was only reported.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shadow: bool,
    /// True if it did not count, because an exempt forwarder handed the message over.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exempt: bool,
}

/// How a message came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EnvelopeRecord {
    /// The SMTP client's address.
    pub client_ip: Option<IpAddr>,
    /// Its name as the MTA found it.
    pub client_name: String,
    /// Its HELO name.
    pub helo: String,
    /// The reverse-path.
    pub mail_from: String,
    /// The forward-paths.
    pub rcpt_to: Vec<String>,
    /// The login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_user: Option<String>,
    /// The MTA's queue id.
    pub queue_id: String,
    /// The MTA's own name.
    pub mta_name: String,
    /// When it came, in seconds since 1970; nothing if nobody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<i64>,
}

/// What the virus scanner said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ScanRecord {
    /// `clean`, `found` or `failed`.
    pub result: String,
    /// The name of what it found, or why it failed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub what: String,
}

impl VerdictRecord {
    /// The record of one message; `message` and `elapsed` where it was read and judged.
    pub fn of(
        ruling: &Ruling<'_>,
        outcome: Outcome,
        envelope: &Envelope,
        message: Option<&Message>,
        elapsed: Option<Duration>,
    ) -> VerdictRecord {
        let disposition = &ruling.disposition;
        let word = |measure: Measure| outcome.of(measure).as_str().to_owned();
        let error = match outcome {
            Outcome::Failed => Some("edit"),
            Outcome::Done | Outcome::Untried => ruling.failure().map(Failure::as_str),
        };
        let mut record = VerdictRecord {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            action: word(disposition.enforced),
            done: word(disposition.measure),
            mode: disposition.mode.as_str().to_owned(),
            outcome: outcome.as_str().to_owned(),
            by: disposition.by.map(|by| by.to_string()),
            claim: claim(Claim::None).to_owned(),
            envelope: EnvelopeRecord::of(envelope),
            author_domain: message.map(author_domain),
            limits: ruling.limits().into_iter().map(str::to_owned).collect(),
            notes: ruling.notes().into_iter().map(String::from).collect(),
            deferred: ruling.deferred().map(str::to_owned),
            passed: ruling.passed().map(str::to_owned),
            error: error.map(str::to_owned),
            policy: ruling.policy_id.to_owned(),
            elapsed_us: elapsed.map(|e| u64::try_from(e.as_micros()).unwrap_or(u64::MAX)),
            ..VerdictRecord::default()
        };
        if let Some(v) = ruling.verdict() {
            record.asked = Some(v.action.as_str().to_owned());
            record.score = Some(v.score);
            record.ladder = Some([v.ladder.tag, v.ladder.quarantine, v.ladder.reject]);
            record.brand.clone_from(&v.brand);
            record.claim = claim(v.claim).to_owned();
            record.proven = v.proven;
            record.signals = v.findings.iter().map(FindingRecord::of).collect();
            record.auth = Some(AuthRecord::of(&v.auth));
            record.scan = ScanRecord::of(&v.scan);
            record.case.clone_from(&v.case_id);
        }
        record
    }

    /// The record on one line of JSON.
    pub fn to_json(&self) -> String {
        json_line(self)
    }

    /// Reads a record that this or an earlier version wrote. The error says what is wrong and where.
    pub fn from_json(json: &str) -> Result<VerdictRecord, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// Ids of the signals that count, strongest first.
    pub fn acting_ids(&self) -> impl Iterator<Item = &str> {
        self.signals.iter().filter(|s| !s.shadow).map(|s| s.id.as_str())
    }
}

impl FindingRecord {
    fn of(f: &Finding) -> FindingRecord {
        FindingRecord {
            id: f.signal.id.to_owned(),
            points: f.points,
            evidence: f.evidence.clone(),
            at_least: f.at_least.map(|a| a.as_str().to_owned()),
            shadow: f.shadow,
            exempt: f.exempt,
        }
    }
}

impl EnvelopeRecord {
    fn of(e: &Envelope) -> EnvelopeRecord {
        EnvelopeRecord {
            client_ip: e.client.ip,
            client_name: e.client.name.clone(),
            helo: e.helo.clone(),
            mail_from: e.mail_from.clone(),
            rcpt_to: e.rcpt_to.clone(),
            auth_user: e.auth_user.clone(),
            queue_id: e.queue_id.clone(),
            mta_name: e.mta_name.clone(),
            received_at: e.received_at,
        }
    }
}

impl ScanRecord {
    fn of(scan: &Scan) -> Option<ScanRecord> {
        let what = match scan {
            Scan::Found(what) | Scan::Failed(what) => what.clone(),
            Scan::Off | Scan::Clean => String::new(),
        };
        Some(ScanRecord { result: scan.as_str()?.to_owned(), what })
    }
}

fn claim(claim: Claim) -> &'static str {
    match claim {
        Claim::None => "none",
        Claim::Weak => "weak",
        Claim::Strong => "strong",
    }
}

/// The first author's domain, `-` without one. Never the local part: that is a person.
fn author_domain(message: &Message) -> String {
    let domain = message.from.iter().find_map(|m| m.domain.as_ref());
    domain.map_or_else(|| "-".to_owned(), |d| d.as_str().to_owned())
}
