//! The profile of a protected brand.
use crate::mail::Domain;
/// Whose a domain is, from the brand's point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// The brand's own, or a subdomain of it.
    Own,
    /// An ally that may speak in its name.
    Allied,
    /// Neither trusted nor a look-alike.
    Neutral,
    /// Anybody's.
    Foreign,
}
/// A protected brand.
#[derive(Debug)]
pub struct Brand {
    /// Its name in logs and headers.
    pub name: String,
    /// Its own domains.
    pub domains: Vec<Domain>,
    /// Its report mailboxes.
    pub report_mailboxes: Vec<String>,
}
