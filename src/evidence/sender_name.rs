//! What the name of a stranger's mailbox says of a brand: it is the brand, it wears the brand as a badge, or nothing.
//! Not a signal itself.
//!
//! A person may add where they work or what they do (`Maria (Elance freelancer)`), a house whom it writes for (`Elance
//! via Signing House`); both give a name of their own that their proven address bears out. Without one the brand's name
//! is a pretence.

use super::names;
use super::origin::Origin;
use crate::lookalike;
use crate::mail::Mailbox;
use crate::policy::Brand;
use crate::text::fold::fold;
use crate::wording::{WordKind, WordList};

/// What parts a person's name from what they add to it.
const PARTS: [char; 14] = ['"', '\u{201c}', '\u{201d}', ',', '|', '(', ')', '[', ']', '·', '/', '@', '-', '–'];
/// What stands between whom a house writes for and its own name.
const VIA: [&str; 6] = [" via ", " through ", " per ", " über ", " uber ", " durch "];

/// What a name says of a brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NameClaim {
    /// It is the brand; how it shows that, in words.
    Poses(String),
    /// It has the brand beside a name of its own.
    Badge(String),
    /// It does not name it.
    Nothing,
}

impl Origin<'_> {
    /// What a mailbox's name says of a brand whose it is not.
    pub(crate) fn name_claim(&self, brand: &Brand, mailbox: &Mailbox) -> NameClaim {
        match brand.claimed_in(&mailbox.name) {
            None => NameClaim::Nothing,
            Some(how) if self.is_badge(brand, mailbox) => NameClaim::Badge(how),
            Some(how) => NameClaim::Poses(how),
        }
    }

    fn is_badge(&self, brand: &Brand, mailbox: &Mailbox) -> bool {
        let Some(domain) = self.proven_author().filter(|d| mailbox.domain.as_ref() == Some(*d)) else { return false };
        let name = fold(&mailbox.name);
        if brand.domain_in(&name).is_some() {
            return false;
        }
        let is_house = !self.policy.hosts.is_hired(domain);
        let via = VIA.iter().find_map(|via| name.split_once(via));
        if let Some((whom, own)) = via.filter(|(_, own)| is_house && names::is_own_name(domain, own)) {
            let is_list = || self.authenticated_list().is_some_and(|list| list.registrable() == domain.registrable());
            return (names::names_organization(own, domain) || is_list())
                && brand.named_in(own).is_none()
                && !is_office(whom, brand);
        }
        let mut houses = name.split(PARTS).map(str::trim).filter(|part| brand.claimed_in(part).is_none());
        let mut named = name.split(PARTS).map(str::trim).filter(|part| brand.named_in(part).is_some());
        let is_own_house = is_house && names::is_own_name(domain, &name);
        if is_own_house && houses.any(|part| names::names_organization(part, domain)) {
            // A person of that name works there.
            return named.all(|part| part.split(' ').nth(1).is_some() && !is_office(part, brand));
        }
        let mut parts = name.split(PARTS).map(str::trim).filter(|part| !part.is_empty());
        let Some(first) = parts.next() else { return false };
        let is_named = |part: &str| brand.named_in(part).is_some();
        let is_person = !is_named(first) && names::names_person(first, &fold(&mailbox.local));
        is_person && parts.all(|part| brand.claimed_in(part).is_none() || is_named(part) && !is_office(part, brand))
    }
}

/// True if beside the brand's name a word of an office stands: *Elance support*.
fn is_office(words: &str, brand: &Brand) -> bool {
    let members = WordList::of(WordKind::Members);
    let offices = WordList::of(WordKind::Offices);
    let mut words =
        words.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && brand.named_in(w).is_none());
    words.any(|w| !members.contains(w) && (offices.contains(w) || lookalike::is_bait(w)))
}
