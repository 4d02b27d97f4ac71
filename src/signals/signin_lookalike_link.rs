//! `http://198.51.100.7/elance/login.php`, `http://hacked.example/wp/elance.com/signin`: a copy of the sign-in page.

use super::{Brand, Check, Evidence, Kind, Signal, links};
use crate::mail::Authority;
use crate::mail::text::fold;

pub(super) static SIGNAL: Signal = Signal {
    id: "signin-lookalike-link",
    title: "A link leads to a stranger's page dressed as a brand's sign-in",
    why: "Copies of a sign-in page live on hacked sites and bare addresses, in a folder named after the brand. Innocent case: \
          an article about signing in to the brand; there the brand is seldom a folder of its own.",
    points: 40,
    at_least: None,
    kind: Kind::Claim,
    check: Check::Brand(check),
};

/// Words of a path that ask for signing in.
const SIGN_IN: [&str; 20] = [
    "login",
    "logon",
    "signin",
    "sign-in",
    "sign_in",
    "log-in",
    "log_in",
    "verify",
    "verification",
    "confirm",
    "account",
    "secure",
    "auth",
    "authenticate",
    "update",
    "webscr",
    "password",
    "acceso",
    "entrar",
    "anmelden",
];

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    links::astray(e, brand).find_map(|(link, authority)| {
        dressed(authority, brand)
            .then(|| format!("{} is a page of {}, not of {}", links::quoted(link), authority.host, brand.name))
    })
}

/// True if one segment of the path is the brand and another (or its query) asks for signing in.
fn dressed(authority: &Authority, brand: &Brand) -> bool {
    let path = fold(&authority.rest);
    let segments: Vec<&str> = path.split(['/', '?', '&', '=', '#', '\\']).filter(|s| !s.is_empty()).collect();
    let named = |s: &str| brand.compact_names().any(|n| s == n.as_str()) || brand.domain_in(s).is_some();
    let asks = |s: &str| {
        let stem = s.split('.').next().unwrap_or_default();
        SIGN_IN.contains(&stem) || SIGN_IN.iter().any(|w| stem.split(['-', '_']).any(|part| part == *w))
    };
    segments.iter().any(|s| named(s)) && segments.iter().any(|s| !named(s) && asks(s))
}
