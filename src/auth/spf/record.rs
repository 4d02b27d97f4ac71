//! An SPF record, read into terms (RFC 7208 sections 4.5, 4.6.1, 5, 6 and 12).
//!
//! Strict, and total: a syntax error anywhere, even behind the term that would decide, makes the whole record
//! unreadable (section 4.6). Terms are parted by spaces and nothing else; what is not ASCII is an error. Reading costs
//! no look-up and no more time than the record is long.

use crate::auth::results::SpfResult;
use crate::auth::spf::macros::{MacroString, Place};
use ipnet::{Ipv4Net, Ipv6Net};
use std::str::FromStr;

/// A record, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Record<'a> {
    /// In the order they are tried.
    pub(super) directives: Vec<Directive<'a>>,
    /// `redirect=`
    pub(super) redirect: Option<MacroString<'a>>,
    /// `exp=`: a domain-spec, well written; it is read again where someone wants the explanation.
    pub(super) exp: Option<&'a str>,
}

/// A mechanism and the result if it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive<'a> {
    pub(super) result: SpfResult,
    pub(super) mechanism: Mechanism<'a>,
}

/// A mechanism, RFC 7208 section 5. No target is the domain whose record it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub(super) enum Mechanism<'a> {
    All,
    Include(MacroString<'a>),
    A(Option<MacroString<'a>>, Prefixes),
    Mx(Option<MacroString<'a>>, Prefixes),
    Ptr(Option<MacroString<'a>>),
    Ip4(Ipv4Net),
    Ip6(Ipv6Net),
    Exists(MacroString<'a>),
}

/// dual-cidr-length: how many bits of an address count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Prefixes {
    pub(super) v4: u8,
    pub(super) v6: u8,
}

/// Bits of a whole IPv4 and of a whole IPv6 address.
const WHOLE: Prefixes = Prefixes { v4: 32, v6: 128 };
/// What a record begins with, RFC 7208 section 4.5.
const VERSION: &str = "v=spf1";

/// True if a TXT record is an SPF record: the version ends at a space or at the end (RFC 7208 section 4.5).
pub(super) fn is_spf(text: &str) -> bool {
    terms(text).is_some()
}

/// What follows the version.
fn terms(text: &str) -> Option<&str> {
    let (version, rest) = text.split_at_checked(VERSION.len())?;
    (version.eq_ignore_ascii_case(VERSION) && (rest.is_empty() || rest.starts_with(' '))).then_some(rest)
}

impl<'a> Record<'a> {
    /// Reads a record; `None` is a syntax error.
    pub(super) fn parse(text: &'a str) -> Option<Record<'a>> {
        let mut record = Record::default();
        for term in terms(text)?.split(' ').filter(|term| !term.is_empty()) {
            match modifier(term) {
                Some((name, value)) => record.modify(name, value)?,
                None => record.directives.push(Directive::parse(term)?),
            }
        }
        Some(record)
    }

    /// Takes a modifier. Those that are known may stand once (RFC 7208 section 6), the others only be well written.
    fn modify(&mut self, name: &str, value: &'a str) -> Option<()> {
        if name.eq_ignore_ascii_case("redirect") {
            let target = MacroString::parse(value, Place::Domain)?;
            return self.redirect.replace(target).is_none().then_some(());
        }
        if name.eq_ignore_ascii_case("exp") {
            MacroString::parse(value, Place::Domain)?;
            return self.exp.replace(value).is_none().then_some(());
        }
        MacroString::parse(value, Place::Modifier).map(|_| ())
    }
}

/// A term that is a modifier: `name "=" …`, the name a letter and then letters, digits, `-`, `_`, `.`.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    named.then_some((name, value))
}

impl<'a> Directive<'a> {
    fn parse(term: &'a str) -> Option<Directive<'a>> {
        let (result, term) = match term.split_at_checked(1)? {
            ("+", rest) => (SpfResult::Pass, rest),
            ("-", rest) => (SpfResult::Fail, rest),
            ("~", rest) => (SpfResult::SoftFail, rest),
            ("?", rest) => (SpfResult::Neutral, rest),
            _ => (SpfResult::Pass, term),
        };
        Some(Directive { result, mechanism: Mechanism::parse(term)? })
    }
}

impl<'a> Mechanism<'a> {
    fn parse(term: &'a str) -> Option<Mechanism<'a>> {
        let (name, argument) = term.split_at(term.find([':', '/']).unwrap_or(term.len()));
        let target = || MacroString::parse(argument.strip_prefix(':')?, Place::Domain);
        Some(match name.to_ascii_lowercase().as_str() {
            "all" if argument.is_empty() => Mechanism::All,
            "include" => Mechanism::Include(target()?),
            "a" => host(argument).map(|(target, prefixes)| Mechanism::A(target, prefixes))?,
            "mx" => host(argument).map(|(target, prefixes)| Mechanism::Mx(target, prefixes))?,
            "ptr" if argument.is_empty() => Mechanism::Ptr(None),
            "ptr" => Mechanism::Ptr(Some(target()?)),
            "ip4" => {
                let (address, length) = network(argument, WHOLE.v4)?;
                Mechanism::Ip4(Ipv4Net::new(address, length).ok()?)
            }
            "ip6" => {
                let (address, length) = network(argument, WHOLE.v6)?;
                Mechanism::Ip6(Ipv6Net::new(address, length).ok()?)
            }
            "exists" => Mechanism::Exists(target()?),
            _ => return None,
        })
    }
}

/// `[ ":" domain-spec ] [ dual-cidr-length ]`. A name may hold slashes, so the lengths are looked for at the end.
fn host(argument: &str) -> Option<(Option<MacroString<'_>>, Prefixes)> {
    let mut prefixes = WHOLE;
    let mut rest = argument;
    if let Some((before, digits)) = numbered(rest, "//") {
        (rest, prefixes.v6) = (before, length(digits, WHOLE.v6)?);
    }
    if let Some((before, digits)) = numbered(rest, "/") {
        (rest, prefixes.v4) = (before, length(digits, WHOLE.v4)?);
    }
    let target = match rest {
        "" => None,
        _ => Some(MacroString::parse(rest.strip_prefix(':')?, Place::Domain)?),
    };
    Some((target, prefixes))
}

/// A text that ends in a mark and digits.
fn numbered<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    text.rsplit_once(mark).filter(|(_, digits)| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// `":" address [ "/" length ]`.
fn network<T: FromStr>(argument: &str, whole: u8) -> Option<(T, u8)> {
    let text = argument.strip_prefix(':')?;
    let (address, bits) = match text.split_once('/') {
        Some((address, digits)) => (address, length(digits, whole)?),
        None => (text, whole),
    };
    Some((address.parse().ok()?, bits))
}

/// A number of bits: digits only, no leading zero, no more than there are.
fn length(digits: &str, most: u8) -> Option<u8> {
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    digits.parse().ok().filter(|bits| plain && *bits <= most)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_version_ends_at_a_space_or_at_the_end() {
        for text in ["v=spf1", "V=SPF1 -all", "v=spf1  "] {
            assert!(is_spf(text), "{text:?}");
        }
        for text in ["", "v=spf", "v=spf10", "v=spf1\t-all", " v=spf1", "v=spf1é", "v=spf2.0/pra -all", "v=spé1"] {
            assert!(!is_spf(text), "{text:?}");
        }
    }

    #[test]
    fn records_are_read() {
        let record =
            Record::parse("v=spf1 a/24//64 -MX:%{d2} ?ip6:::/0 EXP=e.test  foo=x:y redirect=r.test ~all ").unwrap();
        assert_eq!(record.directives.len(), 4);
        assert!(record.redirect.is_some() && record.exp.is_some());
        let first = &record.directives[0];
        assert_eq!(
            (first.result, &first.mechanism),
            (SpfResult::Pass, &Mechanism::A(None, Prefixes { v4: 24, v6: 64 }))
        );
        assert!(matches!(record.directives[1].mechanism, Mechanism::Mx(Some(_), WHOLE)));
        assert_eq!(record.directives[1].result, SpfResult::Fail);
        assert_eq!(record.directives[3], Directive { result: SpfResult::SoftFail, mechanism: Mechanism::All });
        let slashes = Record::parse("v=spf1 a:x/y.test/8 a://1.test").unwrap();
        assert!(matches!(slashes.directives[0].mechanism, Mechanism::A(Some(_), Prefixes { v4: 8, v6: 128 })));
        assert_eq!(Record::parse("v=spf1"), Some(Record::default()));
    }

    #[test]
    fn syntax_errors_are_seen_wherever_they_stand() {
        for term in [
            "moo",
            "all.",
            "all:x",
            "all/8",
            "-",
            "--all",
            "+",
            "include",
            "include:",
            "include:a",
            "include:a.b/24",
            "exists",
            "exists:",
            "exists:a.b/8",
            "ptr:",
            "ptr/0",
            "a:",
            "a/33",
            "a//129",
            "a/24/64",
            "a/032",
            "a/",
            "a//",
            "a:b",
            "a:1.2.3.4",
            "a:b.test/33",
            "ip4",
            "ip4:",
            "ip4:1.2.3",
            "ip4:1.2.3.4:25",
            "ip4:1.2.3.4/33",
            "ip4:1.2.3.4/032",
            "ip4:1.2.3.4/",
            "ip4:1.2.3.4/+8",
            "ip4:1.2.3.4//32",
            "ip4:01.2.3.4",
            "ip4:::1",
            "ip6",
            "ip6::a::b",
            "ip6:1.2.3.4",
            "ip6:::/129",
            "ip6:::1//33",
            "ip6:fe80::1%eth0",
            "redirect:a.b",
            "redirect=",
            "redirect=a",
            "exp=",
            "exp=-all",
            "1up=x",
            "=x",
            "x=%a",
            "x=é",
            "é",
            "a:é.test",
            "\u{fffd}all",
            "all\tmx",
            "ip4:1.2.3.4\nmx",
            "exp=%{r}.a.b",
            "+exp=a.b",
        ] {
            let text = format!("v=spf1 +all {term}");
            assert_eq!(Record::parse(&text), None, "{term:?}");
        }
        for twice in ["redirect=a.b redirect=a.b", "exp=a.b -all EXP=a.b"] {
            assert_eq!(Record::parse(&format!("v=spf1 {twice}")), None, "{twice}");
        }
    }

    #[test]
    fn nothing_makes_reading_panic() {
        let sound = "v=spf1 -a:%{l1r-}.x.test/24//64 ip4:192.0.2.1/32 ip6:::1/128 exp=%{d}.x.test moo=%%%-%_ ~all";
        for at in 0..sound.len() {
            for put in ["", "%", "{", "}", "/", "//", ":", "=", "é", "\u{fffd}", "\0", "9999999999999999999999", " "] {
                let (before, after) = sound.split_at(at);
                for text in [format!("{before}{put}{after}"), format!("{before}{put}"), format!("v=spf1 {put}{after}")]
                {
                    let _ = Record::parse(&text);
                }
            }
        }
    }
}
