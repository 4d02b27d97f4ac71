//! Links, and the rule Elance gave its members: **"elance.com" must stand immediately before the first slash**.
//!
//! Made exact: the authority is what stands between `//` and the first `/ ? # \`; the host is what follows its last
//! `@` up to a port. Whether a host is the brand's own is for `policy::Brand` to say.

use super::domain::Domain;
use std::borrow::Cow;

/// Where a link was found in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// An HTML `a` or `area` with `href`: a person may click it.
    Anchor,
    /// A form's `action` or a button's `formaction`: what is typed goes there.
    Form,
    /// A URL written in text/plain or in the visible text of HTML.
    Text,
    /// A remote image or background; loaded, not clicked.
    Image,
    /// A `meta refresh` or `base`: opened or applied without a click.
    Automatic,
}

/// One link of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it was found.
    pub kind: LinkKind,
    /// The target as written, entities decoded, outer white space trimmed.
    pub href: String,
    /// The text a person sees on it, white space folded; empty for images and forms.
    pub shown: String,
    /// The authority of `href`; `None` for `mailto:`, `data:`, `cid:`, fragments and relative links.
    pub authority: Option<Authority>,
}

/// The part of a URL that says whose page it is (RFC 3986 section 3.2), read by the exact rule above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// As written, between `//` and the first `/ ? # \`.
    pub raw: String,
    /// What stands before the last `@`, percent escapes decoded; it has no say in where the link goes.
    pub userinfo: Option<String>,
    /// The host as written, percent escapes decoded, in lower case; may be an address or nonsense.
    pub host: String,
    /// The host as a domain name, when it is one and not an IP address.
    pub domain: Option<Domain>,
    /// What follows the host after `:`.
    pub port: Option<String>,
    /// What follows the authority: path, query and fragment as written.
    pub rest: String,
}

impl Link {
    /// A link of `kind` to `href` that shows `shown`.
    pub fn new(kind: LinkKind, href: &str, shown: &str) -> Link {
        let href = href.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_control()).to_owned();
        let authority = Authority::of(&href);
        Link { kind, href, shown: shown.trim().to_owned(), authority }
    }

    /// The host's domain name, if the link goes to one.
    pub fn domain(&self) -> Option<&Domain> {
        self.authority.as_ref()?.domain.as_ref()
    }
}

impl Authority {
    /// Reads the authority of a web link. Accepts `http`, `https`, `ftp` and the defanged `hxxp(s)` with any number of
    /// slashes or backslashes after the colon, as browsers do (WHATWG URL, special schemes), scheme-relative `//host`,
    /// and bare `www.host`. Tabs and line ends inside are dropped, as browsers drop them.
    pub fn of(href: &str) -> Option<Authority> {
        let dropped = ['\t', '\n', '\r'];
        let href = if href.contains(dropped) { Cow::Owned(href.replace(dropped, "")) } else { Cow::Borrowed(href) };
        let after = after_scheme(&href)?;
        let end = after.find(['/', '?', '#', '\\']).unwrap_or(after.len());
        let (raw, rest) = after.split_at(end);
        let (userinfo, hostport) = match raw.rsplit_once('@') {
            Some((user, host)) => (Some(percent_decoded(user)), host),
            None => (None, raw),
        };
        // An escaped "@" (%40) in the host is no delimiter for RFC 3986, and no host can contain it: kept in `host`.
        let (host, port) = split_port(hostport);
        let host = percent_decoded(host).to_lowercase();
        let is_address = host.starts_with('[') || host.trim_end_matches('.').rsplit('.').next().is_some_and(is_number);
        let domain = if is_address { None } else { Domain::parse(&host) };
        (!raw.is_empty()).then(|| Authority {
            raw: raw.to_owned(),
            userinfo,
            host,
            domain,
            port,
            rest: rest.to_owned(),
        })
    }
}

/// What follows the scheme and its slashes; `None` if this is not a link to a host.
fn after_scheme(href: &str) -> Option<&str> {
    if let Some(rest) = href.strip_prefix("//") {
        return Some(rest);
    }
    if href.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) {
        return Some(href);
    }
    let (scheme, rest) = href.split_once(':')?;
    let known = ["http", "https", "ftp", "hxxp", "hxxps"].iter().any(|s| scheme.eq_ignore_ascii_case(s));
    known.then(|| rest.trim_start_matches(['/', '\\']))
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

/// Decodes `%xx`; invalid escapes stay, invalid UTF-8 becomes U+FFFD.
fn percent_decoded(s: &str) -> String {
    percent_encoding::percent_decode_str(s).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn host(href: &str) -> String {
        Authority::of(href).map(|a| a.host).unwrap_or_default()
    }

    #[test]
    fn host_is_what_follows_the_last_at_sign() {
        let a = Authority::of("http://www.elance.com@evil.test/login").unwrap();
        assert_eq!((a.userinfo.as_deref(), a.host.as_str()), (Some("www.elance.com"), "evil.test"));
        assert_eq!(a.rest, "/login");
        assert_eq!(host("http://a@b@evil.test:8080/x"), "evil.test");
    }

    #[test]
    fn authority_ends_at_slash_question_hash_backslash() {
        assert_eq!(host("https://evil.test/@elance.com/"), "evil.test");
        assert_eq!(host("https://evil.test?elance.com/"), "evil.test");
        assert_eq!(host("https://evil.test#elance.com/"), "evil.test");
        assert_eq!(host("https://evil.test\\@elance.com/"), "evil.test");
    }

    #[test]
    fn browsers_forgive_what_we_forgive() {
        assert_eq!(host("https:elance.com/x"), "elance.com");
        assert_eq!(host("HTTPS:\\\\Elance.com/x"), "elance.com");
        assert_eq!(host("ht\ntps://ela\tnce.com/x"), "elance.com");
        assert_eq!(host("//elance.com/x"), "elance.com");
        assert_eq!(host("www.elance.com.evil.test/login"), "www.elance.com.evil.test");
        assert_eq!(host("http://%65lance.com/"), "elance.com");
    }

    #[test]
    fn addresses_and_other_schemes_have_no_domain() {
        assert!(Authority::of("mailto:a@elance.com").is_none());
        assert!(Authority::of("/relative").is_none());
        assert!(Authority::of("cid:part1").is_none());
        assert!(Authority::of("http://192.0.2.1/elance.com").unwrap().domain.is_none());
        assert!(Authority::of("http://0x7f.1/").unwrap().domain.is_none());
        assert!(Authority::of("http://[2001:db8::1]:80/").unwrap().domain.is_none());
        assert!(Authority::of("é:").is_none());
    }
}
