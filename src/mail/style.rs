//! What inline CSS says about whether text can be seen. Reads the `style` attribute and its older sisters, no sheets.
//!
//! A closed list of ways to hide, each seen in forged mail. Unknown properties and broken declarations say nothing.

/// Below this many pixels nobody reads.
const TINY_PX: f32 = 1.0;
/// As tiny, as a share of the surrounding font.
const TINY_SHARE: f32 = 0.1;
/// Further left or up than this is off the screen.
const OFF_SCREEN_PX: f32 = -500.0;
/// Opacity up to which text is not seen.
const CLEAR: f32 = 0.05;

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
        self.gone || self.tiny || self.invisible || self.clear || self.color.is_some() && self.color == self.background
    }

    /// Hides it, whatever its style says.
    pub(super) fn hide(&mut self) {
        self.gone = true;
    }

    /// Sets the text colour as the `color` attribute does.
    pub(super) fn set_color(&mut self, value: &str) {
        self.clear = value.trim().eq_ignore_ascii_case("transparent");
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
        let lower = style.to_ascii_lowercase();
        let mut image = None;
        let (mut no_size, mut clipped, mut positioned, mut away) = (false, false, false, false);
        for declaration in lower.split(';') {
            let Some((property, value)) = declaration.split_once(':') else { continue };
            let value = value.trim().trim_end_matches("!important").trim_end();
            match property.trim() {
                "display" => self.gone |= value == "none",
                "visibility" => self.invisible = matches!(value, "hidden" | "collapse"),
                "opacity" => self.gone |= value.trim_end_matches('%').parse::<f32>().is_ok_and(|o| o <= CLEAR),
                "mso-hide" => self.gone |= value == "all",
                "font-size" => self.tiny = is_tiny(value).unwrap_or(self.tiny),
                "font" => {
                    let size =
                        value.split([' ', '/']).find(|w| w.starts_with(|c: char| c.is_ascii_digit() || c == '.'));
                    self.tiny = size.and_then(is_tiny).unwrap_or(self.tiny);
                }
                "color" => self.set_color(value),
                "background" | "background-color" | "background-image" => {
                    if value.contains("url(") {
                        image = image.or_else(|| address(style));
                    }
                    match value.split(' ').find_map(color) {
                        // An image lies over the colour, and nothing is known of it.
                        Some(c) => self.background = Some(c).filter(|_| !value.contains("url(")),
                        None if matches!(value, "transparent" | "none" | "inherit" | "initial") => {}
                        None => self.background = None,
                    }
                }
                "width" | "height" | "max-width" | "max-height" => {
                    no_size |= length(value).is_some_and(|(n, _)| n <= TINY_PX)
                }
                "overflow" | "overflow-x" | "overflow-y" => clipped |= value == "hidden",
                "position" => positioned = matches!(value, "absolute" | "fixed"),
                "left" | "top" | "right" | "bottom" => away |= is_off_screen(value),
                "text-indent" | "margin-left" | "margin-top" => self.gone |= is_off_screen(value),
                _ => {}
            }
        }
        self.gone |= no_size && clipped || positioned && away;
        image
    }
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

/// A colour as 0xRRGGBB: `#rgb`, `#rrggbb`, `rgb()`, and the two names that are used to hide.
fn color(value: &str) -> Option<u32> {
    let value = value.trim();
    if let Some(hex) = value.strip_prefix('#') {
        let number = u32::from_str_radix(hex, 16).ok()?;
        return match hex.len() {
            3 => Some(((number >> 8) & 15) * 0x11_0000 + ((number >> 4) & 15) * 0x1100 + (number & 15) * 0x11),
            6 => Some(number),
            _ => None,
        };
    }
    if let Some(list) = value.strip_prefix("rgb(").and_then(|v| v.strip_suffix(')')) {
        let mut parts = list.split([',', ' ']).filter(|p| !p.is_empty()).map(|p| p.parse::<u8>().ok());
        let (r, g, b) = (parts.next()??, parts.next()??, parts.next()??);
        return Some(u32::from(r) << 16 | u32::from(g) << 8 | u32::from(b));
    }
    if value.eq_ignore_ascii_case("white") {
        return Some(0xff_ffff);
    }
    value.eq_ignore_ascii_case("black").then_some(0)
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
            "mso-hide:all",
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
