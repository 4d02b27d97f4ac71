//! "Dear bob@example.net", "Hello bob.smith83".

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, naming};
use crate::mail::read_mailboxes;
use crate::text::fold::{first_bytes, fold, words_contain};

pub(super) static SIGNAL: Signal = Signal {
    id: "greeting-by-address",
    title: "The reader is greeted by his mail address",
    why: "A mass mailing knows nothing of its reader but the address, and greets with that. Some honest programs fall back to it where they have no name, so it only counts together with a brand.",
    points: 15,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

/// Words at the beginning among which a greeting has its name.
const GREETING_WITHIN: usize = 4;
/// Letters of a local part that is recognised without its domain.
const MIN_LOCAL: usize = 5;

/// Words that an address stands behind where it greets its reader, folded. Whose it is does not matter: mail is passed on.
const HAILS: [&str; 30] = [
    "dear",
    "hello",
    "hi",
    "hey",
    "attention",
    "welcome",
    "hallo",
    "sehr geehrte",
    "guten tag",
    "liebe",
    "lieber",
    "ola",
    "oi",
    "caro",
    "cara",
    "prezado",
    "prezada",
    "prezado(a)",
    "sr(a)",
    "sr(a).",
    "senhor(a)",
    "hola",
    "estimado",
    "estimada",
    "bonjour",
    "cher",
    "ciao",
    "gentile",
    "beste",
    "witaj",
];
/// Octets of text within which a message greets.
const GREETED_WITHIN: usize = 2_000;

fn check(e: &Evidence<'_>) -> Option<String> {
    if e.proven {
        return None;
    }
    let greeted = hailed(first_bytes(e.own_text(), GREETED_WITHIN)).map(str::to_owned).or_else(|| recipient(e))?;
    Some(format!("it calls its reader {greeted:?}"))
}

/// The address that stands right behind a word of greeting.
fn hailed(text: &str) -> Option<&str> {
    text.match_indices('@').find_map(|(at, _)| {
        let start = text[..at].rfind(' ')?;
        let end = text[at..].find(' ').map_or(text.len(), |n| at + n);
        let address = text[start..end].trim_matches(|c: char| !c.is_alphanumeric());
        let front = text[..start].trim_end_matches([' ', ',', ':']);
        let whole = address.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        (whole && naming::last_of(front, &HAILS).is_some()).then_some(address)
    })
}

/// A recipient's address among the first words, or in the subject.
fn recipient(e: &Evidence<'_>) -> Option<String> {
    let to = e.message.values("To").flat_map(read_mailboxes).map(|m| m.address);
    e.envelope.rcpt_to.iter().cloned().chain(to).map(|address| fold(&address)).find(|address| {
        let Some((local, domain)) = address.rsplit_once('@').filter(|(local, _)| !local.is_empty()) else {
            return false;
        };
        // A name alone may be his: Bob is bob@example.net.
        let is_no_name = local.len() >= MIN_LOCAL && local.contains(|c: char| c.is_ascii_digit() || "._-+".contains(c));
        let whole = !domain.is_empty() && (is_greeted(e.own_text(), address) || words_contain(&e.subject, address));
        whole || is_no_name && (is_greeted(e.own_text(), local) || is_greeted(&e.subject, local))
    })
}

/// True if the address stands where a name stands: among the first words.
fn is_greeted(text: &str, address: &str) -> bool {
    let mut words = text.split(' ').take(GREETING_WITHIN);
    words.any(|word| word.trim_matches(|c: char| ",:;!.()\"'".contains(c)) == address)
}
