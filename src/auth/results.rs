//! What authentication found, in our own words. mail_auth's types end at this floor.
//!
//! Results are those of RFC 8601 section 2.7. A DNS failure is `temperror` and never anything worse.

use crate::mail::Domain;
use std::net::IpAddr;
use std::time::Duration;

/// Result of an SPF check, RFC 7208 section 2.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum SpfResult {
    #[default]
    None,
    Neutral,
    Pass,
    Fail,
    SoftFail,
    TempError,
    PermError,
}

/// Result of verifying one DKIM signature, RFC 8601 section 2.7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum DkimResult {
    #[default]
    None,
    Pass,
    Fail,
    /// Sound by RFC 6376, but not acceptable here: a weak key or algorithm, `l=`, From not signed.
    Policy,
    Neutral,
    TempError,
    PermError,
}

/// Result of a DMARC check, RFC 9989.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum DmarcResult {
    #[default]
    None,
    Pass,
    Fail,
    TempError,
    PermError,
}

/// Result of ARC chain validation, RFC 8617 section 5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum ArcResult {
    #[default]
    None,
    Pass,
    Fail,
    TempError,
}

/// What the author domain's owner asks receivers to do with mail that fails (the `p=` that applies).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum DmarcPolicy {
    #[default]
    None,
    Quarantine,
    Reject,
}

/// What an author domain's owner publishes (RFC 9989 section 4.7), as aggregate reports have to repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PublishedPolicy {
    /// `p=`: for the name the record stands at.
    pub own: DmarcPolicy,
    /// `sp=`, else `p=`: for names below that exist.
    pub below: DmarcPolicy,
    /// `np=`, else `sp=`, else `p=`: for names below that do not exist.
    pub absent: DmarcPolicy,
    /// `adkim=s`.
    pub strict_dkim: bool,
    /// `aspf=s`.
    pub strict_spf: bool,
    /// `t=y`: what applies is one level lower.
    pub is_test: bool,
}

/// Which identity SPF looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SpfIdentity {
    /// The HELO name (also for the null sender, RFC 7208 section 2.4).
    Helo,
    /// The reverse-path.
    #[default]
    MailFrom,
}

/// One SPF check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spf {
    /// Its result.
    pub result: SpfResult,
    /// The identity checked.
    pub identity: SpfIdentity,
    /// The domain checked; `None` if the identity holds no usable domain.
    pub domain: Option<Domain>,
}

/// One DKIM signature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dkim {
    /// Its result.
    pub result: DkimResult,
    /// `d=`: the domain that vouches.
    pub domain: Option<Domain>,
    /// `s=`, as written.
    pub selector: String,
    /// Why it is not `pass`, in words; empty for pass.
    pub reason: String,
    /// What it covers of the header; nothing for signatures that cannot be read.
    pub covers: Coverage,
}

/// What one DKIM signature covers of the header it stands in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// True if To is signed.
    pub to: bool,
    /// True if Subject is signed.
    pub subject: bool,
    /// Whole days since the signature was made (`t=`); `None` if it does not say.
    pub age_days: Option<u64>,
    /// Fields that stand there several times, and more often than they are signed.
    pub repeated: Vec<Repeated>,
}

/// A field of which there should be one, and how much of it a signature covers (RFC 6376 section 5.4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// Its name.
    pub name: &'static str,
    /// How often it stands in the header.
    pub count: usize,
    /// How often `h=` names it.
    pub signed: usize,
}

impl std::fmt::Display for Repeated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let signed = if self.signed == 0 { "none".to_owned() } else { self.signed.to_string() };
        write!(f, "there are {} {} fields, {signed} of them signed", self.count, self.name)
    }
}

impl Dkim {
    /// Where its key stands; `None` if `d=` or `s=` is not a name.
    pub fn key_name(&self) -> Option<Domain> {
        Domain::parse(&format!("{}._domainkey.{}", self.selector, self.domain.as_ref()?))
    }
}

/// DMARC for one author domain. A message with several From domains has one of these for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dmarc {
    /// Its result.
    pub result: DmarcResult,
    /// The author domain (RFC5322.From) judged; `None` if From holds no usable domain.
    pub domain: Option<Domain>,
    /// The policy that applies to it: `p=`, `sp=` or `np=` of the record that was found, one level lower with `t=y`.
    pub policy: DmarcPolicy,
    /// What that record says, before `t=y`; `None` if there is none, or it says nothing that could be applied.
    pub published: Option<PublishedPolicy>,
    /// Where that record asks for aggregate reports (`rua=`, RFC 9990): its URIs as published, those that can be read
    /// and as many as are kept. Empty if there is no record, or the DNS did not say which one applies.
    pub rua: Vec<String>,
    /// The passing DKIM domain or SPF domain that is aligned.
    pub aligned_by: Option<Domain>,
}

/// What an ARC chain says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArcResults {
    /// Result of the chain.
    pub result: ArcResult,
    /// `d=` of the newest seal: who sealed last.
    pub sealer: Option<Domain>,
    /// True if the chain passes and the newest sealer's ARC-Authentication-Results say `dmarc=pass`.
    pub dmarc_pass_seen: bool,
    /// Domains (`header.from`) for which those results say dmarc=pass.
    pub attested: Vec<Domain>,
}

/// Result of confirming the client's name by that name's addresses, RFC 8601 section 2.7.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum IprevResult {
    #[default]
    None,
    Pass,
    Fail,
    TempError,
}

/// Whether the client is the host that the MTA took it for. Looked at only where an exemption depends on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Iprev {
    /// The result.
    pub result: IprevResult,
    /// The client's name.
    pub name: Option<Domain>,
}

/// An earlier answer about a brand's own name that stood in for a DNS that did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The name.
    pub name: String,
    /// Time since the DNS gave the answer.
    pub age: Duration,
}

impl std::fmt::Display for Remembered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let minutes = self.age.as_secs() / 60;
        match minutes {
            0..120 => write!(f, "{} as of {minutes} minutes ago", self.name),
            _ => write!(f, "{} as of {} hours ago", self.name, minutes / 60),
        }
    }
}

/// All of it, for one message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthResults {
    /// SPF of the HELO name.
    pub spf_helo: Spf,
    /// SPF of the reverse-path (of `postmaster@HELO` for the null sender).
    pub spf: Spf,
    /// SPF of author domains of a brand, where the reverse-path passes for another name of a brand. No identity of RFC
    /// 7208, and in no header: it tells whether the author's own record names the client too.
    pub author_spf: Vec<Spf>,
    /// Signatures in the order of their fields, as many as were looked at.
    pub dkim: Vec<Dkim>,
    /// One entry per distinct author domain; one with `domain: None` if there is none.
    pub dmarc: Vec<Dmarc>,
    /// The ARC chain.
    pub arc: ArcResults,
    /// The client address the checks used.
    pub client_ip: Option<IpAddr>,
    /// Whether the client's name is its own.
    pub iprev: Iprev,
    /// Earlier answers that the checks had to use.
    pub remembered: Vec<Remembered>,
    /// The day the message was received (today if nobody knows), in days since 1970-01-01 UTC; exemptions expire by it.
    pub day: i64,
    /// Limits that cut the checks short, in words (`more than 10 DKIM signatures`).
    pub limits: Vec<String>,
    /// True when the caller asked for no DNS: everything is `none` because nobody looked.
    pub unchecked: bool,
    /// True where a labelled set does not say what authentication found (`Stated`): nothing is proven,
    /// and nothing is disproven either.
    pub unstated: bool,
    /// True where it does not say what SPF found.
    pub path_unstated: bool,
}

macro_rules! words {
    ($type:ty { $($variant:ident => $word:literal),* $(,)? }) => {
        impl $type {
            /// The keyword of RFC 8601 (or of the record).
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
words!(SpfResult { None => "none", Neutral => "neutral", Pass => "pass", Fail => "fail", SoftFail => "softfail",
    TempError => "temperror", PermError => "permerror" });
words!(DkimResult { None => "none", Pass => "pass", Fail => "fail", Policy => "policy", Neutral => "neutral",
    TempError => "temperror", PermError => "permerror" });
words!(DmarcResult { None => "none", Pass => "pass", Fail => "fail", TempError => "temperror",
    PermError => "permerror" });
words!(IprevResult { None => "none", Pass => "pass", Fail => "fail", TempError => "temperror" });
words!(ArcResult { None => "none", Pass => "pass", Fail => "fail", TempError => "temperror" });
words!(DmarcPolicy { None => "none", Quarantine => "quarantine", Reject => "reject" });

impl AuthResults {
    /// DKIM in one word: `pass` if any signature passes, else the first one's result, else `none`.
    pub fn dkim_summary(&self) -> DkimResult {
        let pass = self.dkim.iter().any(|d| d.result == DkimResult::Pass);
        if pass { DkimResult::Pass } else { self.dkim.first().map_or(DkimResult::None, |d| d.result) }
    }

    /// DMARC in one entry: the worst of the author domains (fail, temperror, permerror, none, pass in that order).
    pub fn dmarc_summary(&self) -> Dmarc {
        let badness = |d: &&Dmarc| match d.result {
            DmarcResult::Fail => 4,
            DmarcResult::TempError => 3,
            DmarcResult::PermError => 2,
            DmarcResult::None => 1,
            DmarcResult::Pass => 0,
        };
        self.dmarc.iter().rev().max_by_key(badness).cloned().unwrap_or_default()
    }

    /// The earlier answer that was used about `name`, if one was.
    pub fn remembered(&self, name: &str) -> Option<&Remembered> {
        self.remembered.iter().find(|r| r.name == name)
    }

    /// Domains that passing DKIM signatures vouch with.
    pub fn dkim_domains(&self) -> impl Iterator<Item = &Domain> {
        self.dkim.iter().filter(|d| d.result == DkimResult::Pass).filter_map(|d| d.domain.as_ref())
    }

    /// True if any check that could have vouched for the message failed for want of DNS.
    pub fn has_temperror(&self) -> bool {
        self.spf.result == SpfResult::TempError
            || self.dkim.iter().any(|d| d.result == DkimResult::TempError)
            || self.dmarc.iter().any(|d| d.result == DmarcResult::TempError)
            || self.arc.result == ArcResult::TempError
    }
}
