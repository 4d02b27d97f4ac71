//! The profile of a protected brand, compiled: whose a domain is, whether a text names the brand, whether a name or a
//! domain imitates it. Pure; what the profile cannot hold is refused when the configuration is read.

use crate::lookalike;
use crate::lookalike::{Index, Name, NotUs};
use crate::mail::{Domain, Mailbox};
use crate::policy::config::brand::{Brand as Profile, Proof};
use crate::policy::signin::SigninPage;
use crate::text::bidi::turned;
use crate::text::disguise::Looks;
use crate::text::fold::{find_words, fold, skeleton, words_contain};
use crate::text::leet::unleeted_words;
use std::sync::Arc;

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
    kind: NameKind,
}

/// What a name is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NameKind {
    /// Looked for everywhere.
    Strong,
    /// An ordinary word too: it counts in a display name only.
    Weak,
    /// Found in text; nobody's domain is called `elanceinc`.
    Legal,
}

/// Letters of the shortest name that is looked for without its sign.
const MIN_SPELT: usize = 4;

/// A protected brand.
#[derive(Debug)]
pub struct Brand {
    /// Its name in logs and headers.
    pub name: String,
    /// Its own domains.
    pub domains: Vec<Domain>,
    /// What counts as proof that it sent a message.
    pub proof: Proof,
    /// False if it sends no mail any more, so that nothing proves it did.
    pub sends_mail: bool,
    /// Addresses to which members forward suspicious mail.
    pub report_mailboxes: Vec<String>,
    /// Pages where its members sign in.
    pub signin_pages: Vec<SigninPage>,
    number: usize,
    /// The names of all brands of the policy.
    lookalikes: Arc<Index>,
    dkim_selectors: Vec<String>,
    signing_domains: Vec<Domain>,
    allied: Vec<Domain>,
    link_hosts: Vec<Domain>,
    image_hosts: Vec<Domain>,
    neutral: Vec<Domain>,
    names: Vec<Known>,
}

impl Brand {
    /// Compiles the profile that is the `number`th of its policy; `not_us` are words that imitate no brand. The
    /// error is the key that cannot be used, and its value.
    pub(super) fn compile(
        profile: &Profile,
        number: usize,
        not_us: &Arc<NotUs>,
    ) -> Result<Brand, (&'static str, String)> {
        let domains = |key: &'static str, list: &[String]| -> Result<Vec<Domain>, (&'static str, String)> {
            list.iter().map(|d| Domain::parse(d).ok_or_else(|| (key, d.clone()))).collect()
        };
        let brand = Brand {
            name: profile.name.clone(),
            domains: domains("domains", &profile.domains)?,
            dkim_selectors: profile.dkim_selectors.clone(),
            signing_domains: domains("signing_domains", &profile.signing_domains)?,
            proof: profile.proof,
            sends_mail: profile.sends_mail,
            report_mailboxes: profile.report_mailboxes.clone(),
            signin_pages: SigninPage::all(&profile.signin_pages).map_err(|page| ("signin_pages", page))?,
            allied: [
                domains("allied", &profile.allied)?,
                profile.ally.iter().map(|ally| domains("ally", &ally.domains)).collect::<Result<Vec<_>, _>>()?.concat(),
            ]
            .concat(),
            link_hosts: domains("link_hosts", &profile.link_hosts)?,
            image_hosts: domains("image_hosts", &profile.image_hosts)?,
            neutral: domains("neutral_domains", &profile.neutral_domains)?,
            names: known_names(profile, not_us)?,
            number,
            lookalikes: Arc::default(),
        };
        if let Some(foreign) = brand.signing_domains.iter().find(|d| !brand.domains.iter().any(|o| d.is_within(o))) {
            return Err(("signing_domains", format!("{foreign}, which is not within domains,")));
        }
        if let Some(foreign) = brand.signin_pages.iter().find(|page| !brand.links_to(&page.host)) {
            return Err(("signin_pages", format!("{foreign}, which is not within domains, allied or link_hosts,")));
        }
        Ok(brand)
    }

    /// Its place among the brands of the policy, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The names and domains of all brands, by which each finds its imitations.
    pub(super) fn index(brands: &mut [Brand], not_us: &Arc<NotUs>) -> Arc<Index> {
        let mut index = Index::new(not_us.clone());
        for brand in &*brands {
            index.add(brand.number, brand.compact_names().map(Name::as_str), &brand.domains);
        }
        let index = Arc::new(index);
        brands.iter_mut().for_each(|brand| brand.lookalikes = index.clone());
        index
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

    /// True if a domain that vouches for itself may speak in the brand's name: an ally's, and its own unless it sends
    /// no mail any more.
    pub fn lets_speak(&self, domain: &Domain) -> bool {
        match self.ownership(domain) {
            Ownership::Allied => true,
            Ownership::Own => self.sends_mail,
            Ownership::Neutral | Ownership::Foreign => false,
        }
    }

    /// True if a sound signature with this `d=` and `s=` proves that the brand sent a message: the domain is its own,
    /// and among those configured if any are.
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

    /// True if the brand's honest mail loads images from `host`: where its links may lead, and its image hosts.
    pub fn loads_images_from(&self, host: &Domain) -> bool {
        self.links_to(host) || self.image_hosts.iter().any(|d| host.is_within(d))
    }

    /// The brand's name as a word in folded text, its legal names included; ordinary words (`weak_names`) do not count.
    pub fn named_in(&self, folded: &str) -> Option<&str> {
        let named = self.names.iter().find(|n| n.kind != NameKind::Weak && words_contain(folded, &n.folded));
        named.map(|n| n.written.as_str())
    }

    /// Where the brand's names stand as words in folded text, name by name; ordinary words do not count.
    pub fn places_in<'t>(&'t self, folded: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        let names = self.names.iter().filter(|n| n.kind != NameKind::Weak).map(|n| n.folded.as_str());
        names.flat_map(move |name| {
            let next = move |from: &usize| find_words(folded, name, *from);
            let first = next(&0);
            std::iter::successors(first, move |at| next(&(at + name.len()))).map(move |at| (at, at + name.len()))
        })
    }

    /// The brand's name in a text where it looks like the name and is not written so, in words. Short names and
    /// ordinary words look like too many others.
    pub(crate) fn disguised_in(&self, looks: &Looks<'_>) -> Option<String> {
        let strong = self.names.iter().filter(|n| n.kind == NameKind::Strong);
        let mut long = strong.filter(|n| n.name.as_str().len() >= lookalike::MIN_INSIDE);
        long.find_map(|n| {
            let written = looks.find(&n.folded, &n.skeleton, |word| n.name.is_not_us(word));
            let disguised = written.map(|written| format!("the name {:?} as {written:?}", n.written));
            let spaced = || looks.spells(n.name.as_str()).then(|| format!("the name {:?} spaced out", n.written));
            disguised.or_else(spaced)
        })
    }

    /// The brand's name with its letters in reverse order as a word in folded text, which a style sheet may show in the
    /// right one; in words.
    pub(crate) fn reversed_in(&self, folded: &str) -> Option<String> {
        let strong = self.names.iter().filter(|n| n.kind == NameKind::Strong);
        let mut long = strong.filter(|n| n.name.as_str().len() >= lookalike::MIN_INSIDE);
        long.find_map(|n| {
            let reversed: String = n.folded.chars().rev().collect();
            let is_odd = reversed != n.folded && !n.name.is_not_us(&reversed);
            (is_odd && words_contain(folded, &reversed)).then(|| format!("the name {:?} from right to left", n.written))
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
        let unleeted = skeleton(&unleeted_words(&folded));
        let turned = turned(display).map(|t| fold(&t));
        let humps = humps(display).map(|h| fold(&h));
        let words = || folded.split(|c: char| !c.is_alphanumeric());
        self.names.iter().filter(|n| n.kind == NameKind::Strong).find_map(|n| {
            let long = n.folded.len() >= lookalike::MIN_INSIDE;
            if long && [&disguised, &unleeted].into_iter().any(|d| words_contain(d, &n.skeleton)) {
                return Some(format!("the name {:?} in disguise", n.written));
            }
            if turned.as_ref().is_some_and(|t| words_contain(t, &n.folded)) {
                return Some(format!("the name {:?} written from right to left", n.written));
            }
            if long && humps.as_ref().is_some_and(|h| words_contain(h, &n.folded)) {
                return Some(format!("the name {:?} as a word of its own", n.written));
            }
            if unspaced.split(' ').any(|w| w == n.name.as_str() || n.name.joins(w)) || is_cut(&folded, n.name.as_str())
            {
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

    /// True if a display name is one of the brand's names and nothing else that says who writes: bait, digits and signs
    /// say nothing.
    pub fn is_all_of(&self, display: &str) -> bool {
        let folded = fold(display);
        self.names.iter().any(|n| {
            let Some(start) = find_words(&folded, &n.folded, 0) else {
                return n.kind == NameKind::Strong && n.name.baited_in(&folded);
            };
            let rest = [&folded[..start], &folded[start + n.folded.len()..]];
            let mut words =
                rest.into_iter().flat_map(|r| r.split(|c: char| !c.is_alphabetic())).filter(|w| !w.is_empty());
            words.all(|w| w.chars().count() == 1 || w == n.folded || lookalike::is_bait(w))
        })
    }

    /// True for `"Marie Elance" <marie.elance@…>`: a name that ends in the brand's, with the word before it in the
    /// address too, as people are called and brands are not.
    pub fn is_surname_of(&self, mailbox: &Mailbox) -> bool {
        let (folded, local) = (fold(&mailbox.name), fold(&mailbox.local));
        let Some((first, last)) = folded.split_once(' ') else { return false };
        let given = first.chars().count() > 2 && first.chars().all(char::is_alphabetic) && !lookalike::is_bait(first);
        given && local.contains(first) && self.names.iter().any(|n| n.folded == last)
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
        if let Some(own) = Domain::parse(folded.trim_matches('@')).filter(|d| self.owns(d)) {
            // Nobody keeps an address for a part of the brand.
            return (!self.domains.contains(&own)).then(|| format!("the name {folded:?}"));
        }
        // What follows a plus is a label that the mailbox's owner put there.
        let user = folded.split('+').next().unwrap_or_default();
        let named = self.names.iter().find(|n| n.kind == NameKind::Strong && n.name.baited_in(user))?;
        Some(format!("the name {:?} in {folded:?}", named.written))
    }

    /// The brand in the local part of a stranger's address beside other words, in words: `elance-support`,
    /// `jobs.elance.uk`, `elancejobs7`. Less than [`Brand::claimed_by_local_part`]: what stands beside it may be
    /// anything.
    pub fn beside_in_local_part(&self, local: &str) -> Option<String> {
        let folded = fold(local);
        let user = folded.split('+').next().unwrap_or_default();
        let alone = |name: &str| user.trim_matches(|c: char| !c.is_alphanumeric()) == name;
        let named = self.names.iter().filter(|n| n.kind == NameKind::Strong).find(|n| {
            let name = n.name.as_str();
            let glued = |word: &str| {
                name.len() >= lookalike::MIN_INSIDE
                    && (word.starts_with(name) || word.ends_with(name))
                    && !n.name.is_not_us(word)
            };
            let mut words = user.split(|c: char| !c.is_alphabetic());
            !alone(name) && words.any(|word| word == name || glued(word))
        })?;
        Some(format!("the name {:?}", named.written))
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

    /// One of the brand's own addresses or domains shown by a stranger's mailbox beside its address: in the name, or in
    /// a quoted local part.
    pub fn shown_by(&self, mailbox: &Mailbox) -> Option<String> {
        let local = || mailbox.has_quoted_local_part().then(|| self.domain_in(&mailbox.local)).flatten();
        self.domain_in(&mailbox.name).or_else(local)
    }

    /// How a domain that is not the brand's imitates it, in words.
    pub fn imitated_by(&self, domain: &Domain) -> Option<String> {
        let mut imitations = if self.may_be_imitated_by(domain) { self.lookalikes.imitated_by(domain) } else { vec![] };
        let own = imitations.iter().position(|i| i.owner == self.number)?;
        Some(imitations.swap_remove(own).how)
    }

    /// True if a domain may imitate the brand: it is neither its own nor an ally's, and not named as neutral or as a
    /// host of its honest links and images.
    pub fn may_be_imitated_by(&self, domain: &Domain) -> bool {
        self.ownership(domain) == Ownership::Foreign && !self.loads_images_from(domain)
    }

    /// The brand's strong names, compact: what paths and labels are searched for.
    pub fn compact_names(&self) -> impl Iterator<Item = &Name> {
        self.names.iter().filter(|n| n.kind == NameKind::Strong).map(|n| &n.name)
    }

    /// The brand's names, folded.
    pub fn folded_names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|n| n.folded.as_str())
    }
}

/// The names of a profile. Those that are only weak, and legal names, come on top of `names`.
fn known_names(profile: &Profile, not_us: &Arc<NotUs>) -> Result<Vec<Known>, (&'static str, String)> {
    let own_name = [profile.name.clone()];
    let names = if profile.names.is_empty() { &own_name[..] } else { &profile.names[..] };
    let kind = |name: &str| match profile.weak_names.iter().any(|w| fold(w) == fold(name)) {
        true => NameKind::Weak,
        false => NameKind::Strong,
    };
    let extra = profile.weak_names.iter().filter(|w| !names.contains(w));
    let spelt: Vec<String> = names.iter().flat_map(|name| plain_spellings(name)).collect();
    let spelt = spelt.iter().filter(|name| !names.contains(name)).map(|name| ("names", name, NameKind::Legal));
    let called = names.iter().chain(extra).map(|name| ("names", name, kind(name))).chain(spelt);
    let legal = profile.legal_names.iter().map(|name| ("legal_names", name, NameKind::Legal));
    let known = called.chain(legal).map(|(key, name, kind)| {
        // "Elance, Inc." ends a sentence without a second full stop.
        let folded = fold(name).trim_end_matches('.').to_owned();
        let name = Known {
            written: name.clone(),
            skeleton: skeleton(name),
            name: Name::new(name, not_us),
            folded: if kind == NameKind::Legal { folded } else { fold(name) },
            kind,
        };
        if name.name.as_str().is_empty() { Err((key, name.written)) } else { Ok(name) }
    });
    known.collect()
}

/// A display name with a blank wherever a word goes on with a capital: `JoElance` reads `Jo Elance`. `None` if none
/// does.
fn humps(display: &str) -> Option<String> {
    let mut out = String::with_capacity(display.len() + 4);
    let (mut small, mut found) = (false, false);
    for c in display.chars() {
        if small && c.is_uppercase() {
            out.push(' ');
            found = true;
        }
        small = c.is_lowercase();
        out.push(c);
    }
    found.then_some(out)
}

/// True if two words side by side are the name with a blank behind its first letter or before its last: `e lance`.
fn is_cut(folded: &str, name: &str) -> bool {
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let long = name.len() >= lookalike::MIN_INSIDE;
    let is_letter = |word: &str| word.chars().nth(1).is_none();
    let cut = |w: &[&str]| is_letter(w[0]) || is_letter(w[1]);
    long && words.windows(2).any(|w| cut(w) && name.strip_prefix(w[0]).is_some_and(|rest| rest == w[1]))
}

/// A name with signs as people write it who leave them out: `Coal-Cola` is `Coal Cola` and `N&B` is `N and B`. What is
/// too short without its sign is left.
fn plain_spellings(name: &str) -> Vec<String> {
    let is_sign = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && c != '\'' && c != '.' && c != ',';
    let Some(sign) = name.trim_matches(is_sign).chars().find(|c| is_sign(*c)) else { return vec![] };
    let inserted: &[&str] = if sign == '&' || sign == '+' { &[" and ", " & ", ""] } else { &[" ", ""] };
    let spelt = inserted.iter().map(|by| name.split(sign).map(str::trim).collect::<Vec<_>>().join(by));
    spelt.filter(|s| s != name && lookalike::compact(s).len() >= lookalike::MIN_INSIDE.min(MIN_SPELT)).collect()
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
#[path = "brand_tests.rs"]
mod tests;
