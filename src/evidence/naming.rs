//! What the signals share that find a brand named by a stranger: when a name is a mere mention. Not a signal itself.
//!
//! Members, shops, banks and newspapers name brands every day. A message whose links lead home, to the brand's own
//! pages or to those of a sender who is who they say, has nothing to gain from the name.

use super::gathered::Evidence;
use super::links;
use crate::policy::Brand;
use crate::wording::quoted;

/// The subject, folded, if it is the sender's own: not an answer and not forwarded. A mark of an answer without a word
/// of what it answers (In-Reply-To, References, RFC 5322 section 3.6.4) is a trick, and the subject goes on behind it.
pub(crate) fn unprompted<'e>(e: &'e Evidence<'_>) -> Option<&'e str> {
    match quoted::unmarked(&e.subject) {
        None => Some(&e.subject),
        Some(rest) => (!e.answers() && !e.origin.is_list_mail()).then_some(rest.trim_start()),
    }
}

/// True if there are links, all of them to the brand's own pages, and nothing to open.
pub(crate) fn leads_to_brand(e: &Evidence<'_>, brand: &Brand) -> bool {
    e.message.body.attachments.is_empty()
        && links::followed(e).next().is_some()
        && links::all_astray(e, brand).next().is_none()
        && links::going_on(e, brand).next().is_none()
}
