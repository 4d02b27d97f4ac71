//! The pages where a brand's members sign in, with which links that only look like them are compared.

use crate::mail::Domain;
use std::fmt;
use url::Url;

/// A sign-in page: its host and path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigninPage {
    /// The host.
    pub host: Domain,
    /// The path, from its first slash, without query and fragment.
    pub path: String,
}

impl SigninPage {
    /// Reads `https://HOST/PATH`. Neither plain http nor userinfo, port, query or fragment: members learn this address.
    pub fn parse(written: &str) -> Option<SigninPage> {
        let url = Url::parse(written).ok()?;
        let bare = url.username().is_empty() && url.password().is_none() && url.port().is_none();
        let plain = url.scheme() == "https" && bare && url.query().is_none() && url.fragment().is_none();
        let host = Domain::parse(url.host_str()?).filter(|_| plain)?;
        Some(SigninPage { host, path: url.path().to_owned() })
    }

    /// Reads a list; the error is what cannot be read.
    pub(super) fn all(written: &[String]) -> Result<Vec<SigninPage>, String> {
        let page = |w: &String| SigninPage::parse(w).ok_or_else(|| format!("{w}, which is not https://HOST/PATH,"));
        written.iter().map(page).collect()
    }
}

impl fmt::Display for SigninPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}{}", self.host, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_read() {
        let page = SigninPage::parse("https://www.elance.com/php/login");
        assert_eq!(page.map(|p| p.to_string()).as_deref(), Some("https://www.elance.com/php/login"));
        for bad in
            ["www.elance.com/login", "http://elance.com/", "https://a@elance.com/", "https://elance.com/?x", "https://"]
        {
            assert_eq!(SigninPage::parse(bad), None, "{bad}");
        }
    }
}
