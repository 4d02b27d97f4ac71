//! The brand's address in From, unproven, through a mailing list that handed the message over. Not a signal itself.

use super::gathered::Evidence;
use super::proof::Proof;
use crate::policy::Brand;

/// That the brand's domain stands in From unproven, and through which list the message came, in words; of lists that
/// are looked after (`kept`), or of all others.
pub(crate) fn handed_over(e: &Evidence<'_>, brand: &Brand, kept: bool) -> Option<String> {
    let author = e.origin.own_author(brand)?.written_domain();
    let list =
        e.origin.handed_over_by_list().filter(|_| brand.sends_mail && e.origin.proof(brand) == Proof::Missing)?;
    (e.policy.hosts.is_kept_list(&list) == kept)
        .then(|| format!("From says {author}, nothing proves it; it came through the list {list}"))
}
