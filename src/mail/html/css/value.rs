//! Values of CSS properties: lengths, colours and shapes, as far as they decide whether text can be seen.
//!
//! Values come in lower case. One that a browser would refuse, such as a length without a unit, hides nothing.

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

/// What stands in the brackets of `function(…)`, if the value is that.
pub(super) fn argument<'v>(value: &'v str, function: &str) -> Option<&'v str> {
    value.strip_prefix(function)?.strip_prefix('(')?.strip_suffix(')')
}

/// True if nothing is left of a box: `rect(0,0,0,0)`, `inset(50%)` or more, `circle(0)`, `scale(0)`, `translate` far
/// away.
pub(super) fn cuts_all(value: &str) -> bool {
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
            .any(|f| argument(value, f).is_some_and(|a| a.split(',').any(|n| is_far(n.trim()))))
}

/// True for an opacity that lets nothing be seen.
pub(super) fn is_clear(value: &str) -> bool {
    length(value).is_some_and(|(n, unit)| match unit {
        "" => n <= CLEAR,
        "%" => n <= CLEAR * 100.0,
        _ => false,
    })
}

/// True for an `overflow` that shows nothing outside the box.
pub(super) fn clips(value: &str) -> bool {
    matches!(value, "hidden" | "clip")
}

/// A number and its unit.
pub(super) fn length(value: &str) -> Option<(f32, &str)> {
    let end = value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(value.len());
    Some((value[..end].parse().ok()?, &value[end..]))
}

/// True for a font too small to read.
pub(super) fn is_tiny(value: &str) -> bool {
    length(value).is_some_and(|(n, unit)| {
        n >= 0.0
            && match unit {
                "px" | "pt" => n <= TINY_PX,
                "em" | "rem" | "ex" | "ch" => n <= TINY_SHARE,
                "%" => n <= TINY_SHARE * 100.0,
                "" | "cm" | "mm" | "in" | "pc" | "vw" | "vh" => n == 0.0,
                _ => false,
            }
    })
}

/// True for a `font` of which the size is too small to read. Without a family behind the size browsers take none of it.
pub(super) fn is_tiny_font(value: &str) -> bool {
    let mut words = value.split(' ').filter(|w| !w.is_empty());
    let size = words.find(|w| w.starts_with(|c: char| c.is_ascii_digit() || c == '.'));
    let is_family = |word: &str| word.starts_with(|c: char| c.is_alphabetic() || matches!(c, '"' | '\''));
    size.is_some_and(|s| is_tiny(s.split('/').next().unwrap_or_default())) && words.next().is_some_and(is_family)
}

/// True for a width or height in which nothing can stand.
pub(super) fn is_nothing(value: &str) -> bool {
    length(value).is_some_and(|(n, unit)| n == 0.0 || (0.0..=TINY_PX).contains(&n) && matches!(unit, "px" | "pt"))
}

/// True for a place beyond the left or upper edge of any screen.
pub(super) fn is_far(value: &str) -> bool {
    length(value).is_some_and(|(n, unit)| match unit {
        "px" | "pt" => n <= OFF_SCREEN_PX,
        "em" | "rem" => n * 16.0 <= OFF_SCREEN_PX,
        "%" | "vw" | "vh" => n <= -100.0,
        _ => false,
    })
}

/// The value of one side (top, right, bottom, left) of a property that sets up to four (CSS Box 4, 4.2).
pub(super) fn side(values: &str, number: usize) -> &str {
    let mut list = [""; 4];
    let mut count = 0;
    for value in values.split(' ').filter(|v| !v.is_empty()).take(4) {
        list[count] = value;
        count += 1;
    }
    match (number, count) {
        (number, count) if number < count => list[number],
        (3, 2 | 3) => list[1],
        (2, 2) => list[0],
        _ => list[0],
    }
}

/// A colour as 0xRRGGBB: `#rgb` and `#rrggbb` with or without alpha, `rgb()`, `rgba()`, and the names that are used to
/// hide.
pub(super) fn color(value: &str) -> Option<u32> {
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
pub(super) fn is_transparent(value: &str) -> bool {
    let hex =
        value.strip_prefix('#').is_some_and(|h| h.len() == 8 && h.ends_with("00") || h.len() == 4 && h.ends_with('0'));
    let list = value.strip_suffix(')').and_then(|v| v.strip_prefix("rgba("));
    let alpha = list.and_then(|l| l.rsplit([',', '/']).next());
    hex || alpha.is_some_and(|alpha| is_clear(alpha.trim())) || value.eq_ignore_ascii_case("transparent")
}

/// True if nobody can tell text of one colour from a ground of the other.
pub(super) fn are_alike(text: u32, ground: u32) -> bool {
    [16, 8, 0].into_iter().all(|shift| ((text >> shift) & 255).abs_diff((ground >> shift) & 255) <= ALIKE)
}
