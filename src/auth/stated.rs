//! Authentication results as a labelled set states them, in place of asking the DNS: what was true at receipt cannot be
//! looked up years later. Pure; what is not stated stays unknown.

use super::{AuthResults, Dkim, DkimResult, Dmarc, DmarcResult, Spf, SpfResult};
use crate::mail::{Domain, Envelope, Message};
use serde::Deserialize;

/// What a set says about one message. The words are those of RFC 8601 as the receiver wrote them; unknown words are `none`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Stated {
    /// SPF of the reverse-path.
    pub spf: Option<String>,
    /// DKIM in one word.
    pub dkim: Option<String>,
    /// DMARC.
    pub dmarc: Option<String>,
    /// Whether the author's domain is proven by an aligned signature or reverse-path; `None` if nobody knows.
    pub aligned: Option<bool>,
}

impl AuthResults {
    /// The results for a message of which only `stated` is known.
    pub fn as_stated(stated: &Stated, envelope: &Envelope, message: &Message) -> AuthResults {
        let author = message.from.iter().find_map(|m| m.domain.clone());
        let path = envelope.mail_from.rsplit_once('@').and_then(|(_, d)| Domain::parse(d));
        let mut results = AuthResults {
            spf: Spf { result: spf(stated.spf.as_deref()), domain: path, ..Spf::default() },
            client_ip: envelope.client.ip,
            unstated: stated.aligned.is_none(),
            path_unstated: stated.spf.is_none(),
            ..AuthResults::default()
        };
        let aligned_path = || match (&results.spf.domain, &author) {
            (Some(path), Some(author)) => path.registrable() == author.registrable(),
            _ => false,
        };
        // A statement about the author outranks the words: whose domain passed is not among them.
        if stated.aligned != Some(true) && aligned_path() {
            results.spf.result = SpfResult::None;
        }
        let signer = author.clone().filter(|_| stated.aligned == Some(true));
        let result = if signer.is_some() { DkimResult::Pass } else { dkim(stated.dkim.as_deref()) };
        if result != DkimResult::None {
            results.dkim.push(Dkim { result, domain: signer.clone(), ..Dkim::default() });
        }
        let result = if signer.is_some() { DmarcResult::Pass } else { dmarc(stated.dmarc.as_deref()) };
        results.dmarc.push(Dmarc { result, domain: author, aligned_by: signer, ..Dmarc::default() });
        results
    }
}

/// What is not stated could not be looked up.
fn spf(word: Option<&str>) -> SpfResult {
    let Some(word) = word else { return SpfResult::TempError };
    let all = [SpfResult::Neutral, SpfResult::Pass, SpfResult::Fail, SpfResult::SoftFail, SpfResult::PermError];
    all.into_iter().find(|r| r.as_str() == word).unwrap_or_default()
}

/// A pass without a domain vouches for nobody, so that the bare word proves nothing.
fn dkim(word: Option<&str>) -> DkimResult {
    let all = [DkimResult::Pass, DkimResult::Fail, DkimResult::Policy, DkimResult::Neutral, DkimResult::PermError];
    all.into_iter().find(|r| Some(r.as_str()) == word).unwrap_or_default()
}

fn dmarc(word: Option<&str>) -> DmarcResult {
    let all = [DmarcResult::Fail, DmarcResult::PermError];
    all.into_iter().find(|r| Some(r.as_str()) == word).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(aligned: Option<bool>) -> AuthResults {
        let message = Message::parse(b"From: a@elance.com\r\n\r\n".to_vec(), true);
        let envelope = Envelope { mail_from: "b@elance.com".to_owned(), ..Envelope::default() };
        let word = Some("pass".to_owned());
        let stated = Stated { spf: word.clone(), dkim: word.clone(), dmarc: word, aligned };
        AuthResults::as_stated(&stated, &envelope, &message)
    }

    #[test]
    fn only_the_statement_about_the_author_proves_him() {
        assert_eq!(results(Some(true)).dkim_domains().map(Domain::as_str).collect::<Vec<_>>(), ["elance.com"]);
        for aligned in [Some(false), None] {
            let r = results(aligned);
            assert_eq!((r.dkim_domains().count(), r.spf.result, r.unstated), (0, SpfResult::None, aligned.is_none()));
        }
    }
}
