//! A message: exact raw octets, header fields, the people it names, its body, and what is odd about it.

use super::{Body, Mailbox};

/// One header field, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name before the colon, white space before the colon removed.
    pub name: String,
    /// Everything after the colon as written, folding included, without the final line end; invalid UTF-8 replaced.
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
    /// A From address whose domain cannot exist.
    FromDomainInvalid(String),
    /// Readings of From disagree about the domain; the value lists them.
    FromAmbiguous(Vec<String>),
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
    pub(super) raw: Vec<u8>,
    /// False if the message was longer than what was read (`milter.max_message_bytes`).
    pub complete: bool,
    /// Octet offset of the body in [`Message::raw`].
    pub body_offset: usize,
    /// Header fields in order.
    pub fields: Vec<Field>,
    /// Mailboxes of all From fields, in every reading, without repetition.
    pub from: Vec<Mailbox>,
    /// Mailboxes of Sender.
    pub sender: Vec<Mailbox>,
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
        Message { raw, complete, ..Message::default() }
    }

    /// The exact octets, CRLF line ends as on the wire.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Values of the fields called `name` (any case), in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |f| f.name.eq_ignore_ascii_case(name)).map(|f| f.value.as_str())
    }
}
