//! The authority of a URL, read twice: where a browser goes (WHATWG URL), and what a person reads.
//!
//! A browser drops tabs and line ends, takes backslashes for slashes and any number of them, decodes `%xx`, maps wide
//! letters and ideographic dots (UTS 46), and reads `0x7f.1` as an IPv4 address. A person reads a host from the left as
//! far as it looks like one, or takes what stands immediately before the first slash. Where the two differ, what the
//! person reads is kept in [`Authority::seen`].
//!
//! Refuses what is not a link to a host. Never fails; what a browser refuses to open keeps the host as it is written.

use crate::mail::domain::Domain;
use crate::text::fold::is_invisible;
use crate::text::percent::percent_decoded;
use std::borrow::Cow;
use std::net::IpAddr;

/// Octets that are read of a host, and of what a person reads before the slash. A name has 253, escaped three times
/// that.
const MAX_AUTHORITY_BYTES: usize = 4_096;
/// Slashes to the eye that no program takes for one.
const LIKE_SLASHES: [char; 8] =
    ['\u{2044}', '\u{2215}', '\u{29f8}', '\u{ff0f}', '\u{2571}', '\u{3033}', '\u{30ce}', '\u{4e3f}'];
/// Dots that UTS 46 maps to the full stop.
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// The part of a URL that says whose page it is (RFC 3986 section 3.2), as a browser reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// As written, between the slashes and the first `/ ? # \`, tabs and line ends dropped.
    pub raw: String,
    /// What stands before the last `@`, percent escapes decoded; it has no say in where the link goes.
    pub userinfo: Option<String>,
    /// The host a browser goes to: lower case, A-labels; an address in its usual form; what a browser refuses, as it is
    /// written.
    pub host: String,
    /// The host as a domain name, when it is one and not an IP address.
    pub domain: Option<Domain>,
    /// The host as an IP address, however it was written.
    pub address: Option<IpAddr>,
    /// What follows the host after `:`.
    pub port: Option<String>,
    /// What follows the authority: path, query and fragment as written.
    pub rest: String,
    /// Other domains that a person reads in it as its host; almost always none.
    pub seen: Vec<Domain>,
}

/// Where a browser goes.
#[derive(Default)]
struct Host {
    name: String,
    domain: Option<Domain>,
    address: Option<IpAddr>,
}

impl Authority {
    /// Reads the authority of a web link. Accepts `http`, `https`, `ftp` and the defanged `hxxp(s)` with any number of
    /// slashes or backslashes after the colon (WHATWG URL 4.4, special schemes), scheme-relative `//host`, and bare
    /// `www.host`.
    pub fn of(href: &str) -> Option<Authority> {
        let dropped = ['\t', '\n', '\r'];
        let href = href.trim_matches(|c| c <= ' ');
        let whole = if href.contains(dropped) { Cow::Owned(href.replace(dropped, "")) } else { Cow::Borrowed(href) };
        let after = after_scheme(&whole)?;
        let (raw, rest) = after.split_at(after.find(['/', '?', '#', '\\']).unwrap_or(after.len()));
        if raw.is_empty() {
            return None;
        }
        let (userinfo, hostport) = match raw.rsplit_once('@') {
            Some((user, host)) => (Some(percent_decoded(user).into_owned()), host),
            None => (None, raw),
        };
        let (_, port) = split_port(hostport);
        let host = if hostport.len() <= MAX_AUTHORITY_BYTES { browsed(hostport) } else { written(hostport) };
        // What a tab parts stands apart for a person.
        let shown = if href.contains(dropped) { after_scheme(href).unwrap_or(after) } else { after };
        let seen = if is_plain(raw) && is_path(rest) && shown.len() == after.len() {
            Vec::new()
        } else {
            seen(shown, raw.len(), host.domain.as_ref())
        };
        Some(Authority {
            raw: raw.to_owned(),
            userinfo,
            host: host.name,
            domain: host.domain,
            address: host.address,
            port,
            rest: rest.to_owned(),
            seen,
        })
    }
}

/// What follows the scheme and its slashes; `None` if this is not a link to a host.
fn after_scheme(href: &str) -> Option<&str> {
    let slash = |b: Option<&u8>| matches!(b, Some(b'/' | b'\\'));
    let trimmed = |rest: &'_ str| rest.len() - rest.trim_start_matches(['/', '\\']).len();
    let bytes = href.as_bytes();
    if slash(bytes.first()) && slash(bytes.get(1)) {
        return Some(&href[trimmed(href)..]);
    }
    if href.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) {
        return Some(href);
    }
    let (scheme, rest) = href.split_once(':')?;
    let known = ["http", "https", "ftp", "hxxp", "hxxps"].iter().any(|s| scheme.eq_ignore_ascii_case(s));
    known.then(|| &rest[trimmed(rest)..])
}

/// The host a browser goes to.
fn browsed(hostport: &str) -> Host {
    if is_plain(hostport) {
        return written(hostport);
    }
    let Ok(url) = url::Url::parse(&format!("http://{hostport}")) else { return written(hostport) };
    let name = url.host_str().unwrap_or_default().to_owned();
    match url.host() {
        Some(url::Host::Ipv4(address)) => Host { name, domain: None, address: Some(address.into()) },
        Some(url::Host::Ipv6(address)) => Host { name, domain: None, address: Some(address.into()) },
        _ => Host { domain: Domain::parse(&name), name, address: None },
    }
}

/// The host as it is written: what a browser makes of a plain one, and the best there is where it refuses.
fn written(hostport: &str) -> Host {
    let (host, _) = split_port(hostport);
    let name = percent_decoded(host).to_lowercase();
    let is_address = name.starts_with('[') || name.trim_end_matches('.').rsplit('.').next().is_some_and(is_number);
    let domain = if is_address { None } else { Domain::parse(&name) };
    Host { name, domain, address: None }
}

/// True if nothing in it is read in more than one way: ASCII letters, digits, dots and hyphens, no A-label, no address.
fn is_plain(raw: &str) -> bool {
    let last = raw.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    raw.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && !last.starts_with(|c: char| c.is_ascii_digit())
        && !raw.as_bytes().windows(4).any(|w| w.eq_ignore_ascii_case(b"xn--"))
}

fn is_path(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

/// The domains a person reads at the beginning of what follows the slashes, other than where the browser goes;
/// `authority` octets of it are the authority.
fn seen(shown: &str, authority: usize, browsed: Option<&Domain>) -> Vec<Domain> {
    let before_slash = &shown[..shown.find('/').unwrap_or(shown.len())];
    let before_slash = &before_slash[..before_slash.floor_char_boundary(MAX_AUTHORITY_BYTES)];
    let decoded = browsed.filter(|d| d.as_str().contains("xn--")).map(Domain::to_unicode);
    let left = [Some(before_slash), decoded.as_deref()].into_iter().flatten().map(from_the_left);
    // Beyond the authority only where a browser stops before the first slash.
    let right = (before_slash.len() > authority).then(|| from_the_right(before_slash)).flatten();
    let mut found: Vec<Domain> = Vec::new();
    for read in left.chain(right) {
        let is_name = |d: &Domain| d.as_str().contains('.') && !d.labels().last().is_some_and(is_number);
        let domain = Domain::parse(read.trim_matches(DOTS)).filter(is_name);
        found.extend(domain.filter(|d| Some(d) != browsed && !found.contains(d)));
    }
    found
}

/// As far from the left as it looks like a host.
fn from_the_left(text: &str) -> &str {
    &text[..text.find(|c| !is_host_character(c)).unwrap_or(text.len())]
}

/// What stands immediately before the slash, behind a character at which some program stops reading.
fn from_the_right(text: &str) -> Option<&str> {
    let host = text.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix(':').unwrap_or(text);
    let start = host.char_indices().rev().take_while(|(_, c)| is_host_character(*c)).last().map(|(i, _)| i)?;
    host[..start].ends_with(['@', '\\', '?', '#']).then(|| &host[start..])
}

fn is_host_character(c: char) -> bool {
    let is_shown = c.is_alphanumeric() || c == '-' || c == '_' || DOTS.contains(&c);
    // What is not shown parts nothing, and a browser drops it.
    is_shown && !LIKE_SLASHES.contains(&c) || is_invisible(c)
}

fn split_port(hostport: &str) -> (&str, Option<String>) {
    if hostport.starts_with('[') {
        return match hostport.split_once(']') {
            Some((host, port)) => (&hostport[..host.len() + 1], port.strip_prefix(':').map(str::to_owned)),
            None => (hostport, None),
        };
    }
    match hostport.split_once(':') {
        Some((host, port)) => (host, Some(port.to_owned())),
        None => (hostport, None),
    }
}

/// An IPv4 part in any of the notations browsers take: decimal, octal, hexadecimal.
fn is_number(label: &str) -> bool {
    let hex = label.strip_prefix("0x").is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
    hex || !label.is_empty() && label.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
#[path = "authority_tests.rs"]
mod tests;
