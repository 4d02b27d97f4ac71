//! What the link signals share: the links a person may follow, where they lead, and whose that is. Not a signal itself.

use super::{Brand, Evidence};
use crate::mail::text::{first_bytes, fold};
use crate::mail::{Authority, Domain, Link, LinkKind};
use crate::policy::{Hosts, Passage, Route};
use std::borrow::Cow;
use std::collections::HashSet;

/// Characters of a URL that evidence quotes.
const QUOTED_URL: usize = 120;

/// Where the links of a message lead, worked out once.
pub(super) struct Destinations<'a> {
    all: Vec<Destination<'a>>,
    /// Those of `all` that lead to a host none before them leads to.
    by_host: Vec<usize>,
}

/// One way a link leads: straight to its target, or to one that stands in it, through hosts that pass it on.
pub(super) struct Destination<'a> {
    /// The link as it stands in the message.
    pub(super) link: &'a Link,
    /// Where it leads in the end: the last address that can be told.
    pub(super) target: Cow<'a, Link>,
    /// The hosts it is passed on by, first to last.
    pub(super) through: Vec<(String, Passage)>,
    /// Who hides what is behind the target, if it passes links on to nobody knows where.
    pub(super) hidden_by: Option<Passage>,
}

impl<'a> Destinations<'a> {
    /// Where `links` lead; images are not followed.
    pub(super) fn new(links: &'a [Link], hosts: &Hosts) -> Destinations<'a> {
        let followed = links.iter().filter(|l| l.kind != LinkKind::Image);
        let all: Vec<Destination<'a>> = followed.flat_map(|link| Destination::of(link, hosts)).collect();
        let mut seen = HashSet::new();
        let new = |d: &Destination<'a>| {
            d.link.kind != LinkKind::Obfuscated && d.target.domain().is_some_and(|host| seen.insert(host.clone()))
        };
        let by_host = all.iter().map(new).enumerate().filter(|(_, new)| *new).map(|(n, _)| n).collect();
        Destinations { all, by_host }
    }
}

impl<'a> Destination<'a> {
    fn of(link: &'a Link, hosts: &Hosts) -> Vec<Destination<'a>> {
        let routes = hosts.routes(link);
        if routes.is_empty() {
            return vec![Destination { link, target: Cow::Borrowed(link), through: vec![], hidden_by: None }];
        }
        let of =
            |Route { target, through, hidden_by }| Destination { link, target: Cow::Owned(target), through, hidden_by };
        routes.into_iter().map(of).collect()
    }

    /// The link for evidence, cut to a readable length, with the hosts that pass it on.
    pub(super) fn quoted(&self) -> String {
        let url = quoted(self.link);
        match self.through.first() {
            None => url,
            Some((host, _)) => format!("{url} (passed on by {host})"),
        }
    }

    /// The last host that passes it on and whose writer chose the target.
    pub(super) fn redirector(&self) -> Option<&str> {
        let chosen = |(_, kind): &&(String, Passage)| *kind == Passage::Redirector;
        self.through.iter().rev().find(chosen).map(|(host, _)| host.as_str())
    }

    /// True if the target is a wrapper itself, so that its name and path say nothing about whose page it is.
    fn is_wrapper(&self) -> bool {
        self.hidden_by.is_some()
    }
}

/// Where links a person may follow, or that open by themselves, lead: no images, and nothing that is written so that it is
/// no link, as mail that warns of forgeries quotes them.
pub(super) fn followed<'e>(e: &'e Evidence<'_>) -> impl Iterator<Item = (&'e Destination<'e>, &'e Authority)> {
    let links = e.destinations().all.iter().filter(|d| d.link.kind != LinkKind::Obfuscated);
    links.filter_map(|d| Some((d, d.target.authority.as_ref()?)))
}

/// The same, without those that lead where the brand's honest links lead.
pub(super) fn astray<'e>(
    e: &'e Evidence<'_>,
    brand: &Brand,
) -> impl Iterator<Item = (&'e Destination<'e>, &'e Authority)> {
    followed(e).filter(|(_, a)| !a.domain.as_ref().is_some_and(|d| brand.links_to(d)))
}

/// The hosts that [`astray`] links lead to, each once, with the first link that does: newsletters link one host a hundred
/// times. What only passes links on is not among them.
pub(super) fn astray_hosts<'e>(
    e: &'e Evidence<'_>,
    brand: &Brand,
) -> impl Iterator<Item = (&'e Destination<'e>, &'e Domain)> {
    let Destinations { all, by_host } = e.destinations();
    let hosts = by_host.iter().filter_map(|n| all.get(*n)).filter(|d| !d.is_wrapper());
    hosts.filter_map(|d| Some((d, d.target.domain()?))).filter(|(_, host)| !brand.links_to(host))
}

/// Links of any scheme a person may follow, without those that lead where the brand's honest links or mailboxes are.
pub(super) fn all_astray<'e>(e: &'e Evidence<'_>, brand: &Brand) -> impl Iterator<Item = &'e Destination<'e>> {
    e.destinations().all.iter().filter(|d| {
        let mailbox = || {
            let to = d.target.href.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("mailto"))?.1;
            Domain::parse(to.split('?').next()?.rsplit_once('@')?.1)
        };
        !d.target.domain().cloned().or_else(mailbox).is_some_and(|host| brand.links_to(&host))
    })
}

/// True if some link leads where the brand's honest links lead.
pub(super) fn any_own(e: &Evidence<'_>, brand: &Brand) -> bool {
    followed(e).any(|(_, a)| a.domain.as_ref().is_some_and(|d| brand.links_to(d)))
}

/// True if a dash joins the brand to something else: in the label its owner chose (`secure-elance.com`), or around the
/// brand's whole domain (`elance.com-verify.example`).
pub(super) fn dashed(brand: &Brand, host: &Domain) -> bool {
    let chosen = host.chosen_label();
    let joined = |d: &Domain| host.as_str().contains(&format!("{d}-")) || host.as_str().contains(&format!("-{d}."));
    chosen.contains('-') && brand.compact_names().any(|n| n.is_token_of(chosen) || n.as_str() == chosen)
        || brand.domains.iter().any(joined)
}

/// True if a label in front of a stranger's domain holds the brand's name as a word.
pub(super) fn in_front(brand: &Brand, host: &Domain) -> bool {
    if dashed(brand, host) {
        return false;
    }
    let front = host.labels().count() - host.registrable().split('.').count();
    host.labels().take(front).any(|label| brand.compact_names().any(|n| n.is_token_of(label)))
}

/// What a person reads of the brand in a link that leads elsewhere.
pub(super) enum Misread {
    /// A user name in front of an `@`, or what looks like the host behind one.
    At(String),
    /// The host, up to a sign at which people stop reading and browsers do not, or the other way round.
    Host(Domain),
}

/// How the brand is read in the authority of a link that leads to a stranger, if it is.
pub(super) fn misread(brand: &Brand, authority: &Authority) -> Option<Misread> {
    if let Some(user) = &authority.userinfo {
        let shows = brand.domain_in(user).is_some() || brand.named_in(&fold(user)).is_some();
        return shows.then(|| Misread::At(user.clone()));
    }
    if let Some(shown) = behind(&authority.rest, brand) {
        return Some(Misread::At(shown));
    }
    authority.seen.iter().find(|d| brand.owns(d)).cloned().map(Misread::Host)
}

/// The brand's host in `http://mailer.example\@www.elance.com/`: browsers stop at the backslash, `?` or `#`, older
/// readers of URLs at the slash, so that the @ seems to part a user name from the brand.
fn behind(rest: &str, brand: &Brand) -> Option<String> {
    let after = rest.strip_prefix(['\\', '?', '#'])?.strip_prefix('@')?;
    brand.domain_in(after.split(['/', '?', '#']).next().unwrap_or_default())
}

/// A URL for evidence: cut to a readable length, without what would turn or break the line.
pub(super) fn quoted(link: &Link) -> String {
    let dropped = |c: &char| !c.is_control() && !crate::mail::text::is_invisible(*c);
    first_bytes(&link.href, QUOTED_URL).chars().filter(dropped).collect()
}
