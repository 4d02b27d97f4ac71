//! The last good answers about the brands' own names, for when the DNS does not answer: signatures of a brand whose
//! name servers are down are then still checked against the keys that held yesterday.
//!
//! Only what could prove a brand or says its wishes is kept: SPF and DMARC records, and keys that a signature verified
//! with. It serves only when the DNS gives no answer, never against one: what the DNS denies or changes is forgotten at
//! once, so that a revoked key never returns. Bounded in number and age, and in memory only. SPF records of others that
//! a brand includes are not kept: they are not the brand's.

use crate::auth::results::Remembered;
use crate::mail::Domain;
use moka::sync::Cache;
use std::time::{Duration, Instant};

/// Answers kept: a brand has tens of keys and records; names that exist only by a wildcard must not grow without end.
const MAX_ANSWERS: u64 = 1000;
/// Octets of one answer that is kept: several times the longest honest record.
const MAX_ANSWER_BYTES: usize = 8 * 1024;

/// What stands in a TXT answer, as far as it can be told from the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Key,
    Dmarc,
    Spf,
}

#[derive(Clone)]
struct Answer {
    texts: Vec<String>,
    /// When the DNS gave it last.
    at: Instant,
}

/// The memory.
pub(super) struct LastGood {
    domains: Vec<Domain>,
    max_age: Duration,
    answers: Cache<String, Answer>,
}

impl LastGood {
    /// A memory for names at and below `domains`; none if `max_age` is zero.
    pub(super) fn new(domains: Vec<Domain>, max_age: Duration) -> Option<LastGood> {
        let answers = Cache::builder().max_capacity(MAX_ANSWERS).time_to_live(max_age).build();
        (!max_age.is_zero() && !domains.is_empty()).then_some(LastGood { domains, max_age, answers })
    }

    /// Notes what the DNS said about `name`. A key is not kept for that alone: [`LastGood::held`] says that it is good.
    pub(super) fn said(&self, name: &str, texts: &[String]) {
        let Some((key, content)) = self.concerns(name) else { return };
        let good = match content {
            // A key that is no longer the one that verified is forgotten; the same one has been confirmed.
            Content::Key => self.answers.get(&key).is_some_and(|kept| kept.texts == texts),
            Content::Dmarc => texts.iter().any(|t| begins(t, "v=DMARC1")),
            Content::Spf => texts.iter().any(|t| begins(t, "v=spf1")),
        };
        if good { self.keep(key, texts) } else { self.answers.invalidate(&key) }
    }

    /// Notes that a signature verified with the key in this answer.
    pub(super) fn held(&self, name: &str, texts: &[String]) {
        if let Some((key, Content::Key)) = self.concerns(name)
            && self.answers.get(&key).is_none_or(|kept| kept.texts != texts)
        {
            self.keep(key, texts);
        }
    }

    /// The last good answer about a name that the DNS does not answer for, with its age.
    pub(super) fn recall(&self, name: &str) -> Option<(Vec<String>, Remembered)> {
        let (key, _) = self.concerns(name)?;
        let answer = self.answers.get(&key)?;
        let age = answer.at.elapsed();
        (age <= self.max_age).then_some((answer.texts, Remembered { name: key, age }))
    }

    fn keep(&self, key: String, texts: &[String]) {
        if texts.iter().map(String::len).sum::<usize>() <= MAX_ANSWER_BYTES {
            self.answers.insert(key, Answer { texts: texts.to_vec(), at: Instant::now() });
        }
    }

    /// The name in one form and what stands there, if it is at or below a brand's domain.
    fn concerns(&self, name: &str) -> Option<(String, Content)> {
        let domain = Domain::parse(name)?;
        if !self.domains.iter().any(|d| domain.is_within(d)) {
            return None;
        }
        let content = match domain.as_str() {
            name if name.starts_with("_dmarc.") => Content::Dmarc,
            name if name.contains("._domainkey.") => Content::Key,
            _ => Content::Spf,
        };
        Some((domain.as_str().to_owned(), content))
    }
}

fn begins(text: &str, with: &str) -> bool {
    text.get(..with.len()).is_some_and(|t| t.eq_ignore_ascii_case(with))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn memory(max_age: Duration) -> LastGood {
        LastGood::new(vec![Domain::parse("elance.test").unwrap()], max_age).unwrap()
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|t| (*t).to_owned()).collect()
    }

    #[test]
    fn records_of_the_brand_are_kept_and_others_are_not() {
        let memory = memory(Duration::from_secs(60));
        memory.said("elance.test.", &texts(&["x=y", "v=spf1 -all"]));
        memory.said("_DMARC.news.elance.test.", &texts(&["v=DMARC1; p=none"]));
        memory.said("www.elance.test.", &texts(&["x=y"]));
        memory.said("other.test.", &texts(&["v=spf1 -all"]));
        let (found, remembered) = memory.recall("Elance.test").unwrap();
        assert_eq!((found.len(), remembered.name.as_str()), (2, "elance.test"));
        assert!(memory.recall("_dmarc.news.elance.test.").is_some());
        assert!(memory.recall("www.elance.test.").is_none() && memory.recall("other.test.").is_none());
    }

    #[test]
    fn what_the_dns_denies_is_forgotten() {
        let memory = memory(Duration::from_secs(60));
        memory.said("elance.test.", &texts(&["v=spf1 -all"]));
        memory.said("elance.test.", &[]);
        assert!(memory.recall("elance.test.").is_none());
    }

    #[test]
    fn keys_are_kept_when_they_verified_and_forgotten_when_they_changed() {
        let memory = memory(Duration::from_secs(60));
        let (name, key) = ("s1._domainkey.elance.test.", texts(&["v=DKIM1; p=AAAA"]));
        memory.said(name, &key);
        assert!(memory.recall(name).is_none(), "nothing has verified with it");
        memory.held(name, &key);
        memory.said(name, &key);
        assert!(memory.recall(name).is_some());
        for changed in [texts(&["v=DKIM1; p="]), texts(&["v=DKIM1; p=BBBB"]), vec![]] {
            memory.held(name, &key);
            memory.said(name, &changed);
            assert!(memory.recall(name).is_none(), "{changed:?}");
        }
    }

    #[test]
    fn nothing_lasts_for_ever() {
        let memory = memory(Duration::from_millis(20));
        memory.said("elance.test.", &texts(&["v=spf1 -all"]));
        assert!(memory.recall("elance.test.").is_some());
        std::thread::sleep(Duration::from_millis(40));
        assert!(memory.recall("elance.test.").is_none());
        assert!(LastGood::new(vec![], Duration::from_secs(1)).is_none());
        assert!(LastGood::new(vec![Domain::parse("a.test").unwrap()], Duration::ZERO).is_none());
    }
}
