//! What the signals share that find a brand named by a stranger: when a name is a mere mention. Not a signal itself.
//!
//! Members, shops, banks and newspapers name brands every day. A message whose links lead home, to the brand's own
//! pages or to those of a sender who is who they say, has nothing to gain from the name.

use super::gathered::Evidence;
use super::links;
use crate::policy::Brand;

/// True if there are links, all of them to the brand's own pages, and nothing to open.
pub(crate) fn leads_to_brand(e: &Evidence<'_>, brand: &Brand) -> bool {
    e.message.body.attachments.is_empty()
        && links::followed(e).next().is_some()
        && links::all_astray(e, brand).next().is_none()
        && links::going_on(e, brand).next().is_none()
}
