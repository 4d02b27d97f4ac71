//! What the signals share that find a brand named by a stranger: when a name is a mere mention. Not a signal itself.
//!
//! Members, shops, banks and newspapers name brands every day. A message whose links lead home, to the brand's own pages or
//! to those of a sender who is who he says, has nothing to gain from the name.

use super::{Brand, Evidence, links};
use crate::mail::Domain;

/// Links that are looked at: the rest of a longer list leads where its beginning leads.
const MAX_LINKS: usize = 200;

/// How mail programs of many languages mark an answer or a forwarded message, folded.
const ANSWERS: [&str; 16] = [
    "re:", "fw:", "fwd:", "aw:", "wg:", "antw:", "tr:", "rv:", "sv:", "vs:", "enc:", "res:", "r:", "i:", "doorst:",
    "odp:",
];

/// True if a folded subject is marked as an answer's or a forwarded message's.
pub(super) fn is_marked(subject: &str) -> bool {
    ANSWERS.iter().any(|mark| subject.starts_with(mark))
}

/// The subject, folded, if it is the sender's own: not an answer and not forwarded. A mark of an answer without a word of
/// what it answers (In-Reply-To, References, RFC 5322 section 3.6.4) is a trick, and the subject goes on behind it.
pub(super) fn unprompted<'e>(e: &'e Evidence<'_>) -> Option<&'e str> {
    match ANSWERS.iter().find_map(|mark| e.subject.strip_prefix(mark)) {
        None => Some(&e.subject),
        Some(rest) => (!e.answers() && !e.is_list_mail()).then_some(rest.trim_start()),
    }
}

/// True if nothing makes the brand's name here more than a mention.
pub(super) fn is_mention(e: &Evidence<'_>, brand: &Brand) -> bool {
    e.may_speak_for(brand) || leads_to_brand(e, brand) || leads_to_author(e)
}

/// True if there are links, all of them to the brand's own pages, and nothing to open.
pub(super) fn leads_to_brand(e: &Evidence<'_>, brand: &Brand) -> bool {
    e.message.body.attachments.is_empty()
        && links::followed(e).next().is_some()
        && links::all_astray(e, brand).next().is_none()
}

/// True if at least half of the links lead to pages of the author, and he is proven.
fn leads_to_author(e: &Evidence<'_>) -> bool {
    let Some(author) = e.proven_author() else { return false };
    let hosts: Vec<Option<&Domain>> = links::followed(e).take(MAX_LINKS).map(|(_, a)| a.domain.as_ref()).collect();
    let own = hosts.iter().flatten().filter(|host| host.registrable() == author.registrable()).count();
    own > 0 && own * 2 >= hosts.len()
}
