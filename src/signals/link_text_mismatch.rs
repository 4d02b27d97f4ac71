//! `<a href="http://mailer.example/">https://www.elance.com/login</a>`.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::mail::{Authority, Domain, Link, LinkKind};
use crate::policy::{Brand, Passage};
use crate::text::fold::fold;
use crate::wording::PhraseKind::{Credential, Greeting, Personal, Threat, Urgency};

pub(super) static SIGNAL: Signal = Signal {
    id: "link-text-mismatch",
    title: "A link shows a brand's address and leads elsewhere",
    why: "The text is what a person reads, the target is where the click goes. Innocent case: click tracking of a \
          sender that quotes the brand's address; list the tracker in brand.link_hosts if it works for the brand. The \
          bare name of the site, and a link through a mailer that counts clicks, count only beside another pretence or \
          request.",
    points: 40,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    // People and newsletters write the bare name of a site on a tracked link; that alone shows nothing.
    let asks = || e.poses_as(brand) || e.phrase(&[Credential, Personal, Threat, Urgency, Greeting]).is_some();
    let going_on = links::going_on(e, brand).find_map(|(way, to)| {
        let shown = shown_host(&way.link.shown, brand, false).filter(|_| way.link.kind == LinkKind::Anchor)?;
        Some(format!("the text shows {shown:?}, the link goes on to {to}"))
    });
    if going_on.is_some() && !e.origin.may_speak_for(brand) {
        return going_on;
    }
    let anchors = links::all_astray(e, brand).filter(|way| way.link.kind == LinkKind::Anchor);
    anchors.into_iter().find_map(|way| {
        let target = target(&way.target)?;
        let shown = shown_host(&way.link.shown, brand, matches!(target, Target::Mailbox(_)))?;
        // Mailers and mail gateways pass every link on; where to, nobody can tell.
        let tracked = matches!(way.hidden_by, Some(Passage::Tracker | Passage::Protection));
        let mention = matches!(target, Target::Host(_)) && (tracked || is_bare(&way.link.shown, brand));
        let through: Vec<&str> = way.through.iter().map(|(host, _)| host.as_str()).collect();
        let through = if through.is_empty() { String::new() } else { format!(", through {}", through.join(" and ")) };
        (!mention || asks())
            .then(|| format!("the text shows {shown:?}, the link leads to {}{through}", target.in_words()))
    })
}

/// Where a link leads.
enum Target<'a> {
    Host(&'a str),
    Address(&'a str),
    Mailbox(&'a str),
    Scheme(&'a str),
}

impl Target<'_> {
    fn in_words(&self) -> String {
        match self {
            Target::Host(to) | Target::Address(to) => (*to).to_owned(),
            Target::Mailbox(to) => format!("the mailbox {to}"),
            Target::Scheme(scheme) => format!("what {scheme}: holds"),
        }
    }
}

/// `None` for links that stay in the message or whose target nobody can tell.
fn target(link: &Link) -> Option<Target<'_>> {
    if let Some(authority) = &link.authority {
        let host = authority.host.as_str();
        return Some(if authority.domain.is_some() { Target::Host(host) } else { Target::Address(host) });
    }
    let (scheme, rest) = link.href.split_once(':')?;
    match scheme.to_ascii_lowercase().as_str() {
        "mailto" => Some(Target::Mailbox(rest.split('?').next().unwrap_or_default())),
        "data" | "javascript" | "file" => Some(Target::Scheme(scheme)),
        _ => None,
    }
}

/// The brand's host in a link's text, or one that is made to look like it: as a URL, or as a bare host name. Over a
/// mailbox it is an address that is shown.
fn shown_host(shown: &str, brand: &Brand, over_mailbox: bool) -> Option<String> {
    let words = shown.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()));
    words.into_iter().filter(|w| over_mailbox == w.contains('@')).find_map(|word| {
        // A capital I among small letters is an l to the eye.
        let odd = !word.is_ascii() || word.contains('I') && word.contains(|c: char| c.is_ascii_lowercase());
        let poses = |d: &Domain| brand.owns(d) || odd && brand.imitated_by(d).is_some();
        let url = Authority::of(word).and_then(|a| a.domain).filter(poses).map(|d| d.to_string());
        url.or_else(|| brand.domain_in(word.split(['/', '?']).next().unwrap_or_default()))
    })
}

/// True if the text is one of the brand's domains, with or without `www.`, and no more.
fn is_bare(shown: &str, brand: &Brand) -> bool {
    let folded = fold(shown);
    brand.domains.iter().any(|d| folded.strip_prefix("www.").unwrap_or(&folded) == d.as_str())
}
