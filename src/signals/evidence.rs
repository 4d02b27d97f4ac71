//! What signals read: the message, its envelope, what authentication found, and the operator's policy, with the insights
//! that several signals share (proof, claims, folded text) worked out once.

use super::links::Destinations;
use super::{naming, quoted};
use crate::auth::{ArcResult, AuthResults, Dkim, DkimResult, DmarcPolicy, DmarcResult, IprevResult, SpfResult};
use crate::mail::direction::{TURN, unturned};
use crate::mail::disguise::{Looks, unmasked};
use crate::mail::lookalike::Imitation;
use crate::mail::text::{first_bytes, fold};
use crate::mail::{Domain, Envelope, Mailbox, Message, Reading};
use crate::policy::config::Proof as Requirement;
use crate::policy::{Action, Brand, Forwarder, Hits, Known, PhraseKind, Phrases, Policy};
use crate::scan::Scan;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

/// Octets to either side of hidden text that are searched for a name: no brand's is longer.
const MAX_TORN_SIDE: usize = 64;

/// Whether a brand really sent a message (DESIGN section 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// From does not name the brand's domains, so there is nothing to prove.
    NotClaimed,
    /// From names only the brand's domains, and this domain vouches for it.
    Proven(Domain),
    /// From names only the brand's domains and the reverse-path passes for this name of the brand, but the record of the
    /// author's own name does not list the client. The brand's own mail, or a forgotten name in other hands.
    PathOnly(Domain),
    /// Nothing vouches.
    Missing,
    /// What could vouch could not be looked up; in words.
    Unknown(String),
}

/// What signals read.
pub struct Evidence<'a> {
    /// Who handed the message over, from whom, to whom.
    pub envelope: &'a Envelope,
    /// The message.
    pub message: &'a Message,
    /// What authentication found.
    pub auth: &'a AuthResults,
    /// What the virus scanner said.
    pub scan: Scan,
    /// What the operator wants.
    pub policy: &'a Policy,
    /// Folded subject.
    pub subject: String,
    /// Folded beginning of the visible text.
    pub text: String,
    /// True if some brand proved to be the sender.
    pub proven: bool,
    /// Phrases found in the subject and in the text; looked for when a signal first asks.
    wording: OnceCell<[Hits; 2]>,
    /// The author's own words, if there are others; told apart when a signal first asks.
    own: OnceCell<Option<String>>,
    /// Subject and text as the eye takes them; looked at when a signal first asks.
    looks: OnceCell<[Looks<'a>; 2]>,
    /// Where links lead; worked out when a signal first asks.
    destinations: OnceCell<Destinations<'a>>,
    /// What the domains that signals asked about imitate.
    imitations: RefCell<HashMap<Domain, Vec<Imitation>>>,
}

impl<'a> Evidence<'a> {
    /// Gathers the evidence about one message.
    pub fn new(
        envelope: &'a Envelope,
        message: &'a Message,
        auth: &'a AuthResults,
        policy: &'a Policy,
    ) -> Evidence<'a> {
        let subject = fold(&unmasked(&message.subject));
        let text = fold(&unmasked(&message.body.text));
        let mut evidence = Evidence {
            envelope,
            message,
            auth,
            scan: Scan::Off,
            policy,
            subject,
            text,
            proven: false,
            wording: OnceCell::new(),
            own: OnceCell::new(),
            looks: OnceCell::new(),
            destinations: OnceCell::new(),
            imitations: RefCell::default(),
        };
        evidence.proven = policy.brands.iter().any(|b| matches!(evidence.proof(b), Proof::Proven(_)));
        evidence
    }

    /// Where the links of the message lead.
    pub(super) fn destinations(&self) -> &Destinations<'a> {
        self.destinations.get_or_init(|| Destinations::new(&self.message.body.links, &self.policy.hosts))
    }

    /// The same with what the virus scanner said.
    pub fn with_scan(self, scan: Scan) -> Evidence<'a> {
        Evidence { scan, ..self }
    }

    /// Phrases of the subject and of the author's own words, unless the message poses as a brand: a member who quotes a
    /// notice asks for nothing.
    fn wording(&self) -> &[Hits; 2] {
        self.wording.get_or_init(|| {
            let names: Vec<String> =
                self.policy.brands.iter().flat_map(Brand::folded_names).map(str::to_owned).collect();
            let find = |text: &str| Phrases::shared().find(text, &names);
            let poses = self.policy.brands.iter().any(|b| self.poses_as(b));
            [find(&self.subject), find(if poses { &self.text } else { self.own_text() })]
        })
    }

    /// The author's own words in the text, folded, without what he quotes or passes on.
    pub fn own_text(&self) -> &str {
        let own = self.own.get_or_init(|| {
            let shown = &self.message.body.text;
            quoted::own_words(shown, self.answers() || naming::is_marked(&self.subject))
                .map(|own| fold(&unmasked(&own)))
        });
        own.as_ref().unwrap_or(&self.text)
    }

    /// True if the message says that it answers another.
    pub fn answers(&self) -> bool {
        self.message.values("In-Reply-To").chain(self.message.values("References")).next().is_some()
    }

    /// The first mailbox of From whose domain is the brand's own, in any reading. What From shows to careless readers
    /// counts too, unless it stands where a stranger's mailbox shows it to everyone, beside its own address.
    pub fn own_author(&self, brand: &Brand) -> Option<&'a Mailbox> {
        let own = |m: &&Mailbox| m.domain.as_ref().is_some_and(|d| brand.owns(d));
        let beside = || self.message.from.iter().any(|m| brand.shown_by(m).is_some());
        let shown = || self.message.shown.iter().find(own).filter(|_| !beside());
        self.message.from.iter().find(own).or_else(shown)
    }

    /// A mailbox of Sender, Resent-From or Resent-Sender at the brand's own domain, with the field's name, if nothing of
    /// the brand vouches for the message.
    pub fn own_handler_unproven(&self, brand: &Brand) -> Option<(&'static str, &'a Mailbox)> {
        let own = |d: &Domain| brand.owns(d);
        let lists = [("Sender", &self.message.sender), ("Resent-From", &self.message.resent)];
        let mut handlers = lists.into_iter().flat_map(|(field, list)| list.iter().map(move |m| (field, m)));
        let handler = handlers.find(|(_, m)| m.domain.as_ref().is_some_and(own))?;
        let unproven = || self.vouched_by(brand).is_none() && self.lookup_trouble(brand).is_none();
        (!brand.sends_mail || unproven()).then_some(handler)
    }

    /// The mailboxes of From that have an address, without those that only another one's name shows: who vouches for a
    /// message vouches for the names in it.
    fn authors(&self) -> impl Iterator<Item = &'a Mailbox> {
        let from = &self.message.from;
        let named = |m: &Mailbox| from.iter().any(|other| other.name.contains(&m.address));
        from.iter().filter(move |m| !(m.address.is_empty() || m.reading == Reading::Lenient && named(m)))
    }

    /// Whether the brand proved to be the author. Every author must be the brand's: a second, foreign one is no proof
    /// of the first. What the brand publishes as DMARC policy changes nothing: its policy is pinned here, for names
    /// below its domains that exist and that do not. Nothing proves a brand that sends no mail any more: its domain may
    /// have gone to somebody else, for whom everything verifies.
    pub fn proof(&self, brand: &Brand) -> Proof {
        if self.own_author(brand).is_none() {
            return Proof::NotClaimed;
        }
        if !brand.sends_mail {
            return Proof::Missing;
        }
        let all_own = self.authors().all(|m| m.domain.as_ref().is_some_and(|d| brand.owns(d)));
        match self.vouched_by(brand) {
            Some(domain) if all_own => Proof::Proven(domain),
            Some(_) => Proof::Missing,
            None => match (self.lookup_trouble(brand), self.own_path(brand)) {
                (Some(why), _) => Proof::Unknown(why),
                (None, Some(path)) if all_own => Proof::PathOnly(path.clone()),
                (None, _) => Proof::Missing,
            },
        }
    }

    /// True if the author is an ally of the brand and proves it.
    pub fn from_proven_ally(&self, brand: &Brand) -> bool {
        self.authors().next().is_some()
            && self.authors().all(|m| m.domain.as_ref().is_some_and(|d| brand.lets_speak(d)))
            && self.authors().filter_map(|m| m.domain.as_ref()).all(|author| {
                let aligned = |d: &Domain| d.registrable() == author.registrable();
                self.vouched(aligned)
            })
    }

    /// True if the brand or a proven ally of it is the sender, so that using its name is no pretence. Where a labelled set
    /// does not say, nothing is held against them.
    pub fn may_speak_for(&self, brand: &Brand) -> bool {
        let entitled = |m: &Mailbox| m.domain.as_ref().is_some_and(|d| brand.lets_speak(d));
        let unstated = || self.auth.unstated && self.authors().next().is_some() && self.authors().all(entitled);
        matches!(self.proof(brand), Proof::Proven(_)) || self.from_proven_ally(brand) || unstated()
    }

    /// A domain of the brand that vouches for the message: a passing signature as the brand makes them, a passing
    /// reverse-path if the brand lets that count and the authors' records agree, or a trusted sealer that saw dmarc=pass.
    /// Never a provider's domain: what its customers share proves none of them.
    fn vouched_by(&self, brand: &Brand) -> Option<Domain> {
        let signs = |s: &&Dkim| s.domain.as_ref().is_some_and(|d| brand.signs_with(d, &s.selector));
        let passing = self.auth.dkim.iter().filter(|s| s.result == DkimResult::Pass);
        let signed = passing.filter(signs).find_map(|s| s.domain.as_ref());
        let own = |d: &&Domain| brand.owns(d);
        let path = self.own_path(brand).filter(|path| self.author_spf(brand, path).all(|r| r == SpfResult::Pass));
        signed.or(path).or_else(|| self.attested().iter().find(own)).cloned()
    }

    /// The reverse-path's domain, if it is the brand's, passes, and may count.
    fn own_path(&self, brand: &Brand) -> Option<&'a Domain> {
        self.passing_path().filter(|d| brand.proof == Requirement::DkimOrSpf && brand.owns(d))
    }

    /// What SPF says of the brand's author domains other than the reverse-path's.
    fn author_spf(&self, brand: &Brand, path: &Domain) -> impl Iterator<Item = SpfResult> {
        let authors = self.message.from.iter().filter_map(|m| m.domain.as_ref());
        let others = authors.filter(move |d| *d != path && brand.owns(d));
        others.map(|d| {
            self.auth.author_spf.iter().find(|s| s.domain.as_ref() == Some(d)).map_or(SpfResult::None, |s| s.result)
        })
    }

    /// True if a passing signature, a passing reverse-path or a trusted sealer vouches for a domain that `counts`.
    fn vouched(&self, counts: impl Fn(&Domain) -> bool) -> bool {
        self.auth.dkim_domains().chain(self.passing_path()).chain(self.attested()).any(counts)
    }

    /// The author's domain, if there is one author domain and an aligned signature or reverse-path vouches for it, or if
    /// nobody says whether one does.
    pub fn proven_author(&self) -> Option<&'a Domain> {
        let mut domains = self.authors().map(|m| m.domain.as_ref());
        let author = domains.next()??;
        let alone = domains.all(|d| d == Some(author));
        let vouched = || self.auth.unstated || self.vouched(|d| d.registrable() == author.registrable());
        (alone && vouched()).then_some(author)
    }

    /// The domain of the reverse-path, if SPF passes for it.
    pub(super) fn passing_path(&self) -> Option<&'a Domain> {
        self.auth.spf.domain.as_ref().filter(|_| self.auth.spf.result == SpfResult::Pass)
    }

    /// The trusted sealer whose word replaces a DMARC pass of an author (RFC 8617 section 7.2).
    pub fn overriding_sealer(&self) -> Option<&'a Domain> {
        let unproven = |d: &&Domain| {
            self.auth.dmarc.iter().any(|r| r.result != DmarcResult::Pass && r.domain.as_ref() == Some(*d))
        };
        self.attested().iter().find(unproven).and(self.auth.arc.sealer.as_ref())
    }

    /// Author domains for which a sealer the operator trusts saw dmarc=pass (RFC 8617 section 7.2).
    fn attested(&self) -> &'a [Domain] {
        let arc = &self.auth.arc;
        if self.sealer_is_trusted() && arc.result == ArcResult::Pass { &arc.attested } else { &[] }
    }

    fn sealer_is_trusted(&self) -> bool {
        let trusted = || self.policy.config.auth.trusted_sealers.iter().filter_map(|s| Domain::parse(s));
        self.auth.arc.sealer.as_ref().is_some_and(|sealer| trusted().any(|t| sealer.is_within(&t)))
    }

    /// The look-up that failed and could have vouched for the brand, in words.
    fn lookup_trouble(&self, brand: &Brand) -> Option<String> {
        if self.auth.unstated {
            return Some("the set does not say what authentication found".to_owned());
        }
        let own = |d: &Option<Domain>| d.as_ref().is_some_and(|d| brand.owns(d));
        let signs = |s: &&Dkim| s.domain.as_ref().is_some_and(|d| brand.signs_with(d, &s.selector));
        let signature = self.auth.dkim.iter().filter(|d| d.result == DkimResult::TempError).find(signs);
        if let Some(dkim) = signature {
            return Some(format!("the key {:?} of {} could not be looked up", dkim.selector, brand.name));
        }
        if self.auth.arc.result == ArcResult::TempError && self.sealer_is_trusted() {
            return Some("the key of a trusted ARC sealer could not be looked up".to_owned());
        }
        if let Some(forwarder) = self.exemptions().find(|f| self.hands_over(f).is_none()) {
            return Some(format!(
                "whether an exempt forwarder ({}) handed it over could not be looked up",
                forwarder.reason
            ));
        }
        if let Some(list) = self.list_of_path().filter(|_| !self.auth.path_unstated) {
            return Some(format!("whether the mailing list {list} handed it over could not be looked up"));
        }
        let spf = brand.proof == Requirement::DkimOrSpf && self.auth.spf.result == SpfResult::TempError;
        let author =
            self.own_path(brand).is_some_and(|path| self.author_spf(brand, path).any(|r| r == SpfResult::TempError));
        (spf && own(&self.auth.spf.domain) || author)
            .then(|| format!("the SPF record of {} could not be looked up", brand.name))
    }

    /// The exemption under which the message was handed over, if there is one.
    pub fn exemption(&self) -> Option<&'a Forwarder> {
        self.exemptions().find(|f| self.hands_over(f) == Some(true))
    }

    /// The exemptions that have not expired and hold for all recipients.
    fn exemptions(&self) -> impl Iterator<Item = &'a Forwarder> {
        let (day, recipients) = (self.auth.day, &self.envelope.rcpt_to);
        self.policy.forwarders.iter().filter(move |f| !f.has_expired(day) && f.delivers_to(recipients))
    }

    /// Whether this forwarder handed the message over; `None` if the DNS does not say.
    fn hands_over(&self, forwarder: &Forwarder) -> Option<bool> {
        match &forwarder.known {
            Known::Networks(_) => Some(self.auth.client_ip.is_some_and(|ip| forwarder.has_address(ip))),
            Known::Host(host) => match &self.auth.iprev.name {
                Some(name) if name.is_within(host) => match self.auth.iprev.result {
                    IprevResult::TempError => None,
                    result => Some(result == IprevResult::Pass),
                },
                _ => Some(false),
            },
            Known::Signature(domain) => {
                let is = |wanted: DkimResult| {
                    let within = |s: &Dkim| s.domain.as_ref().is_some_and(|d| d.is_within(domain));
                    self.auth.dkim.iter().any(|s| s.result == wanted && within(s))
                };
                if !is(DkimResult::Pass) && is(DkimResult::TempError) { None } else { Some(is(DkimResult::Pass)) }
            }
        }
    }

    /// The stranger whose published policy the message fails, and that policy; the strictest of several authors'.
    /// Brands are not judged by what they publish, and what could not be looked up has not failed.
    pub fn disowned_by(&self) -> Option<(&'a Domain, DmarcPolicy)> {
        let failed = self.auth.dmarc.iter().filter(|d| d.result == DmarcResult::Fail && d.policy != DmarcPolicy::None);
        let failed = failed.filter_map(|d| Some((d.domain.as_ref()?, d.policy)));
        // The brands have a signal of their own; a trusted sealer saw the message pass before it was changed.
        let open = |d: &Domain| !self.policy.brands.iter().any(|b| b.owns(d)) && !self.attested().contains(d);
        failed.filter(|(d, _)| open(d)).max_by_key(|(_, policy)| *policy)
    }

    /// The least that a stranger's published policy asks for here, RFC 9989 section 5.4.
    pub fn asked_for(&self, policy: DmarcPolicy) -> Action {
        match policy {
            DmarcPolicy::None => Action::Accept,
            DmarcPolicy::Quarantine => self.policy.config.policy.dmarc_quarantine,
            DmarcPolicy::Reject => self.policy.config.policy.dmarc_reject,
        }
    }

    /// How a domain imitates the brand, in words. Each domain is looked up once for all brands and signals.
    pub fn imitation(&self, brand: &Brand, domain: &Domain) -> Option<String> {
        let mut known = self.imitations.borrow_mut();
        if !known.contains_key(domain) {
            known.insert(domain.clone(), self.policy.imitations(domain));
        }
        let imitations = known.get(domain)?;
        imitations.iter().find(|i| i.owner == brand.number()).map(|i| i.how.clone())
    }

    /// True if the message poses as the brand towards its reader: its address without proof, its name or domain in a
    /// display name, or a look-alike author domain.
    pub fn poses_as(&self, brand: &Brand) -> bool {
        if self.may_speak_for(brand) {
            return false;
        }
        self.own_author(brand).is_some()
            || self.message.from.iter().any(|m| {
                brand.claimed_in(&m.name).is_some()
                    || m.domain.as_ref().is_some_and(|d| self.imitation(brand, d).is_some())
            })
    }

    /// The authors that do not belong to the brand; none if the message may speak for it.
    pub fn strangers(&self, brand: &Brand) -> impl Iterator<Item = &'a Mailbox> {
        let authors = if self.may_speak_for(brand) { &[] } else { self.message.from.as_slice() };
        authors.iter().filter(|m| m.domain.as_ref().is_none_or(|d| !brand.owns(d)))
    }

    /// True if the message names the brand to its reader, anywhere a person looks.
    pub fn names(&self, brand: &Brand) -> bool {
        brand.named_in(&self.subject).is_some() || brand.named_in(&self.text).is_some()
    }

    /// The brand's name in the subject or text as a person reads it and no program does: in letters that look like others,
    /// with something invisible or hidden inside, spaced out, or from right to left; in words.
    pub fn disguised(&self, brand: &Brand) -> Option<String> {
        let looks = self.looks.get_or_init(|| {
            let text = &self.message.body.text;
            [Looks::new(&self.message.subject, &self.subject), Looks::new(text, &self.text)]
        });
        looks
            .iter()
            .find_map(|looks| brand.disguised_in(looks))
            .or_else(|| self.torn(brand))
            .or_else(|| self.turned(brand))
    }

    /// The brand's name in the subject or text from right to left, in words: put in order by a turn of the writing direction,
    /// or left so for a style sheet that puts each letter before the last.
    fn turned(&self, brand: &Brand) -> Option<String> {
        let texts = [&self.message.subject, &self.message.body.text];
        let mut lines = texts.iter().flat_map(|text| text.lines()).filter(|line| line.contains(TURN));
        let named = |line: &str| brand.places_in(&fold(line)).count();
        let turned = lines.find(|line| named(line) > named(&unturned(line)));
        let turned = turned.and_then(|line| brand.named_in(&fold(line)).map(str::to_owned));
        let turned = turned.map(|name| format!("the name {name:?} in letters that run from right to left"));
        turned.or_else(|| [&self.subject, &self.text].into_iter().find_map(|text| brand.reversed_in(text)))
    }

    /// The brand's name in the text where hidden text stands inside it, in words.
    fn torn(&self, brand: &Brand) -> Option<String> {
        let body = &self.message.body;
        body.tears.iter().filter_map(|at| body.text.split_at_checked(*at)).find_map(|(before, after)| {
            let before = fold(&before[before.ceil_char_boundary(before.len().saturating_sub(MAX_TORN_SIDE))..]);
            let around = before.clone() + &fold(first_bytes(after, MAX_TORN_SIDE));
            let (start, end) =
                brand.places_in(&around).find(|(start, end)| (start + 1..*end).contains(&before.len()))?;
            let name = brand.named_in(&around[start..end])?;
            Some(format!("the name {name:?} with hidden text inside"))
        })
    }

    /// Words of the subject that are a phrase of one of `kinds`; see [`Evidence::phrase`].
    pub fn phrase_in_subject(&self, kinds: &[PhraseKind]) -> Option<&str> {
        if self.proven {
            return None;
        }
        kinds.iter().find_map(|kind| self.wording()[0].of(*kind))
    }

    /// Words of the subject or text that are a phrase of one of `kinds`. A message that a brand proved to have sent is
    /// never held to its wording.
    pub fn phrase(&self, kinds: &[PhraseKind]) -> Option<&str> {
        if self.proven {
            return None;
        }
        kinds.iter().find_map(|kind| self.wording().iter().find_map(|hits| hits.of(*kind)))
    }

    /// Words that ask the reader to telephone, and the number near them if there is one; see [`Evidence::phrase`].
    pub fn call(&self) -> Option<(&str, Option<&str>)> {
        let calls = self.wording().iter().filter_map(|hits| Some((hits.of(PhraseKind::Call)?, hits.number())));
        calls.filter(|_| !self.proven).max_by_key(|(_, number)| number.is_some())
    }
}
