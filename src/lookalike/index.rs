//! The names of all brands in tables, and what a domain imitates by them.

use crate::lookalike::bait::{PLAIN, SHAPED};
use crate::lookalike::shape::{shapes, written};
use crate::lookalike::slip::{Slip, shortened, slip};
use crate::lookalike::word::{LONG, MIN_FUZZY, MIN_INSIDE, NotUs, compact, tokens};
use crate::mail::Domain;
use crate::text::fold::fold;
use foldhash::fast::RandomState;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// Letters of the shortest name that counts as one word of several in a stranger's label (`dhl-parcel`), whatever the
/// others are. Abbreviations of two letters stand in anybody's.
const MIN_TOKEN: usize = 3;
/// Octets of bait, at least, that make an imitation of a name shorter than [`MIN_INSIDE`] without a dash:
/// `dhldelivery` is one, `dhlot` and `ottoman` are not.
const LONG_BAIT_BYTES: usize = 5;
/// Octets of the shortest domain that is looked for with its dots lost (`elancecom`).
const MIN_DOTLESS_BYTES: usize = 8;

type Table = HashMap<String, Vec<u32>, RandomState>;

/// That a domain imitates a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imitation {
    /// Whose name, as given to [`Index::add`].
    pub owner: usize,
    /// How, in words.
    pub how: String,
    /// True if the label its owner chose is one slip away, and looks like what it is: a name of its own, perhaps.
    pub is_slip: bool,
}

/// The names of all brands, ready to look up.
#[derive(Debug, Default)]
pub struct Index {
    names: Vec<Entry>,
    written: Table,
    shaped: Table,
    shortened: Table,
    not_us: Arc<NotUs>,
    /// Labels of the brands' own domains, which are not a slip of any name.
    own: HashSet<String, RandomState>,
    /// Octets of the shortest and the longest key of the tables.
    lengths: Option<(usize, usize)>,
}

/// A name in the index.
#[derive(Debug)]
struct Entry {
    owner: usize,
    /// Compact.
    name: String,
    letters: usize,
    /// The domain whose dots were left out to make the name.
    dotless: Option<Domain>,
}

/// How a label imitates a name.
enum Trick<'a> {
    /// It is the name.
    Itself,
    /// It is the name, cut by dashes.
    Apart,
    /// It holds the name beside other words.
    Joined,
    /// It, or a word in it, looks like the name.
    Disguised(&'a str),
    /// It, or a word in it, is the name with a slip of the hand.
    Slipped(&'a str, Slip),
}

struct Hit<'a> {
    entry: &'a Entry,
    trick: Trick<'a>,
    /// The trick is the whole label.
    whole: bool,
}

impl Index {
    /// An index without names; `not_us` are words that are nobody's imitation.
    pub fn new(not_us: Arc<NotUs>) -> Index {
        Index { not_us, ..Index::default() }
    }

    /// Adds the names of a brand and its domains, which are looked for with their dots lost.
    pub fn add<'a>(&mut self, owner: usize, names: impl Iterator<Item = &'a str>, domains: &[Domain]) {
        // The domain first: it says more exactly what `elancecom` is.
        for domain in domains {
            self.own.insert(domain.chosen_label().to_owned());
            let name = compact(domain.as_str());
            if domain.as_str().contains('.')
                && name.len() >= MIN_DOTLESS_BYTES
                && domain.chosen_label().len() >= MIN_INSIDE
            {
                self.enter(owner, name, Some(domain.clone()));
            }
        }
        names.for_each(|name| self.enter(owner, compact(name), None));
    }

    fn enter(&mut self, owner: usize, name: String, dotless: Option<Domain>) {
        let Ok(number) = u32::try_from(self.names.len()) else { return };
        let letters = name.chars().count();
        let mut note = |table: &mut Table, key: String| {
            let (least, most) = self.lengths.unwrap_or((key.len(), key.len()));
            self.lengths = Some((least.min(key.len()), most.max(key.len())));
            table.entry(key).or_default().push(number);
        };
        note(&mut self.written, name.clone());
        if dotless.is_none() {
            shapes(&name).into_iter().for_each(|shape| note(&mut self.shaped, shape));
            if letters >= MIN_FUZZY && name.is_ascii() {
                shortened(&name).for_each(|short| note(&mut self.shortened, short));
            }
        }
        self.names.push(Entry { owner, name, letters, dotless });
    }

    /// What `domain` imitates, each owner at most once. Whether it is the brand's own is not looked at here.
    pub fn imitated_by(&self, domain: &Domain) -> Vec<Imitation> {
        let host = Host::of(domain);
        let mut found: Vec<Imitation> = Vec::new();
        let chosen = host.chosen();
        for label in std::iter::once(chosen).chain(host.front()) {
            let counts =
                |hit: &Hit<'_>| !matches!(hit.trick, Trick::Itself) || host.counts_alone(hit.entry, label == chosen);
            for hit in self.hits(label).iter().filter(|h| counts(h)) {
                if found.iter().all(|f| f.owner != hit.entry.owner) {
                    let is_slip = matches!(hit.trick, Trick::Slipped(..)) && hit.whole && label == chosen;
                    found.push(Imitation { owner: hit.entry.owner, how: host.told(label, hit), is_slip });
                }
            }
        }
        found
    }

    /// What a label imitates, the plainest first.
    fn hits<'a>(&'a self, label: &'a str) -> Vec<Hit<'a>> {
        let folded = fold(label);
        if self.not_us.contains(&folded) && !self.written.contains_key(&folded) {
            return vec![];
        }
        if let Some(numbers) = self.written.get(&folded) {
            let trick = |_: &Entry| if folded == label { Trick::Itself } else { Trick::Disguised(label) };
            return self.entries(numbers).map(|entry| Hit { entry, trick: trick(entry), whole: true }).collect();
        }
        let mut hits = self.joined(&folded);
        hits.extend(self.disguised(label, &folded));
        hits.extend(self.slipped(label, &folded));
        hits
    }

    fn entries<'a>(&'a self, numbers: &'a [u32]) -> impl Iterator<Item = &'a Entry> {
        numbers.iter().filter_map(|n| self.names.get(*n as usize))
    }

    /// Names that stand in the label letter for letter.
    fn joined(&self, folded: &str) -> Vec<Hit<'_>> {
        let mut hits = Vec::new();
        let unbroken: String = folded.split(['-', '_']).collect();
        if let Some(numbers) = self.written.get(&unbroken) {
            let long = self.entries(numbers).filter(|e| e.letters >= MIN_INSIDE);
            hits.extend(long.map(|entry| Hit { entry, trick: Trick::Apart, whole: true }));
        }
        let broken = (unbroken.len() < folded.len()).then_some(unbroken.as_str());
        for word in words(folded).chain(broken) {
            for core in PLAIN.cores(word).map(|range| &word[range]) {
                let numbers = self.written.get(core).map(Vec::as_slice).unwrap_or_default();
                let counts = |entry: &&Entry| match core == word {
                    // A word of its own.
                    true => entry.letters >= MIN_TOKEN || tokens(folded).all(|t| t == core || PLAIN.is_bait(t)),
                    false => {
                        entry.letters >= MIN_INSIDE || word == folded && word.len() >= core.len() + LONG_BAIT_BYTES
                    }
                };
                let entries = self.entries(numbers).filter(counts);
                hits.extend(entries.map(|entry| Hit { entry, trick: Trick::Joined, whole: false }));
            }
        }
        hits
    }

    /// Names that the label, or a word in it, looks like.
    fn disguised<'a>(&'a self, label: &'a str, folded: &str) -> Vec<Hit<'a>> {
        let mut hits = Vec::new();
        for shape in shapes(label) {
            let honest = |word: usize| dashed(folded).nth(word).is_some_and(|w| self.not_us.contains(w));
            for (_, word) in dashed(&shape).enumerate().filter(|(n, _)| !honest(*n)) {
                for core in SHAPED.cores(word).map(|range| &word[range]).filter(|core| self.has_length(core)) {
                    let whole = core == shape;
                    let numbers = self.shaped.get(core).map(Vec::as_slice).unwrap_or_default();
                    let long =
                        |e: &&Entry| e.letters >= if whole { MIN_INSIDE } else { MIN_FUZZY } || !label.is_ascii();
                    // The bait may be what is disguised (`elancel0gin`).
                    let trick = |e: &Entry| match folded.contains(&e.name) {
                        true => Trick::Joined,
                        false => Trick::Disguised(label),
                    };
                    let entries = self.entries(numbers).filter(long);
                    hits.extend(entries.map(|entry| Hit { entry, trick: trick(entry), whole }));
                }
            }
        }
        hits
    }

    /// Names that the label, or a word in it beside nothing but bait, is one slip away from.
    fn slipped<'a>(&'a self, label: &'a str, folded: &str) -> Vec<Hit<'a>> {
        let mut hits = Vec::new();
        if folded != label {
            return hits;
        }
        let others_are_bait = |word: &str| dashed(label).all(|w| w == word || PLAIN.is_bait(w) || is_number(w));
        for word in dashed(label).filter(|w| others_are_bait(w) && !self.not_us.contains(w)) {
            for range in PLAIN.cores(word).filter(|core| self.has_length(&word[core.clone()])) {
                let core = &word[range.clone()];
                if self.is_taken(core) {
                    continue;
                }
                // Glued to other words, a short name and a slip are too little: `fr` and `eelance` make `freelance`.
                let near = self.near(core).filter(|(entry, _)| core == word || entry.letters >= LONG);
                let hit = |(entry, slip)| Hit { entry, trick: Trick::Slipped(core, slip), whole: core == label };
                hits.extend(near.map(hit));
            }
        }
        hits
    }

    /// Names one slip away from a word.
    fn near<'a>(&'a self, word: &'a str) -> impl Iterator<Item = (&'a Entry, Slip)> {
        let mut seen = HashSet::<u32, RandomState>::default();
        let numbers = shortened(word).filter_map(|short| self.shortened.get(&short)).flatten();
        let fresh = numbers.filter(move |n| seen.insert(**n)).filter_map(|n| self.names.get(*n as usize));
        fresh.filter_map(|entry| Some((entry, slip(&entry.name, word)?)))
    }

    /// True for words that are something of their own, and so no slip.
    fn is_taken(&self, word: &str) -> bool {
        let named = self.written.contains_key(word) || self.own.contains(word);
        named || self.not_us.contains(word) || PLAIN.is_word(word)
    }

    /// True if a word is about as long as a name.
    fn has_length(&self, word: &str) -> bool {
        self.lengths.is_some_and(|(least, most)| (least..=most + 1).contains(&word.len()))
    }
}

/// The words of a label: cut at dashes, without the digits around them, and cut at digits too.
fn words(label: &str) -> impl Iterator<Item = &str> {
    let with_digits = dashed(label).filter(|w| w.contains(|c: char| c.is_ascii_digit()));
    let trimmed = with_digits.clone().map(|w| w.trim_matches(|c: char| c.is_ascii_digit()));
    dashed(label).chain(trimmed.filter(|w| !w.is_empty())).chain(with_digits.flat_map(tokens))
}

/// The words of a label: cut at dashes.
fn dashed(label: &str) -> impl Iterator<Item = &str> + Clone {
    label.split(['-', '_']).filter(|w| !w.is_empty())
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// A host as it is shown.
struct Host<'a> {
    domain: &'a Domain,
    unicode: String,
    /// Labels in front of the one its owner chose.
    front: usize,
}

impl<'a> Host<'a> {
    fn of(domain: &'a Domain) -> Host<'a> {
        let front = domain.labels().count() - domain.registrable().split('.').count();
        Host { domain, unicode: domain.to_unicode(), front }
    }

    /// The label the registrant chose.
    fn chosen(&self) -> &str {
        self.unicode.split('.').nth(self.front).unwrap_or(&self.unicode)
    }

    fn front(&self) -> impl Iterator<Item = &str> {
        self.unicode.split('.').take(self.front)
    }

    /// Whether a label that is just the name imitates it: in front of a stranger's domain always, chosen by the
    /// registrant if the name is long enough to be nobody else's, or where no suffix follows that could be another's.
    fn counts_alone(&self, entry: &Entry, chosen: bool) -> bool {
        !chosen || entry.letters >= MIN_INSIDE || !self.unicode.contains('.')
    }

    /// The imitation in words.
    fn told(&self, label: &str, hit: &Hit<'_>) -> String {
        let shown = match self.unicode == self.domain.as_str() {
            true => self.unicode.clone(),
            false => format!("{} (read as {})", self.domain, self.unicode),
        };
        if label != self.chosen() {
            let stranger = self.domain.registrable();
            let is = if hit.plain() { String::new() } else { format!(", which {hit}") };
            return format!("{shown} carries {label:?}{is}, in front of a stranger's domain {stranger:?}");
        }
        let shared = self.domain.shared_suffix();
        match (&hit.trick, shared) {
            (Trick::Itself, None) if hit.entry.dotless.is_none() => match self.unicode.contains('.') {
                true => format!("{shown} is {:?} under another suffix", hit.entry.name),
                false => format!("{shown} is {:?} without a suffix", hit.entry.name),
            },
            (_, None) => format!("{shown} {hit}"),
            (_, Some(suffix)) => format!("{shown} {hit}, under {suffix}, where anybody may take a name"),
        }
    }
}

impl Hit<'_> {
    /// True if the label shows the name, letter for letter, so that nothing needs explaining.
    fn plain(&self) -> bool {
        matches!(self.trick, Trick::Itself) && self.entry.dotless.is_none()
    }
}

impl fmt::Display for Hit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.entry.name;
        match (&self.trick, &self.entry.dotless, self.whole) {
            (Trick::Joined, Some(domain), _) => write!(f, "holds {domain} with its dot lost"),
            (_, Some(domain), _) => write!(f, "is {domain} with its dot lost"),
            (Trick::Itself, None, _) => write!(f, "is {name:?}"),
            (Trick::Apart, None, _) => write!(f, "is {name:?} taken apart"),
            (Trick::Joined, None, _) => write!(f, "joins {name:?} to other words"),
            (Trick::Disguised(label), None, true) => write!(f, "is {name:?} with {}", written(name, label)),
            (Trick::Disguised(_), None, false) => write!(f, "holds {name:?} written with letters that look alike"),
            (Trick::Slipped(_, slip), None, true) => write!(f, "is {name:?} with {slip}"),
            (Trick::Slipped(word, slip), None, false) => {
                write!(f, "joins {word:?}, which is {name:?} with {slip}, to other words")
            }
        }
    }
}
