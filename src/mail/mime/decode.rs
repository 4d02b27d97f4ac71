//! From transfer encoding and charset to text, as mail programs do it: what is not base64 is skipped, what is not an
//! escape stays, and what a charset does not have becomes U+FFFD. Never fails, because a reader would still see the
//! rest.

use mail_parser::decoders::charsets::map::charset_decoder;
use std::borrow::Cow;

/// Where an HTML document must name its charset (WHATWG 13.2.3.2 looks at 1,024 octets).
const CHARSET_SCAN_BYTES: usize = 1_024;

/// How a part is encoded (RFC 2045 section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Base64,
    QuotedPrintable,
    Plain,
}

impl Encoding {
    /// The encoding a Content-Transfer-Encoding field names; what is unknown is taken as it stands.
    pub(crate) fn of(written: &str) -> Encoding {
        let word = written.trim();
        if word.eq_ignore_ascii_case("base64") {
            Encoding::Base64
        } else if word.eq_ignore_ascii_case("quoted-printable") {
            Encoding::QuotedPrintable
        } else {
            Encoding::Plain
        }
    }

    /// The octets that `body` stands for, at most about `max` of them.
    pub(crate) fn decode(self, body: &[u8], max: usize) -> Cow<'_, [u8]> {
        match self {
            Encoding::Base64 => Cow::Owned(base64(body, max)),
            Encoding::QuotedPrintable => Cow::Owned(quoted_printable(body, max)),
            Encoding::Plain => Cow::Borrowed(&body[..body.len().min(max)]),
        }
    }

    /// How many octets `body` stands for, without decoding it; for quoted-printable about, because of soft line breaks.
    pub(crate) fn size(self, body: &[u8]) -> usize {
        match self {
            Encoding::Base64 => body.iter().filter(|b| sextet(**b).is_some()).count() * 3 / 4,
            Encoding::QuotedPrintable => {
                body.len() - 2 * body.iter().filter(|b| **b == b'=').count().min(body.len() / 3)
            }
            Encoding::Plain => body.len(),
        }
    }
}

fn sextet(b: u8) -> Option<u32> {
    Some(u32::from(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// Characters outside the alphabet are skipped (RFC 2045 section 6.8); padding ends a group, and another may follow.
fn base64(body: &[u8], max: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity((body.len() / 4 * 3 + 3).min(max + 3));
    let (mut bits, mut count) = (0u32, 0);
    for b in body {
        if *b == b'=' {
            count = 0;
        }
        let Some(value) = sextet(*b) else { continue };
        bits = bits << 6 | value;
        count += 1;
        match count {
            2 => out.push((bits >> 4) as u8),
            3 => out.push((bits >> 2) as u8),
            4 => {
                out.push(bits as u8);
                count = 0;
                if out.len() >= max {
                    break;
                }
            }
            _ => {}
        }
    }
    out
}

fn quoted_printable(body: &[u8], max: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len().min(max));
    let mut rest = body;
    while let Some(at) = rest.iter().position(|b| *b == b'=') {
        out.extend_from_slice(&rest[..at]);
        if out.len() >= max {
            return out;
        }
        rest = &rest[at + 1..];
        let digit = |i: usize| rest.get(i).and_then(|b| char::from(*b).to_digit(16));
        if let (Some(high), Some(low)) = (digit(0), digit(1)) {
            out.push((high << 4 | low) as u8);
            rest = &rest[2..];
            continue;
        }
        // A soft line break, white space before the line end allowed (RFC 2045 section 6.7, rule 3).
        let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        match &rest[blanks..] {
            [b'\r', b'\n', ..] => rest = &rest[blanks + 2..],
            [b'\n', ..] => rest = &rest[blanks + 1..],
            [] => rest = &[],
            _ => out.push(b'='),
        }
    }
    out.extend_from_slice(rest);
    out
}

/// The text of octets in a declared charset. Without a usable one: a byte order mark decides, then what an HTML
/// document says of itself, then UTF-8 if it is that, else windows-1252.
pub(crate) fn text<'a>(octets: &'a [u8], charset: Option<&str>, is_html: bool) -> Cow<'a, str> {
    let marked = match octets {
        [0xef, 0xbb, 0xbf, ..] => Some("utf-8"),
        [0xff, 0xfe, ..] => Some("utf-16le"),
        [0xfe, 0xff, ..] => Some("utf-16be"),
        _ => None,
    };
    let own = if is_html && charset.is_none() { charset_of_html(octets) } else { None };
    let name = marked.or(charset).or(own.as_deref()).unwrap_or_default().trim();
    let is_utf8 =
        name.is_empty() || ["utf-8", "utf8", "us-ascii", "ascii"].iter().any(|n| name.eq_ignore_ascii_case(n));
    let decoded = match std::str::from_utf8(octets) {
        Ok(text) if is_utf8 => Cow::Borrowed(text),
        Err(_) if name.eq_ignore_ascii_case("utf-8") => String::from_utf8_lossy(octets),
        _ => match charset_decoder(name.as_bytes()).filter(|_| !is_utf8) {
            Some(decode) => Cow::Owned(decode(octets)),
            None => undeclared(octets),
        },
    };
    match decoded {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Cow::Owned(text) if text.starts_with('\u{feff}') => Cow::Owned(text.trim_start_matches('\u{feff}').to_owned()),
        owned => owned,
    }
}

fn undeclared(octets: &[u8]) -> Cow<'_, str> {
    match (std::str::from_utf8(octets), charset_decoder(b"windows-1252")) {
        (Ok(text), _) => Cow::Borrowed(text),
        (Err(_), Some(decode)) => Cow::Owned(decode(octets)),
        (Err(_), None) => String::from_utf8_lossy(octets),
    }
}

/// What `<meta charset=…>` or its older form names.
fn charset_of_html(octets: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&octets[..octets.len().min(CHARSET_SCAN_BYTES)]).to_ascii_lowercase();
    let after = head.split_once("charset=")?.1.trim_start_matches(['"', '\'', ' ']);
    let name: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:".contains(*c)).collect();
    // A document that could be searched for this word is not in UTF-16 (WHATWG 13.2.3.2, step on UTF-16).
    (!name.is_empty() && !name.starts_with("utf-16")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn b64(body: &str) -> String {
        String::from_utf8_lossy(&Encoding::Base64.decode(body.as_bytes(), 1_000)).into_owned()
    }

    fn qp(body: &str) -> String {
        String::from_utf8_lossy(&Encoding::QuotedPrintable.decode(body.as_bytes(), 1_000)).into_owned()
    }

    #[test]
    fn base64_is_read_leniently() {
        assert_eq!(b64("RWxhbmNl"), "Elance");
        assert_eq!(b64("RWxh\r\nbm*Nl!"), "Elance");
        assert_eq!(b64("RQ==bGFuY2U="), "Elance", "a second base64 text may follow the padding");
        assert_eq!(b64("RWxhbmN"), "Elanc");
        assert_eq!(Encoding::Base64.size(b"RWxh\r\nbmNl"), 6);
    }

    #[test]
    fn quoted_printable_is_read_leniently() {
        assert_eq!(qp("E=6Cance =\r\nx=C3=A9 =  \ny=zz="), "Elance xé y=zz");
        assert_eq!(qp("a=3d=3D"), "a==");
    }

    #[test]
    fn charsets_are_read() {
        assert_eq!(text(b"\x1b$B%\"%+%&%s%H\x1b(B", Some("iso-2022-jp"), false), "アカウント");
        assert_eq!(text(b"E\0l\0a\0", Some("UTF-16LE"), false), "Ela");
        assert_eq!(text(b"\xff\xfeE\0l\0", None, false), "El");
        assert_eq!(text(b"\xef\xbb\xbfEl", None, false), "El");
        assert_eq!(text(b"caf\xe9", Some("iso-8859-1"), false), "café");
        assert_eq!(text(b"caf\xe9", None, false), "café");
        assert_eq!(text(b"caf\xe9", Some("no-such"), false), "café");
        assert_eq!(text("café".as_bytes(), Some("us-ascii"), false), "café");
        assert_eq!(text(b"caf\xe9", Some("utf-8"), false), "caf\u{fffd}");
        assert_eq!(text(b"<meta charset=windows-1251>\xe0", None, true), "<meta charset=windows-1251>а");
    }
}
