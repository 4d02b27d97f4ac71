//! What an address field shows to its most careless reader: every `@domain` in it, however it is dressed.
//!
//! Some program somewhere stops at a NUL, drops a comment, decodes before it parses, takes a route for an address or
//! simply searches for a domain. A forger needs one such program; so all of them are played through here, on bounded
//! text, and what they would see is returned. Reading never fails.

use crate::mail::domain::Domain;
use crate::mail::header::encoded_words::{Decoder, decoded_everywhere};
use crate::mail::header::mailbox::{Mailbox, Reading};
use crate::text::fold::is_invisible;
use crate::text::percent::percent_decoded;
use crate::text::{bidi, fold};
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;

/// Octets of one field read here, from each end: together more than Postfix's `header_size_limit` (102,400) lets pass,
/// so that behind it no field has a middle.
const MAX_END_BYTES: usize = 64 * 1024;
/// Labels taken from the left of a name that cannot exist; a name has at most 127 (RFC 1035 section 2.3.4).
const MAX_LABELS: usize = 128;

/// Every address some reader could see in a field value, one for each domain not in `known`.
pub(crate) fn shown_addresses(value: &str, known: &mut HashSet<Domain>) -> Vec<Mailbox> {
    let mut found = Sightings { known, mailboxes: Vec::new() };
    let end = fold::first_bytes(value, MAX_END_BYTES);
    let rest = &value[end.len()..];
    let tail = &rest[rest.ceil_char_boundary(rest.len().saturating_sub(MAX_END_BYTES))..];
    for part in [end, tail].into_iter().filter(|p| may_show(p)) {
        let unfolded: String = part.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
        // A bare CR or LF ends the field for some, and is nothing to others.
        found.read_field(part);
        if unfolded != part {
            found.read_field(&unfolded);
        }
    }
    found.mailboxes
}

/// True if the text can show an address at all: an `@`, a bracket, or something that can become one.
fn may_show(text: &str) -> bool {
    text.contains(['@', '<']) || text.contains("=?") || !text.is_ascii()
}

struct Sightings<'a> {
    known: &'a mut HashSet<Domain>,
    mailboxes: Vec<Mailbox>,
}

impl Sightings<'_> {
    /// The text as it stands, and decoded.
    fn read_field(&mut self, text: &str) {
        self.read_dressed(text);
        let orderly = decoded_everywhere(text, Decoder::Orderly);
        let careless = decoded_everywhere(text, Decoder::Careless);
        let careless = careless.iter().filter(|text| !orderly.contains(text));
        orderly.iter().chain(careless).for_each(|text| self.read_dressed(text));
    }

    /// The text itself, and in the letters it stands for (fullwidth, mathematical, with invisible ones between).
    fn read_dressed(&mut self, text: &str) {
        self.read_undressed(text);
        if let Some(turned) = bidi::turned(text) {
            self.read_undressed(&turned);
            let seen = bidi::in_seen_order(text);
            self.read_undressed(&seen.replace([bidi::TURN, bidi::TURN_BACK], ""));
        }
        if !text.is_ascii() {
            let plain: String = text.chars().filter(|c| !is_invisible(*c)).nfkc().collect();
            self.read_undressed(&plain);
            // 8-bit octets are a control to one reader, a letter to the next, and dropped by a third.
            self.read_undressed(&text.chars().filter(char::is_ascii).collect::<String>());
        }
    }

    /// The text with and without comments.
    fn read_undressed(&mut self, text: &str) {
        self.read_broken(text);
        for stray in ["", ")"] {
            if let Some(without) = without_comments(text, stray) {
                self.read_broken(&without);
            }
        }
    }

    /// The text as it stands and, where a domain in it is broken by controls, quotes, escapes, or blanks at its dots,
    /// without those.
    fn read_broken(&mut self, text: &str) {
        if self.read(text) {
            // Readers differ in what they drop and where they stop.
            const DROPPED: [(bool, &[char]); 5] =
                [(false, &['"', '\\']), (true, &['\t']), (true, &[]), (true, &['"', '\\', '\t']), (true, &['"', '\\'])];
            for (controls, characters) in DROPPED {
                let dropped = |c: &char| characters.contains(c) || controls && c.is_control() && *c != '\t';
                let rest: String = text.chars().filter(|c| !dropped(c)).collect();
                self.read(&rest);
                self.read(&tightened(&rest));
                // In brackets some drop every blank.
                for part in rest.split(['<', '>']).filter(|p| p.contains('@')) {
                    self.read(&part.split_whitespace().collect::<String>());
                }
            }
        }
    }

    /// Each `@` and what follows it. True if a domain ends at something that some readers read over.
    fn read(&mut self, text: &str) -> bool {
        let mut broken = false;
        for (at, _) in text.match_indices('@') {
            let after = text[at + 1..].trim_start_matches('[');
            let end = after.find(|c| is_delimiter(c) || is_soft(c)).unwrap_or(after.len());
            broken |= after[end..].starts_with(is_soft);
            let run = &after[..end];
            let host = &run[..run.find(|c: char| !is_host(c)).unwrap_or(run.len())];
            self.add(text, at, run);
            // Some take everything up to a bracket or a blank for one name.
            let line = &after[..after.find(|c: char| c == '@' || c.is_whitespace()).unwrap_or(after.len())];
            let bracketed = line.split(['<', '>']).next().unwrap_or_default();
            for far in [bracketed, line].map(|far| far.trim_end_matches(|c| !is_host(c))) {
                if far.len() > run.len() {
                    self.add(text, at, far);
                }
            }
            if host != run {
                self.add(text, at, host);
                self.add(text, at, &percent_decoded(run));
            }
        }
        // Brackets around a bare domain: what should stand before it is elsewhere, or nowhere.
        for (at, _) in text.match_indices('<') {
            let inside = text[at + 1..].split(['<', '>', ',']).next().unwrap_or_default();
            if inside.contains('.') && !inside.contains('@') {
                self.add(text, at, inside.trim());
            }
        }
        broken
    }

    fn add(&mut self, text: &str, at: usize, domain: &str) {
        let before = &text[..at];
        let local = before.rfind(|c| is_delimiter(c) || is_soft(c)).map_or(before, |i| {
            let next = before.ceil_char_boundary(i + 1);
            &before[next..]
        });
        // Of a name that cannot exist, careless readers compare the end.
        let mut ends =
            std::iter::successors(Some(domain), |d| d.split_once('.').map(|(_, rest)| rest)).take(MAX_LABELS);
        let Some(domain) = ends.find_map(|end| Domain::parse(end.trim_end_matches('.'))) else { return };
        if self.known.insert(domain.clone()) {
            self.mailboxes.push(Mailbox {
                address: format!("{local}@{domain}"),
                local: local.to_owned(),
                domain: Some(domain),
                reading: Reading::Shown,
                ..Mailbox::default()
            });
        }
    }
}

/// Characters that end a domain for every reader.
fn is_delimiter(c: char) -> bool {
    matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | ':' | '@')
}

/// Characters that end a domain for some readers and are nothing to others.
fn is_soft(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '"' | '\\')
}

fn is_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// The text without blanks around `.` and `@`, which obsolete syntax allows there (RFC 5322 section 4.4).
fn tightened(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '.' | '@') {
            out.truncate(out.trim_end().len());
        } else if c.is_whitespace() && out.ends_with(['.', '@']) {
            continue;
        }
        out.push(c);
    }
    out
}

/// The text without its comments, wherever they stand; `None` if there is none. What is never closed stays, and a
/// bracket that closes nothing becomes `stray`.
fn without_comments(text: &str, stray: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut opened = Vec::new();
    for c in text.chars() {
        match c {
            ')' => match opened.pop() {
                Some(start) => out.truncate(start),
                None => out.push_str(stray),
            },
            '(' => {
                opened.push(out.len());
                out.push(c);
            }
            c => out.push(c),
        }
    }
    (out.len() < text.len()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shows(value: &str, domain: &str) -> bool {
        let found = shown_addresses(value, &mut HashSet::new());
        found.iter().any(|m| m.domain.as_ref().is_some_and(|d| d.as_str() == domain))
    }

    #[test]
    fn a_domain_is_seen_in_every_dress() {
        for value in [
            "a@elance.com",
            "<@elance.com,@x.test:a@evil.test>",
            "a@elance.com\0@evil.test",
            "a@elance.com\0.evil.test",
            "a@el\0ance.com",
            "\u{202e}moc.ecnale@a.evil.test",
            "a@elance.com%00.evil.test",
            "a@%65lance.com",
            "a@elance\\.com",
            "a@\"elance\".com",
            "a@ elance . com (x)",
            "a@elance.\r\n com",
            "a@elance.com\rX: y",
            "a@el(x)ance.com",
            "a@el(x(y)z)ance.com",
            "a@)elance.com",
            "<a@\"e lance.com>",
            "@ =?iso-8859-1?Q?=29?= <elance.com> b",
            "Service <elance.com>",
            "a@(x)elance.com)elance.com",
            "a@\u{7f}elance.com. b@evil.test",
            "<a@evil.test(.elance.com>",
            "\"(\" <a@el(x)ance.com>",
            "a(b@elance.com",
            "=?utf-8?q?a=40elance.com?=@evil.test",
            "=?utf-8?q?a?=@=?utf-8?q?elance.com?=",
            "=?utf-8?q?a=40elance.com=3E?= <b@evil.test>",
            "a＠ｅｌａｎｃｅ．ｃｏｍ",
            "a@elance。com",
            "a@𝐞𝐥𝐚𝐧𝐜𝐞.𝐜𝐨𝐦",
            "a@elan\u{200d}ce.com",
            "a@\u{20ac}elance.com",
            "a@elance.com\u{fffd}.evil.test",
            "a@elance.com..",
            "a@.elance.com",
            "a@x..elance.com",
            "a@ex!ample.elance.com",
            "\"a@elance.com\"@evil.test",
            "Group a@elance.com: b@evil.test;",
            "<a@elance.com",
            "a@evil.test <b@elance.com>.evil.test",
        ] {
            assert!(shows(value, "elance.com"), "{value:?}");
        }
    }

    #[test]
    fn what_is_another_domain_is_not_the_brand_s() {
        for value in
            ["a@elance.com.evil.test", "a@freelance.com", "elance.com", "a@elance.community", "a@elance-com.test"]
        {
            assert!(!shows(value, "elance.com"), "{value:?}");
        }
    }

    #[test]
    fn a_long_field_has_no_middle_to_hide_in_behind_postfix() {
        let names = |n: usize| (0..n).map(|i| format!("a@d{i}.test, ")).collect::<String>();
        let value = format!("{}a@elance.com, {}", names(3_000), names(3_000));
        assert!(value.len() < 102_400 && shows(&value, "elance.com"));
    }
}
