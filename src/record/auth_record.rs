//! What authentication found, as part of a record: every result with what it rests on, in the words of RFC 8601.

use crate::auth::{AuthResults, Dkim, DkimResult, Dmarc, PublishedPolicy, Spf};
use serde::{Deserialize, Serialize};

/// What authentication found, in full. `spf`, `dmarc` and `arc` are the words of RFC 8601; what they rest on stands
/// beside.
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
    /// What its owner publishes, before `t=y`; nothing if there is no record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<PublishedRecord>,
    /// Where its owner wants aggregate reports (`rua=`, RFC 9990), as published.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rua: Vec<String>,
    /// The passing domain that is aligned.
    pub aligned_by: Option<String>,
}

/// A published DMARC policy (RFC 9989 section 4.7).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PublishedRecord {
    /// `p=`.
    pub p: String,
    /// `sp=`, else `p=`.
    pub sp: String,
    /// `np=`, else `sp=`, else `p=`.
    pub np: String,
    /// `r` or `s`.
    pub adkim: String,
    /// `r` or `s`.
    pub aspf: String,
    /// True for `t=y`.
    pub t: bool,
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

impl AuthRecord {
    pub(super) fn of(a: &AuthResults) -> AuthRecord {
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
        let first = self.dkim.first().map_or(DkimResult::None.as_str(), |d| d.result.as_str());
        self.dkim.iter().map(|d| d.result.as_str()).find(|r| *r == DkimResult::Pass.as_str()).unwrap_or(first)
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
            published: d.published.as_ref().map(PublishedRecord::of),
            rua: d.rua.clone(),
            aligned_by: d.aligned_by.as_ref().map(ToString::to_string),
        }
    }
}

impl PublishedRecord {
    fn of(p: &PublishedPolicy) -> PublishedRecord {
        let mode = |strict: bool| if strict { "s" } else { "r" }.to_owned();
        PublishedRecord {
            p: p.own.as_str().to_owned(),
            sp: p.below.as_str().to_owned(),
            np: p.absent.as_str().to_owned(),
            adkim: mode(p.strict_dkim),
            aspf: mode(p.strict_spf),
            t: p.is_test,
        }
    }
}
