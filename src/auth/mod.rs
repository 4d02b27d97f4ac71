//! Who vouches for a message: SPF, DKIM, ARC and DMARC. The only user of DNS and of mail_auth.
//!
//! One message costs one round of look-ups, all at the same time, within one deadline and one number of queries; then
//! arithmetic. What is hostile about a message (endless headers, hundreds of signatures, records that lead to ever more
//! records) is cut and told in [`AuthResults::limits`]. Nothing here fails: trouble is `temperror`, and never worse.

mod arc;
mod dkim;
mod dmarc;
pub mod header;
mod keys;
mod last_good;
mod resolver;
pub mod results;
mod spf;
mod stated;
mod tags;

pub use results::*;
pub use stated::Stated;

use crate::auth::dkim::coverage::Census;
use crate::auth::resolver::{Answers, Lookups, MAX_QUERIES, Resolver};
use crate::mail::{Domain, Envelope, Message};
use crate::policy::{Policy, config, forwarder};
use futures_util::future::join_all;
use mail_auth::AuthenticatedMessage;
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::Instant;

/// Header fields of a message whose signatures are verified. Verifying compares every signed name with every field;
/// honest mail has tens of fields.
const MAX_FIELDS: usize = 1000;
/// Octets of a header whose signatures are verified: five times the longest header honest mail has.
const MAX_HEADER_BYTES: usize = 256 * 1024;
/// Queries that stay for what DMARC asks when signatures and SPF are known: whether the author domain exists, and one
/// walk towards the organization of a domain that vouches (RFC 9989 section 4.10).
const POLICY_QUERIES: usize = 9;
/// Seconds of an hour.
const HOUR: u64 = 3600;

/// Asks the DNS and checks signatures; keeps its cache and is shared by all messages.
pub struct Authenticator {
    resolver: Option<Resolver>,
    budget: Duration,
    /// The brands' domains.
    brands: Vec<Domain>,
    /// Hosts whose names are confirmed: those an exemption is bound to.
    hosts: Vec<Domain>,
}

impl Authenticator {
    /// An authenticator over the configured resolvers that knows no brand and no forwarder.
    pub fn new(dns: &config::Dns) -> Result<Authenticator, String> {
        let budget = Duration::from_millis(dns.budget_ms);
        Ok(Authenticator { resolver: Some(Resolver::new(dns)?), budget, brands: vec![], hosts: vec![] })
    }

    /// The one for a policy: it keeps the last good answers about the brands, looks twice at their reverse-paths, and
    /// confirms the names of hosts that are exempt.
    pub fn for_policy(policy: &Policy) -> Result<Authenticator, String> {
        let dns = &policy.config.dns;
        let max_age = Duration::from_secs(dns.last_good_hours.saturating_mul(HOUR));
        let new = Authenticator::new(dns)?;
        let resolver = new.resolver.map(|r| r.remembering(policy.brand_domains(), max_age));
        Ok(Authenticator { resolver, brands: policy.brand_domains(), hosts: policy.exempt_hosts(), ..new })
    }

    /// One that asks nobody: everything is `none` and `unchecked`.
    pub fn offline() -> Authenticator {
        Authenticator { resolver: None, budget: Duration::ZERO, brands: vec![], hosts: vec![] }
    }

    /// Authenticates one message within the budget. Never fails: trouble is `temperror`. Which ARC sealers are trusted
    /// changes nothing here; the results say who sealed and what he saw.
    pub async fn authenticate(&self, envelope: &Envelope, message: &Message) -> AuthResults {
        let mut results = AuthResults {
            spf_helo: spf::helo_identity(envelope),
            spf: spf::sender_identity(envelope),
            client_ip: envelope.client.ip.map(|ip| ip.to_canonical()),
            day: forwarder::today(),
            ..AuthResults::default()
        };
        let authors = author_domains(message, &mut results.limits);
        match &self.resolver {
            Some(resolver) => {
                let lookups = self.lookups(resolver);
                results.iprev = self.confirm(&lookups, &envelope.client.name, results.client_ip).await;
                let check = Check { lookups: &lookups, envelope, message, authors: &authors, brands: &self.brands };
                check.run(&mut results).await;
                results.remembered = lookups.remembered();
                if lookups.ran_out() {
                    results.limits.push(format!("more than {MAX_QUERIES} DNS queries"));
                }
            }
            None => {
                results.unchecked = true;
                results.dmarc = authors.into_iter().map(|d| Dmarc { domain: Some(d), ..Dmarc::default() }).collect();
            }
        }
        results.limits.dedup();
        if results.dmarc.is_empty() {
            results.dmarc.push(Dmarc::default());
        }
        results
    }

    /// SPF of the reverse-path (of `postmaster@HELO` for the null sender) alone, with the explanation that its domain
    /// gives for `fail` (`exp=`, RFC 7208 section 6.2). That is a stranger's text: for who looks into a case, escaped,
    /// and never part of a reply or a header.
    pub async fn explain_spf(&self, envelope: &Envelope) -> (SpfResult, Option<String>) {
        match &self.resolver {
            Some(resolver) => spf::explain(&self.lookups(resolver), envelope, envelope.client.ip).await,
            None => (SpfResult::None, None),
        }
    }

    /// Whether the client's name, if an exemption depends on it, has the client's address. Who confirms a name by its
    /// addresses needs no PTR record: only the name's owner can list the address there.
    async fn confirm(&self, lookups: &Lookups<'_>, name: &str, ip: Option<IpAddr>) -> Iprev {
        let name = Domain::parse(name).filter(|name| self.hosts.iter().any(|h| name.is_within(h)));
        let (Some(name), Some(ip)) = (name, ip) else { return Iprev::default() };
        let result = match lookups.addresses(name.as_str(), ip.is_ipv6()).await {
            Ok(addresses) if addresses.contains(&ip) => IprevResult::Pass,
            Ok(_) => IprevResult::Fail,
            Err(_) => IprevResult::TempError,
        };
        Iprev { result, name: Some(name) }
    }

    /// What one message may ask.
    fn lookups<'a>(&self, resolver: &'a Resolver) -> Lookups<'a> {
        Lookups::new(resolver, Instant::now() + self.budget)
    }
}

/// The distinct author domains, as many as are judged.
fn author_domains(message: &Message, limits: &mut Vec<String>) -> Vec<Domain> {
    let mut domains: Vec<Domain> = Vec::new();
    for domain in message.from.iter().filter_map(|mailbox| mailbox.domain.as_ref()) {
        if domains.contains(domain) {
            continue;
        }
        if domains.len() == dmarc::MAX_AUTHOR_DOMAINS {
            limits.push(format!("more than {} author domains", dmarc::MAX_AUTHOR_DOMAINS));
            break;
        }
        domains.push(domain.clone());
    }
    domains
}

/// The check of one message.
struct Check<'a> {
    lookups: &'a Lookups<'a>,
    envelope: &'a Envelope,
    message: &'a Message,
    authors: &'a [Domain],
    brands: &'a [Domain],
}

impl Check<'_> {
    async fn run(&self, results: &mut AuthResults) {
        let mut content = self.content(results);
        let chain = match &content {
            Content::Whole(parsed) => arc::screen(parsed, &mut results.arc, &mut results.limits),
            Content::Unverified => None,
        };
        let census = Census::of(self.message);
        let mut screened = dkim::Screened::default();
        let mut wanted: Vec<String> = self.authors.iter().flat_map(dmarc::names).collect();
        if let Content::Whole(parsed) = &mut content {
            screened = dkim::screen(parsed, &census, self.authors, &mut results.limits);
            wanted.extend(dkim::key_names(parsed));
            wanted.extend(chain.iter().flat_map(arc::Chain::key_names));
        }
        let answers = self.look_up(wanted, results).await;
        results.author_spf = self.author_spf(results).await;
        if let Content::Whole(parsed) = &mut content {
            if let Some(chain) = chain {
                chain.verify(parsed, &census, &answers, dkim::now(), &mut results.arc);
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
        let too_large = header.fields > MAX_FIELDS || header.end > MAX_HEADER_BYTES;
        if header.fields > MAX_FIELDS {
            results.limits.push(format!("more than {MAX_FIELDS} header fields: signatures not verified"));
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
            // mail_auth takes a line that is no field for the end of the header; others, and people, do not. What was
            // signed and what is shown could then differ.
            Some(parsed) if parsed.body_offset() != header.end => {
                results.dkim = vec![unverifiable("a line of the header is no field")];
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
