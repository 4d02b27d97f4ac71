//! What the attachment signals share: how they put what a file does into words. Not a signal itself.

use super::Evidence;
use crate::mail::Harm;

/// The first attachment that can do this, in words.
pub(super) fn first(e: &Evidence<'_>, harm: Harm) -> Option<String> {
    e.message.body.attachments.iter().find_map(|attachment| {
        let danger = attachment.dangers.iter().find(|d| d.harm == harm)?;
        Some(format!("the attachment {:?} {}", attachment.name, danger.words))
    })
}
