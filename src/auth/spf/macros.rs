//! Macros (RFC 7208 section 7): what record texts hold in place of names, and what becomes of them.
//!
//! Reading is strict: a percent sign that begins no macro is a syntax error, wherever it stands. Expanding needs no
//! DNS; whoever expands finds the client's validated name beforehand. By RFC 8616 section 4 a local part beyond ASCII
//! expands to nothing that could match.

use crate::auth::clock;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;
use std::net::IpAddr;

/// What an upper-case macro letter leaves unescaped: RFC 3986 section 2.3, "unreserved".
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What `%{r}` expands to (RFC 7208 section 7.3): no stranger needs to learn the checker's own name.
const RECEIVER: &str = "unknown";
/// Longest name that can be asked for, RFC 7208 section 7.3; longer ones lose labels on the left.
const MAX_NAME_BYTES: usize = 253;
/// Longest expansion in octets: far more than a name can hold, and small enough that no record can make it expensive.
const MAX_EXPANSION_BYTES: usize = 4096;

/// Which text a macro-string stands in, and so what it may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A domain-spec: visible characters, no `c`, `r` or `t`, and an end that can be a name's.
    Domain,
    /// The value of a modifier nobody knows: visible characters.
    Modifier,
    /// An explanation: spaces too.
    Explanation,
}

/// A macro-string, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MacroString<'a> {
    pieces: Vec<Piece<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece<'a> {
    Literal(&'a str),
    Macro(Macro<'a>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Macro<'a> {
    /// In lower case.
    letter: char,
    escaped: bool,
    /// Parts that stay, counted from the right.
    keep: usize,
    reversed: bool,
    delimiters: &'a str,
}

/// What macros stand for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values<'a> {
    /// `i`, `v`, `c`.
    pub(super) ip: IpAddr,
    /// `h`.
    pub(super) helo: &'a str,
    /// `l`, and the first half of `s`.
    pub(super) local: &'a str,
    /// `o`, and the second half of `s`.
    pub(super) sender_domain: &'a str,
    /// `d`: the domain whose record is evaluated.
    pub(super) domain: &'a str,
    /// `p`.
    pub(super) validated: &'a str,
}

impl<'a> MacroString<'a> {
    /// Reads a macro-string; `None` is a syntax error.
    pub(super) fn parse(text: &'a str, place: Place) -> Option<MacroString<'a>> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, expand)) = rest.split_once('%') {
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal));
            }
            let (piece, after) = Piece::parse(expand, place)?;
            pieces.push(piece);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest));
        }
        let space = place == Place::Explanation;
        let visible = text.bytes().all(|b| b.is_ascii_graphic() || space && b == b' ');
        // domain-end: a macro or a top label, RFC 7208 section 7.1. `rest` is what follows the last macro.
        let ended = place != Place::Domain || (rest.is_empty() && !text.is_empty()) || ends_in_label(rest);
        (visible && ended).then_some(MacroString { pieces })
    }

    /// True if the client's validated name is needed.
    pub(super) fn needs_validated_name(&self) -> bool {
        self.pieces.iter().any(|p| matches!(p, Piece::Macro(m) if m.letter == 'p'))
    }

    /// The text with everything in its place; `None` if a local part is needed that DNS names cannot hold, or if it
    /// grows beyond [`MAX_EXPANSION_BYTES`].
    pub(super) fn expand(&self, values: &Values<'_>) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Macro(wanted) => wanted.expand(values, &mut text)?,
            }
            if text.len() > MAX_EXPANSION_BYTES {
                return None;
            }
        }
        Some(text)
    }

    /// The expansion as a name to ask for: without the trailing dot, and cut on the left to what fits.
    pub(super) fn expand_name(&self, values: &Values<'_>) -> Option<String> {
        let mut name = self.expand(values)?;
        if name.ends_with('.') {
            name.pop();
        }
        if name.len() > MAX_NAME_BYTES {
            // The first label border behind which what is left fits.
            let from = name.len() - MAX_NAME_BYTES - 1;
            let dot = name.bytes().skip(from).position(|b| b == b'.');
            name.drain(..dot.map_or(name.len(), |dot| from + dot + 1));
        }
        Some(name)
    }
}

impl<'a> Piece<'a> {
    /// Reads what follows a percent sign, and gives what is left.
    fn parse(text: &'a str, place: Place) -> Option<(Piece<'a>, &'a str)> {
        for (written, literal) in [("%", "%"), ("_", " "), ("-", "%20")] {
            if let Some(rest) = text.strip_prefix(written) {
                return Some((Piece::Literal(literal), rest));
            }
        }
        let (inside, rest) = text.strip_prefix('{')?.split_once('}')?;
        Some((Piece::Macro(Macro::parse(inside, place)?), rest))
    }
}

impl<'a> Macro<'a> {
    fn parse(text: &'a str, place: Place) -> Option<Macro<'a>> {
        let written = text.chars().next().filter(char::is_ascii_alphabetic)?;
        let letter = written.to_ascii_lowercase();
        let known = "slodiphv".contains(letter) || place != Place::Domain && "crt".contains(letter);
        let transformers = text.get(1..)?;
        let after = transformers.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = transformers.get(..transformers.len() - after.len())?;
        let keep = match digits.trim_start_matches('0') {
            "" if digits.is_empty() => usize::MAX,
            "" => return None,
            number => number.parse().unwrap_or(usize::MAX),
        };
        let delimiters = after.strip_prefix(['r', 'R']).unwrap_or(after);
        let reversed = delimiters.len() != after.len();
        (known && delimiters.chars().all(|c| ".-+,/_=".contains(c))).then_some(Macro {
            letter,
            escaped: written.is_ascii_uppercase(),
            keep,
            reversed,
            delimiters,
        })
    }

    fn expand(&self, values: &Values<'_>, text: &mut String) -> Option<()> {
        if matches!(self.letter, 's' | 'l') && !values.local.is_ascii() {
            return None;
        }
        let value = self.transform(self.value(values));
        match self.escaped {
            true => text.extend(utf8_percent_encode(&value, RESERVED)),
            false => text.push_str(&value),
        }
        Some(())
    }

    fn value<'v>(&self, values: &Values<'v>) -> Cow<'v, str> {
        match self.letter {
            's' => format!("{}@{}", values.local, values.sender_domain).into(),
            'l' => values.local.into(),
            'o' => values.sender_domain.into(),
            'd' => values.domain.into(),
            'i' => dotted(values.ip).into(),
            'p' => values.validated.into(),
            'v' if values.ip.is_ipv4() => "in-addr".into(),
            'v' => "ip6".into(),
            'h' => values.helo.into(),
            'c' => values.ip.to_string().into(),
            't' => clock::now().to_string().into(),
            _ => RECEIVER.into(),
        }
    }

    fn transform<'v>(&self, value: Cow<'v, str>) -> Cow<'v, str> {
        if self.keep == usize::MAX && !self.reversed && self.delimiters.is_empty() {
            return value;
        }
        let delimiters = if self.delimiters.is_empty() { "." } else { self.delimiters };
        let mut parts: Vec<&str> = value.split(|c| delimiters.contains(c)).collect();
        if self.reversed {
            parts.reverse();
        }
        let kept = parts.get(parts.len().saturating_sub(self.keep)..).unwrap_or_default();
        kept.join(".").into()
    }
}

/// The address as `%{i}` has it: dotted quads, or nibbles with dots between (RFC 7208 section 7.3).
fn dotted(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let nibbles = ip.octets().into_iter().flat_map(|octet| [octet >> 4, octet & 15]);
            nibbles.map(|nibble| format!("{nibble:X}")).collect::<Vec<_>>().join(".")
        }
    }
}

/// True if a literal ends in a dot and a top label, which may have a dot behind it (RFC 7208 section 7.1).
fn ends_in_label(literal: &str) -> bool {
    let Some((_, label)) = literal.strip_suffix('.').unwrap_or(literal).rsplit_once('.') else { return false };
    let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    !label.is_empty()
        && label.bytes().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().any(|b| !b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn values(ip: &str) -> Values<'static> {
        Values {
            ip: ip.parse().unwrap(),
            helo: "mx.helo.test",
            local: "strong-bad",
            sender_domain: "email.sender.test",
            domain: "here.record.test",
            validated: "unknown",
        }
    }

    fn expanded(text: &str, ip: &str) -> String {
        MacroString::parse(text, Place::Explanation).unwrap().expand(&values(ip)).unwrap()
    }

    #[test]
    fn letters_and_transformers() {
        for (text, wanted) in [
            ("%{s}", "strong-bad@email.sender.test"),
            ("%{o}|%{d}|%{h}|%{p}|%{r}", "email.sender.test|here.record.test|mx.helo.test|unknown|unknown"),
            ("%{d4} %{d2} %{D1}", "here.record.test record.test test"),
            ("%{dr}|%{d2r}|%{d1R}", "test.record.here|record.here|here"),
            ("%{l-}|%{lr-}|%{l1r-}", "strong.bad|bad.strong|strong"),
            ("%{ir}.%{v}.arpa", "3.2.0.192.in-addr.arpa"),
            ("%{d999999999999999999999999}", "here.record.test"),
            ("%%%_%-", "% %20"),
            ("%{S}", "strong-bad%40email.sender.test"),
            ("", ""),
        ] {
            assert_eq!(expanded(text, "192.0.2.3"), wanted, "{text}");
        }
        assert_eq!(expanded("%{c} %{v}", "2001:db8::cb01"), "2001:db8::cb01 ip6");
        assert!(expanded("%{i}", "2001:db8::cb01").starts_with("2.0.0.1.0.D.B.8.0."));
        assert!(expanded("%{t}", "192.0.2.3").parse::<u64>().unwrap() > 1_700_000_000);
    }

    #[test]
    fn syntax_errors_are_seen() {
        for bad in
            ["%", "%a", "%{", "%{}", "%{d", "%{x}", "%{d0}", "%{d0r}", "%{d.2}", "%{drr}", "%{d:}", "%{é}", "a\tb", "é"]
        {
            assert_eq!(MacroString::parse(bad, Place::Explanation), None, "{bad:?}");
        }
        for bad in [
            "",
            "a",
            "a.",
            ".",
            "a..",
            "a.1",
            "a.-b",
            "a.b-",
            "a.b:1",
            "a b.test",
            "%{d}x",
            "%{r}.test",
            "%{c}",
            "%{t}",
        ] {
            assert_eq!(MacroString::parse(bad, Place::Domain), None, "{bad:?}");
        }
        for good in ["a.b", "a.b.", "%{d}", "x%%", "a:b/c.test", "a.x--1", "%{d}.test", "a..b.test", ".test"] {
            assert!(MacroString::parse(good, Place::Domain).is_some(), "{good:?}");
        }
        assert!(MacroString::parse("%{r}+%{c}", Place::Modifier).is_some());
        assert_eq!(MacroString::parse("a b", Place::Modifier), None);
    }

    #[test]
    fn names_are_cut_on_the_left() {
        let name =
            |text: &str| MacroString::parse(text, Place::Domain).unwrap().expand_name(&values("192.0.2.3")).unwrap();
        assert_eq!(name("a.%{d2}.x.test."), "a.record.test.x.test");
        let long = format!("{}x.test", "label.".repeat(60));
        let cut = name(&long);
        assert!(cut.len() <= 253 && cut.len() > 246 && long.ends_with(&cut) && cut.starts_with("label."), "{cut}");
        assert_eq!(name(&format!("{}.%{{h}}", "x".repeat(300))), "mx.helo.test");
        let fits = format!("{}.%{{h}}", "x".repeat(240));
        assert_eq!(name(&fits).len(), 253, "what just fits stays whole");
    }

    #[test]
    fn no_record_can_make_an_expansion_expensive() {
        let text = "%{d}".repeat(16_000);
        let endless = MacroString::parse(&text, Place::Domain).unwrap();
        assert_eq!(endless.expand(&values("192.0.2.3")), None);
    }

    #[test]
    fn a_local_part_beyond_ascii_matches_nothing() {
        let values = Values { local: "büro.a", ..values("192.0.2.3") };
        let expand = |text| MacroString::parse(text, Place::Domain).unwrap().expand(&values);
        assert_eq!([expand("%{l}.x.test"), expand("%{s}"), expand("%{l1}.x.test")], [None, None, None]);
        assert_eq!(expand("%{o}.x.test").unwrap(), "email.sender.test.x.test");
    }
}
