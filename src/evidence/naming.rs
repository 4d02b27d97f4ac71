//! What the signals share that find a brand named by a stranger: when a name is a mere mention. Not a signal itself.
//!
//! Members, shops, banks and newspapers name brands every day. A message whose links lead home, to the brand's own
//! pages or to those of a sender who is who they say, has nothing to gain from the name.

use super::gathered::Evidence;
use super::links;
use crate::lookalike;
use crate::mail::Domain;
use crate::policy::Brand;
use crate::text::fold::words_contain;
use crate::wording::{WordKind, WordList, quoted};

/// Shortest label of a domain that is recognised in a name.
const MIN_LABEL_BYTES: usize = 3;

/// Shortest word of a person's name that is recognised in an address.
const MIN_NAME_CHARS: usize = 3;

/// The subject, folded, if it is the sender's own: not an answer and not forwarded. A mark of an answer without a word
/// of what it answers (In-Reply-To, References, RFC 5322 section 3.6.4) is a trick, and the subject goes on behind it.
pub(crate) fn unprompted<'e>(e: &'e Evidence<'_>) -> Option<&'e str> {
    match quoted::unmarked(&e.subject) {
        None => Some(&e.subject),
        Some(rest) => (!e.answers() && !e.origin.is_list_mail()).then_some(rest.trim_start()),
    }
}

/// True if a folded name is an office's: `technical support`, `noreply`.
pub(crate) fn is_office(name: &str) -> bool {
    WordList::of(WordKind::Offices).iter().any(|word| words_contain(name, word))
}

/// True if a word of a person's folded name stands in the local part.
pub(super) fn names_person(name: &str, local: &str) -> bool {
    if is_office(name) {
        return false;
    }
    let words = name.split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() >= MIN_NAME_CHARS);
    words.filter(|w| !lookalike::is_bait(w)).any(|w| local.contains(w))
}

/// True if a folded name holds the label that the owner of a domain chose: `example support` at example.net.
pub(crate) fn names_organization(name: &str, domain: &Domain) -> bool {
    let compact = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let label = compact(domain.chosen_label());
    label.len() >= MIN_LABEL_BYTES && compact(name).contains(&label)
}

/// True if there are links, all of them to the brand's own pages, and nothing to open.
pub(crate) fn leads_to_brand(e: &Evidence<'_>, brand: &Brand) -> bool {
    e.message.body.attachments.is_empty()
        && links::followed(e).next().is_some()
        && links::all_astray(e, brand).next().is_none()
}
