//! Hosts that say something about a link or a sender: shorteners, hosts where anybody puts up a page or a picture or
//! gets a mailbox, operators of mailing lists, and redirectors with the place where the target of their links stands
//! (`conf/hosts/*.toml`, and what the operator adds in `[links]`).
//!
//! A link is unwrapped by its syntax alone; nothing is ever fetched. Every target that stands in it is given back,
//! since nobody can know which one the redirector takes. Refuses lists with unknown keys and names that are not host
//! names; unwrapping never fails: nesting and targets are bounded, and what is deeper counts as a target nobody can
//! tell.

use crate::mail::{Authority, Domain, Link};
use crate::policy::config::sections::Links;
use crate::text::percent::percent_decoded;
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Redirectors in redirectors that are followed: mail gateways in a row make three.
pub(super) const MAX_NESTED: usize = 6;
/// Targets kept of one link: one and, nested, a few; a link with more is made to be lost in.
pub(super) const MAX_TARGETS: usize = 16;
/// Targets read from one address.
const MAX_PLACES: usize = 4;

/// The built-in lists.
const SHORTENERS: &str = include_str!("../../conf/hosts/shorteners.toml");
const FREE_HOSTS: &str = include_str!("../../conf/hosts/free_hosts.toml");
const IMAGE_HOSTS: &str = include_str!("../../conf/hosts/image_hosts.toml");
const MAILBOXES: &str = include_str!("../../conf/hosts/mailboxes.toml");
const LISTS: &str = include_str!("../../conf/hosts/lists.toml");
const REDIRECTORS: &str = include_str!("../../conf/hosts/redirectors.toml");

/// The text of every built-in list: what the id of a policy covers.
pub(super) fn built_in() -> impl Iterator<Item = &'static str> {
    [SHORTENERS, FREE_HOSTS, IMAGE_HOSTS, MAILBOXES, LISTS, REDIRECTORS].into_iter()
}

/// The hosts of all lists.
#[derive(Debug)]
pub struct Hosts {
    shorteners: HashSet<String>,
    free: HashSet<String>,
    images: HashSet<String>,
    mailboxes: HashSet<String>,
    lists: HashSet<String>,
    /// By host, or by label for names such as `google.*`.
    redirectors: HashMap<String, Vec<Redirector>>,
}

/// Who passes a link on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Passage {
    /// Whoever writes the link chooses the target.
    Redirector,
    /// A mail gateway wrapped the link.
    Protection,
    /// A mailer counts clicks.
    Tracker,
}

/// One way a link leads through hosts that pass it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Where it leads in the end: the last address that can be told.
    pub target: Link,
    /// The hosts that pass it on, first to last, with what they are.
    pub through: Vec<(String, Passage)>,
    /// Who hides the target, if the last address is that of a host that passes it on to nobody knows where.
    pub hidden_by: Option<Passage>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    hosts: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Redirectors {
    redirector: Vec<Redirector>,
}

/// A rule of `conf/hosts/redirectors.toml`, which says what its keys mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Redirector {
    host: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    parameters: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
    #[serde(default)]
    encoding: Encoding,
    #[serde(default)]
    skip: String,
    kind: Passage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Encoding {
    #[default]
    Plain,
    Base64,
    Proofpoint,
    DashedHost,
}

impl Hosts {
    /// The built-in lists and those of the configuration. The error is the key of the configuration, or the file,
    /// that cannot be used, and why.
    pub fn compile(links: &Links, list_operators: &[String]) -> Result<Hosts, (&'static str, String)> {
        let rules: Redirectors =
            toml::from_str(REDIRECTORS).map_err(|e| ("conf/hosts/redirectors.toml", e.message().to_owned()))?;
        let mut redirectors: HashMap<String, Vec<Redirector>> = HashMap::new();
        for host in &links.redirectors {
            let rule = Redirector::anywhere(name("redirectors", host)?);
            redirectors.entry(rule.host.clone()).or_default().push(rule);
        }
        for rule in rules.redirector {
            let key = rule.host.strip_suffix(".*").unwrap_or(&rule.host);
            name("conf/hosts/redirectors.toml", key)?;
            redirectors.entry(rule.host.clone()).or_default().push(rule);
        }
        Ok(Hosts {
            shorteners: list(SHORTENERS, "conf/hosts/shorteners.toml", "shorteners", &links.shorteners)?,
            free: list(FREE_HOSTS, "conf/hosts/free_hosts.toml", "free_hosts", &links.free_hosts)?,
            images: list(IMAGE_HOSTS, "conf/hosts/image_hosts.toml", "image_hosts", &links.image_hosts)?,
            mailboxes: list(MAILBOXES, "conf/hosts/mailboxes.toml", "mailboxes", &links.mailboxes)?,
            lists: list(LISTS, "conf/hosts/lists.toml", "list_operators", list_operators)?,
            redirectors,
        })
    }

    /// The entry of the list of shorteners a host stands under.
    pub fn shortener<'d>(&self, host: &'d Domain) -> Option<&'d str> {
        within(&self.shorteners, host)
    }

    /// What a host stands under where anybody puts up a page: an entry of the list of free hosts, or a suffix below
    /// which anybody may take a name. The list's own front pages are nobody's page.
    pub fn free_host<'d>(&self, host: &'d Domain) -> Option<&'d str> {
        within(&self.free, host).or_else(|| host.shared_suffix())
    }

    /// The entry of the list of image hosts a host stands under.
    pub fn image_host<'d>(&self, host: &'d Domain) -> Option<&'d str> {
        within(&self.images, host)
    }

    /// The entry of the list of domains with mailboxes for anybody a domain stands under.
    pub fn free_mailbox<'d>(&self, domain: &'d Domain) -> Option<&'d str> {
        within(&self.mailboxes, domain)
    }

    /// True if anybody gets a mailbox or a page at `domain`, so that it is nobody's house.
    pub(crate) fn is_hired(&self, domain: &Domain) -> bool {
        self.free_mailbox(domain).is_some() || self.free_host(domain).is_some()
    }

    /// True if a mailing list belongs to an operator who lets nobody post in other people's names.
    pub fn is_kept_list(&self, list: &Domain) -> bool {
        within(&self.lists, list).is_some()
    }

    /// Where a link leads through hosts that pass it on; nothing if its host does not.
    pub fn routes(&self, link: &Link) -> Vec<Route> {
        let mut open = vec![(Vec::new(), Cow::Borrowed(link))];
        let mut routes = Vec::new();
        while let Some((through, at)) = open.pop() {
            let rule = at.authority.as_ref().and_then(|a| Some((a, self.redirector(a)?)));
            let Some((authority, rule)) = rule else {
                if through.is_empty() {
                    return routes;
                }
                routes.push(Route { target: at.into_owned(), through, hidden_by: None });
                continue;
            };
            let targets = if through.len() < MAX_NESTED { rule.targets(authority) } else { Vec::new() };
            let room = MAX_TARGETS.saturating_sub(open.len() + routes.len());
            if targets.is_empty() || targets.len() > room {
                routes.push(Route { hidden_by: Some(rule.kind), target: at.clone().into_owned(), through });
                continue;
            }
            let passed = [through, vec![(authority.host.clone(), rule.kind)]].concat();
            let shown = link.shown.as_str();
            open.extend(targets.iter().rev().map(|t| (passed.clone(), Cow::Owned(Link::new(link.kind, t, shown)))));
        }
        routes
    }

    /// The rule for a link to this host and path.
    fn redirector(&self, authority: &Authority) -> Option<&Redirector> {
        let domain = authority.domain.as_ref()?;
        let any_suffix = || self.redirectors.get(&format!("{}.*", domain.chosen_label()));
        let rules = suffixes(domain).filter_map(|s| self.redirectors.get(s)).chain(any_suffix());
        rules.flatten().find(|r| starts_with(&authority.rest, &r.path))
    }
}

impl Redirector {
    /// A rule for a host of which nothing more is known: any URL in its links is a target.
    fn anywhere(host: Domain) -> Redirector {
        Redirector {
            host: host.as_str().to_owned(),
            path: String::new(),
            parameters: vec![],
            after: vec![],
            encoding: Encoding::Plain,
            skip: String::new(),
            kind: Passage::Redirector,
        }
    }

    /// The targets that stand in a link.
    fn targets(&self, authority: &Authority) -> Vec<String> {
        let rest = authority.rest.as_str();
        if self.encoding == Encoding::DashedHost {
            return authority.host.split('.').next().map(undashed).into_iter().collect();
        }
        let mut found: Vec<String> = Vec::new();
        found.extend(self.after.iter().find_map(|marker| after(rest, marker)).and_then(|t| self.decoded(t)));
        if !self.parameters.is_empty() {
            let named = |key: &str| self.parameters.iter().any(|p| p.eq_ignore_ascii_case(key));
            let values = parameters(rest).filter(|(key, _)| named(key)).filter_map(|(_, value)| self.decoded(value));
            found.extend(values.take(MAX_PLACES));
        }
        if found.is_empty() && self.encoding == Encoding::Plain {
            found = urls_in(rest);
        }
        found
    }

    /// A target as written in the link, decoded, with a scheme.
    fn decoded(&self, written: &str) -> Option<String> {
        let plain = percent_decoded(written);
        let target = match self.encoding {
            Encoding::Plain | Encoding::DashedHost => plain.into_owned(),
            Encoding::Base64 => from_base64(plain.strip_prefix(&self.skip).unwrap_or(&plain))?,
            Encoding::Proofpoint => percent_decoded(&plain.replace('-', "%").replace('_', "/")).into_owned(),
        };
        let target = target.trim();
        if Authority::of(target).is_some() || target.contains(':') {
            return Some(target.to_owned());
        }
        // A bare host, as Mimecast names it.
        let bare = format!("https://{target}");
        Authority::of(&bare).filter(|a| a.domain.as_ref().is_some_and(has_dot)).map(|_| bare)
    }
}

/// Absolute URLs of the web in the values of a link's query, whatever their names.
pub fn urls_in_parameters(rest: &str) -> impl Iterator<Item = (&str, Link)> {
    parameters(rest).take(MAX_PLACES * 4).filter_map(|(key, value)| {
        let link = Link::new(crate::mail::LinkKind::Automatic, &percent_decoded(value), "");
        link.domain().is_some_and(has_dot).then_some((key, link))
    })
}

/// URLs that stand in a link, percent-encoded once or twice, or not.
fn urls_in(rest: &str) -> Vec<String> {
    let starts = memchr::memmem::find_iter(rest.as_bytes(), "http").filter(|at| {
        let after = rest[at + 4..].strip_prefix('s').unwrap_or(&rest[at + 4..]);
        let sign = |text: &str, forms: [&str; 3]| {
            forms.iter().find_map(|f| text.get(..f.len()).filter(|t| t.eq_ignore_ascii_case(f)).map(str::len))
        };
        sign(after, [":", "%3a", "%253a"]).is_some_and(|n| sign(&after[n..], ["/", "%2f", "%252f"]).is_some())
    });
    let is_parameter = |at: &usize| rest[..*at].ends_with('=');
    let read = |at: usize| {
        let end = if is_parameter(&at) { rest[at..].find('&').map_or(rest.len(), |n| at + n) } else { rest.len() };
        let once = percent_decoded(&rest[at..end]);
        if Authority::of(&once).is_some() { once.into_owned() } else { percent_decoded(&once).into_owned() }
    };
    starts.take(MAX_PLACES).map(read).filter(|url| Authority::of(url).is_some()).collect()
}

/// What follows a marker in a path; `*` in it is any one segment.
fn after<'r>(rest: &'r str, marker: &str) -> Option<&'r str> {
    let mut pieces = marker.split('*');
    let first = pieces.next()?;
    let mut at = rest.find(first)? + first.len();
    for piece in pieces {
        at += rest[at..].find(piece)? + piece.len();
    }
    Some(rest[at..].split(['?', '#']).next().unwrap_or_default()).filter(|t| !t.is_empty())
}

/// Names and values of the query, as written.
fn parameters(rest: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    query.split('&').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key.trim_start_matches("amp;"), value))
}

/// `www-elance-com` of `www-elance-com.translate.goog`: hyphens are dots, doubled ones hyphens.
fn undashed(label: &str) -> String {
    let host = label.replace("--", "\n").replace('-', ".").replace('\n', "-");
    format!("https://{host}")
}

fn from_base64(text: &str) -> Option<String> {
    let text = text.trim_end_matches('=').as_bytes();
    let octets = BASE64URL_NOPAD.decode(text).or_else(|_| BASE64_NOPAD.decode(text)).ok()?;
    String::from_utf8(octets).ok()
}

fn has_dot(domain: &Domain) -> bool {
    domain.as_str().contains('.')
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|t| t.eq_ignore_ascii_case(start))
}

/// A domain and all above it.
fn suffixes(domain: &Domain) -> impl Iterator<Item = &str> {
    let name = domain.as_str();
    std::iter::once(name).chain(name.match_indices('.').map(move |(at, _)| &name[at + 1..]))
}

fn within<'d>(list: &HashSet<String>, host: &'d Domain) -> Option<&'d str> {
    suffixes(host).find(|s| list.contains(*s))
}

fn name(key: &'static str, written: &str) -> Result<Domain, (&'static str, String)> {
    Domain::parse(written).ok_or_else(|| (key, format!("{written:?} is not a host name")))
}

fn list(
    text: &str,
    file: &'static str,
    key: &'static str,
    more: &[String],
) -> Result<HashSet<String>, (&'static str, String)> {
    let built_in: List = toml::from_str(text).map_err(|e| (file, e.message().to_owned()))?;
    let built_in = built_in.hosts.iter().map(|host| (file, host));
    let all = built_in.chain(more.iter().map(|host| (key, host)));
    all.map(|(key, host)| name(key, host).map(|d| d.as_str().to_owned())).collect()
}

#[cfg(test)]
#[path = "hosts_tests.rs"]
mod tests;
