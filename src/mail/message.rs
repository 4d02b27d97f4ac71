//! A message: exact raw octets, header fields, the people it names, its body, and what is odd about it.
//!
//! The header is split once, by [`read_header`], so that every room sees the same fields. Parsing never fails: what
//! is odd becomes a [`Defect`], what is cut a [`Limit`].

use crate::mail::body::{Body, walk};
use crate::mail::defect::{Defect, Field, Limit};
use crate::mail::header::encoded_words::decode_words;
use crate::mail::header::fields::{Header, RESENT_FIELDS, SINGLE_FIELDS, read_header};
use crate::mail::header::from;
use crate::mail::header::mailbox::{Mailbox, read_mailboxes};
use crate::text::bidi::in_seen_order;

/// Address fields of one name that are read; each should be there once.
const MAX_EQUAL_FIELDS: usize = 20;
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
        let Header { fields, body_offset, defects, limits } = read_header(&raw);
        let mut message = Message { complete, fields, body_offset, defects, ..Message::default() };
        if !complete {
            message.limits.push(Limit(format!("the message was read up to {} octets only", raw.len())));
        }
        message.limits.extend(limits);
        message.read_people();
        let subject: Vec<String> = message.values("Subject").map(|v| decode_words(v.trim())).collect();
        message.subject = in_seen_order(&subject.join(" ")).into_owned();
        message.note_repeated();
        message.body = walk::read_body(&raw, &mut message.defects, &mut message.limits);
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

    fn read_people(&mut self) {
        self.from = self.mailboxes("From");
        self.sender = self.mailboxes("Sender");
        self.resent = RESENT_FIELDS.iter().flat_map(|name| self.mailboxes(name)).collect();
        self.reply_to = self.mailboxes("Reply-To");
        let written: Vec<&str> = self.values("From").collect();
        let shown = from::shown_beside(&written, &self.from);
        let oddities = from::oddities(&written, &self.from, &shown);
        self.shown = shown;
        self.defects.extend(oddities);
        // Without an author mail programs show who sent it.
        if !self.from.iter().any(from::has_address) {
            self.from.extend(self.sender.iter().cloned());
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::header::fields::{MAX_FIELDS, MAX_HEADER_BYTES, MAX_LATE_FIELDS};

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
            "X-A: b\n c\rFrom: a@elance.com\nFrom: c@d.test\n\n",
            "From: c@d.test,\rReply-To:\n a@elance.com\n\n",
            "From:\n\r a@elance.com\n\n",
            "From\n : a@elance.com\nFrom: c@d.test\n\n",
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
