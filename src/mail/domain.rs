//! Domain names in one comparable form: lower-case A-labels without a trailing dot (RFC 5890).
//!
//! What cannot be a host name (`correios`, `a..b`, raw control characters) is refused by [`Domain::parse`]; callers
//! keep the written text beside it. Nothing here asks the DNS.

use std::fmt;

/// Longest domain name in octets, RFC 1035 section 2.3.4.
const MAX_NAME_BYTES: usize = 253;
/// Longest label in octets, RFC 1035 section 2.3.4.
const MAX_LABEL_BYTES: usize = 63;

/// A domain name: lower case, A-labels, no trailing dot. One label is allowed (`localhost`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Domain(String);

impl Domain {
    /// Reads a domain name as people or headers write it: any case, U-labels or A-labels, one trailing dot allowed.
    /// `None` when no such name can exist in the DNS. Underscores are allowed (`_dmarc`).
    pub fn parse(written: &str) -> Option<Domain> {
        let name = written.strip_suffix('.').unwrap_or(written);
        if name.is_empty() || name.len() > 4 * MAX_NAME_BYTES {
            return None;
        }
        let ascii = if name.is_ascii() && !name.contains("xn--") && !name.contains("XN--") {
            name.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii(name).ok()?
        };
        let ok = ascii.len() <= MAX_NAME_BYTES
            && ascii.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= MAX_LABEL_BYTES
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            });
        ok.then_some(Domain(ascii))
    }

    /// The name in A-labels.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as people read it, with U-labels where they are valid.
    pub fn to_unicode(&self) -> String {
        if self.0.contains("xn--") { idna::domain_to_unicode(&self.0).0 } else { self.0.clone() }
    }

    /// True if this is `parent` or ends in a dot and `parent`.
    pub fn is_within(&self, parent: &Domain) -> bool {
        self.0 == parent.0
            || self.0.len() > parent.0.len()
                && self.0.ends_with(&parent.0)
                && self.0.as_bytes()[self.0.len() - parent.0.len() - 1] == b'.'
    }

    /// The registrable domain by the public suffix list (`mail.a.co.uk` gives `a.co.uk`); the name itself where it is
    /// a public suffix or unknown.
    pub fn registrable(&self) -> &str {
        psl::domain_str(&self.0).unwrap_or(&self.0)
    }

    /// True if the name ends in a suffix the public suffix list knows, and is longer than it: a name someone can own.
    pub fn is_public(&self) -> bool {
        psl::domain(self.0.as_bytes()).is_some_and(|d| d.suffix().is_known())
    }

    /// The suffix under which anybody may take a name, if it ends in one (`web.app`, `github.io`): the private part of
    /// the public suffix list.
    pub fn shared_suffix(&self) -> Option<&str> {
        let suffix = psl::suffix(self.0.as_bytes()).filter(|s| s.typ() == Some(psl::Type::Private))?;
        std::str::from_utf8(suffix.as_bytes()).ok()
    }

    /// The labels from left to right.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }

    /// The registrable domain without its public suffix: the label a person chose (`elance-login` of
    /// `www.elance-login.co.uk`).
    pub fn chosen_label(&self) -> &str {
        self.registrable().split('.').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;

    fn d(s: &str) -> Domain {
        Domain::parse(s).unwrap_or_else(|| panic!("{s} is a domain"))
    }

    #[test]
    fn forms_of_one_name_are_equal() {
        assert_eq!(d("ELANCE.com."), d("elance.com"));
        assert_eq!(d("bücher.example"), d("xn--bcher-kva.example"));
        assert_eq!(d("ｅｌａｎｃｅ.com"), d("elance.com"), "full-width letters are mapped by UTS 46");
        assert_eq!(d("xn--bcher-kva.example").to_unicode(), "bücher.example");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in ["", ".", "a..b", "a b.com", "a\0.com", "ex(ample.com", &"a.".repeat(200), &"x".repeat(64)] {
            assert_eq!(Domain::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn within_needs_a_dot_boundary() {
        assert!(d("www.elance.com").is_within(&d("elance.com")));
        assert!(d("elance.com").is_within(&d("elance.com")));
        assert!(!d("secure-elance.com").is_within(&d("elance.com")));
        assert!(!d("elance.com.evil.test").is_within(&d("elance.com")));
    }

    #[test]
    fn registrable_follows_the_public_suffix_list() {
        assert_eq!(d("a.b.example.co.uk").registrable(), "example.co.uk");
        assert_eq!(d("www.elance-login.co.uk").chosen_label(), "elance-login");
        assert_eq!(d("localhost").registrable(), "localhost");
        assert!(!d("correios").is_public());
        assert_eq!(d("elance-login.web.app").shared_suffix(), Some("web.app"));
        assert_eq!(d("elance.co.uk").shared_suffix(), None);
    }
}
