//! A message: exact raw octets, header fields, the people it names, its body, and what is odd about it.
//!
//! The header is split here and nowhere else, so that every room sees the same fields; mail_parser reads the body and
//! decodes encoded words. Parsing never fails: what is odd becomes a [`Defect`], what is cut a [`Limit`].

use super::address::{Reading, read_mailboxes};
use super::shown::shown_addresses;
use super::{Body, Domain, Mailbox, decode, mime};
use mail_parser::parsers::MessageStream;
use std::collections::HashSet;

/// Header fields that are read. Postfix and RFC 9989 ("Denial of DMARC Processing Attacks") leave the number to us;
/// honest mail stays below 200.
pub const MAX_FIELDS: usize = 2_000;
/// Octets of header that are read: ten times Postfix's `header_size_limit` for one field.
pub const MAX_HEADER_BYTES: usize = 1024 * 1024;
/// Fields beyond those limits that are still read because mail programs show them; each should be there once.
const MAX_LATE_FIELDS: usize = 50;
/// Address fields of one name that are read; each should be there once.
const MAX_EQUAL_FIELDS: usize = 20;
/// Octets of all From fields together in which every `@domain` is looked for: a thousand times an honest field.
const MAX_SHOWN_OCTETS: usize = 256 * 1024;
/// Fields that say who handed a message on, RFC 5322 section 3.6.6.
const RESENT_FIELDS: [&str; 2] = ["Resent-From", "Resent-Sender"];
/// Longest of these names.
const MAX_SHOWN_NAME: usize = 13;
/// Readings compared with the strict ones, name by name.
const MAX_COMPARED: usize = 100;
/// Domains named in a defect: a reader of the reason needs to see that there are several, not a thousand.
const MAX_NAMED_DOMAINS: usize = 5;
/// Fields RFC 5322 section 3.6 allows once, and that mail programs show or sort by.
const SINGLE_FIELDS: [&str; 8] = ["From", "Sender", "Reply-To", "To", "Subject", "Date", "Message-ID", "Content-Type"];

/// One header field, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name before the colon, white space before the colon removed.
    pub name: String,
    /// Everything after the colon as written, folding included, without the final line end; what is not UTF-8 is read
    /// as windows-1252, as mail programs do.
    pub value: String,
}

/// Something odd about a message. Parsing never fails; it notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Defect {
    /// No From field.
    FromMissing,
    /// More than one From field.
    FromRepeated(usize),
    /// From holds no address.
    FromWithoutAddress,
    /// From holds addresses of several domains.
    FromSeveralDomains(Vec<String>),
    /// Some readers of From see other domains than a strict one: what those see.
    FromReadingsDiffer(Vec<String>),
    /// A From address whose domain cannot exist.
    FromDomainInvalid(String),
    /// A field that must be single (RFC 5322 section 3.6) is repeated.
    FieldRepeated(String),
    /// A line of the header that is no field.
    HeaderGarbage,
    /// The MIME structure is broken, in words.
    Mime(String),
}

/// A limit that cut reading short, in words with the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit(pub String);

/// A message as it arrived.
#[derive(Debug, Clone, Default)]
pub struct Message {
    raw: Vec<u8>,
    /// False if the message was longer than what was read (`milter.max_message_bytes`).
    pub complete: bool,
    /// Octet offset of the body in [`Message::raw`].
    pub body_offset: usize,
    /// Header fields in order.
    pub fields: Vec<Field>,
    /// Mailboxes of all From fields, in every orderly and lenient reading, without repetition.
    pub from: Vec<Mailbox>,
    /// One more for each domain that From shows only to careless readers, in names, comments and routes too.
    pub shown: Vec<Mailbox>,
    /// Mailboxes of Sender.
    pub sender: Vec<Mailbox>,
    /// Mailboxes of Resent-From and Resent-Sender.
    pub resent: Vec<Mailbox>,
    /// Mailboxes of Reply-To.
    pub reply_to: Vec<Mailbox>,
    /// Decoded subject.
    pub subject: String,
    /// What the body shows and carries.
    pub body: Body,
    /// What is odd.
    pub defects: Vec<Defect>,
    /// Where reading stopped early.
    pub limits: Vec<Limit>,
}

impl Message {
    /// Reads a message from its exact octets. Never fails. `complete` is false if the octets were cut.
    pub fn parse(raw: Vec<u8>, complete: bool) -> Message {
        let mut message = Message { complete, ..Message::default() };
        if !complete {
            message.limits.push(Limit(format!("the message was read up to {} octets only", raw.len())));
        }
        message.read_header(&raw);
        message.from = message.mailboxes("From");
        message.read_shown();
        message.sender = message.mailboxes("Sender");
        message.resent = RESENT_FIELDS.iter().flat_map(|name| message.mailboxes(name)).collect();
        message.reply_to = message.mailboxes("Reply-To");
        let subject: Vec<String> = message.values("Subject").map(|v| decode_words(v.trim())).collect();
        message.subject = subject.join(" ");
        message.note_from();
        // Without an author mail programs show who sent it.
        if !message.from.iter().any(|m| m.address.contains('@')) {
            message.from.extend(message.sender.iter().cloned());
        }
        message.note_repeated();
        message.body = mime::read_body(&raw, &mut message.defects, &mut message.limits);
        message.raw = raw;
        message
    }

    /// The exact octets, CRLF line ends as on the wire.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Values of the fields called `name` (any case), in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |f| f.name.eq_ignore_ascii_case(name)).map(|f| f.value.as_str())
    }

    fn mailboxes(&self, name: &str) -> Vec<Mailbox> {
        let mut found: Vec<Mailbox> = Vec::new();
        let values: Vec<&str> = self.values(name).collect();
        // Of many equal fields programs show the first or the last.
        let skipped = MAX_EQUAL_FIELDS / 2..values.len().saturating_sub(MAX_EQUAL_FIELDS / 2);
        let ends = values.iter().enumerate().filter(|(i, _)| !skipped.contains(i));
        for mailbox in ends.flat_map(|(_, value)| read_mailboxes(value)) {
            if !found.contains(&mailbox) {
                found.push(mailbox);
            }
        }
        found
    }

    /// What no orderly reading of From yields and some reader sees all the same, in all its fields.
    fn read_shown(&mut self) {
        let mut known: HashSet<Domain> = self.from.iter().filter_map(|m| m.domain.clone()).collect();
        let (mut read, mut shown) = (0, Vec::new());
        for value in self.values("From") {
            if read < MAX_SHOWN_OCTETS {
                shown.extend(shown_addresses(value, &mut known));
            }
            read += value.len();
        }
        self.shown = shown;
    }

    /// Splits the header into fields. A line that is no field and continues none ends nothing: it is noted, since mail
    /// programs differ about it. Beyond the limits only the fields that mail programs show are still read, so that
    /// nobody can hide an author behind thousands of other fields.
    fn read_header(&mut self, raw: &[u8]) {
        let (mut at, mut keeping, mut late, mut above, mut open) = (0, true, 0, None, 0);
        while at < raw.len() {
            let line = line_at(raw, at);
            at += line.len();
            let text = without_line_end(line);
            if text.is_empty() {
                break;
            }
            if late > 0 || self.fields.len() >= MAX_FIELDS || at > MAX_HEADER_BYTES {
                let continues = matches!(text.first(), Some(b' ' | b'\t'));
                keeping = if continues { keeping && late > 0 } else { is_shown(text) && late <= MAX_LATE_FIELDS };
                late += usize::from(!continues && keeping || late == 0);
            }
            let folded = matches!(text.first(), Some(b' ' | b'\t'));
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
        let continues = matches!(line.first(), Some(b' ' | b'\t')) && !self.fields.is_empty();
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

    fn note_from(&mut self) {
        let fields = self.values("From").count();
        match fields {
            0 => self.defects.push(Defect::FromMissing),
            1 => {}
            n => self.defects.push(Defect::FromRepeated(n)),
        }
        let addressed = |m: &&Mailbox| m.address.contains('@');
        let unnamed = fields == 1 && self.values("From").all(is_empty_group);
        if fields > 0 && !unnamed && !self.from.iter().any(|m| addressed(&m)) {
            self.defects.push(Defect::FromWithoutAddress);
        }
        let invalid = self.from.iter().find(|m| m.domain.is_none() && addressed(m));
        let invalid = invalid.map(|m| m.written_domain().to_owned());
        self.defects.extend(invalid.map(Defect::FromDomainInvalid));
        let (strict, lenient): (Vec<&Mailbox>, Vec<&Mailbox>) =
            self.from.iter().partition(|m| m.reading == Reading::Strict);
        // A domain that goes on in other letters is read in part by nobody who would show it.
        let ends = |rest: &str| !rest.starts_with(char::is_alphanumeric);
        let whole = |v: &str, m: &Mailbox| v.match_indices(&m.address).any(|(at, a)| ends(&v[at + a.len()..]));
        let written = |m: &Mailbox| self.values("From").any(|v| whole(v, m));
        let torn = self.shown.iter().take(MAX_COMPARED).filter(|m| written(m) && !strict.iter().any(|s| s.carries(m)));
        let authors = distinct_domains(strict.iter().copied());
        let mut all = distinct_domains(strict.iter().copied().chain(lenient).chain(torn));
        if authors.len() > 1 {
            self.defects.push(Defect::FromSeveralDomains(authors.clone()));
        }
        if all.len() > authors.len().max(1) {
            all.truncate(MAX_NAMED_DOMAINS.max(authors.len() + 1));
            self.defects.push(Defect::FromReadingsDiffer(all));
        }
    }

    fn note_repeated(&mut self) {
        for name in SINGLE_FIELDS.iter().skip(1) {
            if self.values(name).nth(1).is_some() {
                self.defects.push(Defect::FieldRepeated((*name).to_owned()));
            }
        }
    }
}

/// The message as it was on the wire: files kept with bare LF line ends get their CRLF back, all others stay.
pub fn on_the_wire(octets: Vec<u8>) -> Vec<u8> {
    let first_line = octets.iter().position(|b| *b == b'\n');
    match first_line {
        Some(n) if n == 0 || octets[n - 1] != b'\r' => {
            let mut out = Vec::with_capacity(octets.len() + octets.len() / 32);
            let mut previous = 0;
            for b in octets {
                if b == b'\n' && previous != b'\r' {
                    out.push(b'\r');
                }
                out.push(b);
                previous = b;
            }
            out
        }
        _ => octets,
    }
}

/// Decodes RFC 2047 encoded words and unfolds; text without them is only unfolded.
pub fn decode_words(value: &str) -> String {
    let unfolded;
    let value = if value.contains(['\r', '\n']) {
        unfolded = value.chars().filter(|c| !matches!(c, '\r' | '\n')).collect::<String>();
        &unfolded
    } else {
        value
    };
    if !value.contains("=?") {
        return value.to_owned();
    }
    let line = format!("{value}\n");
    match MessageStream::new(line.as_bytes()).parse_unstructured() {
        mail_parser::HeaderValue::Text(text) => text.into_owned(),
        _ => value.to_owned(),
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

/// The domains of mailboxes in order, as written where they cannot exist.
fn distinct_domains<'a>(mailboxes: impl Iterator<Item = &'a Mailbox>) -> Vec<String> {
    let mut domains: Vec<String> = Vec::new();
    for mailbox in mailboxes {
        let domain = mailbox.domain.as_ref().map_or(mailbox.written_domain(), |d| d.as_str());
        if !domain.is_empty() && !domains.iter().any(|d| d == domain) {
            domains.push(domain.to_owned());
        }
    }
    domains
}

/// True for a group without members, by which RFC 6854 section 1 lets an author stay unnamed.
fn is_empty_group(value: &str) -> bool {
    let name = value.trim_end().strip_suffix(';').and_then(|v| v.trim_end().strip_suffix(':'));
    name.is_some_and(|name| !name.contains(['<', '>', '@', ':', ';', ',']))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Message {
        Message::parse(text.replace('\n', "\r\n").into_bytes(), true)
    }

    #[test]
    fn header_and_body_are_split_where_the_wire_splits_them() {
        let m = parse("From: a@b.test\nSubject: x\n y\nX-Empty:\n\nbody\n");
        assert_eq!(m.fields.len(), 3);
        assert_eq!(m.fields[1], Field { name: "Subject".into(), value: " x\r\n y".into() });
        assert_eq!(m.subject, "x y");
        assert_eq!(&m.raw()[m.body_offset..], b"body\r\n");
        assert_eq!(m.defects, []);
    }

    #[test]
    fn oddities_become_defects() {
        assert!(parse("Subject: x\n\n").defects.contains(&Defect::FromMissing));
        assert!(parse("From: a@b.test\nFrom: c@d.test\n\n").defects.contains(&Defect::FromRepeated(2)));
        assert!(parse("From: a@b.test\nFrom: c@d.test\n\n").from.len() == 2);
        assert!(parse("From: nobody\n\n").defects.contains(&Defect::FromWithoutAddress));
        assert!(parse("From: a@%atend.test\n\n").defects.contains(&Defect::FromDomainInvalid("%atend.test".into())));
        assert!(parse("From : a@b.test\nno field\n\n").defects.contains(&Defect::HeaderGarbage));
        assert_eq!(parse("From : a@b.test\n\n").from.len(), 1, "white space before the colon is read over");
    }

    #[test]
    fn nothing_makes_it_fail() {
        for raw in [&b""[..], b"\n", b"\r\n\r\n", b":", b" : x", b"\0\xff\xfe", b"From", b"Received:\n\t"] {
            let _ = Message::parse(raw.to_vec(), true);
        }
        let many = Message::parse(b"X: y\r\n".repeat(10_000), true);
        assert_eq!(many.fields.len(), MAX_FIELDS);
        assert_eq!(many.limits.len(), 1);
    }

    #[test]
    fn an_author_cannot_hide_behind_the_limits() {
        for filler in ["X: y\r\n".repeat(3_000), format!("X: {}\r\n", "y".repeat(2 * MAX_HEADER_BYTES))] {
            let raw = format!("{filler}From: \"A\"\r\n <a@elance.com>\r\nZ: z\r\n z\r\nSubject: s\r\n\r\nbody");
            let m = Message::parse(raw.clone().into_bytes(), true);
            assert_eq!(m.from.first().map(|m| m.address.as_str()), Some("a@elance.com"));
            assert_eq!((m.subject.as_str(), m.limits.len()), ("s", 1));
            assert_eq!(&m.raw()[m.body_offset..], b"body");
            let flood = raw + &"\r\nFrom: b@c.test".repeat(10);
            assert!(Message::parse(flood.into_bytes(), true).fields.len() < MAX_FIELDS + 100);
        }
        let flood = Message::parse(b"From: a@b.test\r\n".repeat(20_000), true);
        assert!(flood.fields.len() <= MAX_FIELDS + MAX_LATE_FIELDS + 1);
    }

    #[test]
    fn authors_stand_where_programs_look() {
        let many = "From: a@b.test\n".repeat(60) + "From: a@elance.com\n\n";
        for text in [
            "From\0: a@elance.com\n\n",
            "Fr\0om: a@elance.com\n\n",
            "From\t : a@elance.com\n\n",
            " From: a@elance.com\nX: y\n\n",
            "no field\n From: a@elance.com\n\n",
            "\u{feff}From: a@elance.com\nFrom: c@d.test\n\n",
            "X-A: b\rFrom: a@elance.com\nFrom: c@d.test\n\n",
            "Sender: a@elance.com\n\n",
            &many,
        ] {
            let from = parse(text).from;
            assert!(from.iter().any(|m| m.address == "a@elance.com"), "{text:?}: {from:?}");
        }
        let m = Message::parse(b"From: El\xe4nce <a@b.test>\r\n\r\n".to_vec(), true);
        assert_eq!(m.from.first().map(|m| m.name.as_str()), Some("Elänce"));
    }

    #[test]
    fn unix_line_ends_become_wire_line_ends() {
        assert_eq!(on_the_wire(b"a: b\n\nc\n".to_vec()), b"a: b\r\n\r\nc\r\n");
        assert_eq!(on_the_wire(b"a: b\r\n\r\nc\n".to_vec()), b"a: b\r\n\r\nc\n");
    }
}
