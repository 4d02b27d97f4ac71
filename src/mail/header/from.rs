//! From: what it shows beside its authors, and what is odd about it.
//!
//! A forger profits from every From that two readers read differently, so all readings are compared here. Nothing is
//! refused; work is bounded, and what was not compared is not told.

use crate::mail::defect::Defect;
use crate::mail::domain::Domain;
use crate::mail::header::careless::shown_addresses;
use crate::mail::header::mailbox::{Mailbox, Reading};
use std::collections::HashSet;

/// Octets of all From fields together in which every `@domain` is looked for: a thousand times an honest field.
const MAX_SHOWN_BYTES: usize = 256 * 1024;
/// Readings compared with the strict ones, name by name.
const MAX_COMPARED: usize = 100;
/// Domains named in a defect: a reader of the reason needs to see that there are several, not a thousand.
const MAX_NAMED_DOMAINS: usize = 5;

/// What no orderly reading (`from`) of the From fields yields and some reader sees all the same.
pub(crate) fn shown_beside(values: &[&str], from: &[Mailbox]) -> Vec<Mailbox> {
    let mut known: HashSet<Domain> = from.iter().filter_map(|m| m.domain.clone()).collect();
    let (mut read, mut shown) = (0, Vec::new());
    for value in values {
        if read < MAX_SHOWN_BYTES {
            shown.extend(shown_addresses(value, &mut known));
        }
        read += value.len();
    }
    shown
}

/// What is odd about the From fields with these values, which orderly and lenient readers read as `from`, and careless
/// ones as `shown` besides.
pub(crate) fn oddities(values: &[&str], from: &[Mailbox], shown: &[Mailbox]) -> Vec<Defect> {
    let mut defects = Vec::new();
    match values {
        [] => defects.push(Defect::FromMissing),
        [only] if is_empty_group(only) => {}
        _ => {
            if values.len() > 1 {
                defects.push(Defect::FromRepeated(values.len()));
            }
            if !from.iter().any(has_address) {
                defects.push(Defect::FromWithoutAddress);
            }
        }
    }
    let invalid = from.iter().find(|m| m.domain.is_none() && has_address(m));
    defects.extend(invalid.map(|m| Defect::FromDomainInvalid(m.written_domain().to_owned())));
    defects.extend(differences(values, from, shown));
    defects
}

/// Where From names several domains, or other ones to other readers.
fn differences(values: &[&str], from: &[Mailbox], shown: &[Mailbox]) -> Vec<Defect> {
    let (strict, lenient): (Vec<&Mailbox>, Vec<&Mailbox>) = from.iter().partition(|m| m.reading == Reading::Strict);
    let beside = shown.iter().take(MAX_COMPARED).filter(|m| {
        let is_written = values.iter().any(|value| stands_whole(m, value));
        is_written && !strict.iter().any(|s| s.carries(m))
    });
    let authors = distinct_domains(strict.iter().copied());
    let mut all = distinct_domains(strict.iter().copied().chain(lenient).chain(beside));
    let mut defects = Vec::new();
    if authors.len() > 1 {
        defects.push(Defect::FromSeveralDomains(authors.clone()));
    }
    if all.len() > authors.len().max(1) {
        all.truncate(MAX_NAMED_DOMAINS.max(authors.len() + 1));
        defects.push(Defect::FromReadingsDiffer(all));
    }
    defects
}

/// True if a mailbox has an address, and not only a name.
pub(crate) fn has_address(mailbox: &Mailbox) -> bool {
    mailbox.address.contains('@')
}

/// True if the address stands in the field's value. A domain that goes on in other letters is read in part by nobody
/// who would show it.
fn stands_whole(mailbox: &Mailbox, value: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(char::is_alphanumeric);
    value.match_indices(&mailbox.address).any(|(at, address)| !goes_on(&value[at + address.len()..]))
}

/// The domains of mailboxes in order, as written where they cannot exist.
fn distinct_domains<'a>(mailboxes: impl Iterator<Item = &'a Mailbox>) -> Vec<String> {
    let mut domains: Vec<String> = Vec::new();
    for mailbox in mailboxes {
        let domain = mailbox.domain.as_ref().map_or(mailbox.written_domain(), |d| d.as_str());
        if !domain.is_empty() && !domains.iter().any(|d| d == domain) {
            domains.push(domain.to_owned());
        }
    }
    domains
}

/// True for a group without members, by which RFC 6854 section 1 lets an author stay unnamed.
fn is_empty_group(value: &str) -> bool {
    let name = value.trim_end().strip_suffix(';').and_then(|v| v.trim_end().strip_suffix(':'));
    name.is_some_and(|name| !name.contains(['<', '>', '@', ':', ';', ',']))
}
