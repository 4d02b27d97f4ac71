//! What inline CSS says about whether text can be seen. Reads the `style` attribute and its older sisters, no sheets.
//!
//! A closed list of ways to hide, each seen in forged mail. Unknown properties and broken declarations say nothing, nor
//! does `mso-hide` by itself: one mail program hides such text and all others show it.

use std::borrow::Cow;

/// Below this many pixels nobody reads.
const TINY_PX: f32 = 1.0;
/// As tiny, as a share of the surrounding font.
const TINY_SHARE: f32 = 0.1;
/// Further left or up than this is off the screen.
const OFF_SCREEN_PX: f32 = -500.0;
/// Opacity up to which text is not seen.
const CLEAR: f32 = 0.05;

/// Difference in each of red, green and blue up to which two colours are one to the eye.
const ALIKE: u32 = 12;

/// How an element looks, inherited from its ancestors.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Look {
    /// Hidden in a way that no descendant can undo (`display:none`).
    gone: bool,
    /// Font too small to read; a descendant may set another size, and templates do.
    tiny: bool,
    /// `visibility:hidden`; a descendant may become visible.
    invisible: bool,
    /// Text colour `transparent`.
    clear: bool,
    /// Text colour, where one is declared.
    color: Option<u32>,
    /// Background, where one plain colour is declared.
    background: Option<u32>,
}

impl Look {
    /// True if a reader cannot see text of this look.
    pub(super) fn is_hidden(&self) -> bool {
        let blends = || self.color.zip(self.background).is_some_and(|(text, ground)| are_alike(text, ground));
        self.gone || self.tiny || self.invisible || self.clear || blends()
    }

    /// Hides it, whatever its style says.
    pub(super) fn hide(&mut self) {
        self.gone = true;
    }

    /// Sets the text colour as the `color` attribute does.
    pub(super) fn set_color(&mut self, value: &str) {
        let value = value.trim();
        self.clear = value.eq_ignore_ascii_case("transparent") || has_no_alpha(value);
        self.color = color(value);
    }

    /// Sets the background as the `bgcolor` attribute does.
    pub(super) fn set_background(&mut self, value: &str) {
        match color(value) {
            Some(c) => self.background = Some(c),
            None if value.trim().eq_ignore_ascii_case("transparent") => {}
            // An image or a colour we cannot read: nothing is known any more.
            None => self.background = None,
        }
    }

    /// Applies a `style` attribute; returns the address of a background image.
    pub(super) fn apply(&mut self, style: &str) -> Option<String> {
        let mut image = None;
        let mut frame = Frame::default();
        // By octets: searching for one sign in each of many short pieces costs more than looking at them.
        for declaration in style.as_bytes().split(|b| *b == b';') {
            let Some(colon) = declaration.iter().position(|b| *b == b':') else { continue };
            let (property, value) = (declaration[..colon].trim_ascii(), &declaration[colon + 1..]);
            let mut name = [0; LONGEST_PROPERTY];
            let Some(name) = name.get_mut(..property.len()) else { continue };
            name.copy_from_slice(property);
            name.make_ascii_lowercase();
            // Most say nothing about whether text is seen. Cut at ASCII signs, so it is UTF-8 still.
            let value = || std::str::from_utf8(value).unwrap_or_default();
            match property_of(name) {
                Property::Background => image = image.or(self.background(value())),
                Property::Text => self.set_text(name, &lowered(value())),
                Property::Box => frame.set(name, value()),
                Property::Other => {}
            }
        }
        self.gone |= frame.hides();
        image
    }

    /// Properties that say how text itself looks.
    fn set_text(&mut self, property: &[u8], value: &str) {
        match property {
            b"visibility" => self.invisible = matches!(value, "hidden" | "collapse"),
            b"opacity" => self.gone |= is_clear(value),
            b"filter" => self.gone |= argument(value, "opacity").is_some_and(is_clear),
            b"font-size" => self.tiny = is_tiny(value).unwrap_or(self.tiny),
            b"font" => {
                let size = value.split([' ', '/']).find(|w| w.starts_with(|c: char| c.is_ascii_digit() || c == '.'));
                self.tiny = size.and_then(is_tiny).unwrap_or(self.tiny);
            }
            b"color" => self.set_color(value),
            _ => self.gone |= is_off_screen(value),
        }
    }

    fn background(&mut self, value: &str) -> Option<String> {
        let lower = lowered(value);
        let has_image = lower.contains("url(");
        let plain = if lower.contains(' ') { lower.split(' ').find_map(color) } else { color(&lower) };
        match plain {
            // An image lies over the colour, and nothing is known of it.
            Some(c) => self.background = Some(c).filter(|_| !has_image),
            None if matches!(&*lower, "transparent" | "none" | "inherit" | "initial") => {}
            None => self.background = None,
        }
        has_image.then(|| address(value)).flatten()
    }
}

/// Octets of the longest property that is read.
const LONGEST_PROPERTY: usize = 16;
/// What a property is about.
enum Property {
    Text,
    Background,
    Box,
    Other,
}

fn property_of(name: &[u8]) -> Property {
    match name {
        b"background" | b"background-color" | b"background-image" => Property::Background,
        b"color" | b"font-size" | b"font" | b"visibility" | b"opacity" | b"filter" => Property::Text,
        b"text-indent" | b"margin-left" | b"margin-top" => Property::Text,
        b"display" | b"width" | b"height" | b"max-width" | b"max-height" | b"position" => Property::Box,
        b"overflow" | b"overflow-x" | b"overflow-y" | b"clip" | b"clip-path" | b"transform" => Property::Box,
        b"left" | b"top" | b"right" | b"bottom" => Property::Box,
        _ => Property::Other,
    }
}

/// The box of one element, as far as its own style describes it.
#[derive(Default)]
struct Frame {
    none: bool,
    no_size: bool,
    clipped: bool,
    positioned: bool,
    away: bool,
    cut_away: bool,
}

impl Frame {
    /// Takes a property of the box. Where `display` is repeated the last counts.
    fn set(&mut self, property: &[u8], value: &str) {
        match property {
            b"display" => self.none = lowered(value) == "none",
            b"width" | b"height" | b"max-width" | b"max-height" => {
                self.no_size |= length(value.trim()).is_some_and(|(n, unit)| n <= TINY_PX && unit != "%" || n <= 0.0);
            }
            b"overflow" | b"overflow-x" | b"overflow-y" => self.clipped |= lowered(value) == "hidden",
            b"position" => self.positioned = matches!(&*lowered(value), "absolute" | "fixed"),
            b"left" | b"top" | b"right" | b"bottom" => self.away |= is_off_screen(&lowered(value)),
            _ => self.cut_away |= cuts_all(&lowered(value)),
        }
    }

    fn hides(&self) -> bool {
        self.none || self.cut_away || self.no_size && self.clipped || self.positioned && self.away
    }
}

/// A value in lower case, without what makes it important.
fn lowered(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    let value = value.find('!').map_or(value, |at| value[..at].trim_end());
    if value.bytes().any(|b| b.is_ascii_uppercase()) {
        return Cow::Owned(value.to_ascii_lowercase());
    }
    Cow::Borrowed(value)
}

/// What stands in the brackets of `function(…)`, if the value is that.
fn argument<'v>(value: &'v str, function: &str) -> Option<&'v str> {
    value.strip_prefix(function)?.strip_prefix('(')?.strip_suffix(')')
}

/// True if nothing is left of a box: `rect(0,0,0,0)`, `inset(50%)` or more, `circle(0)`, `scale(0)`, `translate` far away.
fn cuts_all(value: &str) -> bool {
    let numbers = |function| {
        let list = argument(value, function)?;
        Some(list.split([',', ' ']).filter(|p| !p.is_empty()).map(|p| length(p).map_or(f32::MAX, |(n, _)| n)))
    };
    numbers("rect").is_some_and(|mut n| n.all(|n| n <= TINY_PX))
        || numbers("inset").is_some_and(|mut n| value.contains('%') && n.all(|n| (50.0..=100.0).contains(&n)))
        || numbers("circle").is_some_and(|mut n| n.next().is_some_and(|n| n <= 0.0))
        || numbers("scale").is_some_and(|mut n| n.any(|n| n.abs() <= TINY_SHARE))
        || ["translate", "translatex", "translatey"]
            .iter()
            .any(|f| argument(value, f).is_some_and(|a| a.split(',').any(|n| is_off_screen(n.trim()))))
}

fn is_clear(value: &str) -> bool {
    let share = if value.ends_with('%') { 100.0 } else { 1.0 };
    value.trim_end_matches('%').parse::<f32>().is_ok_and(|o| o / share <= CLEAR)
}

/// A number and its unit.
fn length(value: &str) -> Option<(f32, &str)> {
    let end = value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(value.len());
    Some((value[..end].parse().ok()?, value[end..].trim()))
}

fn is_tiny(value: &str) -> Option<bool> {
    let (number, unit) = length(value)?;
    Some(match unit {
        "em" | "rem" | "ex" | "ch" => number <= TINY_SHARE,
        "%" => number <= TINY_SHARE * 100.0,
        "cm" | "mm" | "in" => number <= 0.0,
        _ => number <= TINY_PX,
    })
}

fn is_off_screen(value: &str) -> bool {
    length(value).is_some_and(|(n, unit)| match unit {
        "em" | "rem" => n * 16.0 <= OFF_SCREEN_PX,
        "%" | "vw" | "vh" => n <= -100.0,
        _ => n <= OFF_SCREEN_PX,
    })
}

/// A colour as 0xRRGGBB: `#rgb` and `#rrggbb` with or without alpha, `rgb()`, `rgba()`, and the names that are used to
/// hide.
fn color(value: &str) -> Option<u32> {
    let value = value.trim();
    if let Some(hex) = value.strip_prefix('#') {
        let number = u32::from_str_radix(hex, 16).ok()?;
        let doubled = |n: u32| ((n >> 8) & 15) * 0x11_0000 + ((n >> 4) & 15) * 0x1100 + (n & 15) * 0x11;
        return match hex.len() {
            3 => Some(doubled(number)),
            4 => Some(doubled(number >> 4)),
            6 => Some(number),
            8 => Some(number >> 8),
            _ => None,
        };
    }
    if let Some(list) = value.strip_suffix(')').and_then(|v| v.strip_prefix("rgb(").or(v.strip_prefix("rgba("))) {
        let mut parts = list.split([',', ' ']).filter(|p| !p.is_empty()).map(|p| p.parse::<u8>().ok());
        let (r, g, b) = (parts.next()??, parts.next()??, parts.next()??);
        return Some(u32::from(r) << 16 | u32::from(g) << 8 | u32::from(b));
    }
    const NAMES: [(&str, u32); 9] = [
        ("white", 0xff_ffff),
        ("black", 0),
        ("snow", 0xff_fafa),
        ("ivory", 0xff_fff0),
        ("ghostwhite", 0xf8_f8ff),
        ("floralwhite", 0xff_faf0),
        ("whitesmoke", 0xf5_f5f5),
        ("mintcream", 0xf5_fffa),
        ("azure", 0xf0_ffff),
    ];
    NAMES.iter().find(|(name, _)| value.eq_ignore_ascii_case(name)).map(|(_, number)| *number)
}

/// True for a colour that is wholly see-through.
fn has_no_alpha(value: &str) -> bool {
    let hex =
        value.strip_prefix('#').is_some_and(|h| h.len() == 8 && h.ends_with("00") || h.len() == 4 && h.ends_with('0'));
    let list = value.strip_suffix(')').and_then(|v| v.strip_prefix("rgba("));
    hex || list.and_then(|l| l.rsplit([',', '/']).next()).is_some_and(|alpha| is_clear(alpha.trim()))
}

/// True if nobody can tell text of one colour from a ground of the other.
fn are_alike(text: u32, ground: u32) -> bool {
    [16, 8, 0].into_iter().all(|shift| ((text >> shift) & 255).abs_diff((ground >> shift) & 255) <= ALIKE)
}

/// What stands in the first `url(…)` of a style as written.
fn address(style: &str) -> Option<String> {
    let start = style.to_ascii_lowercase().find("url(")? + 4;
    let inner = style.get(start..)?.split(')').next()?;
    Some(inner.trim().trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(style: &str) -> bool {
        let mut look = Look::default();
        look.apply(style);
        look.is_hidden()
    }

    #[test]
    fn ways_to_hide() {
        for style in [
            "display:none",
            "color:red; DISPLAY : NONE !important",
            "visibility:hidden",
            "font-size:0",
            "font-size:1px;line-height:0",
            "font:0/0 a",
            "font-size:0.05em",
            "opacity:0",
            "opacity:.01",
            "display:block;display:none",
            "color:#fefefe;background:#fff",
            "background:#FFF;color:#f8f8f8ff",
            "color:rgba(0,0,0,0)",
            "color:#00000000",
            "background:snow;color:white",
            "position:absolute;clip:rect(0 0 0 0)",
            "clip:rect(0px, 0px, 0px, 0px)",
            "clip-path:inset(50%)",
            "clip-path:circle(0)",
            "transform:scale(0)",
            "transform:translateX(-9999px)",
            "filter:opacity(0%)",
            "max-height:0px;overflow:hidden;mso-hide:all",
            "max-height:0;overflow:hidden",
            "height:0px;overflow:hidden;width:0px",
            "color:#fff;background:#FFFFFF",
            "background-color:white;color:rgb(255, 255, 255)",
            "color:transparent",
            "position:absolute;left:-9999px",
            "text-indent:-9999px",
            "margin-left:-100em",
        ] {
            assert!(hidden(style), "{style}");
        }
    }

    #[test]
    fn ordinary_styles_show() {
        for style in [
            "",
            "display:block",
            "display:none;display:block",
            "mso-hide:all",
            "color:#888;background:#fff",
            "color:rgba(0,0,0,.8);background:#ffffff",
            "width:1%;overflow:hidden",
            "clip:rect(0,100px,100px,0)",
            "transform:scale(1.2)",
            "transform:translate(-50%,-50%)",
            "font-size:12px",
            "font:bold 12px/1.5 Arial",
            "opacity:1",
            "height:0",
            "overflow:hidden",
            "color:#ffffff",
            "color:#fff;background:#06c",
            "color:#fff;background:#fff url(x.png)",
            "margin-left:-10px",
            "left:-9999px",
            "font-size:100%",
            "display",
            ":;:",
            "max-width:0;max-width:600px",
        ] {
            assert!(!hidden(style), "{style}");
        }
    }

    #[test]
    fn a_descendant_may_set_a_readable_font() {
        let mut look = Look::default();
        look.apply("font-size:0px;visibility:hidden");
        look.apply("font-size:13px;visibility:visible");
        assert!(!look.is_hidden());
        look.apply("display:none");
        look.apply("display:block");
        assert!(look.is_hidden(), "nothing inside a removed element is shown");
    }

    #[test]
    fn background_images_are_found() {
        let found = Look::default().apply("background-image:URL('https://A.test/x.png')");
        assert_eq!(found.as_deref(), Some("https://A.test/x.png"));
    }
}
