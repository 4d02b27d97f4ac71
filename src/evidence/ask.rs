//! What is asked of the reader, of whose it is, and where it leads. Not a signal itself.
//!
//! A request counts by its relation: the brand's password, asked for over a stranger's link, is a spoof without any
//! other sign; the author's own account behind the author's own link is not ours to judge. Whose something is, is bound
//! as far as grammar does it cheaply: the brand's name right beside it, in the same sentence, or in the same paragraph;
//! and where the brand is who speaks, whatever is asked is asked in its name. What leads to the brand's own pages is
//! nobody's trap.

use super::destination::{self, Destination};
use super::gathered::Evidence;
use super::links;
use super::relation::{Ask, Lead, Speaker, Voice, What, Whose};
use super::speaking;
use super::voice;
use crate::mail::{Document, Domain, LinkKind};
use crate::policy::Brand;
use crate::text::fold::{first_bytes, fold};
use crate::wording::ask::{Joined, Sentence, Sentences};
use crate::wording::{AskKind, quoted};
use std::cell::OnceCell;

/// What opens an account or proves who one is.
const DATA: [AskKind; 4] = [AskKind::Secret, AskKind::Card, AskKind::Bank, AskKind::Papers];
/// Words of the longest link label that is read as one request.
const MAX_LABEL_WORDS: usize = 20;
/// Links that are looked at: the rest of a longer list leads where its beginning leads.
const MAX_LINKS: usize = 200;

/// Requests of one text of which it is looked where they lead: a message that asks more often asks for the same.
const MAX_ASKS: usize = 20;
/// Octets of a paragraph in which its links are looked for.
const MAX_PARAGRAPH_BYTES: usize = 4_000;
/// Sentences before one that speaks of the brand in which a request may stand, and behind it.
const NEAR_BEFORE: usize = 1;
const NEAR_AFTER: usize = 4;
/// Octets of a file in which its head stands.
const HEAD_BYTES: usize = 100;

/// What a message asks for in a brand's name, the gravest first; worked out when a signal first asks. Empty where the
/// brand is not named or may speak.
pub(crate) fn of<'e>(e: &'e Evidence<'_>, brand: &Brand) -> &'e [Ask] {
    e.asks.get(brand.number()).map_or(&[], |known| known.get_or_init(|| find(e, brand)))
}

fn find(e: &Evidence<'_>, brand: &Brand) -> Vec<Ask> {
    let Some(voice) = voice::of(e, brand) else { return vec![] };
    let in_files = || e.message.body.documents.iter().any(|d| names_brand(d, brand));
    if voice.speaker == Speaker::Entitled || e.proven || !(e.names(brand) || voice.is_brand() || in_files()) {
        return vec![];
    }
    let names: Vec<String> = brand.folded_names().map(str::to_owned).collect();
    let leads = Leads { e, brand, voice, elsewhere: OnceCell::new() };
    let mut asks = Vec::new();
    let mut take = |sentences: &Sentences, label: Option<&Destination<'_>>, is_spoken: bool, is_quoted: bool| {
        let paragraph = |s: &Sentence| sentences.paragraphs.get(s.paragraph).map(String::as_str).unwrap_or_default();
        let mut looked = 0;
        for sentence in &sentences.all {
            let Some(asked) = asked(sentence, is_spoken, label.is_some()) else { continue };
            let Asked { what, whose, is_readers, is_threat } = asked;
            looked += 1;
            if looked > MAX_ASKS {
                break;
            }
            let Some(lead) = leads.of(sentence, paragraph(sentence), label) else { continue };
            asks.push(Ask { what, whose, lead, words: sentence.quoted(), is_spoken, is_quoted, is_readers, is_threat });
        }
        // "Your Elance password has run out. Enter it once more: …"
        for (spoken, asking) in pairs(&sentences.all).take(MAX_ASKS) {
            let bound = leads.of(asking, paragraph(asking), None).filter(|_| asking.has_link());
            let Some(lead) = bound.filter(|lead| matches!(lead, Lead::Bound(_) | Lead::House(true, _))) else {
                continue;
            };
            let what = if is_data(spoken) && asking.has(AskKind::Give) { What::Data } else { What::Account };
            let (whose, words) = (Whose::Near, format!("{} … {}", spoken.quoted(), asking.quoted()));
            asks.push(Ask { what, whose, lead, words, is_spoken, is_quoted, is_readers: true, is_threat: false });
        }
    };
    let [own, others] = e.told_apart();
    if let Some(subject) = e.own_subject() {
        let quotes = e.author().has_voice();
        let subject = if quotes { quoted::without_quotations(subject.into()) } else { subject.into() };
        take(&Sentences::of(&subject, &names), None, voice.is_brand(), false);
    }
    take(&Sentences::of(&own, &names), None, voice.is_brand(), false);
    if !is_known_thread(e) {
        // Who quotes a brand's words quotes who speaks in them.
        let is_spoken = voice.is_brand() || speaking::is_spoken(&fold(&others), brand);
        take(&Sentences::of(&others, &names), None, is_spoken, true);
    }
    for way in e.destinations().all.iter().take(MAX_LINKS) {
        let shown = way.link.shown.as_str();
        let is_label = way.link.kind == LinkKind::Anchor && shown.split_whitespace().count() <= MAX_LABEL_WORDS;
        if is_label && brand.named_in(&fold(shown)).is_some() {
            take(&Sentences::of(shown, &names), Some(way), voice.is_brand(), false);
        }
    }
    for document in e.message.body.documents.iter().filter(|d| names_brand(d, brand)) {
        // What a file says counts as said in the name it gives, or begins with.
        let text = fold(&document.text);
        let begins = || brand.places_in(first_bytes(&text, HEAD_BYTES)).any(|(start, _)| start == 0);
        let is_spoken = brand.claimed_in(&document.author).is_some() || speaking::is_spoken(&text, brand) || begins();
        take(&Sentences::of(&document.text, &names), None, is_spoken || voice.is_brand(), true);
    }
    asks.sort();
    asks
}

/// Sentences that say something of the brand, and those close by that ask for something, over a link.
fn pairs(all: &[Sentence]) -> impl Iterator<Item = (&Sentence, &Sentence)> {
    let says = |s: &Sentence| s.names_brand() && (is_data(s) || s.has(AskKind::Account));
    let asks = |s: &Sentence| s.has_link() && (s.has(AskKind::Give) || s.has(AskKind::SignIn));
    all.iter().enumerate().filter(move |(_, s)| says(s)).filter_map(move |(at, spoken)| {
        let near = at.saturating_sub(NEAR_BEFORE)..all.len().min(at + NEAR_AFTER + 1);
        let asking = near.filter(|n| *n != at).filter_map(|n| all.get(n)).find(|s| asks(s))?;
        Some((spoken, asking))
    })
}

/// True if a sentence speaks of what opens an account or proves who one is.
fn is_data(sentence: &Sentence) -> bool {
    DATA.iter().any(|kind| sentence.has(*kind))
}

/// True if others' words are known not to be the author's: they answer a message of the reader's own house, or a
/// mailing list that vouches for them quotes.
fn is_known_thread(e: &Evidence<'_>) -> bool {
    let domain =
        |address: &str| address.trim_matches(['<', '>', ' ']).rsplit_once('@').and_then(|(_, d)| Domain::parse(d));
    let own =
        |d: &Domain| e.envelope.rcpt_to.iter().any(|r| domain(r).is_some_and(|r| r.registrable() == d.registrable()));
    let answered = e.message.values("In-Reply-To").filter_map(domain).any(|d| own(&d));
    answered || e.origin.authenticated_list().is_some()
}

/// The lead of a link that stands with the request.
fn bound_to(lead: Lead) -> Lead {
    match lead {
        Lead::Stranger(words) => Lead::Bound(words),
        Lead::House(_, words) => Lead::House(true, words),
        lead => lead,
    }
}

/// True if the words on a link ask by themselves: *verify*, *sign in*.
fn says_so(shown: &str) -> bool {
    let sentences = Sentences::of(shown, &[]).all;
    sentences.iter().any(|s| s.has(AskKind::Give) || s.has(AskKind::SignIn))
}

fn names_brand(document: &Document, brand: &Brand) -> bool {
    brand.named_in(&fold(&document.text)).is_some() || brand.claimed_in(&document.author).is_some()
}

/// True if the text tells a password, as it does that of a locked file: without asking for one, and without a link.
pub(crate) fn tells_password(e: &Evidence<'_>) -> bool {
    let tells = |s: &Sentence| s.has(AskKind::Secret) && !s.has_link();
    Sentences::of(&e.shown, &[]).all.iter().any(tells)
}

/// The first sentence in which an author asks for data or an account in their own name.
pub(crate) fn of_author(e: &Evidence<'_>) -> Option<String> {
    let sentences = Sentences::of(&e.shown, &[]).all;
    let asks = |s: &&Sentence| {
        let wanted = DATA.iter().chain([&AskKind::Account]);
        wanted.into_iter().any(|kind| s.joins(AskKind::Give, *kind).is_some_and(|joined| !s.warns_of(&joined.first)))
    };
    sentences.iter().find(asks).map(Sentence::quoted)
}

/// What one sentence asks for; see [`Ask`].
struct Asked {
    what: What,
    whose: Whose,
    is_readers: bool,
    is_threat: bool,
}

/// What a sentence asks for, and whose that is; `None` if it is nobody's or nothing.
fn asked(sentence: &Sentence, is_spoken: bool, is_label: bool) -> Option<Asked> {
    let whose = |joined: &Joined| match sentence.names_brand() {
        true if sentence.is_of_brand(&joined.second) => Some(Whose::Brands),
        true if sentence.is_of_reader(joined) => Some(Whose::Readers),
        true => Some(Whose::Named),
        false => is_spoken.then_some(Whose::Spoken),
    };
    let handed = DATA.iter().flat_map(|kind| {
        let secret = *kind == AskKind::Secret;
        let signing = secret.then(|| sentence.joins(AskKind::SignIn, *kind)).flatten();
        let signing = signing.filter(|joined| sentence.is_of_reader(joined));
        sentence.joins(AskKind::Give, *kind).into_iter().chain(signing)
    });
    let mut handed = handed.filter(|joined| !sentence.warns_of(&joined.first));
    if let Some((whose, readers)) = handed.find_map(|j| Some((whose(&j)?, sentence.is_of_reader(&j)))) {
        return Some(Asked { what: What::Data, whose, is_readers: readers, is_threat: false });
    }
    let verbs = [AskKind::SignIn, AskKind::Give, AskKind::Go, AskKind::Call];
    let kept = verbs.iter().filter_map(|verb| sentence.joins(*verb, AskKind::Account));
    // What befalls accounts is news; what befalls the reader's is a threat.
    let threats = [AskKind::Threat, AskKind::Hurry].into_iter();
    let threatened = threats.filter_map(|kind| sentence.joins(kind, AskKind::Account));
    let threatened = threatened.filter(|joined| sentence.is_of_reader(joined)).map(|joined| (joined, true));
    let kept = kept.map(|joined| (joined, false)).chain(threatened);
    let mut kept = kept.filter(|(joined, _)| !sentence.warns_of(&joined.first));
    let found = kept.find_map(|(j, threat)| Some((whose(&j)?, sentence.is_of_reader(&j), threat)));
    if let Some((whose, readers, is_threat)) = found {
        return Some(Asked { what: What::Account, whose, is_readers: readers, is_threat });
    }
    // "Elance Sign In" on a button says all.
    let button = is_label && (sentence.has(AskKind::SignIn) || sentence.has(AskKind::Give));
    let asked = Asked { what: What::Account, whose: Whose::Brands, is_readers: true, is_threat: false };
    (button && sentence.names_brand()).then_some(asked)
}

/// Where requests lead.
struct Leads<'e, 'm> {
    e: &'e Evidence<'m>,
    brand: &'e Brand,
    voice: &'e Voice,
    /// Where some link of the message leads, if not to the brand; worked out when a request first asks.
    elsewhere: OnceCell<Option<Lead>>,
}

impl Leads<'_, '_> {
    /// Where what a sentence asks leads: over the link that shows it, those in its paragraph, or those of the message;
    /// `None` if only to the brand.
    fn of(&self, sentence: &Sentence, paragraph: &str, label: Option<&Destination<'_>>) -> Option<Lead> {
        if let Some(way) = label {
            return self.one(way).map(bound_to);
        }
        let paragraph = first_bytes(paragraph, MAX_PARAGRAPH_BYTES);
        let ways = || self.e.destinations().all.iter().take(MAX_LINKS).filter(|w| w.link.kind != LinkKind::Image);
        let here = |way: &&Destination<'_>| {
            let shown = way.link.shown.as_str();
            let counts = way.link.kind != LinkKind::Obfuscated || !self.lists_indicators();
            counts && !shown.is_empty() && (paragraph.contains(shown) || paragraph.contains(way.link.href.as_str()))
        };
        let mut bound = ways().filter(here).peekable();
        if bound.peek().is_some()
            && (sentence.has_link() || bound.peek().is_some_and(|w| w.link.kind != LinkKind::Text))
        {
            let lead = bound.filter_map(|way| self.one(way)).min();
            return lead.map(bound_to);
        }
        let answers = sentence.has(AskKind::Answer);
        let clickable = || ways().filter(|w| w.link.kind != LinkKind::Obfuscated);
        let elsewhere = self.elsewhere.get_or_init(|| clickable().filter_map(|way| self.one(way)).min());
        let leads_home = || ways().next().is_some() && elsewhere.is_none();
        if leads_home() && !answers {
            return None;
        }
        elsewhere.clone().filter(|_| !answers).or_else(|| self.answer()).or_else(|| elsewhere.clone())
    }

    /// True if addresses that nobody can click are spoken of: by who has a voice of their own, or on a mailing list.
    fn lists_indicators(&self) -> bool {
        self.voice.is_house() || self.e.origin.is_list_mail()
    }

    /// Where one link leads, if not to the brand.
    fn one(&self, way: &Destination<'_>) -> Option<Lead> {
        let words = format!("{} leads there", way.quoted());
        let Some(host) = way.target.domain() else {
            return self.without_host(way);
        };
        if self.brand.links_to(host) && way.hidden_by.is_none() {
            let on = way.target.authority.as_ref().and_then(|a| links::goes_on_to(self.brand, a))?;
            return Some(Lead::Stranger(format!("{} goes on to {on}", way.quoted())));
        }
        let author = self.e.origin.proven_author().filter(|_| self.voice.is_author() || self.voice.is_house());
        match author.is_some_and(|author| author.registrable() == host.registrable()) {
            true => Some(Lead::House(says_so(&way.link.shown), words)),
            false => Some(Lead::Stranger(words)),
        }
    }

    /// Links to what is not a host: mailboxes, numbers, addresses of machines, files.
    fn without_host(&self, way: &Destination<'_>) -> Option<Lead> {
        let href = way.target.href.as_str();
        let (scheme, rest) = href.split_once(':')?;
        match scheme.to_ascii_lowercase().as_str() {
            "mailto" => {
                let to = Domain::parse(rest.split('?').next()?.rsplit_once('@')?.1)?;
                (!self.brand.links_to(&to))
                    .then(|| Lead::Stranger(format!("{} leads there", destination::quoted(way.link))))
            }
            "cid" | "about" | "javascript" | "data" => None,
            "tel" | "sms" => Some(Lead::Answer(format!("{} is called for it", destination::quoted(way.link)))),
            _ => Some(Lead::Stranger(format!("{} leads there", destination::quoted(way.link)))),
        }
    }

    /// The mailbox that an answer goes to, if that is not the brand's.
    fn answer(&self) -> Option<Lead> {
        let message = self.e.message;
        let to = if message.reply_to.is_empty() { &message.from } else { &message.reply_to };
        let own = |d: &Domain| self.brand.links_to(d);
        let stranger = to.iter().find(|m| !m.domain.as_ref().is_some_and(own))?;
        Some(Lead::Answer(format!("the answer goes to {}", stranger.where_it_is())))
    }
}
