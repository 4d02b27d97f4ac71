//! The profile of a protected brand, compiled: whose a domain is, whether a text names the brand, whether a name or a
//! domain imitates it. Pure; what the profile cannot hold is refused when the configuration is read.

use super::config;
use crate::mail::disguise::Looks;
use crate::mail::lookalike::{self, Name};
use crate::mail::text::{find_words, fold, skeleton, turned, words_contain};
use crate::mail::{Domain, Mailbox};

/// Whose a domain is, from the brand's point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// The brand's own, or a subdomain of it.
    Own,
    /// An ally that may speak in its name when authenticated.
    Allied,
    /// Neither trusted nor a look-alike.
    Neutral,
    /// Anybody's.
    Foreign,
}

/// A name people know the brand by.
#[derive(Debug)]
struct Known {
    written: String,
    folded: String,
    skeleton: String,
    name: Name,
    /// An ordinary word too: it counts in a display name only.
    weak: bool,
}

/// A protected brand.
#[derive(Debug)]
pub struct Brand {
    /// Its name in logs and headers.
    pub name: String,
    /// Its own domains.
    pub domains: Vec<Domain>,
    /// What counts as proof that it sent a message.
    pub proof: config::Proof,
    /// Addresses to which members forward suspicious mail.
    pub report_mailboxes: Vec<String>,
    dkim_selectors: Vec<String>,
    signing_domains: Vec<Domain>,
    allied: Vec<Domain>,
    link_hosts: Vec<Domain>,
    neutral: Vec<Domain>,
    names: Vec<Known>,
}

impl Brand {
    /// Compiles a profile. The error is the key that cannot be used and its value.
    pub(super) fn compile(profile: &config::Brand) -> Result<Brand, (&'static str, String)> {
        let domains = |key: &'static str, list: &[String]| -> Result<Vec<Domain>, (&'static str, String)> {
            list.iter().map(|d| Domain::parse(d).ok_or_else(|| (key, d.clone()))).collect()
        };
        let own_name = [profile.name.clone()];
        let names = if profile.names.is_empty() { &own_name[..] } else { &profile.names[..] };
        let weak = |name: &str| profile.weak_names.iter().any(|w| fold(w) == fold(name));
        let extra = profile.weak_names.iter().filter(|w| !names.contains(w));
        let known = names.iter().chain(extra).map(|name| Known {
            written: name.clone(),
            folded: fold(name),
            skeleton: skeleton(name),
            name: Name::new(name, &profile.not_us),
            weak: weak(name),
        });
        let known: Vec<Known> = known.collect();
        if let Some(empty) = known.iter().find(|k| k.name.as_str().is_empty()) {
            return Err(("names", empty.written.clone()));
        }
        let own = domains("domains", &profile.domains)?;
        let signing_domains = domains("signing_domains", &profile.signing_domains)?;
        if let Some(foreign) = signing_domains.iter().find(|d| !own.iter().any(|o| d.is_within(o))) {
            return Err(("signing_domains", format!("{foreign}, which is not within domains,")));
        }
        Ok(Brand {
            name: profile.name.clone(),
            domains: own,
            dkim_selectors: profile.dkim_selectors.clone(),
            signing_domains,
            proof: profile.proof,
            report_mailboxes: profile.report_mailboxes.clone(),
            allied: domains("allied", &profile.allied)?,
            link_hosts: domains("link_hosts", &profile.link_hosts)?,
            neutral: domains("neutral_domains", &profile.neutral_domains)?,
            names: known,
        })
    }

    /// Whose `domain` is.
    pub fn ownership(&self, domain: &Domain) -> Ownership {
        let within = |list: &[Domain]| list.iter().any(|d| domain.is_within(d));
        if within(&self.neutral) && !self.domains.contains(domain) {
            Ownership::Neutral
        } else if within(&self.domains) {
            Ownership::Own
        } else if within(&self.allied) {
            Ownership::Allied
        } else {
            Ownership::Foreign
        }
    }

    /// True if `domain` is the brand's own or below it.
    pub fn owns(&self, domain: &Domain) -> bool {
        self.ownership(domain) == Ownership::Own
    }

    /// True if a sound signature with this `d=` and `s=` proves that the brand sent a message: the domain is its own, and
    /// among those configured if any are.
    pub fn signs_with(&self, domain: &Domain, selector: &str) -> bool {
        self.owns(domain)
            && (self.signing_domains.is_empty() || self.signing_domains.contains(domain))
            && (self.dkim_selectors.is_empty() || self.dkim_selectors.iter().any(|s| s.eq_ignore_ascii_case(selector)))
    }

    /// True if the brand's honest links may lead to `host`: its own, its allies' and its link hosts.
    pub fn links_to(&self, host: &Domain) -> bool {
        matches!(self.ownership(host), Ownership::Own | Ownership::Allied)
            || self.link_hosts.iter().any(|d| host.is_within(d))
    }

    /// The brand's name as a word in folded text; ordinary words (`weak_names`) do not count.
    pub fn named_in(&self, folded: &str) -> Option<&str> {
        let named = self.names.iter().find(|n| !n.weak && words_contain(folded, &n.folded));
        named.map(|n| n.written.as_str())
    }

    /// Where the brand's names stand as words in folded text, name by name; ordinary words do not count.
    pub fn places_in<'t>(&'t self, folded: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        let names = self.names.iter().filter(|n| !n.weak).map(|n| n.folded.as_str());
        names.flat_map(move |name| {
            let next = move |from: &usize| find_words(folded, name, *from);
            let first = next(&0);
            std::iter::successors(first, move |at| next(&(at + name.len()))).map(move |at| (at, at + name.len()))
        })
    }

    /// The brand's name in a text where it looks like the name and is not written so, in words. Short names and ordinary
    /// words look like too many others.
    pub(crate) fn disguised_in(&self, looks: &Looks<'_>) -> Option<String> {
        let mut long = self.names.iter().filter(|n| !n.weak && n.name.as_str().len() >= lookalike::MIN_INSIDE);
        long.find_map(|n| {
            let written = looks.find(&n.folded, &n.skeleton, |word| n.name.is_not_us(word));
            let disguised = written.map(|written| format!("the name {:?} as {written:?}", n.written));
            let spaced = || looks.spells(n.name.as_str()).then(|| format!("the name {:?} spaced out", n.written));
            disguised.or_else(spaced)
        })
    }

    /// The brand's name in a display name, in words: as a word, disguised, spaced out, or joined to bait.
    pub fn claimed_in(&self, display: &str) -> Option<String> {
        let folded = fold(display);
        let plain = self.names.iter().find(|n| words_contain(&folded, &n.folded));
        if let Some(name) = plain {
            return Some(format!("the name {:?}", name.written));
        }
        let disguised = skeleton(display);
        let unspaced = unspaced(&folded);
        let unleeted = skeleton(&unleeted(&folded));
        let turned = turned(display).map(|t| fold(&t));
        let words = || folded.split(|c: char| !c.is_alphanumeric());
        self.names.iter().filter(|n| !n.weak).find_map(|n| {
            let long = n.folded.len() >= lookalike::MIN_INSIDE;
            if long && [&disguised, &unleeted].into_iter().any(|d| words_contain(d, &n.skeleton)) {
                return Some(format!("the name {:?} in disguise", n.written));
            }
            if turned.as_ref().is_some_and(|t| words_contain(t, &n.folded)) {
                return Some(format!("the name {:?} written from right to left", n.written));
            }
            if unspaced.split(' ').any(|w| w == n.name.as_str() || n.name.joins(w)) {
                return Some(format!("the name {:?} spaced out", n.written));
            }
            if long && folded.split(' ').any(|w| lookalike::compact(w) == n.name.as_str()) {
                return Some(format!("the name {:?} taken apart", n.written));
            }
            if let Some((word, how)) = words().find_map(|w| n.name.misspelt_as(w).map(|how| (w, how))) {
                return Some(format!("the name {:?} as {word:?}, with {how}", n.written));
            }
            let joined = words().find(|w| n.name.joins(w))?;
            Some(format!("the name {:?} joined in {joined:?}", n.written))
        })
    }

    /// The brand in the local part of a stranger's address, in words: a whole address of the brand (`"a@elance.com"@…`,
    /// `a%elance.com@…`), or its name and nothing but bait (`elance-support@…`). The bare name or domain is what
    /// members call the address they keep for the brand, and shows nothing.
    pub fn claimed_by_local_part(&self, local: &str) -> Option<String> {
        let folded = fold(local).replace("%40", "@");
        let address = folded.rsplit_once(['@', '%', '=', '!']).filter(|(user, _)| !user.is_empty());
        let domain = address.and_then(|(_, domain)| Domain::parse(domain)).filter(|d| self.owns(d));
        if domain.is_some() {
            return Some(format!("the address {folded:?}"));
        }
        if Domain::parse(folded.trim_matches('@')).is_some_and(|d| self.owns(&d)) {
            return None;
        }
        let named = self.names.iter().find(|n| !n.weak && n.name.baited_in(&folded))?;
        Some(format!("the name {:?} in {folded:?}", named.written))
    }

    /// One of the brand's own domains in a display name, as an address or bare.
    pub fn domain_in(&self, display: &str) -> Option<String> {
        let folded = fold(display);
        let words = folded.split(|c: char| !c.is_alphanumeric() && !"@.-_".contains(c));
        words.map(|w| w.trim_matches('.')).find_map(|word| {
            let domain = Domain::parse(word.rsplit_once('@').map_or(word, |(_, d)| d))?;
            (word.contains('.') && self.owns(&domain)).then(|| word.to_owned())
        })
    }

    /// One of the brand's own addresses or domains shown by a stranger's mailbox beside its address: in the name, or in a
    /// quoted local part.
    pub fn shown_by(&self, mailbox: &Mailbox) -> Option<String> {
        let local = || mailbox.has_quoted_local_part().then(|| self.domain_in(&mailbox.local)).flatten();
        self.domain_in(&mailbox.name).or_else(local)
    }

    /// How a domain that is not the brand's imitates it, in words.
    pub fn imitated_by(&self, domain: &Domain) -> Option<String> {
        if self.ownership(domain) != Ownership::Foreign {
            return None;
        }
        let names = self.names.iter().filter(|n| !n.weak);
        names.map(|n| &n.name).find_map(|name| lookalike::imitates(domain, name))
    }

    /// The brand's strong names, compact: what paths and labels are searched for.
    pub fn compact_names(&self) -> impl Iterator<Item = &Name> {
        self.names.iter().filter(|n| !n.weak).map(|n| &n.name)
    }

    /// The brand's names, folded.
    pub fn folded_names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|n| n.folded.as_str())
    }
}

/// Digits and signs read as the letters they replace (`3l@nce`), in words that have letters too.
fn unleeted(folded: &str) -> String {
    let letter = |c| match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    };
    let words = folded.split(' ').map(|w| match w.contains(char::is_alphabetic) {
        true => w.chars().map(letter).collect(),
        false => w.to_owned(),
    });
    words.collect::<Vec<String>>().join(" ")
}

/// Puts letters that stand alone together again: `e l a n c e team` gives `elance team`.
fn unspaced(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    let mut alone_before = false;
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let alone = word.chars().count() == 1;
        let joins = out.is_empty() || (alone && alone_before);
        if !joins {
            out.push(' ');
        }
        out.push_str(word);
        alone_before = alone;
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn elance() -> Brand {
        Brand::compile(&config::Brand::elance()).unwrap()
    }

    fn d(s: &str) -> Domain {
        Domain::parse(s).unwrap()
    }

    #[test]
    fn ownership() {
        let b = elance();
        assert_eq!(b.ownership(&d("mail.elance.com")), Ownership::Own);
        assert_eq!(b.ownership(&d("upwork.com")), Ownership::Allied);
        assert_eq!(b.ownership(&d("secure-elance.com")), Ownership::Foreign);
        assert!(b.imitated_by(&d("secure-elance.com")).is_some());
        assert!(b.imitated_by(&d("elance.com")).is_none() && b.imitated_by(&d("upwork.com")).is_none());
    }

    #[test]
    fn display_names_that_claim_the_brand() {
        let b = elance();
        for name in [
            "Elance",
            "Elance Support",
            "ELANCE®",
            "The Elance Team",
            "E l a n c e",
            "Eӏance",
            "ElanceSupport",
            "Elance's desk",
            "E l a n c e T e a m",
            "El-ance",
            "El.ance Support",
            "El@nce",
            "3lance",
            "Elanse Support",
            "\u{202e}ecnalE",
            "ᴇʟᴀɴᴄᴇ",
        ] {
            assert!(b.claimed_in(name).is_some(), "{name}");
        }
        for name in
            ["Lance", "Freelance Weekly", "Behance", "Glance", "Elaine", "Lance Elan", "The Lancet", "Elan Ce", "Elane"]
        {
            assert!(b.claimed_in(name).is_none(), "{name}");
        }
    }

    #[test]
    fn local_parts_that_claim_the_brand() {
        let b = elance();
        for local in
            ["service@elance.com", "a%elance.com", "a%40elance.com", "a=elance.com", "elance-support", "elancebilling"]
        {
            assert!(b.claimed_by_local_part(local).is_some(), "{local}");
        }
        for local in ["elance", "elance.com", "bob+elance", "bob-elance", "bob.freelance", "support", "@elance.com"] {
            assert!(b.claimed_by_local_part(local).is_none(), "{local}");
        }
    }

    #[test]
    fn domains_in_display_names() {
        let b = elance();
        assert!(b.domain_in("service@elance.com").is_some());
        assert!(b.domain_in("Support (www.elance.com)").is_some());
        for shown in ["{elance.com}", "*elance.com*", "mail=elance.com", "elance.com!"] {
            assert!(b.domain_in(shown).is_some(), "{shown}");
        }
        assert!(b.domain_in("elance.com.evil.test").is_none());
        assert!(b.domain_in("elance").is_none());
    }
}
