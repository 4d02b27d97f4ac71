//! Mailboxes: a display name and an address (RFC 5322 section 3.4).

use super::Domain;

/// One mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name, decoded; empty if there is none.
    pub name: String,
    /// The address as written, without angle brackets.
    pub address: String,
    /// The part before the last `@`, decoded.
    pub local: String,
    /// The domain, if it can exist.
    pub domain: Option<Domain>,
}
