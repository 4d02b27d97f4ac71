//! DMARC (RFC 9989): what the author domain's owner asks for, and whether anything that vouches is aligned with it.
//!
//! Our own reading of the records, because it is judged for every author domain a message shows, because one bad
//! optional tag must not void a policy, and because nothing another protocol does with a name may change the answer.
//! Besides the tree walk, an aligned domain must share the registrable domain: neighbours under a public suffix that
//! publishes no `psd=y` do not vouch for each other. DNS trouble is `temperror`, unless no answer could matter.

use super::resolver::{Answers, Lookups};
use super::{AuthResults, DkimResult, Dmarc, DmarcPolicy, DmarcResult, SpfResult};
use crate::mail::Domain;

/// Author domains judged in one message; honest mail has one. More are a limit that the verdict hears of.
pub(super) const MAX_AUTHOR_DOMAINS: usize = 3;
/// Labels from which the walk jumps, RFC 9989 section 4.10: a name costs at most eight queries.
const WALK_LABELS: usize = 7;

/// The names a tree walk asks for (RFC 9989 section 4.10), longest first; none for a name of one label.
pub(super) fn names(domain: &Domain) -> Vec<String> {
    walk(domain.as_str()).iter().map(|name| record_name(name)).collect()
}

fn record_name(name: &str) -> String {
    format!("_dmarc.{name}.")
}

fn walk(domain: &str) -> Vec<&str> {
    let total = domain.split('.').count();
    if total < 2 {
        return vec![];
    }
    let rest = if total > WALK_LABELS { WALK_LABELS } else { total - 1 };
    std::iter::once(total).chain((1..=rest).rev()).map(|count| suffix(domain, count)).collect()
}

/// The last `count` labels.
fn suffix(domain: &str, count: usize) -> &str {
    match domain.rmatch_indices('.').nth(count.saturating_sub(1)) {
        Some((at, _)) => domain.get(at + 1..).unwrap_or(domain),
        None => domain,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Psd {
    Yes,
    No,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    p: DmarcPolicy,
    sp: DmarcPolicy,
    np: DmarcPolicy,
    strict_dkim: bool,
    strict_spf: bool,
    psd: Psd,
    testing: bool,
}

impl Record {
    /// Reads a record; `None` if it is none, or says nothing that applies. Unknown and invalid optional tags are
    /// ignored (RFC 9989 section 4.7).
    fn parse(text: &str) -> Option<Record> {
        let mut parts = text.split(';').map(|part| part.split_once('=').map(|(n, v)| (n.trim(), v.trim())));
        let (name, version) = parts.next()??;
        if text.starts_with(' ') || !name.eq_ignore_ascii_case("v") || version != "DMARC1" {
            return None;
        }
        let list: Vec<(&str, &str)> = parts.flatten().collect();
        let value = |tag: &str| list.iter().find(|(n, _)| n.eq_ignore_ascii_case(tag)).map(|(_, v)| *v);
        let p = match value("p") {
            None => DmarcPolicy::None,
            Some(p) => match policy(p) {
                Some(p) => p,
                // RFC 9989 section 4.10.1: an invalid "p" with an address for reports is "none", without one it is nothing.
                None if value("rua").is_some_and(|r| r.contains(':')) => DmarcPolicy::None,
                None => return None,
            },
        };
        let sp = value("sp").and_then(policy).unwrap_or(p);
        let strict = |tag| value(tag).is_some_and(|v: &str| v.eq_ignore_ascii_case("s"));
        Some(Record {
            p,
            sp,
            np: value("np").and_then(policy).unwrap_or(sp),
            strict_dkim: strict("adkim"),
            strict_spf: strict("aspf"),
            psd: match value("psd") {
                Some(v) if v.eq_ignore_ascii_case("y") => Psd::Yes,
                Some(v) if v.eq_ignore_ascii_case("n") => Psd::No,
                _ => Psd::Unknown,
            },
            testing: value("t").is_some_and(|v| v.eq_ignore_ascii_case("y")),
        })
    }

    /// `t=y` lowers a policy by one step, RFC 9989 section 4.7.
    fn tempered(&self, policy: DmarcPolicy) -> DmarcPolicy {
        match policy {
            DmarcPolicy::Reject if self.testing => DmarcPolicy::Quarantine,
            DmarcPolicy::Quarantine if self.testing => DmarcPolicy::None,
            policy => policy,
        }
    }
}

fn policy(word: &str) -> Option<DmarcPolicy> {
    let all = [DmarcPolicy::None, DmarcPolicy::Quarantine, DmarcPolicy::Reject];
    all.into_iter().find(|p| word.eq_ignore_ascii_case(p.as_str()))
}

/// What a tree walk found, longest name first.
struct Walk<'a> {
    start: &'a str,
    records: Vec<(&'a str, Record)>,
    /// A name did not answer.
    trouble: bool,
}

impl<'a> Walk<'a> {
    fn of(domain: &'a Domain, answers: &Answers) -> Walk<'a> {
        let mut found = Walk { start: domain.as_str(), records: vec![], trouble: false };
        for name in walk(domain.as_str()) {
            let Some(Ok(texts)) = answers.get(&record_name(name)) else {
                found.trouble = true;
                continue;
            };
            // RFC 9989 section 4.10: several records at one name are as good as none.
            let mut records = texts.iter().filter(|t| is_dmarc(t));
            if let (Some(text), None) = (records.next(), records.next())
                && let Some(record) = Record::parse(text)
            {
                let last = record.psd != Psd::Unknown;
                found.records.push((name, record));
                if last {
                    break;
                }
            }
        }
        found
    }

    fn own(&self) -> Option<&Record> {
        self.records.iter().find(|(name, _)| *name == self.start).map(|(_, record)| record)
    }

    /// The organizational domain, RFC 9989 section 4.10.2.
    fn organization(&self) -> &'a str {
        for (name, record) in &self.records {
            match record.psd {
                Psd::No => return name,
                Psd::Yes if *name != self.start => return suffix(self.start, name.split('.').count() + 1),
                _ => {}
            }
        }
        self.records.last().map_or(self.start, |(name, _)| name)
    }

    /// The record that applies to a start without one of its own.
    fn inherited(&self) -> Option<&Record> {
        let organization = self.organization();
        let found = self.records.iter().find(|(name, _)| *name == organization).or(self.records.last());
        found.map(|(_, record)| record)
    }
}

fn is_dmarc(text: &str) -> bool {
    text.split_once(';')
        .map_or(text, |(v, _)| v)
        .split_once('=')
        .is_some_and(|(n, v)| !text.starts_with(' ') && n.trim().eq_ignore_ascii_case("v") && v.trim() == "DMARC1")
}

/// A domain that vouches for the message, or would if the DNS had answered.
struct Voucher<'a> {
    domain: &'a Domain,
    dkim: bool,
    certain: bool,
}

/// All vouchers related to the author, the most direct first: certain ones, the author's own name, DKIM before SPF.
fn vouchers<'a>(results: &'a AuthResults, author: &Domain) -> Vec<Voucher<'a>> {
    let dkim = results.dkim.iter().filter_map(|d| match (d.result, &d.domain) {
        (DkimResult::Pass, Some(domain)) => Some(Voucher { domain, dkim: true, certain: true }),
        (DkimResult::TempError, Some(domain)) => Some(Voucher { domain, dkim: true, certain: false }),
        _ => None,
    });
    let spf = match (results.spf.result, &results.spf.domain) {
        (SpfResult::Pass, Some(domain)) => Some(Voucher { domain, dkim: false, certain: true }),
        (SpfResult::TempError, Some(domain)) => Some(Voucher { domain, dkim: false, certain: false }),
        _ => None,
    };
    let related = |v: &Voucher<'_>| v.domain == author || v.domain.registrable() == author.registrable();
    let mut all: Vec<Voucher<'_>> = dkim.chain(spf).filter(related).collect();
    all.sort_by_key(|v| (!v.certain, v.domain != author, !v.dkim));
    all
}

/// Judges one author domain. `answers` holds those to its [`names`].
pub(super) async fn judge(lookups: &Lookups<'_>, author: &Domain, answers: &Answers, results: &AuthResults) -> Dmarc {
    let vouchers = vouchers(results, author);
    let author_walk = Walk::of(author, answers);
    let nearest = vouchers.iter().find(|v| v.certain).map(|v| v.domain.clone());
    let outcome = |result, policy, aligned_by| Dmarc { result, domain: Some(author.clone()), policy, aligned_by };
    if author_walk.own().is_none() && author_walk.trouble {
        // The policy is unknown. Only the author's own name is aligned under every policy.
        let exact = nearest.as_ref() == Some(author);
        return outcome(if exact { DmarcResult::Pass } else { DmarcResult::TempError }, DmarcPolicy::None, nearest);
    }
    let (record, policy) = match (author_walk.own(), author_walk.inherited()) {
        (Some(own), _) => (own, own.p),
        (None, None) => return outcome(DmarcResult::None, DmarcPolicy::None, nearest),
        (None, Some(record)) if record.np == record.sp => (record, record.sp),
        (None, Some(record)) => match lookups.exists(author.as_str()).await {
            Ok(false) => (record, record.np),
            _ => (record, record.sp),
        },
    };
    let policy = record.tempered(policy);
    let others = vouchers.iter().filter(|v| v.domain != author).flat_map(|v| names(v.domain));
    let more = lookups.txt_all(others).await;
    let aligned = |v: &&Voucher<'_>| {
        let strict = if v.dkim { record.strict_dkim } else { record.strict_spf };
        v.domain == author || !strict && same_organization(&author_walk, &Walk::of(v.domain, &more))
    };
    match vouchers.iter().find(aligned) {
        Some(v) if v.certain => outcome(DmarcResult::Pass, policy, Some(v.domain.clone())),
        Some(_) => outcome(DmarcResult::TempError, policy, None),
        None => outcome(DmarcResult::Fail, policy, None),
    }
}

/// Both names are known to share the registrable domain. Where a walk met trouble that has to do.
fn same_organization(author: &Walk<'_>, voucher: &Walk<'_>) -> bool {
    author.trouble || voucher.trouble || author.organization() == voucher.organization()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_walk_follows_rfc_9989() {
        assert_eq!(walk("a.b.c"), ["a.b.c", "b.c", "c"]);
        assert_eq!(walk("com"), [""; 0]);
        let long = walk("a.b.c.d.e.f.g.h.i.j");
        assert_eq!((long.len(), long[0], long[1], long[7]), (8, "a.b.c.d.e.f.g.h.i.j", "d.e.f.g.h.i.j", "j"));
        assert_eq!(walk("a.b.c.d.e.f.g.h").len(), 8);
    }

    #[test]
    fn bad_optional_tags_do_not_void_a_policy() {
        for text in [
            "v=DMARC1; p=reject",
            "v=DMARC1;p=Reject; adkim=x; fo=; np=bogus; ruf=!",
            "v = DMARC1 ; p = reject ; junk",
            "v=DMARC1; p=reject; p=none",
        ] {
            assert!(is_dmarc(text), "{text}");
            let record = Record::parse(text).unwrap();
            assert_eq!(
                (record.p, record.sp, record.np),
                (DmarcPolicy::Reject, DmarcPolicy::Reject, DmarcPolicy::Reject)
            );
        }
        for text in
            ["", "v=DMARC2; p=reject", " v=DMARC1; p=reject", "p=reject; v=DMARC1", "v=dmarc1; p=reject", "v=spf1"]
        {
            assert!(!is_dmarc(text) && Record::parse(text).is_none(), "{text}");
        }
        assert_eq!(Record::parse("v=DMARC1; p=bogus"), None);
        assert_eq!(Record::parse("v=DMARC1; p=bogus; rua=mailto:a@b.test").unwrap().p, DmarcPolicy::None);
        let tested = Record::parse("v=DMARC1; p=reject; t=y; sp=quarantine").unwrap();
        assert_eq!(
            (tested.tempered(tested.p), tested.tempered(tested.sp)),
            (DmarcPolicy::Quarantine, DmarcPolicy::None)
        );
    }
}
