//! One DMARC record (RFC 9989 sections 4.7 and 4.8): what it asks for, however it is written.
//!
//! Text that does not begin with `v=DMARC1` is not a record. Of a record everything unknown or unreadable is ignored,
//! save what section 4.10.1 wants: a policy that is missing or cannot be read is `none` if reports are asked for, and
//! otherwise nothing is asked for at all. Reading never fails.

use crate::auth::results::{DmarcPolicy, PublishedPolicy};

/// Addresses for aggregate reports kept of one record. A receiver may limit them and must serve two (RFC 7489 section
/// 6.2); twice that leaves room for a report service or two, and lets no stranger have reports sent to a crowd.
const MAX_REPORT_URIS: usize = 4;
/// Octets of one that is kept: `mailto:`, the longest address (RFC 5321 section 4.5.3.1.3) and a limit of size fit
/// twice.
const MAX_REPORT_URI_BYTES: usize = 512;

/// Whether a name is a public suffix by its own word (`psd=`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Psd {
    Yes,
    No,
    Unknown,
}

/// What fails to be proven is to be treated like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wishes {
    /// For the name the record stands at.
    pub(super) own: DmarcPolicy,
    /// For names below that exist.
    pub(super) below: DmarcPolicy,
    /// For names below that do not exist.
    pub(super) absent: DmarcPolicy,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// `None`: the record says nothing that could be applied (section 4.10.1).
    pub(super) wishes: Option<Wishes>,
    /// The same as it is published.
    pub(super) published: Option<PublishedPolicy>,
    pub(super) strict_dkim: bool,
    pub(super) strict_spf: bool,
    pub(super) psd: Psd,
    /// `rua=`: where aggregate reports are wanted, as written; at most [`MAX_REPORT_URIS`].
    pub(super) rua: Vec<String>,
}

impl Record {
    /// Reads a record; `None` if it is not one. Of a repeated tag the first counts.
    pub(super) fn parse(text: &str) -> Option<Record> {
        let mut parts = text.split(';').map(|part| part.split_once('=').map(|(n, v)| (trim(n), trim(v))));
        let (name, version) = parts.next()??;
        // The version is compared exactly and stands first, section 4.7.
        if text.starts_with([' ', '\t']) || !name.eq_ignore_ascii_case("v") || version != "DMARC1" {
            return None;
        }
        let list: Vec<(&str, &str)> = parts.flatten().collect();
        let value = |tag: &str| list.iter().find(|(n, _)| n.eq_ignore_ascii_case(tag)).map(|(_, v)| *v);
        let is = |tag: &str, wanted: &str| value(tag).is_some_and(|v| v.eq_ignore_ascii_case(wanted));
        let (strict_dkim, strict_spf, is_test) = (is("adkim", "s"), is("aspf", "s"), is("t", "y"));
        let wishes = wishes(&value);
        let published = wishes.map(|Wishes { own, below, absent }| PublishedPolicy {
            own,
            below,
            absent,
            strict_dkim,
            strict_spf,
            is_test,
        });
        Some(Record {
            wishes: wishes.map(|wishes| if is_test { wishes.tempered() } else { wishes }),
            published,
            strict_dkim,
            strict_spf,
            psd: if is("psd", "y") {
                Psd::Yes
            } else if is("psd", "n") {
                Psd::No
            } else {
                Psd::Unknown
            },
            rua: value("rua").map_or_else(Vec::new, report_uris),
        })
    }
}

/// The policies of a record. One that cannot be read voids all three (section 4.10.1): a typing error in `sp` must not
/// have mail refused that its owner did not mean.
fn wishes<'a>(value: &impl Fn(&str) -> Option<&'a str>) -> Option<Wishes> {
    let none = Wishes { own: DmarcPolicy::None, below: DmarcPolicy::None, absent: DmarcPolicy::None };
    let read = || {
        let own = policy(value("p")?)?;
        let below = value("sp").map_or(Some(own), policy)?;
        Some(Wishes { own, below, absent: value("np").map_or(Some(below), policy)? })
    };
    read().or_else(|| uris(value("rua")?).next().map(|_| none))
}

impl Wishes {
    /// `t=y` lowers each policy by one level, section 4.7.
    fn tempered(self) -> Wishes {
        let lower = |policy| match policy {
            DmarcPolicy::Reject => DmarcPolicy::Quarantine,
            DmarcPolicy::Quarantine | DmarcPolicy::None => DmarcPolicy::None,
        };
        Wishes { own: lower(self.own), below: lower(self.below), absent: lower(self.absent) }
    }
}

fn policy(word: &str) -> Option<DmarcPolicy> {
    let all = [DmarcPolicy::None, DmarcPolicy::Quarantine, DmarcPolicy::Reject];
    all.into_iter().find(|p| word.eq_ignore_ascii_case(p.as_str()))
}

/// The URIs of a list that can be read.
fn uris(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(trim).filter(|uri| is_uri(uri))
}

/// Those that are kept.
fn report_uris(list: &str) -> Vec<String> {
    let short = uris(list).filter(|uri| uri.len() <= MAX_REPORT_URI_BYTES);
    short.take(MAX_REPORT_URIS).map(str::to_owned).collect()
}

/// A URI as far as section 4.8 lets one stand in `rua`: a scheme, and something after it.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        && !rest.is_empty()
        && rest.bytes().all(|b| b.is_ascii_graphic())
        && (!scheme.eq_ignore_ascii_case("mailto") || rest.contains('@'))
}

/// Without the white space that the grammar allows, and no other.
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn policies(text: &str) -> Option<(DmarcPolicy, DmarcPolicy, DmarcPolicy)> {
        Record::parse(text).unwrap().wishes.map(|w| (w.own, w.below, w.absent))
    }

    #[test]
    fn what_is_not_a_record() {
        for text in [
            "",
            "v=DMARC2; p=reject",
            " v=DMARC1; p=reject",
            "p=reject; v=DMARC1",
            "v=dmarc1; p=reject",
            "v=DMARC1x; p=reject",
            "v=DMARC1 p=reject",
            "v=DMARC1\u{a0}; p=reject",
            "v=spf1",
        ] {
            assert_eq!(Record::parse(text), None, "{text}");
        }
    }

    #[test]
    fn policies_that_can_and_cannot_be_read() {
        use DmarcPolicy::{None as Nothing, Quarantine, Reject};
        for (text, wanted) in [
            ("v=DMARC1;p=Reject; adkim=x; fo=; ruf=!; junk", Some((Reject, Reject, Reject))),
            ("v = DMARC1 ;\tp = reject ;; sp=none", Some((Reject, Nothing, Nothing))),
            ("v=DMARC1; p=reject; p=none; np=quarantine", Some((Reject, Reject, Quarantine))),
            ("v=DMARC1; p=reject; t=y; sp=quarantine", Some((Quarantine, Nothing, Nothing))),
            ("v=DMARC1; p=bogus; rua=mailto:a@b.test", Some((Nothing, Nothing, Nothing))),
            ("v=DMARC1; p=reject; np=bogus; rua=mailto:a@b.test!10m", Some((Nothing, Nothing, Nothing))),
            ("v=DMARC1; rua=x, mailto:a@b.test", Some((Nothing, Nothing, Nothing))),
            ("v=DMARC1; rua=https://b.test/r", Some((Nothing, Nothing, Nothing))),
            ("v=DMARC1", None),
            ("v=DMARC1; p=", None),
            ("v=DMARC1; p=reject; sp=bogus", None),
            ("v=DMARC1; p=bogus; rua=mailto:", None),
            ("v=DMARC1; p=bogus; rua=a@b.test", None),
        ] {
            assert_eq!(policies(text), wanted, "{text}");
        }
    }

    #[test]
    fn report_addresses_are_kept_as_published_and_no_crowd_of_them() {
        let rua = |text: &str| Record::parse(text).unwrap().rua;
        assert_eq!(
            rua("v=DMARC1; p=none; RUA = mailto:D@a.test!10m ,x,\thttps://b.test/r; ruf=mailto:f@a.test"),
            ["mailto:D@a.test!10m", "https://b.test/r"]
        );
        for nothing in ["v=DMARC1; p=reject", "v=DMARC1; p=reject; rua=", "v=DMARC1; p=reject; rua=mailto:, a@b.test,,"]
        {
            assert_eq!(rua(nothing), [""; 0], "{nothing}");
        }
        let crowd = "mailto:a@b.test,".repeat(50_000);
        assert_eq!(rua(&format!("v=DMARC1; p=none; rua={crowd}")).len(), MAX_REPORT_URIS);
        let long = format!("mailto:{}@b.test", "a".repeat(MAX_REPORT_URI_BYTES));
        assert_eq!(rua(&format!("v=DMARC1; rua={long},mailto:a@b.test")), ["mailto:a@b.test"]);
        assert!(policies(&format!("v=DMARC1; rua={long}")).is_some(), "a long address asks for reports too");
    }
}
