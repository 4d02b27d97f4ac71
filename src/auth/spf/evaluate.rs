//! The check_host() function (RFC 7208 sections 4 to 6): a domain's record against a client.
//!
//! Every limit of section 4.6.4 holds over all records of one check: ten terms that ask the DNS, two look-ups that find
//! nothing, ten mail hosts, ten names of the client. Reaching one is `permerror`; no answer, no time or no query left
//! is `temperror`. Mechanisms are tried one after the other, so that nothing is asked for that cannot matter any more.

use crate::auth::resolver::{Lookups, Trouble, is_askable};
use crate::auth::results::SpfResult;
use crate::auth::spf::macros::{MacroString, Place, Values};
use crate::auth::spf::record::{Mechanism, Prefixes, Record, is_spf};
use ipnet::IpNet;
use std::net::IpAddr;

/// Terms that ask the DNS, RFC 7208 section 4.6.4.
const MAX_TERMS: usize = 10;
/// Look-ups that find nothing, RFC 7208 section 4.6.4.
const MAX_VOID: usize = 2;
/// Mail hosts of one `mx`, RFC 7208 section 4.6.4.
const MAX_MAIL_HOSTS: usize = 10;
/// Names of the client that `ptr` and `%{p}` look at, RFC 7208 section 4.6.4.
const MAX_CLIENT_NAMES: usize = 10;
/// What `%{p}` expands to if no name of the client can be validated, RFC 7208 section 7.3.
const NO_NAME: &str = "unknown";

/// Who is checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sender<'a> {
    /// The client, IPv4-mapped addresses as IPv4.
    pub(super) ip: IpAddr,
    /// The HELO name.
    pub(super) helo: &'a str,
    /// The local part of the identity.
    pub(super) local: &'a str,
    /// Its domain.
    pub(super) domain: &'a str,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The result.
    pub(super) result: SpfResult,
    /// With `fail`: the `exp=` of the record that decided, and the domain it stands at.
    exp: Option<(String, String)>,
}

impl From<SpfResult> for Outcome {
    fn from(result: SpfResult) -> Outcome {
        Outcome { result, exp: None }
    }
}

/// One check, through all the records it leads to.
pub(super) struct Evaluation<'a> {
    lookups: &'a Lookups<'a>,
    sender: Sender<'a>,
    terms: usize,
    void: usize,
    /// The client's names, once they were asked for.
    client_names: Option<Vec<String>>,
}

/// `Err` holds the result that ends the whole check.
type Ended<T> = Result<T, SpfResult>;

impl From<Trouble> for SpfResult {
    fn from(_: Trouble) -> SpfResult {
        SpfResult::TempError
    }
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(lookups: &'a Lookups<'a>, sender: Sender<'a>) -> Evaluation<'a> {
        Evaluation { lookups, sender, terms: 0, void: 0, client_names: None }
    }

    /// check_host() for the sender's own domain.
    pub(super) async fn check(&mut self) -> Outcome {
        self.check_host(self.sender.domain.to_owned()).await.unwrap_or_else(Outcome::from)
    }

    /// The explanation that goes with an outcome (RFC 7208 section 6.2): foreign text, to be escaped where it is shown.
    pub(super) async fn explain(&mut self, outcome: &Outcome) -> Option<String> {
        let (exp, domain) = outcome.exp.as_ref()?;
        let target = MacroString::parse(exp, Place::Domain)?;
        let name = self.target(Some(&target), domain).await.ok()?.filter(|name| is_askable(name))?;
        let texts = self.lookups.txt(&name).await.ok()?;
        let [text] = texts.as_slice() else { return None };
        let explanation = MacroString::parse(text, Place::Explanation)?;
        let validated = self.validated_name(&explanation, domain).await.ok()?;
        explanation.expand(&self.values(domain, &validated))
    }

    async fn check_host(&mut self, mut domain: String) -> Ended<Outcome> {
        let mut redirected = false;
        loop {
            let Some(text) = self.record(&domain).await? else {
                // RFC 7208 section 6.1: a redirect that leads to no record is an error.
                return Ok(if redirected { SpfResult::PermError } else { SpfResult::None }.into());
            };
            let record = Record::parse(&text).ok_or(SpfResult::PermError)?;
            if let Some(result) = self.first_match(&record, &domain).await? {
                let exp = record.exp.filter(|_| result == SpfResult::Fail);
                return Ok(Outcome { result, exp: exp.map(|exp| (exp.to_owned(), domain)) });
            }
            let Some(redirect) = &record.redirect else { return Ok(SpfResult::Neutral.into()) };
            self.count_term()?;
            let Some(target) = self.target(Some(redirect), &domain).await? else {
                return Ok(SpfResult::Neutral.into());
            };
            (domain, redirected) = (target, true);
        }
    }

    /// The SPF record of a domain, RFC 7208 sections 4.3 to 4.5.
    async fn record(&self, domain: &str) -> Ended<Option<String>> {
        if !is_askable(domain) || !domain.contains('.') {
            return Ok(None);
        }
        let mut records = self.lookups.txt(domain).await?.into_iter().filter(|text| is_spf(text));
        match (records.next(), records.next()) {
            (_, Some(_)) => Err(SpfResult::PermError),
            (record, None) => Ok(record),
        }
    }

    async fn first_match(&mut self, record: &Record<'_>, domain: &str) -> Ended<Option<SpfResult>> {
        for directive in &record.directives {
            if self.matches(&directive.mechanism, domain).await? {
                return Ok(Some(directive.result));
            }
        }
        Ok(None)
    }

    async fn matches(&mut self, mechanism: &Mechanism<'_>, domain: &str) -> Ended<bool> {
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Ip4(net) => Ok(matches!(self.sender.ip, IpAddr::V4(ip) if net.contains(&ip))),
            Mechanism::Ip6(net) => Ok(matches!(self.sender.ip, IpAddr::V6(ip) if net.contains(&ip))),
            Mechanism::Include(target) => self.include(target, domain).await,
            Mechanism::A(target, prefixes) => {
                let Some(name) = self.name(target.as_ref(), domain).await? else { return Ok(false) };
                let addresses = self.lookups.addresses(&name, self.sender.ip.is_ipv6()).await?;
                self.count_void(addresses.is_empty())?;
                Ok(self.is_near(&addresses, *prefixes))
            }
            Mechanism::Mx(target, prefixes) => self.mx(target.as_ref(), *prefixes, domain).await,
            Mechanism::Ptr(target) => self.ptr(target.as_ref(), domain).await,
            Mechanism::Exists(target) => {
                let Some(name) = self.name(Some(target), domain).await? else { return Ok(false) };
                // A records whatever the client's family is, RFC 7208 section 5.7.
                let found = self.lookups.addresses(&name, false).await?;
                self.count_void(found.is_empty())?;
                Ok(!found.is_empty())
            }
        }
    }

    /// RFC 7208 section 5.2.
    async fn include(&mut self, target: &MacroString<'_>, domain: &str) -> Ended<bool> {
        self.count_term()?;
        let Some(target) = self.target(Some(target), domain).await? else { return Ok(false) };
        match Box::pin(self.check_host(target)).await?.result {
            SpfResult::Pass => Ok(true),
            SpfResult::Fail | SpfResult::SoftFail | SpfResult::Neutral => Ok(false),
            SpfResult::TempError => Err(SpfResult::TempError),
            SpfResult::PermError | SpfResult::None => Err(SpfResult::PermError),
        }
    }

    /// RFC 7208 section 5.4. A domain without MX records has no mail host: its own address is none.
    async fn mx(&mut self, target: Option<&MacroString<'_>>, prefixes: Prefixes, domain: &str) -> Ended<bool> {
        let Some(name) = self.name(target, domain).await? else { return Ok(false) };
        let mut hosts = self.lookups.mail_hosts(&name).await?;
        self.count_void(hosts.is_empty())?;
        if hosts.len() > MAX_MAIL_HOSTS {
            return Err(SpfResult::PermError);
        }
        hosts.sort_unstable();
        hosts.dedup();
        for host in hosts.iter().filter(|host| is_askable(host)) {
            let addresses = self.lookups.addresses(host, self.sender.ip.is_ipv6()).await?;
            if self.is_near(&addresses, prefixes) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// RFC 7208 section 5.5. Only names that could match are validated.
    async fn ptr(&mut self, target: Option<&MacroString<'_>>, domain: &str) -> Ended<bool> {
        let Some(target) = self.name(target, domain).await? else { return Ok(false) };
        let names = self.client_names().await?;
        self.count_void(names.is_empty())?;
        for name in names.iter().filter(|name| is_within(name, &target)) {
            if self.lookups.has_address(name, self.sender.ip).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The names the client's address points to, as many as may be looked at.
    async fn client_names(&mut self) -> Ended<Vec<String>> {
        if self.client_names.is_none() {
            let mut names = self.lookups.names_of(self.sender.ip).await?;
            names.truncate(MAX_CLIENT_NAMES);
            self.client_names = Some(names);
        }
        Ok(self.client_names.clone().unwrap_or_default())
    }

    /// What `%{p}` stands for, if a text needs it: a name of the client that leads back to it, the domain itself before
    /// its subdomains before any other (RFC 7208 section 7.3).
    async fn validated_name(&mut self, text: &MacroString<'_>, domain: &str) -> Ended<String> {
        if text.needs_validated_name() {
            let mut names = self.client_names().await?;
            names.sort_by_key(|name| (!name.eq_ignore_ascii_case(domain), !is_within(name, domain)));
            for name in names {
                if self.lookups.has_address(&name, self.sender.ip).await? {
                    return Ok(name);
                }
            }
        }
        Ok(NO_NAME.to_owned())
    }

    /// The name a mechanism that asks the DNS is about, counted; none if no such name can exist, and so none matches.
    async fn name(&mut self, target: Option<&MacroString<'_>>, domain: &str) -> Ended<Option<String>> {
        self.count_term()?;
        Ok(self.target(target, domain).await?.filter(|name| is_askable(name)))
    }

    /// The target-name of a term, RFC 7208 section 4.8; none if by RFC 8616 the term matches nothing.
    async fn target(&mut self, target: Option<&MacroString<'_>>, domain: &str) -> Ended<Option<String>> {
        let Some(target) = target else { return Ok(Some(domain.to_owned())) };
        let validated = self.validated_name(target, domain).await?;
        Ok(target.expand_name(&self.values(domain, &validated)))
    }

    fn values<'v>(&'v self, domain: &'v str, validated: &'v str) -> Values<'v> {
        let Sender { ip, helo, local, domain: sender_domain } = self.sender;
        Values { ip, helo, local, sender_domain, domain, validated }
    }

    /// True if an address shares with the client's as many bits as count.
    fn is_near(&self, addresses: &[IpAddr], prefixes: Prefixes) -> bool {
        let bits = if self.sender.ip.is_ipv4() { prefixes.v4 } else { prefixes.v6 };
        addresses.iter().any(|ip| IpNet::new(*ip, bits).is_ok_and(|net| net.contains(&self.sender.ip)))
    }

    fn count_term(&mut self) -> Ended<()> {
        self.terms += 1;
        if self.terms > MAX_TERMS { Err(SpfResult::PermError) } else { Ok(()) }
    }

    fn count_void(&mut self, is_void: bool) -> Ended<()> {
        self.void += usize::from(is_void);
        if self.void > MAX_VOID { Err(SpfResult::PermError) } else { Ok(()) }
    }
}

/// True if `name` is `domain` or ends in a dot and `domain`, letters of any case.
fn is_within(name: &str, domain: &str) -> bool {
    let Some((before, end)) = name.len().checked_sub(domain.len()).and_then(|at| name.split_at_checked(at)) else {
        return false;
    };
    end.eq_ignore_ascii_case(domain) && (before.is_empty() || before.ends_with('.'))
}
