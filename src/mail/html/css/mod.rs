//! What CSS says about whether text can be seen, of a `style` attribute, its older sisters and the sheets of a part.
//!
//! A closed list of ways to hide, each seen in forged mail. Text counts as hidden only where every mail program hides it:
//! unknown properties say nothing, and what cannot be read, or holds for some programs or screens only, can show text but
//! not hide it. `mso-hide` says nothing by itself, because one mail program hides such text and all others show it, nor does
//! `text-indent`, which moves the first line only.

pub(crate) mod cascade;
pub(crate) mod rules;
pub(crate) mod selector;
mod value;

use crate::mail::html::css::value::{
    are_alike, clips, color, cuts_all, is_clear, is_far, is_nothing, is_tiny, is_tiny_font, is_transparent, length,
    side,
};

/// How an element looks, inherited from its ancestors.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Look {
    /// Hidden in a way that no descendant can undo (`display:none`).
    gone: bool,
    /// Properties of [`INHERITED`] that hide; a descendant may set another value, and templates do.
    hiding: u32,
    /// Text colour.
    ink: Option<Ink>,
    /// Background, where one plain colour is declared.
    ground: Option<u32>,
    /// True if lines run from right to left.
    runs_left: bool,
    /// True if letters do so that run from left to right otherwise.
    turned: bool,
    /// True if it is hidden in some programs or on some screens.
    doubtful: bool,
}

impl Look {
    /// True if a reader cannot see text of this look.
    pub(super) fn is_hidden(&self) -> bool {
        let blends = || match (self.ink, self.ground) {
            (Some(Ink::Plain(ink)), Some(ground)) => are_alike(ink, ground),
            (ink, _) => ink == Some(Ink::Clear),
        };
        self.gone || self.hiding != 0 || blends()
    }

    /// Hides it, whatever its style says.
    pub(super) fn hide(&mut self) {
        self.gone = true;
    }

    /// True if its letters run from right to left, of whatever script they are.
    pub(super) fn is_turned(&self) -> bool {
        self.turned
    }

    /// True if some readers cannot see text of this look.
    pub(super) fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// The look of a child that is a block: nothing that turns letters reaches into it.
    pub(super) fn begin_block(&mut self) {
        self.turned = false;
    }

    /// The look of a child with this style.
    pub(super) fn apply(&mut self, style: &Style) {
        self.gone |= style.hides_box();
        self.hiding = self.hiding & !style.declared | style.on & INHERITED;
        self.ink = style.ink.or(self.ink);
        self.doubtful |= style.doubtful;
        self.runs_left = style.on & DIRECTION != 0 || self.runs_left && style.declared & DIRECTION == 0;
        if style.on & TURNED != 0 {
            self.turned = self.runs_left;
        } else if style.declared & TURNED != 0 {
            self.turned = false;
        }
        match style.ground {
            _ if style.on & PAINTED != 0 => self.ground = None,
            Some(Ground::Plain(color)) => self.ground = Some(color),
            Some(Ground::Unknown) => self.ground = None,
            Some(Ground::Through) | None => {}
        }
    }
}

/// A text colour.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ink {
    Plain(u32),
    Clear,
    Unknown,
}

/// The colour behind text.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ground {
    Plain(u32),
    /// That of the parent.
    Through,
    Unknown,
}

/// What declarations say together. Of one property the last counts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Style {
    /// Properties that are declared, a bit each.
    declared: u32,
    /// Those among them whose value hides, or for [`SHOWING`] shows.
    on: u32,
    ink: Option<Ink>,
    ground: Option<Ground>,
    /// True if it hides for some readers.
    doubtful: bool,
}

const DISPLAY: u32 = 1;
const VISIBILITY: u32 = 1 << 1;
const OPACITY: u32 = 1 << 2;
const FILTER: u32 = 1 << 3;
const FONT_SIZE: u32 = 1 << 4;
const MARGIN_TOP: u32 = 1 << 5;
const MARGIN_LEFT: u32 = 1 << 6;
const WIDTH: u32 = 1 << 7;
const HEIGHT: u32 = 1 << 8;
const MAX_WIDTH: u32 = 1 << 9;
const MAX_HEIGHT: u32 = 1 << 10;
/// A `min-width` or `min-height`, which counts more than the other sizes.
const MIN_SIZE: u32 = 1 << 11;
const OVERFLOW_X: u32 = 1 << 12;
const OVERFLOW_Y: u32 = 1 << 13;
const POSITION: u32 = 1 << 14;
const TOP: u32 = 1 << 15;
const RIGHT: u32 = 1 << 16;
const BOTTOM: u32 = 1 << 17;
const LEFT: u32 = 1 << 18;
const CLIP: u32 = 1 << 19;
const CLIP_PATH: u32 = 1 << 20;
const TRANSFORM: u32 = 1 << 21;
/// An image behind the text, a shadow or a stroke: whether its colour stands out is not known.
const PAINTED: u32 = 1 << 22;
/// On from right to left.
const DIRECTION: u32 = 1 << 23;
/// A `unicode-bidi` that turns the letters of every script.
const TURNED: u32 = 1 << 24;

/// What descendants look like too, until they declare another value.
const INHERITED: u32 = VISIBILITY | FONT_SIZE;
/// What shows text where it is on, or shows another one.
const SHOWING: u32 = MIN_SIZE | PAINTED | AROUND;
/// What says in which order letters stand, of which `all` says nothing (CSS Cascade 5, 3.2).
const AROUND: u32 = DIRECTION | TURNED;
const EVERY: u32 = (PAINTED << 1) - 1;

impl Style {
    /// Takes a declaration, the name in lower case, the value without `!important`.
    pub(super) fn declare(&mut self, name: &[u8], value: &str) {
        let value = value.trim_ascii();
        match name {
            b"display" => self.set(DISPLAY, value == "none"),
            b"visibility" => self.set(VISIBILITY, matches!(value, "hidden" | "collapse")),
            b"opacity" => self.set(OPACITY, is_clear(value)),
            b"filter" => self.set(FILTER, value::argument(value, "opacity").is_some_and(is_clear)),
            b"font-size" => self.set(FONT_SIZE, is_tiny(value)),
            b"font" => self.set(FONT_SIZE, is_tiny_font(value)),
            b"color" => self.ink = Some(ink(value)),
            b"background-color" => self.ground = Some(ground(value)),
            b"background" => {
                self.set(PAINTED, ["url(", "gradient(", "image("].iter().any(|image| value.contains(image)));
                let mut grounds = std::iter::once(value).chain(value.split(' ')).map(ground);
                self.ground = grounds.find(|g| *g != Ground::Unknown).or(Some(Ground::Unknown));
            }
            b"background-image" => self.set(PAINTED, !matches!(value, "none" | "initial" | "unset")),
            b"text-shadow" | b"-webkit-text-fill-color" | b"-webkit-text-stroke" => self.set(PAINTED, true),
            b"margin-top" => self.set(MARGIN_TOP, is_far(value)),
            b"margin-left" => self.set(MARGIN_LEFT, is_far(value)),
            b"margin" => {
                self.set(MARGIN_TOP, is_far(side(value, 0)));
                self.set(MARGIN_LEFT, is_far(side(value, 3)));
            }
            b"width" => self.set(WIDTH, is_nothing(value)),
            b"height" => self.set(HEIGHT, is_nothing(value)),
            b"max-width" => self.set(MAX_WIDTH, is_nothing(value)),
            b"max-height" => self.set(MAX_HEIGHT, is_nothing(value)),
            b"min-width" | b"min-height" => self.set(MIN_SIZE, length(value).is_none_or(|(n, _)| n > 0.0)),
            b"overflow" => {
                let mut axes = value.split(' ');
                let first = axes.next().unwrap_or_default();
                self.set(OVERFLOW_X, clips(first));
                self.set(OVERFLOW_Y, clips(axes.next().unwrap_or(first)));
            }
            b"overflow-x" => self.set(OVERFLOW_X, clips(value)),
            b"overflow-y" => self.set(OVERFLOW_Y, clips(value)),
            b"position" => self.set(POSITION, matches!(value, "absolute" | "fixed")),
            b"top" => self.set(TOP, is_far(value)),
            b"right" => self.set(RIGHT, is_far(value)),
            b"bottom" => self.set(BOTTOM, is_far(value)),
            b"left" => self.set(LEFT, is_far(value)),
            b"inset" => {
                for (number, edge) in [TOP, RIGHT, BOTTOM, LEFT].into_iter().enumerate() {
                    self.set(edge, is_far(side(value, number)));
                }
            }
            b"clip" => self.set(CLIP, cuts_all(value)),
            b"clip-path" => self.set(CLIP_PATH, cuts_all(value)),
            b"transform" => self.set(TRANSFORM, cuts_all(value)),
            b"direction" => self.set(DIRECTION, value == "rtl"),
            b"unicode-bidi" => self.set(TURNED, matches!(value, "bidi-override" | "isolate-override")),
            b"all" => {
                self.declared = EVERY | self.declared & AROUND;
                self.on &= AROUND;
                (self.ink, self.ground) = (Some(Ink::Unknown), Some(Ground::Unknown));
            }
            _ => {}
        }
    }

    fn set(&mut self, property: u32, is_on: bool) {
        self.declared |= property;
        self.on = if is_on { self.on | property } else { self.on & !property };
    }

    /// Lets declarations count that come later.
    fn then(&mut self, later: &Style) {
        self.declared |= later.declared;
        self.on = self.on & !later.declared | later.on;
        self.ink = later.ink.or(self.ink);
        self.ground = later.ground.or(self.ground);
    }

    /// Lets declarations count that come later for some readers: they can show, not hide.
    fn perhaps(&mut self, later: &Style) {
        let undone = later.declared & !later.on & !SHOWING;
        self.declared |= undone;
        self.on = self.on & !undone | later.on & SHOWING;
        self.ink = later.ink.map(|_| Ink::Unknown).or(self.ink);
        self.ground = later.ground.map(|_| Ground::Unknown).or(self.ground);
    }

    /// True if an element of this style is hidden, whatever stands around it.
    fn hides(&self) -> bool {
        self.hides_box() || self.on & INHERITED != 0 || self.ink == Some(Ink::Clear)
    }

    /// True if it says nothing.
    fn is_silent(&self) -> bool {
        *self == Style::default()
    }

    fn hides_box(&self) -> bool {
        let on = |properties: u32| self.on & properties != 0;
        on(DISPLAY | OPACITY | FILTER | MARGIN_TOP | MARGIN_LEFT | CLIP_PATH | TRANSFORM)
            || on(WIDTH | HEIGHT | MAX_WIDTH | MAX_HEIGHT) && on(OVERFLOW_X | OVERFLOW_Y) && !on(MIN_SIZE)
            || on(POSITION) && on(TOP | RIGHT | BOTTOM | LEFT | CLIP)
    }
}

fn ink(value: &str) -> Ink {
    if is_transparent(value) { Ink::Clear } else { color(value).map_or(Ink::Unknown, Ink::Plain) }
}

fn ground(value: &str) -> Ground {
    match color(value) {
        Some(color) => Ground::Plain(color),
        None if is_transparent(value) || matches!(value, "none" | "inherit" | "initial" | "unset") => Ground::Through,
        None => Ground::Unknown,
    }
}

#[cfg(test)]
#[path = "style_tests.rs"]
mod tests;
