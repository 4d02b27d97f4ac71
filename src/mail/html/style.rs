//! How an element of an HTML part looks: what its attributes, the sheets and what is around it say. Cannot
//! fail.

use super::css::computed::ComputedStyle;
use super::css::declarations::Declarations;
use super::css::media::Media;
use super::css::selector::{Element, Side};
use super::element as el;
use super::element::Name;
use super::state::Reader;
use super::tag::{Tag, attribute};

impl Reader<'_> {
    /// What the sheets show at one side inside of an element.
    pub(super) fn text_into(&mut self, side: Side, element: &Element, style: ComputedStyle, tag: &Tag) -> String {
        if !self.styles.has_generated() {
            return String::new();
        }
        self.styles.text_into(side, (element, &self.stack), style, |name| attribute(tag, name).map(str::to_owned))
    }

    /// What selectors know of an element that begins, how it looks, and what is declared for it alone.
    pub(super) fn begin_style(&mut self, name: Name, tag: &Tag) -> (Element, ComputedStyle, Declarations) {
        let mut element = Element { name, ..Element::default() };
        let mut style = self.style_under(name);
        // Browsers show what `details` hold when they are opened; mail programs that do not know them, at once.
        if name == el::DETAILS && attribute(tag, "open").is_none() {
            style.hide_for_some();
        }
        if tag.is_bare() && name != el::BDO && self.styles.is_empty() {
            return (element, style, Declarations::default());
        }
        let (mut background, mut color, mut image, mut own, mut hidden) = (None, None, None, None, None);
        let (mut id, mut classes, mut direction) = (None, None, None);
        let color_name: &[u8] = if name == el::BODY { b"text" } else { b"color" };
        for (attribute, value) in tag.attributes() {
            let slot = match attribute {
                b"bgcolor" => &mut background,
                b"background" => &mut image,
                b"style" => &mut own,
                b"hidden" => &mut hidden,
                b"id" => &mut id,
                b"class" => &mut classes,
                b"dir" => &mut direction,
                attribute if attribute == color_name => &mut color,
                _ => continue,
            };
            // Of each name the first counts.
            *slot = slot.or(std::str::from_utf8(value).ok());
        }
        // A sheet may come yet while this is open.
        if self.in_head || !self.styles.is_empty() {
            (element.id, element.classes) = (id.map(Box::from), classes.map(Box::from));
        }
        let mut declarations = Declarations::default();
        for (property, value) in [(&b"background-color"[..], background), (b"color", color)] {
            value.into_iter().for_each(|value| declarations.declare(property, value));
        }
        if let Some(image) = image {
            declarations.declare(b"background-image", image);
            self.image(image);
        }
        // An attribute of HTML alone.
        if hidden.is_some() && !tag.is_foreign() && !el::overrides_hidden(name) {
            declarations.declare(b"display", "none");
        }
        if let Some(direction) = direction {
            declarations.declare(b"direction", &direction.to_ascii_lowercase());
        }
        if name == el::BDO || direction.is_some() {
            declarations.declare(b"unicode-bidi", if name == el::BDO { "bidi-override" } else { "isolate" });
        }
        self.styles.cascade(&mut declarations, &element, &self.stack, own);
        style.apply(&declarations);
        (element, style, declarations)
    }
}

/// For whom the sheet of a `style` element holds. One of several titles is in force, and another type is not CSS
/// (WHATWG 4.2.6).
pub(super) fn media_of(style: &Tag) -> Media {
    let is_css = |kind: &str| kind.is_empty() || kind.trim_ascii().eq_ignore_ascii_case("text/css");
    let is_plain = attribute(style, "title").is_none() && attribute(style, "type").is_none_or(is_css);
    let media = Media::of_media(attribute(style, "media").unwrap_or_default());
    if is_plain { media } else { media.min(Media::Some) }
}
