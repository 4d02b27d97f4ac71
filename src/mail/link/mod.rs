//! Links: what a message lets its reader open, and how each is read.
//!
//! A link is read twice, by [`Authority`]: as a person reads it, by the rule Elance gave its members (**"elance.com"
//! must stand immediately before the first slash**), and as a browser does (WHATWG URL). Whether a host is the
//! brand's own is for `policy::Brand` to say, through which hosts a link is passed on for `policy::Hosts`.

pub mod authority;
pub(crate) mod defanged;
pub(crate) mod written;

use crate::mail::domain::Domain;
use crate::mail::link::authority::Authority;

/// Where a link was found in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// An HTML `a`, `area` or VML shape with `href`, or Markdown's `[text](target)`: a person may click it.
    Anchor,
    /// A form's `action` or a button's `formaction`: what is typed goes there.
    Form,
    /// A URL written in text/plain or in the visible text of HTML.
    Text,
    /// The same, written so that only a person puts it together: `hxxp://`, `elance[.]com`, `w w w . …`.
    Obfuscated,
    /// A remote image, background or sheet; loaded, not clicked.
    Image,
    /// A `meta refresh`, `base`, frame or `ping`: opened or applied without a click.
    Automatic,
    /// In an attached file, whose name is what the link shows.
    Attachment,
}

/// One link of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it was found.
    pub kind: LinkKind,
    /// The target as written, entities decoded, outer white space trimmed; of [`LinkKind::Obfuscated`], put together.
    pub href: String,
    /// The text a person sees on it, white space folded; empty for images and forms.
    pub shown: String,
    /// True if hidden text stands in the middle of the address that is shown.
    pub is_split: bool,
    /// The authority of `href`; `None` for `mailto:`, `data:`, `cid:`, fragments and relative links.
    pub authority: Option<Authority>,
}

impl Link {
    /// A link of `kind` to `href` that shows `shown`.
    pub fn new(kind: LinkKind, href: &str, shown: &str) -> Link {
        let href = href.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_control()).to_owned();
        let authority = Authority::of(&href);
        Link { kind, href, shown: shown.trim().to_owned(), is_split: false, authority }
    }

    /// The host's domain name, if the link goes to one.
    pub fn domain(&self) -> Option<&Domain> {
        self.authority.as_ref()?.domain.as_ref()
    }

    /// The scheme in lower case; `None` without one.
    pub fn scheme(&self) -> Option<String> {
        let scheme: String = self.href.split(':').next()?.chars().filter(|c| !c.is_whitespace()).collect();
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        (is_scheme && self.href.contains(':')).then(|| scheme.to_ascii_lowercase())
    }
}
