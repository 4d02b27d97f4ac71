//! The head of one MIME part: what it is, how it is encoded, what it is called (RFC 2045, 2183, 2231, 2047).
//!
//! Only the fields whose names begin with `Content-` are given to the parser, cut to a bounded length; a panic in it
//! is caught and told, and the part is then read as plain text.

use crate::mail::mime::decode::Encoding;
use mail_parser::{MessageParser, MimeHeaders};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Octets of a part's own header block that are looked at.
const MAX_HEAD_BYTES: usize = 64 << 10;
/// Octets of `Content-` fields that are parsed. Long names in RFC 2231 pieces stay below 2 kB.
const MAX_FIELDS_BYTES: usize = 16 << 10;
/// Names of one part that are kept. Programs write two.
const MAX_NAMES: usize = 8;

/// What the fields of a part say.
#[derive(Debug, Clone)]
pub(crate) struct PartHead {
    /// Media type before the slash, lower case.
    pub(crate) kind: String,
    /// Media type after the slash, lower case.
    pub(crate) subtype: String,
    pub(crate) charset: Option<String>,
    pub(crate) boundary: Option<String>,
    /// True if a blank at the end of a line makes it one with the next (`delsp`, RFC 3676 section 4).
    pub(crate) joins_lines: bool,
    pub(crate) encoding: Encoding,
    /// File name, decoded; empty if there is none.
    pub(crate) name: String,
    /// The names that other fields and repeated parameters give it, if they are others. Mail programs differ in which
    /// one they show, and by which one they save.
    pub(crate) other_names: Vec<String>,
    is_attachment: bool,
}

impl PartHead {
    /// What holds where nothing is said (RFC 2045 section 5.2).
    pub(crate) fn plain() -> PartHead {
        PartHead {
            kind: "text".into(),
            subtype: "plain".into(),
            charset: None,
            boundary: None,
            joins_lines: false,
            encoding: Encoding::Plain,
            name: String::new(),
            other_names: vec![],
            is_attachment: false,
        }
    }

    /// Reads the fields; an error says in words what went wrong.
    pub(crate) fn read(head: &[u8], in_digest: bool) -> Result<PartHead, String> {
        let fields = content_fields(head);
        let mut part = PartHead::plain();
        if in_digest {
            // RFC 2046 section 5.1.5.
            (part.kind, part.subtype) = ("message".into(), "rfc822".into());
        }
        if fields.is_empty() {
            return Ok(part);
        }
        let parse = || {
            let parser = MessageParser::new().with_mime_headers();
            parser.parse_headers(&fields).map(|message| part.filled_from(&message))
        };
        match catch_unwind(AssertUnwindSafe(parse)) {
            Ok(filled) => Ok(filled.unwrap_or_else(PartHead::plain)),
            Err(_) => Err("the fields of a MIME part cannot be read".into()),
        }
    }

    fn filled_from(&self, message: &mail_parser::Message<'_>) -> PartHead {
        let mut part = self.clone();
        if let Some(content_type) = message.content_type() {
            let (kind, subtype) = (content_type.ctype(), content_type.subtype().unwrap_or_default());
            (part.kind, part.subtype) = (kind.trim().to_ascii_lowercase(), subtype.trim().to_ascii_lowercase());
            part.charset = content_type.attribute("charset").map(str::to_owned);
            part.boundary = content_type.attribute("boundary").map(str::to_owned);
            let is = |name, wanted| content_type.attribute(name).is_some_and(|v| v.eq_ignore_ascii_case(wanted));
            part.joins_lines = part.subtype == "plain" && is("format", "flowed") && is("delsp", "yes");
        }
        part.encoding = Encoding::of(message.content_transfer_encoding().unwrap_or_default());
        part.name = message.attachment_name().unwrap_or_default().trim().to_owned();
        part.other_names = names(message).filter(|name| *name != part.name).take(MAX_NAMES).collect();
        part.is_attachment =
            message.content_disposition().is_some_and(|d| d.ctype().eq_ignore_ascii_case("attachment"));
        part
    }

    /// The declared media type.
    pub(crate) fn media_type(&self) -> String {
        if self.subtype.is_empty() { self.kind.clone() } else { format!("{}/{}", self.kind, self.subtype) }
    }

    pub(crate) fn is_html(&self) -> bool {
        self.subtype == "html" || self.media_type() == "application/xhtml+xml"
    }

    /// True if it holds a whole message (RFC 2046 section 5.2.1, RFC 6532 section 3.7).
    pub(crate) fn is_message(&self) -> bool {
        self.kind == "message" && matches!(self.subtype.as_str(), "rfc822" | "global" | "news")
    }

    /// True if it is a message by its name.
    pub(crate) fn is_saved_message(&self) -> bool {
        self.is_called(".eml")
    }

    /// True if it is a web page with its parts (RFC 2557) by its name.
    pub(crate) fn is_saved_page(&self) -> bool {
        self.is_called(".mht") || self.is_called(".mhtml")
    }

    fn is_called(&self, ending: &str) -> bool {
        self.name.to_ascii_lowercase().ends_with(ending)
    }

    /// True if a reader sees it as the message's own words. A multipart that could not be taken apart is among them,
    /// and so is the only part of a message whatever its disposition, because mail programs show those.
    pub(crate) fn is_own_text(&self, is_root: bool) -> bool {
        let named = !self.name.is_empty();
        match (self.kind.as_str(), self.subtype.as_str()) {
            ("multipart", _) => true,
            ("text", "plain" | "html" | "calendar") => is_root || !(self.is_attachment && named),
            ("text", _) => !named,
            // A media type that cannot be read counts as text/plain (RFC 2045 section 5.2).
            ("", _) => !named,
            _ => false,
        }
    }
}

/// Every name that a part is given.
fn names<'a>(message: &'a mail_parser::Message<'_>) -> impl Iterator<Item = String> + 'a {
    let fields = [message.content_disposition(), message.content_type()].into_iter().flatten();
    let attributes = fields.filter_map(|field| field.attributes()).flatten();
    attributes.filter(|a| a.name == "filename" || a.name == "name").map(|a| a.value.trim().to_owned())
}

/// A part's header block and its body. Lines that are not fields end the block, as they do in mail programs; the block
/// of the message itself (`is_root`) may hold any garbage up to its empty line.
pub(crate) fn head_and_body(part: &[u8], is_root: bool) -> (&[u8], &[u8]) {
    let mut at = 0;
    while at < part.len() && (is_root || at < MAX_HEAD_BYTES) {
        let end = part[at..].iter().position(|b| *b == b'\n').map_or(part.len(), |p| at + p + 1);
        let line = &part[at..end];
        if line.iter().all(|b| matches!(b, b'\r' | b'\n')) {
            return (&part[..at], &part[end..]);
        }
        if !is_root && !is_field_line(line, at == 0) {
            return (&part[..at], &part[at..]);
        }
        at = end;
    }
    (&part[..at], &part[at..])
}

fn is_field_line(line: &[u8], is_first: bool) -> bool {
    if matches!(line.first(), Some(b' ' | b'\t')) {
        return !is_first;
    }
    let name = line.iter().take_while(|b| b.is_ascii_graphic() && **b != b':').count();
    name > 0 && line[name..].iter().find(|b| !matches!(b, b' ' | b'\t')) == Some(&b':')
}

/// The fields whose names begin with `Content-`, bounded, as a header block.
fn content_fields(head: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut keep = false;
    for line in head.split_inclusive(|b| *b == b'\n') {
        if !matches!(line.first(), Some(b' ' | b'\t')) {
            keep = line.get(..8).is_some_and(|n| n.eq_ignore_ascii_case(b"content-"));
        }
        if keep && out.len() + line.len() <= MAX_FIELDS_BYTES {
            out.extend_from_slice(line);
        }
    }
    if !out.is_empty() {
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// The decoded subject of a message; empty if it has none that can be read.
pub(crate) fn subject(message: &[u8]) -> String {
    let (head, _) = head_and_body(&message[..message.len().min(MAX_HEAD_BYTES)], true);
    let parse = || {
        let parser = MessageParser::new().header_text(mail_parser::HeaderName::Subject);
        parser.parse_headers(head).and_then(|m| m.subject().map(|s| s.trim().to_owned()))
    };
    catch_unwind(AssertUnwindSafe(parse)).ok().flatten().unwrap_or_default()
}
