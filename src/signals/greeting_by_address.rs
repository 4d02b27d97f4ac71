//! "Dear bob@example.net", "Hello bob.smith83".

use super::{Check, Evidence, Kind, Signal};
use crate::mail::address::read_mailboxes;
use crate::mail::text::{fold, words_contain};

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

fn check(e: &Evidence<'_>) -> Option<String> {
    // An answer begins with whose words it quotes.
    if e.proven || e.answers() {
        return None;
    }
    let to = e.message.values("To").flat_map(read_mailboxes).map(|m| m.address);
    let greeted = e.envelope.rcpt_to.iter().cloned().chain(to).map(|address| fold(&address)).find(|address| {
        let Some((local, domain)) = address.rsplit_once('@').filter(|(local, _)| !local.is_empty()) else {
            return false;
        };
        // A name alone may be his: Bob is bob@example.net.
        let is_no_name = local.len() >= MIN_LOCAL && local.contains(|c: char| c.is_ascii_digit() || "._-+".contains(c));
        let whole = !domain.is_empty() && (is_greeted(&e.text, address) || words_contain(&e.subject, address));
        whole || is_no_name && (is_greeted(&e.text, local) || is_greeted(&e.subject, local))
    })?;
    Some(format!("it calls its reader {greeted:?}"))
}

/// True if the address stands where a name stands: among the first words.
fn is_greeted(text: &str, address: &str) -> bool {
    let mut words = text.split(' ').take(GREETING_WITHIN);
    words.any(|word| word.trim_matches(|c: char| ",:;!.()\"'".contains(c)) == address)
}
