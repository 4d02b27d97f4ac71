//! Mailing lists a message says it came through, and whether one of them did hand it over. Not a signal itself.
//!
//! Anybody writes the fields of a list (RFC 2369, RFC 2919): what they say counts only where the list's domain vouches
//! for the message, by a signature or the reverse-path.

use super::origin::Origin;
use crate::auth::SpfResult;
use crate::mail::Domain;

impl Origin<'_> {
    /// True if the message says that it came through a mailing list. Anybody can say so: this may keep a signal from
    /// taking the list's own words for the author's, and nothing else.
    pub fn is_list_mail(&self) -> bool {
        self.message.values("List-Id").chain(self.message.values("List-Post")).next().is_some()
    }

    /// The mailing lists that the message names as its own. Anybody writes these fields.
    fn named_lists(&self) -> impl Iterator<Item = Domain> {
        let named = ["List-Id", "List-Post"].into_iter().flat_map(|field| self.message.values(field));
        named.filter_map(list_domain)
    }

    /// The mailing list that the message names as its own and that vouches for it by a signature or the reverse-path.
    pub fn authenticated_list(&self) -> Option<Domain> {
        self.named_lists().find(|list| self.auth.dkim_domains().chain(self.passing_path()).any(|d| of_one(d, list)))
    }

    /// The mailing list that handed a brand's mail over: it vouches for the message, or a labelled set does not say
    /// whether it does. A brand's own list would prove the brand.
    pub fn handed_over_by_list(&self) -> Option<Domain> {
        let untold = || self.list_of_path().filter(|_| self.auth.path_unstated);
        let list = self.authenticated_list().or_else(untold)?;
        (!self.policy.brands.iter().any(|b| b.owns(&list))).then_some(list)
    }

    /// The mailing list to which the reverse-path belongs, if SPF could not be looked up for it.
    pub(crate) fn list_of_path(&self) -> Option<Domain> {
        let path = self.auth.spf.domain.as_ref().filter(|_| self.auth.spf.result == SpfResult::TempError)?;
        self.named_lists().find(|list| of_one(path, list))
    }
}

/// True if both belong to one organization.
fn of_one(a: &Domain, b: &Domain) -> bool {
    a.as_str().contains('.') && a.registrable() == b.registrable()
}

/// The domain of a List-Id (`Name <list.example>`) or List-Post (`<mailto:list@lists.example>`).
fn list_domain(value: &str) -> Option<Domain> {
    let inner = value.rsplit_once('<').map_or(value, |(_, rest)| rest.split('>').next().unwrap_or_default()).trim();
    let address = inner.strip_prefix("mailto:").unwrap_or(inner).split('?').next().unwrap_or_default();
    Domain::parse(address.rsplit_once('@').map_or(address, |(_, domain)| domain))
}
