//! Mailboxes: a display name and an address (RFC 5322 section 3.4), read the several ways that mail programs read them.
//!
//! A forger profits when a filter and a mail program read one From differently, so nothing is chosen here: every
//! reading is returned and the caller counts all of them. Reading never fails; what holds no address gives none.

use crate::mail::domain::Domain;
use crate::mail::header::encoded_words::decode_words;
use regex::Regex;
use std::sync::LazyLock;

/// Octets of one address field that are read. RFC 5321 allows 254 for an address; a field longer than this is not a
/// list of authors a person could check.
const MAX_VALUE_BYTES: usize = 8 * 1024;
/// Mailboxes kept from one field: enough for any honest list, and bounded work for a hostile one.
const MAX_MAILBOXES: usize = 50;

/// How a mailbox was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reading {
    /// By RFC 5322, comments, groups and quoting included.
    #[default]
    Strict,
    /// By programs that decode encoded words first, take any pair of angle brackets, or read a field that is not a
    /// list.
    Lenient,
    /// By programs that stop at, skip or undo what others keep; for an orderly reader what stands there is not an
    /// address.
    Shown,
}

/// One mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name, decoded, with the comment and the name of the group it stands in; empty if there is none.
    pub name: String,
    /// The address as written, without angle brackets; empty if there is only a name.
    pub address: String,
    /// The part before the last `@`, decoded.
    pub local: String,
    /// The domain, if it can exist.
    pub domain: Option<Domain>,
    /// Which reader reads it so.
    pub reading: Reading,
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
            domain: domain_shown_as(domain),
            reading: Reading::Strict,
        }
    }

    /// The domain as written; empty if the address has none.
    pub fn written_domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, d)| d.trim())
    }

    /// Where the address is, for a sentence.
    pub fn where_it_is(&self) -> String {
        match self.written_domain() {
            "" => "without a domain".to_owned(),
            domain => format!("at {domain}"),
        }
    }

    /// True if `other`, which some reader sees, is here a part of the name or of a quoted local part, where every
    /// orderly reader keeps it.
    pub fn carries(&self, other: &Mailbox) -> bool {
        self.name.contains(&other.address) || self.has_quoted_local_part() && self.local.contains(&other.address)
    }

    /// True if the local part is a quoted string, in which an `@` is a letter like any other (RFC 5322 section 3.4.1).
    pub fn has_quoted_local_part(&self) -> bool {
        self.address.starts_with('"')
    }
}

/// The domain a mail program shows: `a@elance.com..` like the name it stands for, and without invisible characters
/// where no name can hold them.
fn domain_shown_as(written: &str) -> Option<Domain> {
    let name = written.trim().trim_end_matches('.');
    let visible = || name.chars().filter(|c| !crate::text::fold::is_invisible(*c)).collect::<String>();
    Domain::parse(name).or_else(|| Domain::parse(&visible()))
}

/// The mailboxes of an address field, in every reading, first the strict one, without repetition.
///
/// Readings: RFC 5322 with comments, groups and quoting; the same after decoding encoded words (what a program sees
/// that decodes first); each pair of angle brackets; and, where no reading found an address, anything of that shape. A
/// name without an address is a mailbox too: it is what a reader is shown.
pub fn read_mailboxes(value: &str) -> Vec<Mailbox> {
    let (value, rest) = value.split_at(crate::text::fold::first_bytes(value, MAX_VALUE_BYTES).len());
    // Behind a name or comment of many pages still stands the address.
    let rest = &rest[rest.ceil_char_boundary(rest.len().saturating_sub(MAX_VALUE_BYTES))..];
    let unfolded: String = value.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let decoded = decode_words(&unfolded);
    let mut found = strict(&unfolded);
    let mut lenient = |list: Vec<Mailbox>| {
        let addressed = list.into_iter().filter(|m| !m.address.is_empty());
        addressed.for_each(|m| add(&mut found, Mailbox { reading: Reading::Lenient, ..m }));
    };
    if rest.contains('@') {
        lenient(angle_addresses(rest));
        lenient(loose(rest));
    }
    if decoded != unfolded {
        lenient(strict(&decoded));
    }
    lenient(angle_addresses(&unfolded));
    lenient(angle_addresses(&decoded));
    if !found.iter().any(|m| m.address.contains('@')) {
        let lenient = loose(&decoded).into_iter().map(|m| Mailbox { reading: Reading::Lenient, ..m });
        lenient.for_each(|m| add(&mut found, m));
    }
    found
}

/// Adds a reading unless its address (without one, its name) is there already; a later, bare reading does not replace a
/// named one.
fn add(found: &mut Vec<Mailbox>, mailbox: Mailbox) {
    let named = |m: &Mailbox| !mailbox.address.is_empty() || m.name == mailbox.name;
    let same = |m: &Mailbox| m.address.eq_ignore_ascii_case(&mailbox.address) && named(m);
    let empty = mailbox.address.is_empty() && mailbox.name.is_empty();
    if found.len() < MAX_MAILBOXES && !empty && !found.iter().any(same) {
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
    reader.finish_group();
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
    /// The name of the group the reader stands in; a group without members shows nothing else.
    group: Option<Group>,
    /// What angle brackets held.
    angle: Option<String>,
    found: Vec<Mailbox>,
}

struct Group {
    name: String,
    empty: bool,
}

impl Reader {
    fn take(&mut self, c: char, chars: &mut std::str::Chars<'_>) {
        match c {
            '"' => {
                let quoted = until(chars, '"');
                self.bare.push_str(&format!("\"{quoted}\""));
                self.phrase.push_str(&quoted);
            }
            '(' => {
                let separator = if self.comment.is_empty() { "" } else { " " };
                self.comment += &format!("{separator}{}", comment(chars));
            }
            // A domain literal, `[IPv6:…]`: its colons begin no group.
            '[' if self.bare.trim_end().ends_with('@') => {
                let literal = format!("[{}]", until(chars, ']'));
                self.phrase.push_str(&literal);
                self.bare.push_str(&literal);
            }
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
            ',' => self.finish_mailbox(),
            ';' => {
                self.finish_mailbox();
                self.finish_group();
            }
            // What stands before a colon is a group's name; an address there is one to somebody.
            ':' if self.angle.is_none() => {
                if self.bare.contains('@') {
                    self.finish_mailbox();
                }
                self.finish_group();
                self.bare.clear();
                let name = decode_words(std::mem::take(&mut self.phrase).trim());
                self.group = Some(Group { name, empty: true });
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
        let phrase = decode_words(phrase.trim());
        let (name, address) = match self.angle.take() {
            Some(angle) => (phrase, without_route(&angle).to_owned()),
            None if bare.contains('@') => (String::new(), without_blanks(&bare)),
            None if phrase.is_empty() && comment.is_empty() => return,
            None => (phrase, String::new()),
        };
        let name = match (name.is_empty(), comment.is_empty()) {
            (true, _) => comment,
            (false, true) => name,
            (false, false) => format!("{name} ({comment})"),
        };
        let name = match &mut self.group {
            Some(group) => {
                group.empty = false;
                let separator = if group.name.is_empty() || name.is_empty() { "" } else { ": " };
                format!("{}{separator}{name}", group.name)
            }
            None => name,
        };
        add(&mut self.found, Mailbox::new(&name, &address));
    }

    fn finish_group(&mut self) {
        if let Some(group) = self.group.take().filter(|g| g.empty) {
            add(&mut self.found, Mailbox::new(&group.name, ""));
        }
    }
}

/// A source route `@a,@b:user@host` leads to the mailbox after its last colon (RFC 5322 section 4.4).
fn without_route(angle: &str) -> &str {
    let at = angle.rfind('@').unwrap_or(angle.len());
    angle[..at].rfind(':').map_or(angle, |colon| &angle[colon + 1..])
}

/// Blanks around the parts of an unbracketed address are allowed and meaningless (obsolete syntax); quotes around the
/// whole are not an address for a parser, but still one for the eye.
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
            found.push(Mailbox::new("", &without_blanks(without_route(&inside[..end]))));
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
        assert_eq!(read("Group: a@x.test, B <b@y.test>;"), pairs(&[("Group", "a@x.test"), ("Group: B", "b@y.test")]));
        assert_eq!(read("a@x.test: b@y.test;"), pairs(&[("", "a@x.test"), ("", "b@y.test")]));
        assert_eq!(read("\"a <x@elance.com>\"@evil.test").len(), 2, "both the quoted and the outer reading");
    }

    #[test]
    fn what_is_shown_beside_the_address_is_a_name() {
        assert_eq!(read("Bob (a@x.test) (c) <b@y.test>"), pairs(&[("Bob (a@x.test c)", "b@y.test")]));
        assert_eq!(read("Elance Support:;"), pairs(&[("Elance Support", "")]));
        assert_eq!(read("Elance, Inc. <b@y.test>"), pairs(&[("Elance", ""), ("Inc.", "b@y.test")]));
    }

    #[test]
    fn colons_that_begin_no_group() {
        assert_eq!(read("a@[IPv6:2001:db8::1]"), pairs(&[("", "a@[IPv6:2001:db8::1]")]));
        assert_eq!(read("<a@[IPv6:2001:db8::1]>"), pairs(&[("", "a@[IPv6:2001:db8::1]")]));
        assert_eq!(read("[List] Bob <b@y.test>"), pairs(&[("[List] Bob", "b@y.test")]));
        assert_eq!(read("\"Re: x\" <b@y.test>"), pairs(&[("Re: x", "b@y.test")]));
    }

    #[test]
    fn what_mail_programs_do_not_show_hides_no_domain() {
        let long = format!("\"{}\" <a@elance.com>", "x".repeat(2 * MAX_VALUE_BYTES));
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
        assert!(read("\"ceo@elance.com\"").contains(&("".into(), "ceo@elance.com".into())));
        assert!(read("=?utf-8?q?=3Cceo=40elance.com=3E?=").contains(&("".into(), "ceo@elance.com".into())));
        assert_eq!(read("ceo@elance.com>").len(), 1);
        assert_eq!(read("nobody"), pairs(&[("nobody", "")]));
        assert!(read(" \t").is_empty() && read("<>").is_empty());
        assert!(read(&"<a@b.test>,".repeat(10_000)).len() <= MAX_MAILBOXES);
    }
}
