//! How an element of an HTML part looks: what its attributes, the sheets and what is around it say.

use crate::mail::html::css::rules::View;
use crate::mail::html::css::selector::{Kin, Side};
use crate::mail::html::css::{Look, Style};
use crate::mail::html::element::Name;
use crate::mail::html::tokens::{Tag, attribute};
use crate::mail::html::{MAX_DOUBTED, Open, Reader, element as el};

impl Reader<'_> {
    /// How text looks that comes next. In a table and outside of its cells it is shown before the table, as what stands
    /// around that looks (WHATWG 13.2.6.1).
    pub(crate) fn look(&self) -> Look {
        let is_outside = self.stack.last().is_some_and(|o| el::is_frame_of_table(o.kin.element));
        let is_root = |o: &Open| matches!(o.kin.element, el::TABLE | el::TEMPLATE);
        let root = || self.stack.iter().rposition(is_root).filter(|i| self.stack[*i].kin.element == el::TABLE);
        let table = is_outside.then(root).flatten();
        self.look_at(table.unwrap_or(self.stack.len()))
    }

    /// The look of the innermost of so many open elements.
    fn look_at(&self, depth: usize) -> Look {
        self.stack[..depth].last().map(|o| o.look).unwrap_or_default()
    }

    /// What the sheets show at one side inside of an element.
    pub(crate) fn text_into(&mut self, side: Side, kin: &Kin, look: Look, tag: &Tag) -> String {
        if !self.styles.has_generated() {
            return String::new();
        }
        self.styles.text_into(side, (kin, &self.stack), look, |name| attribute(tag, name).map(str::to_owned))
    }

    /// How `element` looks where it begins next, without a style of its own.
    pub(crate) fn look_under(&self, element: Name) -> Look {
        let mut look = if el::is_of_table(element) { self.look_at(self.stack.len()) } else { self.look() };
        if el::is_block(element) {
            look.begin_block();
        }
        if element == el::TEMPLATE {
            look.hide();
        }
        look
    }

    /// What selectors know of an element, how it looks, and its own part in that.
    pub(crate) fn look_of(&mut self, element: Name, tag: &Tag) -> (Kin, Look, Style) {
        let mut kin = Kin { element, ..Kin::default() };
        let mut look = self.look_under(element);
        if tag.is_bare() && element != el::BDO && self.styles.is_empty() {
            return (kin, look, Style::default());
        }
        let (mut ground, mut color, mut image, mut own, mut hidden) = (None, None, None, None, None);
        let (mut id, mut classes, mut direction) = (None, None, None);
        let ink: &[u8] = if element == el::BODY { b"text" } else { b"color" };
        for (name, value) in tag.attributes() {
            let slot = match name {
                b"bgcolor" => &mut ground,
                b"background" => &mut image,
                b"style" => &mut own,
                b"hidden" => &mut hidden,
                b"id" => &mut id,
                b"class" => &mut classes,
                b"dir" => &mut direction,
                name if name == ink => &mut color,
                _ => continue,
            };
            // Of each name the first counts.
            *slot = slot.or(std::str::from_utf8(value).ok());
        }
        // A sheet may come yet while this is open.
        if self.in_head || !self.styles.is_empty() {
            (kin.id, kin.classes) = (id.map(Box::from), classes.map(Box::from));
        }
        let mut style = Style::default();
        for (property, value) in [(&b"background-color"[..], ground), (b"color", color)] {
            value.into_iter().for_each(|value| style.declare(property, value));
        }
        if let Some(image) = image {
            style.declare(b"background-image", image);
            self.image(image);
        }
        // An attribute of HTML alone.
        if hidden.is_some() && !tag.is_foreign() && !el::overrides_hidden(element) {
            style.declare(b"display", "none");
        }
        if let Some(direction) = direction {
            style.declare(b"direction", &direction.to_ascii_lowercase());
        }
        if element == el::BDO || direction.is_some() {
            style.declare(b"unicode-bidi", if element == el::BDO { "bidi-override" } else { "isolate" });
        }
        self.styles.cascade(&mut style, &kin, &self.stack, own);
        look.apply(&style);
        (kin, look, style)
    }

    /// Keeps text back that some readers see and some do not, and that may turn out to stand inside a word.
    pub(crate) fn doubt(&mut self, text: &str) -> bool {
        let may_be_inside = !self.doubted.is_empty() || self.out.text.ends_with(char::is_alphanumeric);
        let is_kept = may_be_inside && self.doubted.len() + text.len() <= MAX_DOUBTED;
        if is_kept {
            self.doubted.push_str(text);
        }
        is_kept
    }

    /// Takes text that was kept back as hidden if what comes `next` goes on with the word, else as shown.
    pub(crate) fn settle(&mut self, next: Option<&str>) {
        if self.doubted.is_empty() {
            return;
        }
        let doubted = std::mem::take(&mut self.doubted);
        let mut look = Look::default();
        if next.is_some_and(|next| next.starts_with(char::is_alphanumeric)) {
            look.hide();
        }
        self.text_of(&doubted, look);
    }
}

/// For whom the sheet of a `style` element holds. One of several titles is in force, and another type is not CSS (WHATWG
/// 4.2.6).
pub(crate) fn view_of(style: &Tag) -> View {
    let is_css = |kind: &str| kind.is_empty() || kind.trim_ascii().eq_ignore_ascii_case("text/css");
    let is_plain = attribute(style, "title").is_none() && attribute(style, "type").is_none_or(is_css);
    let view = View::of_media(attribute(style, "media").unwrap_or_default());
    if is_plain { view } else { view.min(View::Part) }
}
