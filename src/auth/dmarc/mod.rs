//! DMARC (RFC 9989): what the author domain's owner asks for, and whether anything that vouches is aligned with it.
//!
//! Our own reading of the records, because it is judged for every author domain a message shows, because one bad
//! optional tag must not void a policy, and because nothing another protocol does with a name may change the answer.
//! Besides the tree walk, an aligned domain must share the registrable domain or stand above the author: neighbours
//! under a public suffix that publishes no `psd=y` do not vouch for each other.
//!
//! DNS trouble is `temperror` where the missing answer could change the result, and changes nothing where it could not:
//! an author domain with a record of its own is judged by it whatever happens above, and an organization that publishes
//! a record is not subject to its public suffix (section 4.10.1), so that a suffix that does not answer costs nothing.

mod record;

use crate::auth::dmarc::record::{Psd, Record};
use crate::auth::resolver::{Answers, Lookups};
use crate::auth::results::{AuthResults, DkimResult, Dmarc, DmarcPolicy, DmarcResult, SpfResult};
use crate::mail::Domain;

/// Author domains judged in one message; honest mail has one. More are a limit that the verdict hears of.
pub(super) const MAX_AUTHOR_DOMAINS: usize = 3;
/// Labels from which the walk jumps, RFC 9989 section 4.10: a name costs at most eight queries.
const WALK_LABELS: usize = 7;

/// The names a tree walk asks for (RFC 9989 section 4.10), longest first.
pub(super) fn names(domain: &Domain) -> Vec<String> {
    walk(domain.as_str()).iter().map(|name| record_name(name)).collect()
}

fn record_name(name: &str) -> String {
    format!("_dmarc.{name}.")
}

fn walk(domain: &str) -> Vec<&str> {
    let total = domain.split('.').count();
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

/// What a tree walk found, longest name first.
struct Walk<'a> {
    start: &'a Domain,
    records: Vec<(&'a str, Record)>,
    /// Names that did not answer.
    silent: Vec<&'a str>,
}

/// The record that applies to the author domain, RFC 9989 section 4.10.1.
enum Discovery<'r> {
    Own(&'r Record),
    Inherited(&'r Record),
    Nothing,
    /// A name that did not answer could hold it.
    Unknown,
}

impl<'r> Discovery<'r> {
    fn record(&self) -> Option<&'r Record> {
        match self {
            Discovery::Own(record) | Discovery::Inherited(record) => Some(record),
            Discovery::Nothing | Discovery::Unknown => None,
        }
    }
}

impl<'a> Walk<'a> {
    fn of(start: &'a Domain, answers: &Answers) -> Walk<'a> {
        let mut found = Walk { start, records: vec![], silent: vec![] };
        for name in walk(start.as_str()) {
            let Some(Ok(texts)) = answers.get(&record_name(name)) else {
                found.silent.push(name);
                continue;
            };
            // RFC 9989 section 4.10: several records at one name are as good as none.
            let mut records = texts.iter().filter_map(|text| Record::parse(text));
            if let (Some(record), None) = (records.next(), records.next()) {
                let last = record.psd != Psd::Unknown;
                found.records.push((name, record));
                if last {
                    break;
                }
            }
        }
        found
    }

    fn at(&self, wanted: &str) -> Option<&Record> {
        self.records.iter().find(|(name, _)| *name == wanted).map(|(_, record)| record)
    }

    /// The organizational domain, RFC 9989 section 4.10.2, as far as names answered.
    fn organization(&self) -> &'a str {
        let start = self.start.as_str();
        for (name, record) in &self.records {
            match record.psd {
                Psd::No => return name,
                Psd::Yes if *name != start => return suffix(start, name.split('.').count() + 1),
                _ => {}
            }
        }
        self.records.last().map_or(start, |(name, _)| name)
    }

    /// True for names from the start down to its registrable domain; those above belong to registries.
    fn is_inside(&self, name: &str) -> bool {
        name.len() >= self.start.registrable().len()
    }

    /// True if a name that did not answer could say where the organization begins.
    fn is_silent_inside(&self) -> bool {
        self.silent.iter().any(|name| self.is_inside(name))
    }

    fn discover(&self) -> Discovery<'_> {
        if let Some(own) = self.at(self.start.as_str()) {
            return Discovery::Own(own);
        }
        let organization = self.organization();
        let inherited = self.at(organization);
        let settled =
            self.silent.is_empty() || !self.is_silent_inside() && inherited.is_some() && self.is_inside(organization);
        match inherited.or(self.records.last().map(|(_, record)| record)) {
            _ if !settled => Discovery::Unknown,
            Some(record) => Discovery::Inherited(record),
            None => Discovery::Nothing,
        }
    }
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
    // Whoever stands above a name controls it anyway; others must share the domain that was registered.
    let related = |v: &Voucher<'_>| author.is_within(v.domain) || v.domain.registrable() == author.registrable();
    let mut all: Vec<Voucher<'_>> = dkim.chain(spf).filter(related).collect();
    all.sort_by_key(|v| (!v.certain, v.domain != author, !v.dkim));
    all
}

/// Whether a voucher is aligned with the author, RFC 9989 section 4.10.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aligned {
    Yes,
    No,
    /// A name that did not answer decides it.
    Unknown,
}

impl Aligned {
    fn relaxed(author: &Walk<'_>, voucher: &Walk<'_>) -> Aligned {
        if author.is_silent_inside() || voucher.is_silent_inside() {
            Aligned::Unknown
        } else if author.organization() == voucher.organization() {
            // Names above are common to both: whatever they say, they say of both.
            Aligned::Yes
        } else if author.silent.is_empty() && voucher.silent.is_empty() {
            Aligned::No
        } else {
            Aligned::Unknown
        }
    }
}

/// Judges one author domain. `answers` holds those to its [`names`].
pub(super) async fn judge(lookups: &Lookups<'_>, author: &Domain, answers: &Answers, results: &AuthResults) -> Dmarc {
    let vouchers = vouchers(results, author);
    let author_walk = Walk::of(author, answers);
    let nearest = vouchers.iter().find(|v| v.certain).map(|v| v.domain.clone());
    let found = author_walk.discover();
    let outcome = |result, policy, aligned_by| {
        let rua = found.record().map_or_else(Vec::new, |record| record.rua.clone());
        let published = found.record().and_then(|record| record.published);
        Dmarc { result, domain: Some(author.clone()), policy, published, rua, aligned_by }
    };
    let (record, inherited) = match found {
        Discovery::Own(record) => (record, false),
        Discovery::Inherited(record) => (record, true),
        Discovery::Nothing => return outcome(DmarcResult::None, DmarcPolicy::None, nearest),
        Discovery::Unknown => {
            // Some record applies, and under every policy the author's own name is aligned.
            let exact = nearest.as_ref() == Some(author) && !author_walk.records.is_empty();
            let result = if exact { DmarcResult::Pass } else { DmarcResult::TempError };
            return outcome(result, DmarcPolicy::None, nearest);
        }
    };
    let Some(wishes) = record.wishes else { return outcome(DmarcResult::None, DmarcPolicy::None, nearest) };
    let (policy, policy_is_certain) = match inherited {
        false => (wishes.own, true),
        true if wishes.absent == wishes.below => (wishes.below, true),
        true => match lookups.exists(author.as_str()).await {
            Ok(true) => (wishes.below, true),
            Ok(false) => (wishes.absent, true),
            Err(_) => (wishes.below, false),
        },
    };
    let others = vouchers.iter().filter(|v| v.domain != author).flat_map(|v| names(v.domain));
    let more = lookups.txt_all(others).await;
    let aligned = |v: &Voucher<'_>| match if v.dkim { record.strict_dkim } else { record.strict_spf } {
        _ if v.domain == author => Aligned::Yes,
        true => Aligned::No,
        false => Aligned::relaxed(&author_walk, &Walk::of(v.domain, &more)),
    };
    let alignments: Vec<(&Voucher<'_>, Aligned)> = vouchers.iter().map(|v| (v, aligned(v))).collect();
    let proof = alignments.iter().find(|(v, aligned)| v.certain && *aligned == Aligned::Yes);
    match proof {
        Some((v, _)) => outcome(DmarcResult::Pass, policy, Some(v.domain.clone())),
        None if alignments.iter().any(|(_, aligned)| *aligned != Aligned::No) || !policy_is_certain => {
            outcome(DmarcResult::TempError, policy, None)
        }
        None => outcome(DmarcResult::Fail, policy, None),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::auth::resolver::Trouble;

    #[test]
    fn the_walk_follows_rfc_9989() {
        assert_eq!(walk("a.b.c"), ["a.b.c", "b.c", "c"]);
        assert_eq!(walk("com"), ["com"], "a public suffix can be an author too");
        let long = walk("a.b.c.d.e.f.g.h.i.j");
        assert_eq!((long.len(), long[0], long[1], long[7]), (8, "a.b.c.d.e.f.g.h.i.j", "d.e.f.g.h.i.j", "j"));
        assert_eq!(walk("a.b.c.d.e.f.g.h").len(), 8);
    }

    #[test]
    fn report_addresses_are_those_of_the_record_that_applies() {
        let author = Domain::parse("news.elance.test").unwrap();
        let found = |own: Result<Vec<String>, Trouble>, above: &str| {
            let answers = Answers::from([
                ("_dmarc.news.elance.test.".to_owned(), own),
                ("_dmarc.elance.test.".to_owned(), Ok(vec![above.to_owned()])),
                ("_dmarc.test.".to_owned(), Ok(vec![])),
            ]);
            let walk = Walk::of(&author, &answers);
            walk.discover().record().map(|record| record.rua.clone())
        };
        let above = "v=DMARC1; p=reject; rua=mailto:above@elance.test";
        let own = "v=DMARC1; p=none; rua=mailto:own@elance.test".to_owned();
        assert_eq!(found(Ok(vec![own]), above).unwrap(), ["mailto:own@elance.test"]);
        assert_eq!(found(Ok(vec![]), above).unwrap(), ["mailto:above@elance.test"]);
        assert_eq!(found(Ok(vec![]), "v=spf1 -all"), None);
        assert_eq!(found(Err(Trouble("no answer".into())), above), None, "nobody knows which record applies");
    }
}
