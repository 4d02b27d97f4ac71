//! The header of a message, split into fields as its most lenient reader splits it.
//!
//! Programs differ about lines that are not fields, a bare CR, blanks before the colon and controls in a name. Where
//! they differ about a field that mail programs show, every reading becomes a field. Splitting never fails; it notes.

use crate::mail::defect::{Defect, Field, Limit};
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
/// Fields RFC 5322 section 3.6 allows once, and that mail programs show or sort by.
pub(crate) const SINGLE_FIELDS: [&str; 8] =
    ["From", "Sender", "Reply-To", "To", "Subject", "Date", "Message-ID", "Content-Type"];
/// Octets of the longest name of a field that programs show.
const MAX_SHOWN_NAME_BYTES: usize = 13;

/// What the header of a message was split into.
#[derive(Debug, Default)]
pub(crate) struct Header {
    /// Its fields in order.
    pub(crate) fields: Vec<Field>,
    /// Octets up to the body.
    pub(crate) body_offset: usize,
    /// What is odd about it.
    pub(crate) defects: Vec<Defect>,
    /// Where reading it stopped early.
    pub(crate) limits: Vec<Limit>,
}

/// Splits the header of a message into fields. A line that is not a field and continues none ends nothing: it is
/// noted, since mail programs differ about it. Beyond the limits only the fields that mail programs show are still
/// read, so that nobody can hide an author behind thousands of other fields.
pub(crate) fn read_header(raw: &[u8]) -> Header {
    let mut splitter = Splitter { keeps: true, ..Splitter::default() };
    let mut at = 0;
    while at < raw.len() {
        let line = line_at(raw, at);
        at += line.len();
        let text = without_line_end(line);
        if text.is_empty() {
            break;
        }
        splitter.take_line(text, at);
    }
    splitter.finish(at)
}

/// Where splitting stands between two lines.
#[derive(Debug, Default)]
struct Splitter<'r> {
    header: Header,
    /// False while lines are left out, beyond the limits.
    keeps: bool,
    /// Not 0 beyond the limits; counts the fields that were read there.
    late: usize,
    /// The line before.
    above: Option<&'r [u8]>,
    /// The first field of the line before, which a continuation continues; the line may have been several.
    open: usize,
}

impl<'r> Splitter<'r> {
    /// Takes a line that ends `end` octets into the message.
    fn take_line(&mut self, line: &'r [u8], end: usize) {
        let folded = is_folded(line);
        if self.late > 0 || self.header.fields.len() >= MAX_FIELDS || end > MAX_HEADER_BYTES {
            self.keeps =
                if folded { self.keeps && self.late > 0 } else { is_shown(line) && self.late <= MAX_LATE_FIELDS };
            self.late += usize::from(!folded && self.keeps || self.late == 0);
        }
        match self.above.replace(line).filter(|name| folded && is_name_alone(name)) {
            // A name alone on its line, and the colon on the next one, folded.
            Some(name) => self.header.take_field(&[name, line].concat()),
            None if self.keeps => self.split_line(line, folded),
            None => {}
        }
    }

    fn split_line(&mut self, line: &[u8], folded: bool) {
        let header = &mut self.header;
        let continues = folded && !header.fields.is_empty();
        let first = if continues { self.open } else { header.fields.len() };
        if continues {
            let text = format!("\r\n{}", decode::text(line, None, false));
            header.fields.iter_mut().skip(first).for_each(|field| field.value.push_str(&text));
        } else {
            header.take_field(line);
        }
        // Some programs end a line at a bare CR too (RFC 5322 section 2.2 forbids it): what they show is read as well.
        let ends = memchr::memchr_iter(b'\r', line).map(|cr| &line[cr + 1..]);
        for rest in ends.filter(|rest| is_shown(rest)).take(MAX_LATE_FIELDS) {
            header.defects.push(Defect::HeaderGarbage);
            header.take_field(rest);
        }
        if header.fields.len() > first {
            self.open = first;
        }
    }

    fn finish(self, body_offset: usize) -> Header {
        let mut header = Header { body_offset, ..self.header };
        if self.late > 0 {
            let what = format!("more than {MAX_FIELDS} header fields or {MAX_HEADER_BYTES} octets of header");
            header.limits.push(Limit(what));
        }
        header
    }
}

impl Header {
    fn take_field(&mut self, line: &[u8]) {
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
        let name = String::from_utf8_lossy(written).trim_end_matches(is_dropped).to_owned();
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

fn is_dropped(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// True if the line begins one of the fields that programs show.
fn is_shown(line: &[u8]) -> bool {
    let name = line.split(|b| *b == b':').next().unwrap_or_default();
    let bare = name.iter().copied().filter(u8::is_ascii_graphic).take(MAX_SHOWN_NAME_BYTES + 1).map(char::from);
    name.len() < line.len() && is_shown_name(&bare.collect::<String>())
}

/// True if the line is the name of such a field and nothing else.
fn is_name_alone(line: &[u8]) -> bool {
    line.len() <= MAX_SHOWN_NAME_BYTES && std::str::from_utf8(line).is_ok_and(|name| is_shown_name(name.trim_end()))
}

fn is_shown_name(name: &str) -> bool {
    SINGLE_FIELDS.iter().chain(&RESENT_FIELDS).any(|f| name.eq_ignore_ascii_case(f))
}
