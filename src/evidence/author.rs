//! The author: whether they have a name of their own that their proven address bears out, and a house of their own.
//! Not a signal itself.
//!
//! What nobody proves is nobody's: without an aligned signature or reverse-path there is no author to speak of.

use super::destination::Destinations;
use super::names::{self, MIN_PART_CHARS};
use super::origin::Origin;
use crate::mail::{Domain, LinkKind};
use crate::text::fold::{find_words, fold};

/// Links that are looked at: the rest of a longer list leads where its beginning leads.
const MAX_LINKS: usize = 200;

/// Who wrote a message, as far as that is proven.
#[derive(Debug, Clone, Default)]
pub(crate) struct Author {
    /// Their own name: a person's that fits the address, an organization's that fits the domain or stands in the text.
    pub(crate) own_name: Option<String>,
    /// True if the mailbox or domain is one that anybody gets, or nothing is proven.
    pub(crate) is_hired: bool,
    /// True if that name is a person's.
    pub(crate) is_person: bool,
    /// True if at least half of the links lead to pages of the author, whose domain has a name of its own.
    pub(crate) is_housed: bool,
}

impl Author {
    /// True if they have a voice of their own.
    pub(crate) fn has_voice(&self) -> bool {
        self.own_name.is_some() || self.is_housed
    }

    /// Looks at who wrote a message with this folded text.
    pub(super) fn of(origin: &Origin<'_>, text: &str, destinations: &Destinations<'_>) -> Author {
        let Some(domain) = origin.proven_author() else { return Author { is_hired: true, ..Author::default() } };
        let is_hired = origin.policy.hosts.is_hired(domain);
        let is_own = !is_hired && origin.message.from.iter().all(|m| names::is_own_name(domain, &fold(&m.name)));
        let is_housed = is_own && !is_from_office(origin) && leads_home(domain, destinations);
        let is_person = origin.message.from.iter().all(|m| names::names_person(&fold(&m.name), &fold(&m.local)));
        Author { own_name: own_name(origin, domain, text, is_own), is_hired, is_person, is_housed }
    }
}

fn is_from_office(origin: &Origin<'_>) -> bool {
    origin.message.from.iter().any(|m| names::is_offices(&fold(&m.name)))
}

fn leads_home(author: &Domain, destinations: &Destinations<'_>) -> bool {
    let followed = destinations.all.iter().filter(|d| d.link.kind != LinkKind::Obfuscated);
    let hosts = followed.filter_map(|d| d.target.authority.as_ref()).take(MAX_LINKS);
    let hosts: Vec<Option<&Domain>> = hosts.map(|a| a.domain.as_ref()).collect();
    let own = hosts.iter().flatten().filter(|host| host.registrable() == author.registrable()).count();
    own > 0 && own * 2 >= hosts.len()
}

fn own_name(origin: &Origin<'_>, domain: &Domain, text: &str, is_own: bool) -> Option<String> {
    let mut authors = origin.message.from.iter();
    let author = authors.next().filter(|_| authors.all(|m| m.domain.as_ref() == Some(domain)))?;
    let name = fold(&author.name);
    if names::names_person(&name, &fold(&author.local))
        || is_own && !names::is_all_offices(&name) && names::names_organization(&name, domain)
    {
        return Some(author.name.clone());
    }
    let label = domain.chosen_label();
    let forms = [label.replace('-', " "), label.replace('-', "")];
    let said = |own: &String| own.chars().count() > MIN_PART_CHARS && is_said(text, own);
    forms.into_iter().filter(|_| is_own && !names::is_offices(&name)).find(said)
}

/// True if a text holds a name that is not part of an address.
fn is_said(text: &str, name: &str) -> bool {
    let mut from = 0;
    while let Some(at) = find_words(text, name, from) {
        from = at + name.len();
        let after = text[from..].strip_prefix('.').is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
        let before = text[..at].ends_with(['.', '/', '@', '-', '_', '=']);
        if !after && !before && !text[from..].starts_with(['@', '/', '-', '_', '=']) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_do_not_say_a_name() {
        for text in ["write to us, bright florist", "bright florist."] {
            assert!(is_said(text, "bright florist"), "{text}");
        }
        for text in ["https://florist.example/", "ada@florist", "www.florist.example", "the-florist"] {
            assert!(!is_said(text, "florist"), "{text}");
        }
    }
}
