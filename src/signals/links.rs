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

/// Links of any scheme a person may follow, without those that lead where the brand's honest links or mailboxes are.
pub(super) fn all_astray<'a>(e: &Evidence<'a>, brand: &Brand) -> impl Iterator<Item = &'a Link> {
    e.message.body.links.iter().filter(|l| l.kind != LinkKind::Image).filter(|l| {
        let mailbox = || {
            let to = l.href.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("mailto"))?.1;
            Domain::parse(to.split('?').next()?.rsplit_once('@')?.1)
        };
        !l.domain().cloned().or_else(mailbox).is_some_and(|d| brand.links_to(&d))
    })
}

/// True if a dash joins the brand to something else: in the label its owner chose (`secure-elance.com`), or around the
/// brand's whole domain (`elance.com-verify.example`).
pub(super) fn dashed(brand: &Brand, host: &Domain) -> bool {
    let chosen = host.chosen_label();
    let joined = |d: &Domain| host.as_str().contains(&format!("{d}-")) || host.as_str().contains(&format!("-{d}."));
    chosen.contains('-') && brand.compact_names().any(|n| n.is_token_of(chosen) || n.as_str() == chosen)
        || brand.domains.iter().any(joined)
}

/// True if a label in front of a stranger's domain holds the brand's name as a word.
pub(super) fn in_front(brand: &Brand, host: &Domain) -> bool {
    if dashed(brand, host) {
        return false;
    }
    let front = host.labels().count() - host.registrable().split('.').count();
    host.labels().take(front).any(|label| brand.compact_names().any(|n| n.is_token_of(label)))
}

/// A URL for evidence: cut to a readable length.
pub(super) fn quoted(link: &Link) -> String {
    crate::mail::text::first_bytes(&link.href, QUOTED_URL).to_owned()
}
