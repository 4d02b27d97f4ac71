//! Mailboxes: a display name and an address (RFC 5322 section 3.4), read the several ways that mail programs read them.
//!
//! A forger profits when a filter and a mail program read one From differently, so nothing is chosen here: every
//! reading is returned and the caller counts all of them. Reading never fails; what holds no address gives none.

use super::Domain;
use regex::Regex;
use std::sync::LazyLock;

/// Octets of one address field that are read. RFC 5321 allows 254 for an address; a field longer than this is no list
/// of authors a person could check.
const MAX_VALUE: usize = 8 * 1024;
/// Mailboxes kept from one field: enough for any honest list, and bounded work for a hostile one.
const MAX_MAILBOXES: usize = 50;

/// One mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name, decoded; empty if there is none.
    pub name: String,
    /// The address as written, without angle brackets.
    pub address: String,
    /// The part before the last `@`, decoded.
    pub local: String,
    /// The domain, if it can exist.
    pub domain: Option<Domain>,
}

impl Mailbox {
    /// A mailbox of a decoded name and an address.
    pub fn new(name: &str, address: &str) -> Mailbox {
        let address = address.trim();
        let plain = plain_address(address);
        let (local, domain) = plain.rsplit_once('@').unwrap_or((plain.as_str(), ""));
        Mailbox {
            name: name.trim().to_owned(),
            address: address.to_owned(),
            local: local.trim_matches('"').to_owned(),
            // Mail programs show and link `a@elance.com..` like the name it stands for.
            domain: Domain::parse(domain.trim().trim_end_matches('.')),
        }
    }

    /// The domain as written; empty if the address has none.
    pub fn written_domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, d)| d.trim())
    }
}

/// The mailboxes of an address field, in every reading, first the strict one, without repetition.
///
/// Readings: RFC 5322 with comments, groups and quoting; the same after decoding encoded words (what a program sees
/// that decodes first); each pair of angle brackets; and, where no reading found an address, anything of that shape.
pub fn read_mailboxes(value: &str) -> Vec<Mailbox> {
    let (value, rest) = value.split_at(super::text::first_bytes(value, MAX_VALUE).len());
    // Behind a name or comment of many pages still stands the address.
    let rest = &rest[rest.ceil_char_boundary(rest.len().saturating_sub(MAX_VALUE))..];
    let unfolded: String = value.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let decoded = super::message::decode_words(&unfolded);
    let mut found = strict(&unfolded);
    if rest.contains('@') {
        [angle_addresses(rest), loose(rest)].concat().into_iter().for_each(|m| add(&mut found, m));
    }
    if decoded != unfolded {
        strict(&decoded).into_iter().for_each(|m| add(&mut found, m));
    }
    for text in [&unfolded, &decoded] {
        angle_addresses(text).into_iter().for_each(|m| add(&mut found, m));
    }
    if !found.iter().any(|m| m.address.contains('@')) {
        loose(&decoded).into_iter().for_each(|m| add(&mut found, m));
    }
    found.truncate(MAX_MAILBOXES);
    found
}

/// Adds a reading unless its address is there already; a later, bare reading does not replace a named one.
fn add(found: &mut Vec<Mailbox>, mailbox: Mailbox) {
    let same = |m: &Mailbox| m.address.eq_ignore_ascii_case(&mailbox.address);
    if found.len() < MAX_MAILBOXES && !mailbox.address.is_empty() && !found.iter().any(same) {
        found.push(mailbox);
    }
}

/// RFC 5322 mailbox-list and group syntax, forgiving: what stands before `<` is the name, quoted or not.
fn strict(value: &str) -> Vec<Mailbox> {
    let mut reader = Reader::default();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        reader.take(c, &mut chars);
    }
    reader.finish_mailbox();
    reader.found
}

/// State of the strict reading: where we are between two commas.
#[derive(Default)]
struct Reader {
    /// Text outside angle brackets, quotes resolved: the name, or the address of a mailbox without brackets.
    phrase: String,
    /// Like `phrase`, quoting kept, for an address without brackets.
    bare: String,
    comment: String,
    /// What angle brackets held.
    angle: Option<String>,
    found: Vec<Mailbox>,
}

impl Reader {
    fn take(&mut self, c: char, chars: &mut std::str::Chars<'_>) {
        match c {
            '"' => {
                let quoted = until(chars, '"');
                self.bare.push_str(&format!("\"{quoted}\""));
                self.phrase.push_str(&quoted);
            }
            '(' => self.comment = comment(chars),
            '<' => {
                let inside = until(chars, '>');
                match self.angle {
                    // A second pair without a comma: both are readings.
                    Some(_) => {
                        self.finish_mailbox();
                        self.angle = Some(inside);
                    }
                    None => self.angle = Some(inside),
                }
            }
            ',' | ';' => self.finish_mailbox(),
            ':' if self.angle.is_none() && !self.phrase.contains('@') => {
                self.phrase.clear();
                self.bare.clear();
            }
            c => {
                self.phrase.push(c);
                self.bare.push(c);
            }
        }
    }

    fn finish_mailbox(&mut self) {
        let phrase = std::mem::take(&mut self.phrase);
        let bare = std::mem::take(&mut self.bare);
        let comment = std::mem::take(&mut self.comment);
        let name = super::message::decode_words(phrase.trim());
        match self.angle.take() {
            Some(angle) => {
                // A source route "@a,@b:user@host" names the mailbox after its last colon (RFC 5322 section 4.4).
                let address = angle.rsplit_once(':').map_or(angle.as_str(), |(_, a)| a);
                let name = if name.is_empty() { comment } else { name };
                add(&mut self.found, Mailbox::new(&name, address));
            }
            None if bare.contains('@') => add(&mut self.found, Mailbox::new(&comment, &without_blanks(&bare))),
            None => {}
        }
    }
}

/// Blanks around the parts of an unbracketed address are allowed and meaningless (obsolete syntax); quotes around the
/// whole make it no address for a parser, but still one for the eye.
fn without_blanks(address: &str) -> String {
    let address: String = address.split_whitespace().collect();
    let inner = address.strip_prefix('"').and_then(|a| a.strip_suffix('"'));
    inner.map(str::to_owned).unwrap_or(address)
}

/// An address without what mail programs do not show: control characters, and comments, which RFC 5322 section 3.4
/// allows between its parts. Where a comment holds all there is, it stays.
fn plain_address(address: &str) -> String {
    let visible: String = address.chars().filter(|c| !c.is_control()).collect();
    if !visible.contains('(') {
        return visible;
    }
    let mut without = String::with_capacity(visible.len());
    let mut chars = visible.chars();
    while let Some(c) = chars.next() {
        match c {
            '(' => drop(comment(&mut chars)),
            '"' => without.push_str(&format!("\"{}\"", until(&mut chars, '"'))),
            c => without.push(c),
        }
    }
    let without = without_blanks(&without);
    if without.contains('@') { without } else { visible }
}

/// Text up to `end`, quoted pairs resolved; to the end of the value if it is never closed.
fn until(chars: &mut std::str::Chars<'_>, end: char) -> String {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            c if c == end => break,
            c => text.push(c),
        }
    }
    text
}

/// A comment's text; comments nest.
fn comment(chars: &mut std::str::Chars<'_>) -> String {
    let mut text = String::new();
    let mut depth = 1;
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            '(' => depth += 1,
            ')' if depth == 1 => break,
            ')' => depth -= 1,
            c => text.push(c),
        }
    }
    text
}

/// Every `<…@…>` of the text, whatever surrounds it.
fn angle_addresses(text: &str) -> Vec<Mailbox> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('<').take(MAX_MAILBOXES) {
        let inside = &text[at + 1..];
        let end = inside.find(['>', '<', ',']).unwrap_or(inside.len());
        if inside[..end].contains('@') {
            let address = inside[..end].rsplit_once(':').map_or(&inside[..end], |(_, a)| a);
            found.push(Mailbox::new("", &without_blanks(address)));
        }
    }
    found
}

/// Anything of the shape `local@domain`, the local part perhaps cut off, for a field that holds no address in any
/// orderly reading.
fn loose(text: &str) -> Vec<Mailbox> {
    #[allow(clippy::expect_used, reason = "a constant pattern, compiled by every test")]
    static SHAPE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"[^\s<>()",;:\[\]@]*@[^\s<>()",;:\[\]]+"#).expect("a pattern"));
    SHAPE.find_iter(text).take(MAX_MAILBOXES).map(|found| Mailbox::new("", found.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Vec<(String, String)> {
        read_mailboxes(value).into_iter().map(|m| (m.name, m.address)).collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(n, a)| ((*n).to_owned(), (*a).to_owned())).collect()
    }

    #[test]
    fn ordinary_fields_have_one_reading() {
        for (value, name, address) in [
            (" Elance <a@elance.com>", "Elance", "a@elance.com"),
            (" \"Elance, Inc.\" <a@elance.com>", "Elance, Inc.", "a@elance.com"),
            (" a@elance.com (Elance)", "Elance", "a@elance.com"),
            (" =?utf-8?q?El=C3=A1nce?= <a@b.test>", "Elánce", "a@b.test"),
            (" \"a \\\"b\\\"\" <a@b.test>", "a \"b\"", "a@b.test"),
            (" a @ b.test", "", "a@b.test"),
            (" <@relay.test:a@b.test>", "", "a@b.test"),
            (" \"x@elance.com\" <a@b.test>", "x@elance.com", "a@b.test"),
            ("\r\n Folded\r\n Name <a@b.test>", "Folded Name", "a@b.test"),
        ] {
            assert_eq!(read(value), pairs(&[(name, address)]), "{value:?}");
        }
    }

    #[test]
    fn several_addresses_are_all_read() {
        assert_eq!(read("<a@x.test> <b@y.test>"), pairs(&[("", "a@x.test"), ("", "b@y.test")]));
        assert_eq!(read("A <a@x.test>, b@y.test"), pairs(&[("A", "a@x.test"), ("", "b@y.test")]));
        assert_eq!(read("Group: a@x.test, B <b@y.test>;"), pairs(&[("", "a@x.test"), ("B", "b@y.test")]));
        assert_eq!(read("\"a <x@elance.com>\"@evil.test").len(), 2, "both the quoted and the outer reading");
    }

    #[test]
    fn what_mail_programs_do_not_show_hides_no_domain() {
        let long = format!("\"{}\" <a@elance.com>", "x".repeat(2 * MAX_VALUE));
        for value in [
            "a@el\0ance.com",
            "a@elance.com..",
            "<a@elance.com(x@b.test)>",
            "<a(x)@(y)elance(z).com>",
            "<\"a>b\"@elance.com>",
            &long,
        ] {
            let found = read_mailboxes(value);
            let domains: Vec<&str> = found.iter().filter_map(|m| Some(m.domain.as_ref()?.as_str())).collect();
            assert!(domains.contains(&"elance.com"), "{value:?}: {found:?}");
        }
    }

    #[test]
    fn disorder_still_yields_what_it_shows() {
        assert_eq!(read("\"ceo@elance.com\""), pairs(&[("", "ceo@elance.com")]));
        assert_eq!(read("=?utf-8?q?=3Cceo=40elance.com=3E?="), pairs(&[("", "ceo@elance.com")]));
        assert_eq!(read("ceo@elance.com>").len(), 1);
        assert!(read("nobody").is_empty());
        assert!(read(&"<a@b.test>,".repeat(10_000)).len() <= MAX_MAILBOXES);
    }
}
