//! What the declarations of an element say together about whether its text can be seen. Properties that cannot hide,
//! and values that no browser takes, say nothing. Pure, cannot fail.

use super::value::{
    argument, clips, color, cuts_all, is_clear, is_far, is_nothing, is_tiny, is_tiny_font, is_transparent, length, side,
};

/// A text colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TextColor {
    Plain(u32),
    Clear,
    Unknown,
}

/// The colour behind text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Background {
    Plain(u32),
    /// That of the parent.
    Through,
    Unknown,
}

/// What declarations say together. Of one property the last counts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(in crate::mail::html) struct Declarations {
    /// Properties that are declared, a bit each.
    pub(super) declared: u32,
    /// Those among them whose value hides, or for [`SHOWING`] shows.
    pub(super) on: u32,
    pub(super) text_color: Option<TextColor>,
    pub(super) background: Option<Background>,
    /// True if it hides for some readers.
    pub(super) hides_for_some: bool,
    /// True if it parts no words: it stands in its line, or is not there.
    pub(in crate::mail::html) stands_in_line: bool,
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
pub(super) const PAINTED: u32 = 1 << 22;
/// On from right to left.
pub(super) const DIRECTION: u32 = 1 << 23;
/// A `unicode-bidi` that turns the letters of every script.
pub(super) const TURNED: u32 = 1 << 24;

/// What descendants look like too, until they declare another value.
pub(super) const INHERITED: u32 = VISIBILITY | FONT_SIZE;
/// What shows text where it is on, or shows another one.
const SHOWING: u32 = MIN_SIZE | PAINTED | AROUND;
/// What says in which order letters stand, of which `all` says nothing (CSS Cascade 5, 3.2).
const AROUND: u32 = DIRECTION | TURNED;
const EVERY: u32 = (PAINTED << 1) - 1;

impl Declarations {
    /// Takes a declaration, the name in lower case, the value without `!important`.
    pub(in crate::mail::html) fn declare(&mut self, name: &[u8], value: &str) {
        let value = value.trim_ascii();
        match name {
            b"display" => {
                self.set(DISPLAY, value == "none");
                self.stands_in_line = value == "none" || value.starts_with("inline");
            }
            b"visibility" => self.set(VISIBILITY, matches!(value, "hidden" | "collapse")),
            b"opacity" => self.set(OPACITY, is_clear(value)),
            b"filter" => self.set(FILTER, argument(value, "opacity").is_some_and(is_clear)),
            b"font-size" => self.set(FONT_SIZE, is_tiny(value)),
            b"font" => self.set(FONT_SIZE, is_tiny_font(value)),
            b"color" => self.text_color = Some(text_color_of(value)),
            b"background-color" => self.background = Some(background_of(value)),
            b"background" => {
                self.set(PAINTED, ["url(", "gradient(", "image("].iter().any(|image| value.contains(image)));
                let mut backgrounds = std::iter::once(value).chain(value.split(' ')).map(background_of);
                self.background = backgrounds.find(|g| *g != Background::Unknown).or(Some(Background::Unknown));
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
                (self.text_color, self.background) = (Some(TextColor::Unknown), Some(Background::Unknown));
            }
            _ => {}
        }
    }

    fn set(&mut self, property: u32, is_on: bool) {
        self.declared |= property;
        self.on = if is_on { self.on | property } else { self.on & !property };
    }

    /// Lets declarations count that come later.
    pub(super) fn then(&mut self, later: &Declarations) {
        self.declared |= later.declared;
        self.on = self.on & !later.declared | later.on;
        self.text_color = later.text_color.or(self.text_color);
        self.background = later.background.or(self.background);
    }

    /// Lets declarations count that come later for some readers: they can show, not hide.
    pub(super) fn perhaps(&mut self, later: &Declarations) {
        let undone = later.declared & !later.on & !SHOWING;
        self.declared |= undone;
        self.on = self.on & !undone | later.on & SHOWING;
        self.text_color = later.text_color.map(|_| TextColor::Unknown).or(self.text_color);
        self.background = later.background.map(|_| Background::Unknown).or(self.background);
    }

    /// True if an element of this declarations is hidden, whatever stands around it.
    pub(super) fn hides(&self) -> bool {
        self.hides_box() || self.on & INHERITED != 0 || self.text_color == Some(TextColor::Clear)
    }

    /// True if it says nothing.
    pub(super) fn is_silent(&self) -> bool {
        *self == Declarations::default()
    }

    pub(super) fn hides_box(&self) -> bool {
        let on = |properties: u32| self.on & properties != 0;
        on(DISPLAY | OPACITY | FILTER | MARGIN_TOP | MARGIN_LEFT | CLIP_PATH | TRANSFORM)
            || on(WIDTH | HEIGHT | MAX_WIDTH | MAX_HEIGHT) && on(OVERFLOW_X | OVERFLOW_Y) && !on(MIN_SIZE)
            || on(POSITION) && on(TOP | RIGHT | BOTTOM | LEFT | CLIP)
    }
}

fn text_color_of(value: &str) -> TextColor {
    if is_transparent(value) { TextColor::Clear } else { color(value).map_or(TextColor::Unknown, TextColor::Plain) }
}

fn background_of(value: &str) -> Background {
    match color(value) {
        Some(color) => Background::Plain(color),
        None if is_transparent(value) || matches!(value, "none" | "inherit" | "initial" | "unset") => {
            Background::Through
        }
        None => Background::Unknown,
    }
}
