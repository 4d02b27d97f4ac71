//! "Dear bob@example.net", "Hello bob.smith83".

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::mail::read_mailboxes;
use crate::text::fold::{first_bytes, fold, words_contain};
use crate::wording::{WordKind, WordList};

pub(super) static SIGNAL: Signal = Signal {
    id: "greeting-by-address",
    title: "The reader is greeted by their mail address",
    why: "A mass mailing knows only the address of its reader, and greets with that. Some honest programs fall back to \
          it where they have no name, so it only counts together with a brand.",
    points: 15,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

/// Words at the beginning among which a greeting has its name.
const MAX_GREETING_WORDS: usize = 4;
/// Octets of text within which a message greets.
const GREETED_WITHIN_BYTES: usize = 2_000;
/// Octets of a local part that is recognised without its domain.
const MIN_LOCAL_BYTES: usize = 5;

fn check(e: &Evidence<'_>) -> Option<String> {
    if e.proven {
        return None;
    }
    let greeted =
        hailed(first_bytes(e.own_text(), GREETED_WITHIN_BYTES)).map(str::to_owned).or_else(|| recipient(e))?;
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
        (whole && WordList::of(WordKind::HailsAddress).last_of(front).is_some()).then_some(address)
    })
}

/// A recipient's address among the first words, or in the subject.
fn recipient(e: &Evidence<'_>) -> Option<String> {
    let to = e.message.values("To").flat_map(read_mailboxes).map(|m| m.address);
    e.envelope.rcpt_to.iter().cloned().chain(to).map(|address| fold(&address)).find(|address| {
        let Some((local, domain)) = address.rsplit_once('@').filter(|(local, _)| !local.is_empty()) else {
            return false;
        };
        // A name alone may be the reader's own: Bob is bob@example.net.
        let is_not_a_name =
            local.len() >= MIN_LOCAL_BYTES && local.contains(|c: char| c.is_ascii_digit() || "._-+".contains(c));
        let whole = !domain.is_empty() && (is_greeted(e.own_text(), address) || words_contain(&e.subject, address));
        whole || is_not_a_name && (is_greeted(e.own_text(), local) || is_greeted(&e.subject, local))
    })
}

/// True if the address stands where a name stands: among the first words.
fn is_greeted(text: &str, address: &str) -> bool {
    let mut words = text.split(' ').take(MAX_GREETING_WORDS);
    words.any(|word| word.trim_matches(|c: char| ",:;!.()\"'".contains(c)) == address)
}
