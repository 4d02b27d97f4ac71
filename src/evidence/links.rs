//! What the link signals share: the links a person may follow, where they lead, and whose that is. Not a signal itself.

use super::destination::{Destination, Destinations};
use super::gathered::Evidence;
use crate::mail::{Authority, Domain, Link, LinkKind};
use crate::policy::{Brand, urls_in_parameters};
use crate::text::fold::fold;

/// Names of parameters that say where to go on to.
const GOES_ON: [&str; 14] =
    ["url", "uri", "u", "r", "to", "next", "dest", "destination", "target", "out", "link", "continue", "rurl", "redir"];

/// Where links a person may follow, or that open by themselves, lead: no images, and nothing that is written so that it
/// is not a link, as mail that warns of forgeries quotes them.
pub(crate) fn followed<'e>(e: &'e Evidence<'_>) -> impl Iterator<Item = (&'e Destination<'e>, &'e Authority)> {
    let links = e.destinations().all.iter().filter(|d| d.link.kind != LinkKind::Obfuscated);
    links.filter_map(|d| Some((d, d.target.authority.as_ref()?)))
}

/// The same, without those that lead where the brand's honest links lead.
pub(crate) fn astray<'e>(
    e: &'e Evidence<'_>,
    brand: &Brand,
) -> impl Iterator<Item = (&'e Destination<'e>, &'e Authority)> {
    followed(e).filter(|(_, a)| !a.domain.as_ref().is_some_and(|d| brand.links_to(d)))
}

/// The hosts that [`astray`] links lead to, each once, with the first link that does: newsletters link one host a
/// hundred times. What only passes links on is not among them.
pub(crate) fn astray_hosts<'e>(
    e: &'e Evidence<'_>,
    brand: &Brand,
) -> impl Iterator<Item = (&'e Destination<'e>, &'e Domain)> {
    let Destinations { all, by_host } = e.destinations();
    let hosts = by_host.iter().filter_map(|n| all.get(*n)).filter(|d| !d.is_wrapper());
    hosts.filter_map(|d| Some((d, d.target.domain()?))).filter(|(_, host)| !brand.links_to(host))
}

/// Links of any scheme a person may follow, without those that lead where the brand's honest links or mailboxes are.
pub(crate) fn all_astray<'e>(e: &'e Evidence<'_>, brand: &Brand) -> impl Iterator<Item = &'e Destination<'e>> {
    e.destinations().all.iter().filter(|d| {
        let mailbox = || {
            let to = d.target.href.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("mailto"))?.1;
            Domain::parse(to.split('?').next()?.rsplit_once('@')?.1)
        };
        !d.target.domain().cloned().or_else(mailbox).is_some_and(|host| brand.links_to(&host))
    })
}

/// Links to the brand's own hosts that name a stranger as the place to go on to, and which.
pub(crate) fn going_on<'e>(e: &'e Evidence<'_>, brand: &Brand) -> impl Iterator<Item = (&'e Destination<'e>, String)> {
    followed(e).filter_map(|(way, authority)| Some((way, goes_on_to(brand, authority)?)))
}

/// The stranger that a link to the brand's own host names as the place to go on to.
pub(crate) fn goes_on_to(brand: &Brand, authority: &Authority) -> Option<String> {
    authority.domain.as_ref().filter(|d| brand.owns(d)).filter(|_| !shares(&authority.rest))?;
    let elsewhere = |(key, link): (&str, Link)| {
        link.domain().filter(|d| goes_on(key) && !brand.links_to(d)).map(ToString::to_string)
    };
    urls_in_parameters(&authority.rest).find_map(elsewhere)
}

/// True if a parameter of this name says where to go on to.
fn goes_on(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    GOES_ON.iter().any(|word| key == *word || key.strip_suffix(['_', '-']).is_some_and(|k| k == *word))
        || ["redirect", "return", "forward", "goto"].iter().any(|word| key.contains(word))
}

/// True if the page is one that offers the address to others.
fn shares(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    path.contains("share") || path.contains("intent")
}

/// True if some link leads where the brand's honest links lead.
pub(crate) fn any_own(e: &Evidence<'_>, brand: &Brand) -> bool {
    followed(e).any(|(_, a)| a.domain.as_ref().is_some_and(|d| brand.links_to(d)))
}

/// True if a dash joins the brand to something else: in the label its owner chose (`secure-elance.com`), or around the
/// brand's whole domain (`elance.com-verify.example`).
pub(crate) fn dashed(brand: &Brand, host: &Domain) -> bool {
    let chosen = host.chosen_label();
    let joined = |d: &Domain| host.as_str().contains(&format!("{d}-")) || host.as_str().contains(&format!("-{d}."));
    chosen.contains('-') && brand.compact_names().any(|n| n.is_token_of(chosen) || n.as_str() == chosen)
        || brand.domains.iter().any(joined)
}

/// True if a label in front of a stranger's domain holds the brand's name as a word.
pub(crate) fn in_front(brand: &Brand, host: &Domain) -> bool {
    if dashed(brand, host) {
        return false;
    }
    let front = host.labels().count() - host.registrable().split('.').count();
    host.labels().take(front).any(|label| brand.compact_names().any(|n| n.is_token_of(label)))
}

/// What a person reads of the brand in a link that leads elsewhere.
pub(crate) enum Misread {
    /// A user name in front of an `@`, or what looks like the host behind one.
    At(String),
    /// The host, up to a character at which people stop reading and browsers do not, or the other way round.
    Host(Domain),
}

/// How the brand is read in the authority of a link that leads to a stranger, if it is.
pub(crate) fn misread(brand: &Brand, authority: &Authority) -> Option<Misread> {
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
