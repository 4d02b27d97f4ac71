//! `<a href="data:text/html,…">`, `<a href="javascript:…">`: a page or program in the link itself.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::evidence::destination::quoted;
use crate::mail::LinkKind;
use crate::text::fold::first_bytes;

/// Octets of a `data:` link that say what it holds.
const MAX_HEAD_BYTES: usize = 60;

pub(super) static SIGNAL: Signal = Signal {
    id: "link-script",
    title: "A link holds a page or a script of its own",
    why: "The page opens from the mail: there is no host to look at or to block. Mail programs do not run scripts, so \
          honest mail has no use for it. Innocent case: a page of a site sent as mail, with the site's own scripts in \
          its links.",
    points: 20,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    let links = e.message.body.links.iter().filter(|l| l.kind != LinkKind::Image);
    links.filter_map(|l| Some((l, l.scheme()?))).find_map(|(link, scheme)| match scheme.as_str() {
        "data" if is_page(&link.href) => Some(format!("a link is a page of its own: {}", quoted(link))),
        "javascript" | "vbscript" => Some(format!("a link is a script: {}", quoted(link))),
        _ => None,
    })
}

/// True for data that opens as a page.
fn is_page(href: &str) -> bool {
    let head = first_bytes(href, MAX_HEAD_BYTES).to_ascii_lowercase();
    ["html", "svg", "xml", "javascript"].iter().any(|kind| head.contains(kind))
}
