//! Files of text: calendars, cards, shortcuts to pages and plain notes, for the links in them. What a program opens
//! with a click is the same in all of them, so they are read alike.

use crate::mail::attachment::file::{Container, Document};
use crate::mail::attachment::work::{MAX_DOCUMENT_BYTES, Work};
use crate::mail::link::written::written_links;
use crate::mail::link::{Link, LinkKind};
use crate::mail::mime::decode;
use crate::text::fold::first_bytes;
use std::borrow::Cow;

/// Octets of one text file that are searched for links.
const MAX_SEARCHED_BYTES: usize = 1 << 20;

/// Octets kept of the names of who wrote a card or calls to an event.
const MAX_AUTHOR_BYTES: usize = 1_000;
/// Properties of events and cards that no program shows as text.
const HIDDEN: [&str; 17] = [
    "BEGIN", "END", "VERSION", "PRODID", "METHOD", "UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS",
    "TRANSP", "CALSCALE", "RRULE", "TZID", "PHOTO", "REV",
];

pub(super) fn read_text(octets: &[u8], charset: Option<&str>, file: Container<'_>, work: &mut Work) {
    if octets.len() > MAX_SEARCHED_BYTES {
        work.limit("a text file is longer than is searched for links");
    }
    let octets = &octets[..octets.len().min(MAX_SEARCHED_BYTES)];
    let text = decode::text(octets, charset, false);
    let begins = first_bytes(text.trim_start(), 20).to_ascii_uppercase();
    let folds = begins.starts_with("BEGIN:VCALENDAR") || begins.starts_with("BEGIN:VCARD");
    let text = if folds { Cow::Owned(unfolded(&text)) } else { text };
    let document = if folds { entry(&text, file.name) } else { plain(&text, file.name) };
    work.document(document);
    written_links(&text, |found| work.link(Link::new(LinkKind::Attachment, &found.href, file.name)));
}

/// The text of a file that is shown as it is.
fn plain(text: &str, name: &str) -> Document {
    let text = first_bytes(text, MAX_DOCUMENT_BYTES + char::MAX_LEN_UTF8).to_owned();
    Document { name: name.to_owned(), author: String::new(), text }
}

/// What programs show of an event or a card, unfolded: names, notes, places.
fn entry(text: &str, name: &str) -> Document {
    let mut shown = Document { name: name.to_owned(), ..Document::default() };
    for (property, value) in text.lines().map(|line| line.split_once(':').unwrap_or(("", line))) {
        let (called, parameters) = property.split_once(';').unwrap_or((property, ""));
        let called = called.rsplit('.').next().unwrap_or_default().to_ascii_uppercase();
        let common = || parameters.split(';').find_map(|p| p.strip_prefix("CN=").map(|cn| cn.trim_matches('"')));
        let who = match called.as_str() {
            "ORGANIZER" => common().unwrap_or_default(),
            "FN" | "ORG" => value,
            _ => "",
        };
        if !who.is_empty() && shown.author.len() < MAX_AUTHOR_BYTES && !shown.author.contains(who) {
            shown.author.push_str(first_bytes(who, MAX_AUTHOR_BYTES));
            shown.author.push('\n');
        }
        if !HIDDEN.contains(&called.as_str()) {
            shown.text.push_str(if who.is_empty() { value } else { who });
            shown.text.push('\n');
        }
    }
    shown
}

/// The text of a calendar or card with its folded lines made whole and its escapes read (RFC 5545 sections 3.1 and
/// 3.3.11, RFC 6350 likewise).
pub(crate) fn unfolded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match line.strip_prefix([' ', '\t']) {
            Some(rest) => out.push_str(rest),
            None => {
                out.push('\n');
                out.push_str(line);
            }
        }
    }
    let lines = out.trim_start_matches('\n').replace("\\n", "\n").replace("\\N", "\n");
    lines.replace("\\,", ",").replace("\\;", ";")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        let mut work = Work::default();
        read_text(text.as_bytes(), None, Container { name: "a", depth: 0 }, &mut work);
        work.links.into_iter().map(|l| l.href).collect()
    }

    #[test]
    fn folded_links_are_whole() {
        let ics = "BEGIN:VCALENDAR\r\nDESCRIPTION:Join\\nhttps://a.test/jo\r\n in/1?x=2 now\\, please\r\n\
                   URL:https://b.test/\r\nATTACH;FMTTYPE=text/html:https://c.test/x.htm\r\nEND:VCALENDAR\r\n";
        assert_eq!(links(ics), ["https://a.test/join/1?x=2", "https://b.test/", "https://c.test/x.htm"]);
        assert_eq!(links("BEGIN:VCARD\nURL:https://a.te\n st/me\nEND:VCARD"), ["https://a.test/me"]);
    }

    #[test]
    fn shortcuts_to_pages_lead_there() {
        assert_eq!(links("[InternetShortcut]\r\nURL=https://a.test/login\r\n"), ["https://a.test/login"]);
        assert_eq!(links("<plist><dict><key>URL</key><string>http://a.test/x</string>"), ["http://a.test/x"]);
        assert_eq!(links("nothing here\n a b"), [""; 0]);
    }
}
