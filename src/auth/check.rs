//! The check of one message: what to ask, all of it at the same time, and in which order the answers are used.
//!
//! A header too large to verify, a body cut short and a line that is not a field leave signatures unverified, and say
//! so.

use crate::auth::arc;
use crate::auth::clock;
use crate::auth::coverage::Census;
use crate::auth::dkim;
use crate::auth::dmarc;
use crate::auth::resolver::{Answers, Lookups};
use crate::auth::results::{AuthResults, Dkim, DkimResult, Spf, SpfIdentity, SpfResult};
use crate::auth::spf;
use crate::mail::{Domain, Envelope, Message};
use futures_util::future::join_all;
use mail_auth::AuthenticatedMessage;

/// Header fields of a message whose signatures are verified. Verifying compares every signed name with every field;
/// honest mail has tens of fields.
const MAX_HEADER_FIELDS: usize = 1000;
/// Octets of a header whose signatures are verified: five times the longest header honest mail has.
const MAX_HEADER_BYTES: usize = 256 * 1024;
/// Queries that stay for what DMARC asks when signatures and SPF are known: whether the author domain exists, and one
/// walk towards the organization of a domain that vouches (RFC 9989 section 4.10).
const POLICY_QUERIES: usize = 9;

/// The check of one message.
pub(super) struct Check<'a> {
    pub(super) lookups: &'a Lookups<'a>,
    pub(super) envelope: &'a Envelope,
    pub(super) message: &'a Message,
    /// The distinct author domains.
    pub(super) authors: &'a [Domain],
    /// The brands' domains.
    pub(super) brands: &'a [Domain],
}

impl Check<'_> {
    /// Fills in what the checks find.
    pub(super) async fn run(&self, results: &mut AuthResults) {
        let mut content = self.content(results);
        let chain = match &content {
            Content::Whole(parsed) => arc::screen(parsed, &mut results.arc, &mut results.limits),
            Content::Unverified => None,
        };
        let census = Census::of(self.message);
        let now = u64::try_from(clock::now()).unwrap_or_default();
        let mut screened = dkim::Screened::default();
        let mut wanted: Vec<String> = self.authors.iter().flat_map(dmarc::names).collect();
        if let Content::Whole(parsed) = &mut content {
            screened = dkim::screen(parsed, &census, self.authors, now, &mut results.limits);
            wanted.extend(dkim::key_names(parsed));
            wanted.extend(chain.iter().flat_map(arc::Chain::key_names));
        }
        let answers = self.look_up(wanted, results).await;
        results.author_spf = self.author_spf(results).await;
        if let Content::Whole(parsed) = &mut content {
            if let Some(chain) = chain {
                chain.verify(parsed, &census, &answers, now, &mut results.arc);
            }
            results.dkim = dkim::verify(self.lookups, parsed, &answers, screened).await;
            self.lookups.held(&results.dkim, &answers);
        }
        for author in self.authors {
            let judged = dmarc::judge(self.lookups, author, &answers, results).await;
            results.dmarc.push(judged);
        }
    }

    /// The TXT records that keys and policies stand in and SPF of both identities, all at the same time. Keys and
    /// policies come first: whatever SPF costs, they are asked for.
    async fn look_up(&self, wanted: Vec<String>, results: &mut AuthResults) -> Answers {
        let (envelope, ip) = (self.envelope, results.client_ip);
        let texts = self.lookups.txt_all(wanted);
        let for_sender = self.lookups.sparing(POLICY_QUERIES);
        let sender = spf::check(&for_sender, envelope, ip, results.spf.clone());
        if results.spf.identity == SpfIdentity::Helo {
            let (answers, helo) = tokio::join!(biased; texts, sender);
            (results.spf_helo, results.spf) = (helo.clone(), helo);
            return answers;
        }
        let for_helo = self.lookups.sparing(POLICY_QUERIES + spf::SENDER_QUERIES);
        let helo = spf::check(&for_helo, envelope, ip, results.spf_helo.clone());
        let (answers, helo, sender) = tokio::join!(biased; texts, helo, sender);
        (results.spf_helo, results.spf) = (helo, sender);
        answers
    }

    /// SPF of a brand's author domains where the reverse-path passes for another name of a brand: a forgotten subdomain
    /// whose record leads to somebody else's servers must not vouch for the others.
    async fn author_spf(&self, results: &AuthResults) -> Vec<Spf> {
        let of_a_brand = |domain: &Domain| self.brands.iter().any(|b| domain.is_within(b));
        let passing = results.spf.domain.as_ref().filter(|_| results.spf.result == SpfResult::Pass);
        let Some(path) = passing.filter(|d| of_a_brand(d)) else { return vec![] };
        let lookups = self.lookups.sparing(POLICY_QUERIES);
        let authors = self.authors.iter().filter(|author| *author != path && of_a_brand(author));
        let checks = authors.map(|author| {
            let identity = Spf { domain: Some(author.clone()), ..Spf::default() };
            spf::check(&lookups, self.envelope, results.client_ip, identity)
        });
        join_all(checks).await
    }

    /// The message as mail_auth reads it, body hashed; or its signatures, judged unverified.
    fn content(&self, results: &mut AuthResults) -> Content<'_> {
        let raw = self.message.raw();
        let header = Header::measure(raw);
        let too_large = header.fields > MAX_HEADER_FIELDS || header.end > MAX_HEADER_BYTES;
        if header.fields > MAX_HEADER_FIELDS {
            results.limits.push(format!("more than {MAX_HEADER_FIELDS} header fields: signatures not verified"));
        }
        if header.end > MAX_HEADER_BYTES {
            results.limits.push(format!("a header of more than {MAX_HEADER_BYTES} octets: signatures not verified"));
        }
        if too_large {
            results.dkim = vec![unverifiable("the header is too large to verify signatures")];
            return Content::Unverified;
        }
        if !self.message.complete {
            if let Some(parsed) = AuthenticatedMessage::parse(raw.get(..header.end).unwrap_or(raw)) {
                results.dkim = dkim::unverified(&parsed, "message was not read to its end", &mut results.limits);
            }
            return Content::Unverified;
        }
        match AuthenticatedMessage::parse(raw) {
            // mail_auth takes a line that is not a field for the end of the header; others, and people, do not. What
            // was signed and what is shown could then differ.
            Some(parsed) if parsed.body_offset() != header.end => {
                results.dkim = vec![unverifiable("a line of the header is not a field")];
                Content::Unverified
            }
            Some(parsed) => Content::Whole(Box::new(parsed)),
            None => Content::Unverified,
        }
    }
}

/// One result for all signatures of a message.
fn unverifiable(why: &str) -> Dkim {
    Dkim { result: DkimResult::Neutral, reason: why.into(), ..Dkim::default() }
}

enum Content<'a> {
    Whole(Box<AuthenticatedMessage<'a>>),
    Unverified,
}

/// The size of a header, taken before anything is parsed.
struct Header {
    fields: usize,
    end: usize,
}

impl Header {
    fn measure(raw: &[u8]) -> Header {
        let mut header = Header { fields: 0, end: 0 };
        for line in raw.split_inclusive(|b| *b == b'\n') {
            header.end += line.len();
            match line {
                b"\r\n" | b"\n" => break,
                [b' ' | b'\t', ..] => {}
                _ => header.fields += 1,
            }
        }
        header
    }
}
