//! What was made of a message, as a record of its own: written as JSON, and read back equal years later.
//!
//! Owned and versioned. Nothing in it refers to the program that reads it: signals, results and rules are words, so that a
//! record reads back also when its signal no longer exists. Fields that a later version adds are left out when they say
//! nothing, and unknown ones are ignored. `check --json` prints it, and the log line is made from it. It holds addresses
//! and quotes of hostile text; what is logged of it is for [`super::line`] to say.

use super::ruling::Ruling;
use crate::auth::{AuthResults, Dkim, Dmarc, Spf};
use crate::disposition::{Failure, Measure, Outcome, mode_word};
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

/// What authentication found, in full. `spf`, `dmarc` and `arc` are the words of RFC 8601; what they rest on stands beside.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthRecord {
    /// SPF of the reverse-path.
    pub spf: String,
    /// Each signature looked at.
    pub dkim: Vec<DkimRecord>,
    /// DMARC, the worst of the author domains.
    pub dmarc: String,
    /// The ARC chain.
    pub arc: String,
    /// The SPF checks: the reverse-path's, the HELO name's, then those of author domains.
    pub spf_checks: Vec<SpfRecord>,
    /// DMARC for each author domain.
    pub dmarc_authors: Vec<DmarcRecord>,
    /// Who sealed the message, and for whom.
    pub arc_seal: ArcRecord,
    /// Whether the client's name is its own, where an exemption depends on it.
    pub iprev: IprevRecord,
    /// Earlier answers of the DNS that stood in for ones that did not come, in words.
    pub remembered: Vec<String>,
    /// True if nobody was asked, so that everything is `none`.
    pub unchecked: bool,
    /// True where a labelled set did not say what authentication found.
    pub unstated: bool,
}

/// One SPF check (RFC 7208).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SpfRecord {
    /// `mailfrom`, `helo` or `author`.
    pub identity: String,
    /// The domain checked.
    pub domain: Option<String>,
    /// The result.
    pub result: String,
}

/// One DKIM signature (RFC 6376).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DkimRecord {
    /// The result.
    pub result: String,
    /// `d=`.
    pub domain: Option<String>,
    /// `s=`.
    pub selector: String,
    /// Why it is not `pass`, in words.
    pub reason: String,
}

/// DMARC for one author domain (RFC 9989).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DmarcRecord {
    /// The author domain.
    pub domain: Option<String>,
    /// The result.
    pub result: String,
    /// The published policy that applies.
    pub policy: String,
    /// The passing domain that is aligned.
    pub aligned_by: Option<String>,
}

/// The ARC chain (RFC 8617).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ArcRecord {
    /// `d=` of the newest seal.
    pub sealer: Option<String>,
    /// Author domains for which that sealer saw dmarc=pass.
    pub attested: Vec<String>,
}

/// Whether the client is the host that the MTA took it for (RFC 8601 section 2.7.3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct IprevRecord {
    /// The result.
    pub result: String,
    /// The client's name.
    pub name: Option<String>,
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
        let failed = outcome == Outcome::Failed;
        let word = |measure: Measure| if failed { "tempfail" } else { measure.as_str() }.to_owned();
        let error = if failed { Some("edit") } else { ruling.failure().map(Failure::as_str) };
        let mut record = VerdictRecord {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            action: word(disposition.enforced),
            done: word(disposition.measure),
            mode: mode_word(disposition.mode).to_owned(),
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
        // Strings, numbers and lists: nothing that JSON cannot say.
        serde_json::to_string(self).unwrap_or_default()
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

impl AuthRecord {
    fn of(a: &AuthResults) -> AuthRecord {
        let spf = |identity: &str, s: &Spf| SpfRecord {
            identity: identity.to_owned(),
            domain: s.domain.as_ref().map(ToString::to_string),
            result: s.result.as_str().to_owned(),
        };
        let own = [spf("mailfrom", &a.spf), spf("helo", &a.spf_helo)];
        AuthRecord {
            spf: a.spf.result.as_str().to_owned(),
            dkim: a.dkim.iter().map(DkimRecord::of).collect(),
            dmarc: a.dmarc_summary().result.as_str().to_owned(),
            arc: a.arc.result.as_str().to_owned(),
            spf_checks: own.into_iter().chain(a.author_spf.iter().map(|s| spf("author", s))).collect(),
            dmarc_authors: a.dmarc.iter().map(DmarcRecord::of).collect(),
            arc_seal: ArcRecord {
                sealer: a.arc.sealer.as_ref().map(ToString::to_string),
                attested: a.arc.attested.iter().map(ToString::to_string).collect(),
            },
            iprev: IprevRecord {
                result: a.iprev.result.as_str().to_owned(),
                name: a.iprev.name.as_ref().map(ToString::to_string),
            },
            remembered: a.remembered.iter().map(ToString::to_string).collect(),
            unchecked: a.unchecked,
            unstated: a.unstated,
        }
    }

    /// DKIM in one word: `pass` if any signature passes, else the first one's result, else `none`.
    pub fn dkim_summary(&self) -> &str {
        let first = self.dkim.first().map_or("none", |d| d.result.as_str());
        self.dkim.iter().map(|d| d.result.as_str()).find(|r| *r == "pass").unwrap_or(first)
    }
}

impl DkimRecord {
    fn of(d: &Dkim) -> DkimRecord {
        DkimRecord {
            result: d.result.as_str().to_owned(),
            domain: d.domain.as_ref().map(ToString::to_string),
            selector: d.selector.clone(),
            reason: d.reason.clone(),
        }
    }
}

impl DmarcRecord {
    fn of(d: &Dmarc) -> DmarcRecord {
        DmarcRecord {
            domain: d.domain.as_ref().map(ToString::to_string),
            result: d.result.as_str().to_owned(),
            policy: d.policy.as_str().to_owned(),
            aligned_by: d.aligned_by.as_ref().map(ToString::to_string),
        }
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
