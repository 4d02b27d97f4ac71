//! Authentication results as a labelled set states them, in place of asking the DNS: what was true at receipt cannot be
//! looked up years later. The set says it itself, or the gateway's own field on the message does. Pure; what is not
//! stated stays unknown.

use crate::auth::header::{StatedResult, results_by};
use crate::auth::results::{AuthResults, Dkim, DkimResult, Dmarc, DmarcResult, Spf, SpfResult};
use crate::mail::{Domain, Envelope, Message};
use serde::Deserialize;

/// What a set says about one message. The words are those of RFC 8601 as the receiver wrote them; unknown words are
/// `none`.
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

impl Stated {
    /// What the Authentication-Results fields on top of a message state, if `authserv_id` wrote them. Fields are added
    /// on top: one below somebody else's, or of a method already told, was there before and is not believed.
    pub fn on_top_of(message: &Message, authserv_id: &str) -> Stated {
        let mut believed: Vec<StatedResult> = vec![];
        for field in message.values("Authentication-Results").map_while(|value| results_by(value, authserv_id)) {
            let older = believed.len();
            let told = |r: &StatedResult| believed[..older].iter().any(|b| b.method == r.method);
            let new: Vec<_> = field.into_iter().filter(|r| !told(r)).collect();
            believed.extend(new);
        }
        let word = |method| believed.iter().find(|r| r.method == method).map(|r| r.result.clone());
        Stated { spf: word("spf"), dkim: word("dkim"), dmarc: word("dmarc"), aligned: aligned(&believed, message) }
    }
}

/// Whether one of `results` proves the author's domain; `None` if none could, or one that might was not looked up.
fn aligned(results: &[StatedResult], message: &Message) -> Option<bool> {
    let author = message.from.iter().find_map(|m| m.domain.as_ref())?;
    let proves = |property: &(String, String)| {
        let (name, value) = property;
        ["smtp.mailfrom", "header.d", "header.i", "header.from"].contains(&name.as_str())
            && value.rsplit('@').next().and_then(Domain::parse).is_some_and(|d| d.registrable() == author.registrable())
    };
    let mut telling = results.iter().filter(|r| ["spf", "dkim", "dmarc"].contains(&r.method.as_str())).peekable();
    telling.peek()?;
    let (passed, other): (Vec<_>, Vec<_>) = telling.partition(|r| r.result == "pass");
    if passed.iter().any(|r| r.properties.iter().any(proves)) {
        return Some(true);
    }
    (!other.iter().any(|r| r.result == "temperror")).then_some(false)
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
    fn only_our_own_results_on_top_are_believed() {
        let pass = "mx.test; spf=pass smtp.mailfrom=b@mail.elance.com";
        let fail =
            "mx.test; spf=fail smtp.mailfrom=b@elance.com; dkim=none; dmarc=fail (p=none) header.from=elance.com";
        for (fields, aligned) in [
            (&[][..], None),
            (&[pass], Some(true)),
            (&["MX.test. 1;\r\n dkim=fail header.d=a.test; dkim=pass header.d=elance.com"], Some(true)),
            (&["mx.test; dkim=pass header.i=@elance.com"], Some(true)),
            (&["mx.test; dmarc=pass header.from=elance.com"], Some(true)),
            (&[fail], Some(false)),
            (&["mx.test; spf=pass smtp.mailfrom=b@elance.com.test; dkim=pass header.d=test"], Some(false)),
            (&["mx.test; spf=pass smtp.helo=elance.com"], Some(false)),
            (&["mx.test; spf=pass"], Some(false)),
            (&["mx.test; dkim=temperror header.d=elance.com; dmarc=temperror header.from=elance.com"], None),
            (&["mx.test; none"], None),
            (&["mx.test; iprev=pass policy.iprev=192.0.2.1"], None),
            (&["other.test; spf=pass smtp.mailfrom=b@elance.com"], None),
            (&["other.test; spf=fail", pass], None),
            (&[fail, pass], Some(false)),
            (&["mx.test; dkim=none", pass], Some(true)),
            (&["mx.test spf=pass smtp.mailfrom=b@elance.com"], None),
            (&["mx.test (; spf=pass smtp.mailfrom=b@elance.com"], None),
        ] {
            let fields: String = fields.iter().map(|f| format!("Authentication-Results: {f}\r\n")).collect();
            let message = Message::parse(format!("{fields}From: a@elance.com\r\n\r\n").into_bytes(), true);
            assert_eq!(Stated::on_top_of(&message, "mx.test").aligned, aligned, "{fields}");
        }
    }

    #[test]
    fn only_the_statement_about_the_author_proves_them() {
        assert_eq!(results(Some(true)).dkim_domains().map(Domain::as_str).collect::<Vec<_>>(), ["elance.com"]);
        for aligned in [Some(false), None] {
            let r = results(aligned);
            assert_eq!((r.dkim_domains().count(), r.spf.result, r.unstated), (0, SpfResult::None, aligned.is_none()));
        }
    }
}
