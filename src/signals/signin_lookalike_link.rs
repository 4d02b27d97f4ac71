//! `http://198.51.100.7/elance/login.php`, `http://hacked.example/wp/elance.com/signin`: a copy of the sign-in page.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, links};
use crate::lookalike::Name;
use crate::mail::{Authority, Domain};
use crate::policy::{Brand, SigninPage};
use crate::text::fold::fold;
use crate::text::percent::percent_decoded;
use crate::wording::{WordKind, WordList};

pub(super) static SIGNAL: Signal = Signal {
    id: "signin-lookalike-link",
    title: "A link leads to a stranger's page dressed as a brand's sign-in",
    why: "Copies of a sign-in page live on hacked sites and bare addresses, in a folder named after the brand, or \
          under the path of one of brand.signin_pages. Innocent case: an article about signing in to the brand; there \
          the brand is seldom a folder of its own.",
    points: 40,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

/// Segments of a sign-in page's path that make it the brand's own: everybody has a `/login`.
const MIN_OWN_PATH: usize = 2;

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    links::astray(e, brand).filter(|(way, _)| way.hidden_by.is_none()).find_map(|(way, authority)| {
        let copied = copied(authority, brand).map(|page| format!("has the path of {page} and "));
        let how = copied.or_else(|| dressed(authority, brand).then(String::new))?;
        let true_page = brand.signin_pages.first().map(|page| format!("; members sign in at {page}"));
        let where_else = true_page.unwrap_or_default();
        Some(format!("{} {how}is a page of {}, not of {}{where_else}", way.quoted(), authority.host, brand.name))
    })
}

/// The sign-in page of the brand whose path the link ends with, in a folder or not.
fn copied<'b>(authority: &Authority, brand: &'b Brand) -> Option<&'b SigninPage> {
    let path = authority.rest.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_ascii_lowercase();
    brand.signin_pages.iter().find(|page| {
        let own = page.path.trim_end_matches('/');
        own.matches('/').count() >= MIN_OWN_PATH && path.ends_with(&own.to_ascii_lowercase())
    })
}

/// True if one segment of the path is the brand and another (or the query) asks for signing in, or if a segment is
/// made of both (`elance-login.php`).
fn dressed(authority: &Authority, brand: &Brand) -> bool {
    let rest = fold(&percent_decoded(&authority.rest));
    let domains = brand.domains.iter().map(Domain::as_str);
    if !brand.compact_names().map(Name::as_str).chain(domains).any(|name| rest.contains(name)) {
        return false;
    }
    let (path, query) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
    let cut =
        |s: &'_ str| s.split(['/', '?', '&', '=', '#', '\\']).filter(|s| !s.is_empty()).map(str::to_owned).collect();
    let (path, query): (Vec<String>, Vec<String>) = (cut(path), cut(query));
    let sign_in = WordList::of(WordKind::SignIn);
    let stem = |s: &str| s.split('.').next().unwrap_or_default().to_owned();
    let named = |s: &&String| brand.compact_names().any(|n| *s == n.as_str()) || brand.domain_in(s).is_some();
    let asks = |s: &&String| {
        let stem = stem(s);
        sign_in.contains(&stem) || stem.split(['-', '_']).any(|part| sign_in.contains(part))
    };
    // What is longer is the title of an article.
    let both = |s: &String| {
        let stem = stem(s);
        let words = stem.split(['-', '_']).count();
        words <= 2 && brand.compact_names().any(|n| n.baited_in(&stem) && sign_in.iter().any(|w| stem.contains(w)))
    };
    path.iter().any(both) || path.iter().any(|s| named(&s)) && path.iter().chain(&query).any(|s| !named(&s) && asks(&s))
}
