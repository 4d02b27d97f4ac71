//! `<a href="http://mailer.example/">https://www.elance.com/login</a>`.

use super::{Brand, Check, Evidence, Kind, Signal, links};
use crate::mail::{Authority, LinkKind};

pub(super) static SIGNAL: Signal = Signal {
    id: "link-text-mismatch",
    title: "A link shows a brand's address and leads elsewhere",
    why: "The text is what a person reads, the target is where the click goes. Innocent case: click tracking of a sender that \
          quotes the brand's address; list the tracker in brand.link_hosts if it works for the brand.",
    points: 40,
    at_least: None,
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let anchors = links::astray(e, brand).filter(|(link, _)| link.kind == LinkKind::Anchor);
    anchors.into_iter().find_map(|(link, authority)| {
        let shown = shown_host(&link.shown, brand)?;
        Some(format!("the text shows {shown:?}, the link leads to {}", authority.host))
    })
}

/// The brand's host in a link's text: as a URL, or as a bare host name.
fn shown_host(shown: &str, brand: &Brand) -> Option<String> {
    shown.split_whitespace().find_map(|word| {
        let url = Authority::of(word).and_then(|a| a.domain).filter(|d| brand.owns(d)).map(|d| d.to_string());
        url.or_else(|| brand.domain_in(word.split(['/', '?']).next().unwrap_or_default()).filter(|w| !w.contains('@')))
    })
}
