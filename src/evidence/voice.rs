//! Who speaks: the brand, the author in a name of their own, or nobody in particular. Not a signal itself.
//!
//! One table holds the places where a reader meets a name and how much each says. A brand that only stands in the text
//! is spoken about; one that greets, signs and heads the message speaks. An author speaks who has a name that is theirs
//! alone and that their proven domain or address bears out: `Freelance Weekly` at freelanceweekly.example, `Ada Brook`
//! at ada.b@mailhub.example. `Project Desk` is nobody's own name, whatever domain bears it out, and neither is one that
//! stands on a page anybody may have.

use super::gathered::Evidence;
use super::links;
use super::names;
use super::naming;
use super::relation::{Place, SPEAKS, Speaker, Voice};
use super::sender_name::NameClaim;
use super::speaking;
use crate::mail::{Domain, Mailbox};
use crate::policy::Brand;
use crate::text::fold::{first_bytes, fold};
use crate::wording::{WordKind, WordList};

/// Lines at the end of a text in which people sign: below them stand an address and what the law asks for.
const LAST_LINES: usize = 8;
/// Lines at its beginning in which they greet.
const FIRST_LINES: usize = 3;
/// Words of a line that signs or greets and says nothing else.
const MAX_LINE_WORDS: usize = 6;
/// Octets of the first words: what a list of messages shows.
const OPENING_BYTES: usize = 150;
/// Characters of such a line, where no blanks part words.
const MAX_LINE_CHARS: usize = 48;

/// Who speaks, as far as this brand goes; worked out when a signal first asks.
pub(crate) fn of<'e>(e: &'e Evidence<'_>, brand: &Brand) -> Option<&'e Voice> {
    let looked = || {
        let mut places = places(e, brand);
        places.sort();
        let speaker = speaker(e, brand, &places);
        Voice { places, speaker }
    };
    e.voices.get(brand.number()).map(|known| known.get_or_init(looked))
}

/// True if nothing makes the brand's name here more than a mention: who writes may speak for the brand, all links lead
/// to it, or the author writes about it in the name of their own house, and sends nobody to a page that anybody may
/// have. What is asked in the brand's name counts all the same ([`super::ask`]).
pub(crate) fn is_mention(e: &Evidence<'_>, brand: &Brand) -> bool {
    let hosts = &e.policy.hosts;
    let anybodys = |d: &Domain| hosts.free_host(d).is_some() || hosts.shortener(d).is_some();
    let sends_away = || links::followed(e).any(|(_, a)| a.domain.as_ref().is_some_and(anybodys));
    e.origin.may_speak_for(brand)
        || naming::leads_to_brand(e, brand)
        || of(e, brand).is_some_and(Voice::is_house) && !sends_away()
}

/// True if [`is_mention`], or if the author has a name of their own and writes about the brand: where the brand's name
/// stands says nothing then, and only what is wanted counts. Stolen mailboxes have honest names too.
pub(crate) fn is_remark(e: &Evidence<'_>, brand: &Brand) -> bool {
    is_mention(e, brand) || of(e, brand).is_some_and(Voice::is_author)
}

fn speaker(e: &Evidence<'_>, brand: &Brand, places: &[(Place, String)]) -> Speaker {
    if e.origin.may_speak_for(brand) {
        return Speaker::Entitled;
    }
    let own_name = e.author().own_name.is_some();
    let has_voice = own_name || e.author().is_housed;
    let counts = |place: &Place| !has_voice || place.is_writers();
    let weight: u32 = places.iter().map(|(place, _)| *place).filter(counts).map(Place::weight).sum();
    match weight {
        SPEAKS.. => Speaker::Brand,
        _ if own_name && (e.author().is_hired || e.author().is_person && !e.author().is_housed) => Speaker::Person,
        _ if own_name => Speaker::Author,
        _ if e.author().is_housed => Speaker::House,
        _ => Speaker::Nobody,
    }
}

fn places(e: &Evidence<'_>, brand: &Brand) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    let mut note = |place: Place, words: Option<String>| found.extend(words.map(|words| (place, words)));
    let mailboxes = |list: &[Mailbox]| list.iter().find_map(|m| brand.claimed_in(&m.name));
    let badge = e.message.from.iter().find_map(|m| match e.name_claim(brand, m) {
        NameClaim::Badge(how) => Some(how),
        NameClaim::Poses(_) | NameClaim::Nothing => None,
    });
    note(Place::Badge, badge.map(|how| format!("the sender's name has {how} beside it")));
    if e.poses_as(brand) {
        note(Place::From, Some("the sender".to_owned()));
    }
    note(Place::Sender, mailboxes(&e.message.sender).map(|how| format!("Sender shows {how}")));
    note(Place::ReplyTo, mailboxes(&e.message.reply_to).map(|how| format!("Reply-To shows {how}")));
    let organization = e.message.values("Organization").find_map(|value| brand.claimed_in(value));
    note(Place::Organization, organization.map(|how| format!("Organization shows {how}")));
    if let Some(subject) = e.own_subject() {
        let head = subject.trim_start_matches(|c: char| !c.is_alphanumeric());
        let heads = brand.places_in(head).any(|(start, _)| start == 0);
        let named = brand.named_in(subject).map(|name| format!("the subject names {name:?}"));
        note(if heads { Place::SubjectHead } else { Place::Subject }, named);
    }
    if brand.named_in(&e.text).is_none() {
        return found;
    }
    let own = e.own_text();
    let opening = brand.named_in(first_bytes(own, OPENING_BYTES));
    note(Place::Opening, opening.map(|name| format!("the text begins with {name:?}")));
    note(Place::Imprint, speaking::as_brand(e, brand).map(|words| format!("the text says {words:?}")));
    note(Place::Greeting, greeting(e, brand).map(|line| format!("the text greets with {line:?}")));
    note(Place::SignOff, sign_off(e, brand).map(|line| format!("the text is signed {line:?}")));
    found
}

/// A short line among the first that ends with the brand's name, or goes on with whom it greets.
fn greeting(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let mut lines = short_lines(&e.shown).take(FIRST_LINES);
    lines.find(|line| brand.named_in(line).is_some() && line.ends_with([',', ':', '!', '،', '、', '，']))
}

/// A short line among the last that begins or ends with the brand's name and is not about it; or what stands behind a
/// person's name in one.
fn sign_off(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let lines: Vec<&str> = e.shown.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.len().saturating_sub(LAST_LINES).max(1);
    let own_name = e.author().own_name.as_deref();
    lines.get(last..)?.iter().find_map(|line| {
        // A sentence is no signature.
        let folded = folded_if_short(line).filter(|line| !line.ends_with(['.', '!', '?', '。', '।']))?;
        folded.split([',', '|', '·', ';']).find_map(|part| {
            let bare = part.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
            // "Product manager at Elance" is what somebody does.
            let at_end = |end: usize| end == bare.len() && !e.author().has_voice();
            let at_edge = brand.places_in(bare).any(|(start, end)| start == 0 || at_end(end));
            let goes_on = bare.contains(['/', '@', '?', ':', '[', ']']) || brand.domain_in(bare).is_some();
            // Those who have a name of their own write where they work and what they do beside it.
            let is_office = || names::is_office(bare) || is_of_anybody(bare, brand);
            (at_edge && !goes_on && (own_name.is_none() || is_office())).then(|| bare.to_owned())
        })
    })
}

/// True if a line holds the brand's name and, beside it, a word of an office.
fn is_of_anybody(line: &str, brand: &Brand) -> bool {
    let members = WordList::of(WordKind::Members);
    let mut words = line.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let is_office = |w: &str| WordList::of(WordKind::Anybody).contains(w) && !members.contains(w);
    words.any(|w| is_office(w) && brand.named_in(w).is_none())
}

fn short_lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| folded_if_short(line).unwrap_or_default())
}

fn folded_if_short(line: &str) -> Option<String> {
    let is_short = line.split_whitespace().count() <= MAX_LINE_WORDS && line.chars().count() <= MAX_LINE_CHARS;
    is_short.then(|| fold(line))
}
