//! Selectors of style rules (Selectors 4): which elements a rule is about.
//!
//! Knows elements by name, `#id` and `.class`, alone or behind ancestors. What it does not know (attributes, states,
//! neighbours) matches perhaps: such a rule can show text, never hide it. The same holds for names that differ in case,
//! because that depends on the program. Nothing here fails.

use crate::mail::html::element as el;
use crate::mail::html::element::Name;
use cssparser::{Parser, Token};

/// Octets of a list of classes that are looked through in one step.
const CLASS_BYTES_PER_STEP: usize = 64;

/// How sure it is that a rule is about an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    No,
    Perhaps,
    Yes,
}

/// An element as selectors know it.
#[derive(Debug, Default)]
pub(in crate::mail::html) struct Element {
    pub(in crate::mail::html) name: Name,
    /// Its attributes as written, if they are of use.
    pub(in crate::mail::html) id: Option<Box<str>>,
    pub(in crate::mail::html) classes: Option<Box<str>>,
}

impl Element {
    pub(super) fn classes(&self) -> impl Iterator<Item = &str> {
        self.classes.as_deref().unwrap_or_default().split_ascii_whitespace()
    }
}

/// Something like `td.story`.
#[derive(Debug, Default)]
pub(super) struct Compound {
    pub(super) element: Option<Name>,
    pub(super) id: Option<Box<str>>,
    pub(super) classes: Vec<Box<str>>,
    /// True if the next one to the left must be the parent, not any ancestor.
    is_child: bool,
}

impl Compound {
    fn matches(&self, element: &Element) -> Match {
        if self.element.is_some_and(|name| name != element.name) {
            return Match::No;
        }
        let id = self
            .id
            .as_deref()
            .map_or(Match::Yes, |id| element.id.as_deref().map_or(Match::No, |other| same(id, other)));
        let class = |class: &str| element.classes().map(|other| same(class, other)).max().unwrap_or(Match::No);
        self.classes.iter().map(|c| class(c)).fold(id, Match::min)
    }
}

fn same(name: &str, other: &str) -> Match {
    match name {
        _ if name == other => Match::Yes,
        _ if name.eq_ignore_ascii_case(other) => Match::Perhaps,
        _ => Match::No,
    }
}

/// Where a pseudo-element puts text into an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mail::html) enum Side {
    Before,
    After,
}

/// A selector without commas.
#[derive(Debug, Default)]
pub(super) struct Selector {
    /// Set if it is not about the element but about what stands at one side inside of it.
    pub(super) side: Option<Side>,
    /// Right to left: the element itself, then what it stands in.
    parts: Vec<Compound>,
    /// Selectors 4, 17: ids, then classes, then names.
    pub(super) specificity: (usize, usize, usize),
}

impl Selector {
    /// The selector of any element.
    pub(super) fn of_any() -> Selector {
        Selector { parts: vec![Compound::default()], ..Selector::default() }
    }

    /// What it says of the element itself.
    pub(super) fn about(&self) -> &Compound {
        &self.parts[0]
    }

    /// Whether it is about an element with these ancestors, outermost first. Each look at an element takes one of
    /// `steps`; without any left it matches perhaps.
    pub(super) fn matches<K: AsRef<Element>>(&self, element: &Element, ancestors: &[K], steps: &mut usize) -> Match {
        chain(&self.parts, element, ancestors, steps)
    }
}

fn chain<K: AsRef<Element>>(parts: &[Compound], element: &Element, ancestors: &[K], steps: &mut usize) -> Match {
    let Some((first, rest)) = parts.split_first() else { return Match::Yes };
    // A long list of classes takes longer to look through.
    *steps = steps.saturating_sub(1 + element.classes.as_ref().map_or(0, |list| list.len() / CLASS_BYTES_PER_STEP));
    if *steps == 0 {
        return Match::Perhaps;
    }
    let own = first.matches(element);
    if own == Match::No || rest.is_empty() {
        return own;
    }
    let mut best = Match::No;
    let reach = if first.is_child { 1 } else { ancestors.len() };
    for (i, ancestor) in ancestors.iter().enumerate().rev().take(reach) {
        best = best.max(chain(rest, ancestor.as_ref(), &ancestors[..i], steps));
        if best == Match::Yes {
            break;
        }
    }
    own.min(best)
}

/// Reads a list of selectors up to the end of the input. False if anything in it is not known, or browsers might refuse
/// it: then all of them match perhaps.
pub(super) fn read_list(input: &mut Parser) -> (Vec<Selector>, bool) {
    let mut reading = Reading { is_sure: true, ..Reading::default() };
    while let Ok(token) = input.next_including_whitespace() {
        match token {
            Token::Comma => reading.end(),
            Token::WhiteSpace(_) => reading.is_apart = true,
            Token::Delim('>') => {
                reading.is_sure &= !reading.parts.is_empty() && !reading.is_child;
                reading.is_child = true;
            }
            // Nothing is kept of a neighbour, so the rule is perhaps about whatever stands right of the sign.
            Token::Delim('+' | '~') => {
                reading.is_sure = false;
                reading.parts.clear();
            }
            Token::Delim('*') => {
                reading.part();
            }
            Token::Ident(name) => {
                reading.is_sure &= name.len() <= el::NAME_BYTES;
                let part = reading.part();
                part.element = Some(el::name(name.as_bytes()));
            }
            Token::IDHash(id) => {
                let is_second = reading.part().id.replace(Box::from(&**id)).is_some();
                reading.is_sure &= !is_second;
            }
            Token::Delim('.') => match input.next_including_whitespace() {
                Ok(Token::Ident(class)) => reading.part().classes.push(Box::from(&**class)),
                _ => reading.is_sure = false,
            },
            Token::Colon => {
                reading.part();
                let mut next = input.next_including_whitespace();
                if let Ok(Token::Colon) = next {
                    reading.pseudo = Some(None);
                    next = input.next_including_whitespace();
                }
                match next {
                    Ok(Token::Ident(name)) if is_pseudo_element(name) => reading.pseudo = Some(side_of(name)),
                    _ => reading.is_sure = false,
                }
            }
            _ => {
                reading.part();
                reading.is_sure = false;
            }
        }
    }
    reading.end();
    (reading.done, reading.is_sure)
}

/// The side of a pseudo-element, if it can have text.
fn side_of(name: &str) -> Option<Side> {
    let is = |side: &str| name.eq_ignore_ascii_case(side);
    if is("before") { Some(Side::Before) } else { is("after").then_some(Side::After) }
}

/// The pseudo-elements that every browser knows; CSS 2 wrote them with one colon.
fn is_pseudo_element(name: &str) -> bool {
    ["before", "after", "first-line", "first-letter"].iter().any(|n| name.eq_ignore_ascii_case(n))
}

#[derive(Default)]
struct Reading {
    done: Vec<Selector>,
    /// The selector that is being read, left to right.
    parts: Vec<Compound>,
    /// True behind a blank.
    is_apart: bool,
    /// True behind `>`.
    is_child: bool,
    /// Set if it is about no element: the side it is about, if it is one.
    pseudo: Option<Option<Side>>,
    is_sure: bool,
}

impl Reading {
    /// The compound that the next sign belongs to.
    fn part(&mut self) -> &mut Compound {
        let (is_apart, is_child) = (std::mem::take(&mut self.is_apart), std::mem::take(&mut self.is_child));
        if self.parts.is_empty() || is_apart || is_child {
            self.parts.push(Compound { is_child, ..Compound::default() });
        }
        let last = self.parts.len() - 1;
        &mut self.parts[last]
    }

    fn end(&mut self) {
        let mut parts = std::mem::take(&mut self.parts);
        self.is_sure &= !parts.is_empty() && !std::mem::take(&mut self.is_child);
        self.is_apart = false;
        parts.reverse();
        let count = |of: fn(&Compound) -> usize| parts.iter().map(of).sum();
        let specificity = (count(|p| p.id.iter().len()), count(|p| p.classes.len()), count(|p| p.element.iter().len()));
        let pseudo = self.pseudo.take();
        if pseudo != Some(None) && !parts.is_empty() {
            self.done.push(Selector { side: pseudo.flatten(), parts, specificity });
        }
    }
}
