//! The cascade (CSS Cascade 5, 6): which declarations count for an element, of all sheets and its own `style`.
//!
//! Rules are found by what their selectors end with, and every look at an element is counted, so that time stays linear
//! in the part. Beyond a limit no style hides anything, for a rule that is not read may show it; [`Styles::limit`] says
//! which.

use super::computed::ComputedStyle;
use super::declarations::Declarations;
use super::media::Media;
use super::rules::{Block, Rule, Text, lowered, read_sheet};
use super::selector::{Element, Match, Side};
use crate::mail::html::element::Name;
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Rules kept of one part. Honest newsletters have 300 that matter.
const MAX_RULES: usize = 2_000;
/// Rules among them that put text into elements. Honest sheets have a dozen.
const MAX_GENERATED_RULES: usize = 100;
/// Octets of the text they put in that are kept of one part: each may stand in every element.
const MAX_GENERATED_BYTES: usize = 16 << 10;
/// Looks at an element to see whether a selector is about it, for each octet of the part and for any part.
/// Newsletters take one for ten octets.
const STEPS_PER_OCTET: usize = 2;
const MIN_STEPS: usize = 10_000;
/// Octets of the longest sheet that can hide: Gmail reads none of a longer one and shows what it hides.
const MAX_HIDING_SHEET_BYTES: usize = 16_384;
/// `style` attributes whose meaning is kept, and octets of the longest: newsletters repeat few.
const MAX_KEPT_ATTRIBUTES: usize = 500;
const MAX_KEPT_ATTRIBUTE_BYTES: usize = 500;

/// The styles of a part.
#[derive(Default)]
pub(in crate::mail::html) struct Styles {
    rules: Vec<Rule>,
    /// Places of rules whose selectors end with neither id nor class nor name.
    of_all: Vec<usize>,
    /// Places of those that end with the name of an element alone.
    by_element: HashMap<Name, Vec<usize>, RandomState>,
    /// Places of those that end with an id or a class, by it in lower case.
    by_name: HashMap<String, Vec<usize>, RandomState>,
    /// The rules that put text into elements.
    generated: Vec<Rule>,
    /// Octets that they may still put in.
    room: usize,
    /// What the `style` attributes say that came before.
    attributes: HashMap<Box<str>, Block, RandomState>,
    /// Looks at elements that are left.
    steps: usize,
    exceeded: Option<Exceeded>,
}

/// A limit beyond which no style hides anything.
#[derive(Debug, Clone, Copy)]
enum Exceeded {
    Rules,
    Steps,
}

impl Styles {
    /// The styles of a part of so many octets.
    pub(in crate::mail::html) fn new(octets: usize) -> Styles {
        Styles { steps: octets * STEPS_PER_OCTET + MIN_STEPS, ..Styles::default() }
    }

    /// Begins a reading of the part, which has all the room for text out of sheets.
    pub(in crate::mail::html) fn begin(&mut self) {
        self.room = MAX_GENERATED_BYTES;
    }

    /// True without any rule in a sheet that counts.
    pub(in crate::mail::html) fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.generated.is_empty() || self.exceeded.is_some()
    }

    /// True if some rule puts text into elements.
    pub(in crate::mail::html) fn has_generated(&self) -> bool {
        !self.generated.is_empty()
    }

    /// Which limit was hit, if any.
    pub(in crate::mail::html) fn limit(&self) -> Option<String> {
        self.exceeded.map(|exceeded| match exceeded {
            Exceeded::Rules => format!("an HTML part has more than {MAX_RULES} style rules"),
            Exceeded::Steps => "the style rules of an HTML part are about too many of its elements".to_owned(),
        })
    }

    /// Takes a sheet that holds for `media`; true if it has rules that matter.
    pub(in crate::mail::html) fn add(&mut self, css: &str, media: Media) -> bool {
        let media = if css.len() > MAX_HIDING_SHEET_BYTES { media.min(Media::Some) } else { media };
        let before = self.rules.len() + self.generated.len();
        read_sheet(css, media, &mut |rule| self.keep(rule));
        self.rules.len() + self.generated.len() > before
    }

    fn keep(&mut self, rule: Rule) {
        if self.rules.len() >= MAX_RULES {
            self.exceeded = Some(Exceeded::Rules);
        }
        if self.exceeded.is_some() {
            return;
        }
        if rule.selector.side.is_some() {
            if self.generated.len() < MAX_GENERATED_RULES {
                self.generated.push(rule);
            }
            return;
        }
        let place = self.rules.len();
        let about = rule.selector.about();
        let list = match (about.id.as_deref().or(about.classes.first().map(|c| &**c)), about.element) {
            (Some(name), _) => self.by_name.entry(name.to_ascii_lowercase()).or_default(),
            (None, Some(element)) => self.by_element.entry(element).or_default(),
            (None, None) => &mut self.of_all,
        };
        list.push(place);
        self.rules.push(rule);
    }

    /// Adds to the declarations what counts for an element: the sheets, then its own `style` attribute.
    pub(in crate::mail::html) fn cascade<K: AsRef<Element>>(
        &mut self,
        declarations: &mut Declarations,
        element: &Element,
        ancestors: &[K],
        own: Option<&str>,
    ) {
        let own = own.map(|css| self.attribute(css)).unwrap_or_default();
        let found = if self.is_empty() { Vec::new() } else { self.about(element, ancestors) };
        if self.exceeded.is_some() {
            *declarations = Declarations::default();
            return;
        }
        let hides_for_some = found.iter().any(|(_, fit)| *fit == Match::Perhaps)
            && [Match::Perhaps, Match::Yes]
                .into_iter()
                .any(|least| self.as_if(&found, least, *declarations, &own).hides());
        declarations.hides_for_some |= hides_for_some;
        self.count(&found, declarations, |block| &block.normal);
        declarations.then(&own.normal);
        self.count(&found, declarations, |block| &block.important);
        declarations.then(&own.important);
    }

    /// The text that the sheets put at one side into an element of this style. What some programs show is shown; of
    /// several rules the last counts.
    pub(in crate::mail::html) fn text_into<K: AsRef<Element>>(
        &mut self,
        side: Side,
        (element, ancestors): (&Element, &[K]),
        mut style: ComputedStyle,
        attribute: impl Fn(&str) -> Option<String>,
    ) -> String {
        let mut text = String::new();
        let mut declarations = Declarations::default();
        for rule in self.generated.iter().filter(|rule| rule.selector.side == Some(side)) {
            if rule.selector.matches(element, ancestors, &mut self.steps) != Match::Yes {
                continue;
            }
            let piece = |piece: &Text| match piece {
                Text::Given(text) => text.to_string(),
                Text::Of(name) => attribute(name).unwrap_or_default(),
            };
            text = rule.content.iter().map(piece).collect();
            declarations.then(&rule.block.normal);
            declarations.then(&rule.block.important);
        }
        style.apply(&declarations);
        let is_shown = !style.is_hidden() && text.len() <= self.room;
        if is_shown {
            self.room -= text.len();
            text
        } else {
            String::new()
        }
    }

    /// What would count if rules were about the element that match at `least` like this, and no others.
    fn as_if(
        &self,
        found: &[(usize, Match)],
        least: Match,
        mut declarations: Declarations,
        own: &Block,
    ) -> Declarations {
        for of in [|block: &Block| block.normal, |block: &Block| block.important] {
            for (place, _) in found.iter().filter(|(_, fit)| *fit >= least) {
                declarations.then(&of(&self.rules[*place].block));
            }
            declarations.then(&of(own));
        }
        declarations
    }

    fn count(&self, found: &[(usize, Match)], declarations: &mut Declarations, of: fn(&Block) -> &Declarations) {
        let that_fit = |wanted| {
            let fitting = found.iter().filter(move |(_, fit)| *fit == wanted);
            fitting.map(|(place, _)| of(&self.rules[*place].block))
        };
        that_fit(Match::Yes).for_each(|declared| declarations.then(declared));
        that_fit(Match::Perhaps).for_each(|declared| declarations.perhaps(declared));
    }

    /// Places of the rules about an element, the weakest first.
    fn about<K: AsRef<Element>>(&mut self, element: &Element, ancestors: &[K]) -> Vec<(usize, Match)> {
        let names = element.id.as_deref().into_iter().chain(element.classes());
        let by_name = names.filter_map(|name| self.by_name.get(&*lowered(name)));
        let lists = self.by_element.get(&element.name).into_iter().chain(by_name).chain([&self.of_all]);
        let mut found = Vec::new();
        for place in lists.flatten().copied() {
            let rule = &self.rules[place];
            let fit = rule.selector.matches(element, ancestors, &mut self.steps);
            let fit = if rule.is_sure { fit } else { fit.min(Match::Perhaps) };
            if fit > Match::No {
                found.push((place, fit));
            }
        }
        if self.steps == 0 {
            self.exceeded = Some(Exceeded::Steps);
        }
        found.sort_by_key(|(place, _)| (self.rules[*place].selector.specificity, *place));
        found
    }

    /// What a `style` attribute says.
    fn attribute(&mut self, css: &str) -> Block {
        if let Some(known) = self.attributes.get(css) {
            return *known;
        }
        let block = Block::of_attribute(css);
        if self.attributes.len() < MAX_KEPT_ATTRIBUTES && css.len() <= MAX_KEPT_ATTRIBUTE_BYTES {
            self.attributes.insert(css.into(), block);
        }
        block
    }
}
