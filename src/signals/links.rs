//! What the link signals share: the links a person may follow, and whose they are. Not a signal itself.

use super::{Brand, Evidence};
use crate::mail::{Authority, Domain, Link, LinkKind};

/// Characters of a URL that evidence quotes.
const QUOTED_URL: usize = 120;

/// Links a person may follow or that open by themselves, with their authority: no images.
pub(super) fn followed<'a>(e: &Evidence<'a>) -> impl Iterator<Item = (&'a Link, &'a Authority)> + use<'a> {
    let links = e.message.body.links.iter().filter(|l| l.kind != LinkKind::Image);
    links.filter_map(|l| Some((l, l.authority.as_ref()?)))
}

/// The same, without those that lead where the brand's honest links lead.
pub(super) fn astray<'a>(e: &Evidence<'a>, brand: &Brand) -> impl Iterator<Item = (&'a Link, &'a Authority)> {
    followed(e).filter(|(_, a)| !a.domain.as_ref().is_some_and(|d| brand.links_to(d)))
}

/// How the host's registrable label holds the brand, if the brand's name is joined to it with a dash.
pub(super) fn dashed(brand: &Brand, host: &Domain) -> bool {
    let chosen = host.chosen_label();
    chosen.contains('-') && brand.compact_names().any(|n| n.is_token_of(chosen) || n.as_str() == chosen)
}

/// True if a label in front of a stranger's domain holds the brand's name as a word.
pub(super) fn in_front(brand: &Brand, host: &Domain) -> bool {
    let front = host.labels().count() - host.registrable().split('.').count();
    host.labels().take(front).any(|label| brand.compact_names().any(|n| n.is_token_of(label)))
}

/// A URL for evidence: cut to a readable length.
pub(super) fn quoted(link: &Link) -> String {
    crate::mail::text::first_bytes(&link.href, QUOTED_URL).to_owned()
}
