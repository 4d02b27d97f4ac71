//! Where a message comes from: its envelope, its authors and what authentication found, before anything is concluded.
//!
//! Ground for [`super::proof`], [`super::handover`] and [`super::mailing_list`], each of which adds what it can tell.

use crate::auth::{AuthResults, SpfResult};
use crate::mail::{Domain, Envelope, Mailbox, Message, Reading};
use crate::policy::{Brand, Policy};

/// Where a message comes from, as far as its octets, its envelope and authentication tell.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    pub(super) envelope: &'a Envelope,
    pub(super) message: &'a Message,
    pub(super) auth: &'a AuthResults,
    pub(super) policy: &'a Policy,
}

impl<'a> Origin<'a> {
    /// The first mailbox of From whose domain is the brand's own, in any reading. What From shows to careless readers
    /// counts too, unless it stands where a stranger's mailbox shows it to everyone, beside its own address.
    pub fn own_author(&self, brand: &Brand) -> Option<&'a Mailbox> {
        let own = |m: &&Mailbox| m.domain.as_ref().is_some_and(|d| brand.owns(d));
        let beside = || self.message.from.iter().any(|m| brand.shown_by(m).is_some());
        let shown = || self.message.shown.iter().find(own).filter(|_| !beside());
        self.message.from.iter().find(own).or_else(shown)
    }

    /// The mailboxes of From that have an address, without those that only another one's name shows: who vouches for a
    /// message vouches for the names in it.
    pub(super) fn authors(&self) -> impl Iterator<Item = &'a Mailbox> {
        let from = &self.message.from;
        let named = |m: &Mailbox| from.iter().any(|other| other.name.contains(&m.address));
        from.iter().filter(move |m| !(m.address.is_empty() || m.reading == Reading::Lenient && named(m)))
    }

    /// The domain of the reverse-path, if SPF passes for it.
    pub(crate) fn passing_path(&self) -> Option<&'a Domain> {
        self.auth.spf.domain.as_ref().filter(|_| self.auth.spf.result == SpfResult::Pass)
    }
}
