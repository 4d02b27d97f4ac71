//! Everything about one message that signals ask for, gathered once: what costs work is worked out when a signal first
//! asks. Pure; what is missing is an empty answer.

use super::author::Author;
use super::destination::Destinations;
use super::names;
use super::origin::Origin;
use super::proof::Proof;
use super::relation::{Ask, Voice};
use super::sender_name::NameClaim;
use crate::auth::AuthResults;
use crate::lookalike::Imitation;
use crate::mail::{Domain, Envelope, Harm, Mailbox, Message};
use crate::policy::{Brand, Policy};
use crate::scan::Scan;
use crate::text::bidi::{TURN, unturned};
use crate::text::disguise::{Looks, unmasked};
use crate::text::fold::{first_bytes, fold};
use crate::text::spelt::Spelt;
use crate::wording::{Hits, PhraseKind, Phrases, quoted};
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

/// Octets to either side of hidden text that are searched for a name: no brand's is longer.
const MAX_BROKEN_SIDE_BYTES: usize = 64;

/// What signals read.
pub struct Evidence<'a> {
    /// Who handed the message over, from whom, to whom.
    pub envelope: &'a Envelope,
    /// The message.
    pub message: &'a Message,
    /// What authentication found.
    pub auth: &'a AuthResults,
    /// Where it comes from and who vouches for it.
    pub origin: Origin<'a>,
    /// What the virus scanner said.
    pub scan: Scan,
    /// What the operator wants.
    pub policy: &'a Policy,
    /// The visible text, with the brands' names as a person reads them.
    pub(crate) shown: Cow<'a, str>,
    /// How they were spelt, if not plainly.
    spelt: Vec<Spelt>,
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
    /// See [`Evidence::neighbour`].
    neighbour: OnceCell<Option<&'a Domain>>,
    /// Who wrote it; looked at when a signal first asks.
    author: OnceCell<Author>,
    /// Who speaks and what is asked, a brand each; worked out when a signal first asks.
    pub(super) voices: Vec<OnceCell<Voice>>,
    pub(super) asks: Vec<OnceCell<Vec<Ask>>>,
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
        let (head, mut spelt) = policy.read(&message.subject);
        let (shown, more) = policy.read(&message.body.text);
        spelt.extend(more);
        let subject = fold(&unmasked(&head));
        let text = fold(&unmasked(&shown));
        let origin = Origin { envelope, message, auth, policy };
        Evidence {
            envelope,
            message,
            auth,
            origin,
            scan: Scan::Off,
            policy,
            shown,
            spelt,
            subject,
            text,
            proven: policy.brands.iter().any(|b| matches!(origin.proof(b), Proof::Proven(_))),
            wording: OnceCell::new(),
            own: OnceCell::new(),
            looks: OnceCell::new(),
            destinations: OnceCell::new(),
            author: OnceCell::new(),
            neighbour: OnceCell::new(),
            voices: policy.brands.iter().map(|_| OnceCell::new()).collect(),
            asks: policy.brands.iter().map(|_| OnceCell::new()).collect(),
            imitations: RefCell::default(),
        }
    }

    /// Where the links of the message lead.
    pub(crate) fn destinations(&self) -> &Destinations<'a> {
        self.destinations.get_or_init(|| Destinations::new(&self.message.body.links, &self.policy.hosts))
    }

    /// The same with what the virus scanner said.
    pub fn with_scan(self, scan: Scan) -> Evidence<'a> {
        Evidence { scan, ..self }
    }

    /// Who wrote it, as far as that is proven.
    pub(crate) fn author(&self) -> &Author {
        self.author.get_or_init(|| Author::of(&self.origin, &self.text, self.destinations()))
    }

    /// True if a program answers or reports: from the null sender, and it says so (RFC 3834 section 5, RFC 6522).
    pub(crate) fn is_automatic(&self) -> bool {
        let reports =
            || self.message.values("Content-Type").any(|v| v.to_ascii_lowercase().contains("multipart/report"));
        let says = || self.message.values("Auto-Submitted").any(|v| !v.trim().eq_ignore_ascii_case("no"));
        self.envelope.mail_from.is_empty() && (says() || reports())
    }

    /// Phrases of the subject and of the author's own words, unless the message poses as a brand: a member who quotes a
    /// notice asks for nothing.
    fn wording(&self) -> &[Hits; 2] {
        self.wording.get_or_init(|| {
            let names: Vec<String> =
                self.policy.brands.iter().flat_map(Brand::folded_names).map(str::to_owned).collect();
            let find = |text: &str| Phrases::shared().find(text, &names);
            let poses = self.policy.brands.iter().any(|b| self.poses_as(b));
            let subject = if poses { &self.subject } else { self.own_subject().unwrap_or_default() };
            let quotes = !poses && self.author().has_voice();
            let subject = if quotes { quoted::without_quotations(subject.into()) } else { subject.into() };
            [find(&subject), find(if poses { &self.text } else { self.own_text() })]
        })
    }

    /// The author's own words in the text, folded, without what they quote or pass on. Who has a voice of their own may
    /// quote in quotation marks, too.
    pub fn own_text(&self) -> &str {
        let own = self.own.get_or_init(|| {
            let [own, _] = self.told_apart();
            (own.len() < self.shown.len()).then(|| fold(&unmasked(&own)))
        });
        own.as_ref().unwrap_or(&self.text)
    }

    /// The visible text, the author's own words and those of others.
    pub(crate) fn told_apart(&self) -> [Cow<'_, str>; 2] {
        let passes_on = self.answers() || quoted::is_marked(&self.subject) || self.is_automatic();
        let [own, others] = quoted::told_apart(&self.shown, passes_on);
        let own = if self.author().has_voice() { quoted::without_quotations(own) } else { own };
        [own, others]
    }

    /// The subject, folded, if it is the sender's own: not an answer and not forwarded. A mark of an answer without a
    /// word of what it answers (In-Reply-To, References, RFC 5322 section 3.6.4), and without anything that is passed
    /// on, is a trick, and the subject goes on behind it.
    pub(crate) fn own_subject(&self) -> Option<&str> {
        if self.is_automatic() {
            return None;
        }
        let Some(rest) = quoted::unmarked(&self.subject) else { return Some(&self.subject) };
        let passes_on = || !self.message.body.attached.is_empty() || self.own_text().len() < self.text.len();
        (!self.answers() && !self.origin.is_list_mail() && !passes_on()).then_some(rest.trim_start())
    }

    /// True if the message says that it answers another.
    pub fn answers(&self) -> bool {
        self.message.values("In-Reply-To").chain(self.message.values("References")).next().is_some()
    }

    /// How a domain imitates the brand, in words. Each domain is looked up once for all brands and signals.
    pub fn imitation(&self, brand: &Brand, domain: &Domain) -> Option<String> {
        let mut known = self.imitations.borrow_mut();
        if !known.contains_key(domain) {
            known.insert(domain.clone(), self.policy.imitations(domain));
        }
        let imitations = known.get(domain)?;
        let imitation = imitations.iter().find(|i| i.owner == brand.number())?;
        let is_neighbours = || self.neighbour().is_some_and(|own| own.registrable() == domain.registrable());
        (!(imitation.is_slip && is_neighbours())).then(|| imitation.how.clone())
    }

    /// The domain of an author who is one letter away from a brand and somebody of their own: proven, with a name that
    /// fits it, and without a word of the brand.
    pub(crate) fn neighbour(&self) -> Option<&'a Domain> {
        *self.neighbour.get_or_init(|| {
            let author = self.origin.proven_author()?;
            let imitated = self.policy.imitations(author);
            let brand = |number: usize| self.policy.brands.get(number);
            let alone = |i: &Imitation| i.is_slip && brand(i.owner).is_some_and(|b| !self.names(b) && !self.spells(b));
            let fits = |m: &Mailbox| names::names_organization(&fold(&m.name), author);
            let is_own = !imitated.is_empty() && imitated.iter().all(alone) && self.message.from.iter().all(fits);
            is_own.then_some(author)
        })
    }

    /// True if a name of the brand is spelt so that a program does not find it.
    pub(crate) fn spells(&self, brand: &Brand) -> bool {
        self.spelt.iter().any(|s| s.owner == brand.number() && s.is_disguised)
    }

    /// What the name of a stranger's mailbox says of the brand. What a neighbour is called is not a slip of the brand's
    /// name.
    pub(crate) fn name_claim(&self, brand: &Brand, mailbox: &Mailbox) -> NameClaim {
        match self.neighbour().is_some() && brand.named_in(&fold(&mailbox.name)).is_none() {
            true => NameClaim::Nothing,
            false => self.origin.name_claim(brand, mailbox),
        }
    }

    /// True if the message poses as the brand towards its reader: its address without proof, its name or domain in a
    /// display name, or a look-alike author domain.
    pub fn poses_as(&self, brand: &Brand) -> bool {
        if self.origin.may_speak_for(brand) {
            return false;
        }
        self.origin.own_author(brand).is_some()
            || self.message.from.iter().any(|m| {
                matches!(self.name_claim(brand, m), NameClaim::Poses(_))
                    || m.domain.as_ref().is_some_and(|d| self.imitation(brand, d).is_some())
            })
    }

    /// True if the message names the brand to its reader, anywhere a person looks.
    pub fn names(&self, brand: &Brand) -> bool {
        brand.named_in(&self.subject).is_some() || brand.named_in(&self.text).is_some()
    }

    /// The brand's name in the subject or text as a person reads it and no program does: in letters that look like
    /// others, with something invisible or hidden inside, spaced out, or from right to left; in words.
    pub fn disguised(&self, brand: &Brand) -> Option<String> {
        let looks = self.looks.get_or_init(|| {
            let text = &self.message.body.text;
            [Looks::new(&self.message.subject, &self.subject), Looks::new(text, &self.text)]
        });
        let spelt = self.spelt.iter().find(|s| s.owner == brand.number() && s.is_disguised);
        spelt
            .map(|s| format!("the name {:?} as {:?}", s.name, s.written))
            .or_else(|| looks.iter().find_map(|looks| brand.disguised_in(looks)))
            .or_else(|| self.torn(brand))
            .or_else(|| self.turned(brand))
    }

    /// The brand's name in the subject or text from right to left, in words: put in order by a turn of the writing
    /// direction, or left so for a style sheet that puts each letter before the last.
    fn turned(&self, brand: &Brand) -> Option<String> {
        let texts = [&self.message.subject, &self.message.body.text];
        let mut lines = texts.iter().flat_map(|text| text.lines()).filter(|line| line.contains(TURN));
        let times_named = |line: &str| brand.places_in(&fold(line)).count();
        let line = lines.find(|line| times_named(line) > times_named(&unturned(line)));
        let name = line.and_then(|line| brand.named_in(&fold(line)).map(str::to_owned));
        name.map(|name| format!("the name {name:?} in letters that run from right to left"))
            .or_else(|| [&self.subject, &self.text].into_iter().find_map(|text| brand.reversed_in(text)))
    }

    /// The brand's name in the text where hidden text stands inside it, in words.
    fn torn(&self, brand: &Brand) -> Option<String> {
        let body = &self.message.body;
        body.broken_words.iter().filter_map(|at| body.text.split_at_checked(*at)).find_map(|(before, after)| {
            let before = fold(&before[before.ceil_char_boundary(before.len().saturating_sub(MAX_BROKEN_SIDE_BYTES))..]);
            let around = before.clone() + &fold(first_bytes(after, MAX_BROKEN_SIDE_BYTES));
            let (start, end) =
                brand.places_in(&around).find(|(start, end)| (start + 1..*end).contains(&before.len()))?;
            let name = brand.named_in(&around[start..end])?;
            Some(format!("the name {name:?} with hidden text inside"))
        })
    }

    /// The first attachment that can do this, in words.
    pub fn first_harm(&self, harm: Harm) -> Option<String> {
        self.message.body.attachments.iter().find_map(|attachment| {
            let danger = attachment.dangers.iter().find(|d| d.harm == harm)?;
            Some(format!("the attachment {:?} {}", attachment.name, danger.words))
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
