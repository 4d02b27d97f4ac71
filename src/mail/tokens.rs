//! HTML cut into tags and text, in one pass and without copying.
//!
//! Follows the tokenization rules of the WHATWG HTML standard (section 13.2.5) as far as mail needs them. A parser
//! made for browsers is refused here for one reason: it compares each attribute of a tag with all before it, so that
//! one tag with a million attributes takes hours. Here every octet is looked at a fixed number of times.
//! It cannot fail: what is no tag is text, and what is never closed ends with the document, as in browsers.

use html5ever::data::NAMED_ENTITIES;
use std::borrow::Cow;

/// Attributes kept of one tag. Honest mail has fewer than 20; the rest is skipped.
const MAX_ATTRIBUTES: usize = 100;
/// Octets of the longest character reference that is looked up; the longest name in HTML has 33.
const MAX_REFERENCE: usize = 40;

/// One token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Character data with references undecoded.
    Text(&'a str),
    /// A start tag; its attributes are in [`Tokens::attributes`] until the next call.
    Start(&'a str),
    /// An end tag.
    End(&'a str),
    /// The content of an element whose content is not markup (`script`, `title` …), references undecoded.
    Raw(&'a str, &'a str),
}

/// The tokens of a document.
pub(super) struct Tokens<'a> {
    html: &'a str,
    at: usize,
    /// Attributes of the latest start tag: name and value, references undecoded.
    pub(super) attributes: Vec<(&'a str, &'a str)>,
    /// True if a tag had more attributes than were kept.
    pub(super) attributes_skipped: bool,
    raw: Option<&'a str>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Tokens<'a> {
        Tokens { html, at: 0, attributes: Vec::new(), attributes_skipped: false, raw: None }
    }

    /// The value of an attribute of the latest start tag, references decoded.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        // The first of equal names counts (13.2.5.33).
        self.attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| decoded(v))
    }

    /// The next token; `None` at the end.
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take() {
            return Some(self.raw_text(name));
        }
        loop {
            let rest = self.html.get(self.at..).filter(|r| !r.is_empty())?;
            let Some(open) = markup_start(rest) else {
                self.at = self.html.len();
                return Some(Token::Text(rest));
            };
            if open > 0 {
                self.at += open;
                return Some(Token::Text(&rest[..open]));
            }
            match rest.as_bytes().get(1) {
                Some(b'!') if rest.starts_with("<!--") => self.skip_comment(),
                Some(b'!' | b'?') => self.skip_past_gt(2),
                Some(b'/') if rest.as_bytes().get(2).is_some_and(u8::is_ascii_alphabetic) => {
                    let name = self.tag(2)?;
                    return Some(Token::End(name));
                }
                Some(b'/') => self.skip_past_gt(2),
                _ => {
                    let name = self.tag(1)?;
                    if is_raw(name) {
                        self.raw = Some(name);
                    }
                    return Some(Token::Start(name));
                }
            }
        }
    }

    /// Content up to the matching end tag, or to the end of the document.
    fn raw_text(&mut self, name: &'a str) -> Token<'a> {
        let rest = &self.html[self.at..];
        let bytes = rest.as_bytes();
        let mut from = 0;
        while let Some(found) = rest[from..].find("</") {
            let start = from + found;
            let after = start + 2 + name.len();
            let same = bytes.get(start + 2..after).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()));
            if same && bytes.get(after).is_none_or(|b| is_space(*b) || matches!(b, b'/' | b'>')) {
                self.at += start;
                return Token::Raw(name, &rest[..start]);
            }
            from = start + 2;
        }
        self.at = self.html.len();
        Token::Raw(name, rest)
    }

    fn skip_past_gt(&mut self, from: usize) {
        let start = (self.at + from).min(self.html.len());
        self.at =
            self.html.as_bytes()[start..].iter().position(|b| *b == b'>').map_or(self.html.len(), |p| start + p + 1);
    }

    fn skip_comment(&mut self) {
        let start = self.at + 4;
        let rest = &self.html[start..];
        // `<!-->` and `<!--->` are whole comments (13.2.5.43).
        for whole in [">", "->"] {
            if rest.starts_with(whole) {
                self.at = start + whole.len();
                return;
            }
        }
        let mut from = 0;
        while let Some(found) = rest[from..].find("--") {
            let after = &rest[from + found + 2..];
            for end in [">", "!>"] {
                if after.starts_with(end) {
                    self.at = start + from + found + 2 + end.len();
                    return;
                }
            }
            from += found + 1;
        }
        self.at = self.html.len();
    }

    /// Reads a tag whose name begins `skip` octets on. `None` if the document ends inside the tag: it is dropped.
    fn tag(&mut self, skip: usize) -> Option<&'a str> {
        let html = self.html;
        let bytes = html.as_bytes();
        self.attributes.clear();
        let end_of = |from: usize, stops: &[u8]| {
            bytes[from..].iter().position(|b| is_space(*b) || stops.contains(b)).map_or(bytes.len(), |p| from + p)
        };
        let name_start = self.at + skip;
        let mut at = end_of(name_start, b"/>");
        let name = &html[name_start..at];
        self.at = bytes.len();
        loop {
            at += bytes[at..].iter().position(|b| !is_space(*b) && *b != b'/')?;
            if bytes[at] == b'>' {
                self.at = at + 1;
                return Some(name);
            }
            // A leading "=" belongs to the name (13.2.5.32).
            let key_end = end_of((at + 1).min(bytes.len()), b"/>=");
            let key = html.get(at..key_end).unwrap_or_default();
            at = key_end + bytes[key_end..].iter().position(|b| !is_space(*b))?;
            let mut value = "";
            if bytes[at] == b'=' {
                at += 1;
                at += bytes[at..].iter().position(|b| !is_space(*b))?;
                match bytes[at] {
                    quote @ (b'"' | b'\'') => {
                        let close = html[at + 1..].find(char::from(quote))?;
                        value = &html[at + 1..at + 1 + close];
                        at += close + 2;
                    }
                    b'>' => {}
                    _ => {
                        let end = end_of(at, b">");
                        value = &html[at..end];
                        at = end;
                    }
                }
            }
            if self.attributes.len() < MAX_ATTRIBUTES {
                self.attributes.push((key, value));
            } else {
                self.attributes_skipped = true;
            }
        }
    }
}

/// Where the next markup begins: `<` before a letter, `/`, `!` or `?` (13.2.5.6). Any other `<` is text.
fn markup_start(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = text[from..].find('<') {
        let at = from + found;
        match bytes.get(at + 1) {
            Some(b) if b.is_ascii_alphabetic() || matches!(b, b'/' | b'!' | b'?') => return Some(at),
            _ => from = at + 1,
        }
    }
    None
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

/// Elements whose content is not markup. `noscript` is not among them: mail programs run no scripts and show it.
fn is_raw(name: &str) -> bool {
    ["script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp"]
        .iter()
        .any(|n| name.eq_ignore_ascii_case(n))
}

/// Text with character references decoded (13.2.5.72).
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while !rest.is_empty() {
        let used = reference(rest, &mut out);
        let used = if used == 0 {
            out.push('&');
            1
        } else {
            used
        };
        rest = &rest[used..];
        let next = rest.find('&').unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(out)
}

/// Decodes the reference `text` begins with; how many octets it took, 0 if there is none.
fn reference(text: &str, out: &mut String) -> usize {
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b'#') {
        return numeric(bytes, out);
    }
    let end = bytes.len().min(MAX_REFERENCE);
    let mut best = None;
    for i in 2..=end {
        let last = bytes[i - 1];
        if !(last.is_ascii_alphanumeric() || last == b';') {
            break;
        }
        // The table holds every prefix of every name, with (0, 0) for what is only a prefix.
        match NAMED_ENTITIES.get(&text[1..i]) {
            Some(&(0, _)) => {}
            Some(&codes) => best = Some((i, codes)),
            None => break,
        }
    }
    let Some((used, (first, second))) = best else { return 0 };
    out.extend(char::from_u32(first));
    out.extend(char::from_u32(second).filter(|c| *c != '\0'));
    used
}

fn numeric(bytes: &[u8], out: &mut String) -> usize {
    let (radix, start) = if matches!(bytes.get(2), Some(b'x' | b'X')) { (16, 3) } else { (10, 2) };
    let digits = bytes[start.min(bytes.len())..].iter().take_while(|b| char::from(**b).is_digit(radix)).count();
    if digits == 0 {
        return 0;
    }
    let code = bytes[start..start + digits]
        .iter()
        .fold(0u32, |n, b| n.saturating_mul(radix).saturating_add(char::from(*b).to_digit(radix).unwrap_or(0)));
    out.push(match code {
        0 => char::REPLACEMENT_CHARACTER,
        // Numbers 128 to 159 mean windows-1252 (13.2.5.80).
        0x80..=0x9f => html5ever::data::C1_REPLACEMENTS[(code - 0x80) as usize].unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
    });
    let used = start + digits;
    used + usize::from(bytes.get(used) == Some(&b';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(html: &str) -> String {
        let mut tokens = Tokens::new(html);
        let mut out = Vec::new();
        while let Some(token) = tokens.next() {
            out.push(match token {
                Token::Text(t) => decoded(t).into_owned(),
                Token::Start(n) => {
                    format!("<{n}{}>", tokens.attributes.iter().map(|(k, v)| format!(" {k}={v}")).collect::<String>())
                }
                Token::End(n) => format!("</{n}>"),
                Token::Raw(n, t) => format!("{n}:{t}"),
            });
        }
        out.join("|")
    }

    #[test]
    fn tags_and_text_are_told_apart_as_browsers_do() {
        assert_eq!(shape("a<b>c</b >d"), "a|<b>|c|</b>|d");
        assert_eq!(shape("1 < 2 <3 <"), "1 < 2 <3 <");
        assert_eq!(shape("<a href=x/y title='>' z>t"), "<a href=x/y title=> z=>|t");
        assert_eq!(shape("<a/href=\"1\"b=2>t"), "<a href=1 b=2>|t");
        assert_eq!(shape("x<!-- <b> --!>y<!-->z<!--->w<![if !mso]>v<?php ?>u</ x>t"), "x|y|z|w|v|u|t");
        assert_eq!(shape("<style>a<b{}</styles></STYLE x>t"), "<style>|style:a<b{}</styles>|</STYLE>|t");
        assert_eq!(shape("t<a href=\"never closed"), "t");
        assert_eq!(shape("<script>x"), "<script>|script:x");
        assert_eq!(shape("<a b"), "");
        assert_eq!(shape("<a ==x>"), "<a ==x>");
        assert_eq!(shape("<a é=ü ß>ö"), "<a é=ü ß=>|ö");
    }

    #[test]
    fn references_are_decoded() {
        assert_eq!(decoded("&amp;&lt;&eacute;&#101;&#x65;&#x80;&nbsp;&zwnj;"), "&<éee\u{20ac}\u{a0}\u{200c}");
        assert_eq!(decoded("&ampx &notit; &; & &#; &#x; &bogus; &#0;"), "&x ¬it; &; & &#; &#x; &bogus; \u{fffd}");
        assert_eq!(decoded("&#99999999999;é&"), "\u{fffd}é&");
    }

    #[test]
    fn attributes_are_capped() {
        let html = format!("<a {}>t", "x ".repeat(200_000));
        let mut tokens = Tokens::new(&html);
        assert_eq!(tokens.next(), Some(Token::Start("a")));
        assert!(tokens.attributes_skipped && tokens.attributes.len() == MAX_ATTRIBUTES);
        assert_eq!(tokens.next(), Some(Token::Text("t")));
    }
}
