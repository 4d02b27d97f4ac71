//! Rebuilds the exact octets of a message from the MTA's events, as far as the limits go.
//!
//! Signatures are over octets, so not one may be added or lost: the value follows the colon exactly as the MTA tells
//! it, line ends inside it become CRLF again (milter events have LF), body chunks are kept as they are. What is over
//! `max_message_bytes` is left out and noted; the message itself is never refused here. How much of a header is looked
//! at is for `mail::message` to say, which must see the author even behind thousands of other fields.

/// What is set aside for a message before it is known how long it is.
const FIRST_BYTES: usize = 16 * 1024;

/// A message being put together.
#[derive(Debug)]
pub(crate) struct Assembler {
    raw: Vec<u8>,
    max_bytes: usize,
    /// Values come with the blank after the colon (`LEADING_SPACE` was negotiated).
    exact_values: bool,
    header_cut: bool,
    in_body: bool,
    body_cut: bool,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Assembled {
    pub(crate) raw: Vec<u8>,
    /// False if octets were left out.
    pub(crate) complete: bool,
    /// Limits that were hit, in words.
    pub(crate) limits: Vec<String>,
}

impl Assembler {
    pub(crate) fn new(max_bytes: usize, exact_values: bool) -> Assembler {
        let raw = Vec::with_capacity(FIRST_BYTES.min(max_bytes));
        Assembler { raw, max_bytes, exact_values, header_cut: false, in_body: false, body_cut: false }
    }

    /// Adds a header field.
    pub(crate) fn field(&mut self, name: &[u8], value: &[u8]) {
        // A line end that nothing continues would become an empty line, and what follows no header any more.
        let end = value.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |at| at + 1);
        let value = &value[..end];
        let length = name.len() + value.len() + 4;
        if self.header_cut || self.raw.len() + length > self.max_bytes {
            // From here on all is left out: a header with holes in it would be another message.
            self.header_cut = true;
            return;
        }
        self.raw.extend_from_slice(name);
        self.raw.push(b':');
        if !self.exact_values {
            // The MTA has taken one blank away. Which it was (or whether) it does not tell; a blank is the usual.
            self.raw.push(b' ');
        }
        let mut last = 0;
        for &octet in value {
            if octet == b'\n' && last != b'\r' {
                self.raw.push(b'\r');
            }
            self.raw.push(octet);
            last = octet;
        }
        self.raw.extend_from_slice(b"\r\n");
    }

    /// Ends the header.
    pub(crate) fn end_of_header(&mut self) {
        if !self.in_body {
            self.in_body = true;
            self.raw.extend_from_slice(b"\r\n");
        }
    }

    /// Adds a chunk of the body; false when no more is wanted.
    pub(crate) fn body(&mut self, chunk: &[u8]) -> bool {
        self.end_of_header();
        let room = self.max_bytes.saturating_sub(self.raw.len());
        self.raw.extend_from_slice(&chunk[..chunk.len().min(room)]);
        self.body_cut |= chunk.len() > room;
        !self.body_cut
    }

    /// The message.
    pub(crate) fn finish(mut self) -> Assembled {
        self.end_of_header();
        let limits = if self.header_cut {
            vec![format!("only the first {} octets of header were kept", self.raw.len())]
        } else {
            Vec::new()
        };
        Assembled { complete: !self.header_cut && !self.body_cut, raw: self.raw, limits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: usize = 1 << 20;

    fn rebuilt(exact: bool, fields: &[(&str, &str)], body: &[&[u8]]) -> String {
        let mut assembler = Assembler::new(ROOM, exact);
        for (name, value) in fields {
            assembler.field(name.as_bytes(), value.as_bytes());
        }
        assembler.end_of_header();
        for chunk in body {
            assert!(assembler.body(chunk));
        }
        let done = assembler.finish();
        assert!(done.complete && done.limits.is_empty());
        String::from_utf8_lossy(&done.raw).into_owned()
    }

    #[test]
    fn values_are_kept_to_the_octet() {
        let fields = [
            ("From", " a@example.com"),
            ("X-None", "tight"),
            ("X-Tab", "\ttab"),
            ("X-Two", "  two  "),
            ("X-Empty", ""),
            ("X-Blank", " "),
            ("X-Folded", " one\n two\n\tthree"),
            ("X-Crlf", " one\r\n two"),
            ("X-End", " one\n"),
        ];
        let expected = "From: a@example.com\r\nX-None:tight\r\nX-Tab:\ttab\r\nX-Two:  two  \r\nX-Empty:\r\n\
                        X-Blank: \r\n\
                        X-Folded: one\r\n two\r\n\tthree\r\nX-Crlf: one\r\n two\r\nX-End: one\r\n\r\nbo\r\ndy";
        assert_eq!(rebuilt(true, &fields, &[b"bo\r", b"\ndy"]), expected);
    }

    #[test]
    fn without_leading_space_one_blank_is_put_back() {
        assert_eq!(rebuilt(false, &[("A", "b"), ("C", "")], &[]), "A: b\r\nC: \r\n\r\n");
    }

    #[test]
    fn a_message_without_header_or_body_is_an_empty_line() {
        assert_eq!(rebuilt(true, &[], &[]), "\r\n");
        assert_eq!(rebuilt(true, &[], &[b"x"]), "\r\nx");
    }

    #[test]
    fn what_is_too_long_is_cut_and_said() {
        let mut assembler = Assembler::new(20, true);
        assembler.field(b"A", b" b");
        assert!(assembler.body(b"0123456789"));
        assert!(!assembler.body(b"0123456789"));
        let done = assembler.finish();
        assert_eq!(done.raw, b"A: b\r\n\r\n012345678901");
        assert!(!done.complete);

        let mut assembler = Assembler::new(ROOM, true);
        for _ in 0..ROOM / 2 {
            assembler.field(b"A", b" b");
        }
        assembler.body(b"kept");
        let done = assembler.finish();
        assert!(!done.complete && done.raw.len() <= ROOM + 2);
        assert_eq!(done.limits.len(), 1);
    }
}
