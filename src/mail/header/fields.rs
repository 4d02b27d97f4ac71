//! The header of a message, split into fields as its most lenient reader splits it.
//!
//! Programs differ about lines that are no field, a bare CR, blanks before the colon and controls in a name. Where they
//! differ about a field that mail programs show, every reading becomes a field. Splitting never fails; it notes.

use crate::mail::defect::{Defect, Field, Limit};
use crate::mail::message::Message;
use crate::mail::mime::decode;

/// Header fields that are read. Postfix and RFC 9989 ("Denial of DMARC Processing Attacks") leave the number to us;
/// honest mail stays below 200.
pub(crate) const MAX_FIELDS: usize = 2_000;
/// Octets of header that are read: ten times Postfix's `header_size_limit` for one field.
pub(crate) const MAX_HEADER_BYTES: usize = 1024 * 1024;
/// Fields beyond those limits that are still read because mail programs show them; each should be there once.
pub(crate) const MAX_LATE_FIELDS: usize = 50;
/// Fields that say who handed a message on, RFC 5322 section 3.6.6.
pub(crate) const RESENT_FIELDS: [&str; 2] = ["Resent-From", "Resent-Sender"];
/// Longest of these names.
const MAX_SHOWN_NAME: usize = 13;
/// Fields RFC 5322 section 3.6 allows once, and that mail programs show or sort by.
pub(crate) const SINGLE_FIELDS: [&str; 8] =
    ["From", "Sender", "Reply-To", "To", "Subject", "Date", "Message-ID", "Content-Type"];

impl Message {
    /// Splits the header into fields. A line that is no field and continues none ends nothing: it is noted, since mail
    /// programs differ about it. Beyond the limits only the fields that mail programs show are still read, so that
    /// nobody can hide an author behind thousands of other fields.
    pub(crate) fn read_header(&mut self, raw: &[u8]) {
        let (mut at, mut keeping, mut late, mut above, mut open) = (0, true, 0, None, 0);
        while at < raw.len() {
            let line = line_at(raw, at);
            at += line.len();
            let text = without_line_end(line);
            if text.is_empty() {
                break;
            }
            if late > 0 || self.fields.len() >= MAX_FIELDS || at > MAX_HEADER_BYTES {
                let continues = is_folded(text);
                keeping = if continues { keeping && late > 0 } else { is_shown(text) && late <= MAX_LATE_FIELDS };
                late += usize::from(!continues && keeping || late == 0);
            }
            let folded = is_folded(text);
            match above.replace(text).filter(|name| folded && is_name_alone(name)) {
                // A name alone on its line, and the colon on the next one, folded.
                Some(name) => self.read_field(&[name, text].concat()),
                None if keeping => self.read_header_line(text, &mut open),
                None => {}
            }
        }
        self.body_offset = at;
        if late > 0 {
            let what = format!("more than {MAX_FIELDS} header fields or {MAX_HEADER_BYTES} octets of header");
            self.limits.push(Limit(what));
        }
    }

    /// Reads a line; `open` is the first field of the line before, which a continuation continues. It may be several.
    fn read_header_line(&mut self, line: &[u8], open: &mut usize) {
        let continues = is_folded(line) && !self.fields.is_empty();
        let first = if continues { *open } else { self.fields.len() };
        if continues {
            let text = format!("\r\n{}", decode::text(line, None, false));
            self.fields.iter_mut().skip(first).for_each(|field| field.value.push_str(&text));
        } else {
            self.read_field(line);
        }
        // Some programs end a line at a bare CR too (RFC 5322 section 2.2 forbids it): what they show is read as well.
        let ends = memchr::memchr_iter(b'\r', line).map(|cr| &line[cr + 1..]);
        for rest in ends.filter(|rest| is_shown(rest)).take(MAX_LATE_FIELDS) {
            self.defects.push(Defect::HeaderGarbage);
            self.read_field(rest);
        }
        if self.fields.len() > first {
            *open = first;
        }
    }

    fn read_field(&mut self, line: &[u8]) {
        let colon = line.iter().position(|b| *b == b':');
        match (colon.map(|c| self.field_name(&line[..c])), colon) {
            (Some(name), Some(colon)) if !name.is_empty() && !name.contains(char::is_whitespace) => {
                let value = decode::text(&line[colon + 1..], None, false).into_owned();
                self.fields.push(Field { name, value });
            }
            _ => self.defects.push(Defect::HeaderGarbage),
        }
    }

    /// The name of a field. Some programs read over blanks, controls and 8-bit octets in it, so a name that is one they
    /// show but for those is that name.
    fn field_name(&mut self, written: &[u8]) -> String {
        let name = String::from_utf8_lossy(written).trim_end_matches(is_no_name).to_owned();
        let graphic = |c: char| c.is_ascii_graphic();
        if name.chars().all(graphic) {
            return name;
        }
        let bare: String = name.chars().filter(|c| graphic(*c)).collect();
        if !is_shown_name(&bare) {
            return name;
        }
        self.defects.push(Defect::HeaderGarbage);
        bare
    }
}

fn line_at(raw: &[u8], at: usize) -> &[u8] {
    let rest = &raw[at..];
    let end = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |n| n + 1);
    &rest[..end]
}

fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// True if the line continues the one before; a bare CR before its blank ends no field for anyone.
fn is_folded(line: &[u8]) -> bool {
    matches!(line.iter().find(|b| **b != b'\r'), Some(b' ' | b'\t'))
}

fn is_no_name(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// True if the line begins one of the fields that programs show.
fn is_shown(line: &[u8]) -> bool {
    let name = line.split(|b| *b == b':').next().unwrap_or_default();
    let bare = name.iter().copied().filter(u8::is_ascii_graphic).take(MAX_SHOWN_NAME + 1).map(char::from);
    name.len() < line.len() && is_shown_name(&bare.collect::<String>())
}

/// True if the line is the name of such a field and nothing else.
fn is_name_alone(line: &[u8]) -> bool {
    line.len() <= MAX_SHOWN_NAME && std::str::from_utf8(line).is_ok_and(|name| is_shown_name(name.trim_end()))
}

fn is_shown_name(name: &str) -> bool {
    SINGLE_FIELDS.iter().chain(&RESENT_FIELDS).any(|f| name.eq_ignore_ascii_case(f))
}
