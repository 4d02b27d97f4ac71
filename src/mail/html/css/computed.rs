//! How an element looks after all that is declared for it and for what it stands in. It knows only as much of that as
//! decides whether text can be seen and in which order. Pure, cannot fail.

use super::declarations::{Background, DIRECTION, Declarations, INHERITED, PAINTED, TURNED, TextColor};
use super::value::are_alike;

/// How an element looks, inherited from its ancestors.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(in crate::mail::html) struct ComputedStyle {
    /// Hidden in a way that no descendant can undo (`display:none`).
    gone: bool,
    /// Properties of [`INHERITED`] that hide; a descendant may set another value, and templates do.
    hiding: u32,
    /// Text colour.
    text_color: Option<TextColor>,
    /// Background, where one plain colour is declared.
    background: Option<u32>,
    /// True if lines run from right to left.
    runs_left: bool,
    /// True if letters do so that run from left to right otherwise.
    turned: bool,
    /// True if it is hidden in some programs or on some screens.
    hidden_for_some: bool,
}

impl ComputedStyle {
    /// True if a reader cannot see text of this style.
    pub(in crate::mail::html) fn is_hidden(&self) -> bool {
        let blends = || match (self.text_color, self.background) {
            (Some(TextColor::Plain(text)), Some(background)) => are_alike(text, background),
            (text, _) => text == Some(TextColor::Clear),
        };
        self.gone || self.hiding != 0 || blends()
    }

    /// Hides it, whatever is declared.
    pub(in crate::mail::html) fn hide(&mut self) {
        self.gone = true;
    }

    /// Hides it in some programs, whatever is declared.
    pub(in crate::mail::html) fn hide_for_some(&mut self) {
        self.hidden_for_some = true;
    }

    /// True if its letters run from right to left, of whatever script they are.
    pub(in crate::mail::html) fn is_turned(&self) -> bool {
        self.turned
    }

    /// True if some readers cannot see text of this style.
    pub(in crate::mail::html) fn is_hidden_for_some(&self) -> bool {
        self.hidden_for_some
    }

    /// The style of a child that is a block: nothing that turns letters reaches into it.
    pub(in crate::mail::html) fn begin_block(&mut self) {
        self.turned = false;
    }

    /// The style of a child with these declarations.
    pub(in crate::mail::html) fn apply(&mut self, declarations: &Declarations) {
        self.gone |= declarations.hides_box();
        self.hiding = self.hiding & !declarations.declared | declarations.on & INHERITED;
        self.text_color = declarations.text_color.or(self.text_color);
        self.hidden_for_some |= declarations.hides_for_some;
        self.runs_left = declarations.on & DIRECTION != 0 || self.runs_left && declarations.declared & DIRECTION == 0;
        if declarations.on & TURNED != 0 {
            self.turned = self.runs_left;
        } else if declarations.declared & TURNED != 0 {
            self.turned = false;
        }
        match declarations.background {
            _ if declarations.on & PAINTED != 0 => self.background = None,
            Some(Background::Plain(color)) => self.background = Some(color),
            Some(Background::Unknown) => self.background = None,
            Some(Background::Through) | None => {}
        }
    }
}
