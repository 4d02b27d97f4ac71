//! [`Authenticator`]: what a gateway keeps from message to message to authenticate them: resolver, cache, and whose
//! names matter. Cannot be made with resolvers that cannot be used; authenticating never fails.

use crate::auth::check::Check;
use crate::auth::clock;
use crate::auth::dmarc::MAX_AUTHOR_DOMAINS;
use crate::auth::resolver::{Lookups, MAX_QUERIES, Resolver};
use crate::auth::results::{AuthResults, Dmarc, Iprev, IprevResult, SpfResult};
use crate::auth::spf;
use crate::mail::{Domain, Envelope, Message};
use crate::policy::Policy;
use crate::policy::config::Dns;
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::Instant;

/// Seconds of an hour.
const HOUR_SECS: u64 = 3600;

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
    pub fn new(dns: &Dns) -> Result<Authenticator, String> {
        let budget = Duration::from_millis(dns.budget_ms);
        Ok(Authenticator { resolver: Some(Resolver::new(dns)?), budget, brands: vec![], hosts: vec![] })
    }

    /// The one for a policy: it keeps the last good answers about the brands, looks twice at their reverse-paths, and
    /// confirms the names of hosts that are exempt.
    pub fn for_policy(policy: &Policy) -> Result<Authenticator, String> {
        let dns = &policy.config.dns;
        let max_age = Duration::from_secs(dns.last_good_hours.saturating_mul(HOUR_SECS));
        let new = Authenticator::new(dns)?;
        let resolver = new.resolver.map(|r| r.remembering(policy.brand_domains(), max_age));
        Ok(Authenticator { resolver, brands: policy.brand_domains(), hosts: policy.exempt_hosts(), ..new })
    }

    /// One that asks nobody: everything is `none` and `unchecked`.
    pub fn offline() -> Authenticator {
        Authenticator { resolver: None, budget: Duration::ZERO, brands: vec![], hosts: vec![] }
    }

    /// Authenticates one message within the budget. Never fails: trouble is `temperror`. Which ARC sealers are trusted
    /// changes nothing here; the results say who sealed and what the sealer saw.
    pub async fn authenticate(&self, envelope: &Envelope, message: &Message) -> AuthResults {
        let mut results = AuthResults {
            spf_helo: spf::helo_identity(envelope),
            spf: spf::sender_identity(envelope),
            client_ip: envelope.client.ip.map(|ip| ip.to_canonical()),
            day: envelope.received_at.map_or_else(clock::today, clock::day_of),
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
        if domains.len() == MAX_AUTHOR_DOMAINS {
            limits.push(format!("more than {MAX_AUTHOR_DOMAINS} author domains"));
            break;
        }
        domains.push(domain.clone());
    }
    domains
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn exemptions_are_looked_at_as_of_receipt() {
        let message = Message::parse(b"From: a@a.test\r\n\r\n".to_vec(), true);
        let received = Envelope { received_at: Some(86_400 * 20_000 + 5), ..Envelope::default() };
        assert_eq!(Authenticator::offline().authenticate(&received, &message).await.day, 20_000);
        let unknown = Authenticator::offline().authenticate(&Envelope::default(), &message).await;
        assert!((clock::today() - 1..=clock::today()).contains(&unknown.day), "a day nobody knows is today");
    }
}
