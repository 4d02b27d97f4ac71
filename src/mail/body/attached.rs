//! The messages that are attached to a message, octet for octet, for whoever has to judge them as they were received:
//! a member who forwards a forged message as an attachment, a bounce that brings back what was sent.
//!
//! What counts is what is declared a whole message (`message/rfc822`, `message/global`, `message/news`, and the parts
//! of a digest that declare nothing) and every file called `.eml` that is not shown as the message's own text, whatever
//! its type. What does not: pieces of a message (`message/partial`), headers without a body (`text/rfc822-headers`),
//! saved web pages (`.mht`), Outlook's `.msg`, and messages in archives. Messages inside an attached message are part
//! of it: whoever wants those parses its octets and asks again.
//!
//! Nothing is copied before it is asked for. Never fails: an encoding that is broken yields what mail programs make of
//! it, and a message that was cut ([`Message::complete`]) ends the last of those attached to it early.

use crate::mail::message::Message;
use crate::mail::mime::decode::Encoding;
use std::borrow::Cow;

/// Attached messages that are given back, the first ones. A member forwards one or a handful, a list's digest of a day
/// brings some dozens; each costs its reader as much as a message of its own.
pub const MAX_ATTACHED_MESSAGES: usize = 100;

/// A message attached to another.
#[derive(Debug, Clone, Copy)]
pub struct Attached<'m> {
    encoded: &'m [u8],
    encoding: Encoding,
}

impl<'m> Attached<'m> {
    /// Its octets as they were put into the part, so that its signatures verify: borrowed from the message around it,
    /// or decoded (base64, quoted-printable) each time this is called. They are never more than the part has.
    ///
    /// The line end before a boundary belongs to the boundary (RFC 2046 section 5.1.1). A file saved with bare LF line
    /// ends comes with those; [`on_the_wire`](crate::mail::on_the_wire) gives it back its CRLF.
    pub fn octets(&self) -> Cow<'m, [u8]> {
        self.encoding.decode(self.encoded, self.encoded.len())
    }
}

/// The messages attached to `message`, in the order their parts stand in it, up to [`MAX_ATTACHED_MESSAGES`]. None from
/// behind the place where reading its parts stopped early ([`Message::limits`]).
pub fn attached_messages(message: &Message) -> Vec<Attached<'_>> {
    let lying = message.body.attached.iter().take(MAX_ATTACHED_MESSAGES);
    let read = lying.filter_map(|part| {
        let encoded = message.raw().get(part.range.clone())?;
        Some(Attached { encoded, encoding: part.encoding })
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message with all that makes copying inexact: 8-bit octets, a NUL, a bare CR, bare LF, blanks at the ends of
    /// lines, lines that begin like delimiters, empty lines at the end.
    const PHISH: &[u8] = b"Received: from x\r\n\tby y\r\nFrom: Elance <a@evil.test>\r\nSubject: caf\xe9 =41\r\n\
        DKIM-Signature: v=1; b=A=\r\n\r\n--\r\n--boundary\r\n-- b\r\n--b-\r\nx=3D \t\r\n\0\xff\rbare\ncr\r\n\r\n\r\n";

    /// A message whose parts are these heads and bodies.
    fn with_parts(subtype: &str, parts: &[(&str, &[u8])]) -> Message {
        let mut raw = format!("From: a@b.test\r\nContent-Type: multipart/{subtype}; boundary=b\r\n\r\n").into_bytes();
        for (fields, body) in parts {
            raw.extend([b"--b\r\n", fields.as_bytes(), b"\r\n", body, b"\r\n"].concat());
        }
        raw.extend(b"--b--\r\n");
        Message::parse(raw, true)
    }

    fn octets(message: &Message) -> Vec<Vec<u8>> {
        attached_messages(message).iter().map(|attached| attached.octets().into_owned()).collect()
    }

    #[test]
    fn an_attached_message_is_given_back_to_the_octet() {
        for encoding in ["", "Content-Transfer-Encoding: 7bit\r\n", "Content-Transfer-Encoding: 8bit\r\n"] {
            let fields = format!("Content-Type: message/rfc822\r\n{encoding}");
            let message = with_parts("mixed", &[("", b"Look at this:"), (&fields, PHISH)]);
            assert_eq!(octets(&message), [PHISH]);
            let borrowed = attached_messages(&message);
            assert!(matches!(borrowed[0].octets(), Cow::Borrowed(_)), "not copied");
        }
        let unended = PHISH.trim_ascii_end();
        let message = with_parts("mixed", &[("Content-Type: message/rfc822\r\n", unended)]);
        assert_eq!(octets(&message), [unended]);
        let only = [b"From: a@b.test\r\nContent-Type: message/rfc822\r\n\r\n", PHISH].concat();
        assert_eq!(octets(&Message::parse(only, true)), [PHISH]);
    }

    #[test]
    fn files_called_eml_are_messages_whatever_they_are_declared() {
        let base64 = data_encoding::BASE64_MIME.encode(PHISH);
        let quoted: String = PHISH.iter().map(|b| format!("={b:02X}")).collect();
        let quoted = quoted.as_bytes().chunks(75).map(|c| [c, b"=\r\n"].concat()).collect::<Vec<_>>().concat();
        for (kind, encoding, body) in [
            ("application/octet-stream", "base64", base64.as_bytes()),
            ("message/rfc822", "BASE64", base64.as_bytes()),
            ("application/octet-stream", "quoted-printable", &quoted),
            ("message/global", "quoted-printable", &quoted),
            ("text/plain", "8bit", PHISH),
            ("application/octet-stream", "binary", PHISH),
        ] {
            let fields = format!(
                "Content-Type: {kind}; name=\"Your account.EML\"\r\nContent-Transfer-Encoding: {encoding}\r\n\
                 Content-Disposition: attachment; filename=\"Your account.EML\"\r\n"
            );
            assert_eq!(octets(&with_parts("mixed", &[("", b"See"), (&fields, body)])), [PHISH], "{kind} in {encoding}");
        }
    }

    #[test]
    fn the_messages_of_a_digest_come_in_order() {
        let (one, two) = (&b"Subject: one\r\n\r\n1\r\n"[..], &b"Subject: two\r\n\r\n2\r\n"[..]);
        assert_eq!(octets(&with_parts("digest", &[("", one), ("", two)])), [one, two]);
        let fields = "Content-Type: message/rfc822\r\n";
        assert_eq!(octets(&with_parts("mixed", &[(fields, two), ("", b"and"), (fields, one)])), [two, one]);
        let many = vec![("", one); MAX_ATTACHED_MESSAGES + 10];
        assert_eq!(octets(&with_parts("digest", &many)).len(), MAX_ATTACHED_MESSAGES);
    }

    #[test]
    fn messages_in_attached_messages_are_theirs() {
        let rfc822 = "Content-Type: message/rfc822\r\n";
        let inner = with_parts("related", &[("", b"Fwd"), (rfc822, PHISH)]);
        // Two boundaries of one name: the inner one is base64, so that each multipart ends where it should.
        let base64 = data_encoding::BASE64_MIME.encode(inner.raw());
        let fields = format!("{rfc822}Content-Transfer-Encoding: base64\r\n");
        let outer = with_parts("mixed", &[("", b"Fwd: Fwd"), (&fields, base64.as_bytes())]);
        assert_eq!(octets(&outer), [inner.raw()]);
        let again = Message::parse(octets(&outer).remove(0), true);
        assert_eq!(octets(&again), [PHISH]);
        let chain = b"Content-Type: message/rfc822\r\n\r\n".repeat(10);
        assert_eq!(octets(&Message::parse(chain.clone(), true)), [&chain[32..]]);
    }

    #[test]
    fn what_is_not_a_whole_message_does_not_count() {
        let saved = "Content-Type: application/octet-stream; name=a.mht\r\nContent-Disposition: attachment\r\n";
        let headers = "Content-Type: text/rfc822-headers\r\n";
        let piece = "Content-Type: message/partial; id=a; number=1\r\n";
        let shown = "Content-Type: text/plain; name=a.eml\r\nContent-Disposition: inline\r\n";
        for fields in ["", saved, headers, piece, shown] {
            assert!(octets(&with_parts("mixed", &[(fields, PHISH)])).is_empty(), "{fields}");
        }
        assert!(octets(&Message::parse(PHISH.to_vec(), true)).is_empty());
        assert!(octets(&Message::default()).is_empty());
    }
}
