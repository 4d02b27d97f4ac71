//! Whether a forwarder the operator exempts (`[[auth.forwarder]]`) handed a message over.

use super::origin::Origin;
use crate::auth::{Dkim, DkimResult, IprevResult};
use crate::policy::{Forwarder, Known};

impl<'a> Origin<'a> {
    /// The exemption under which the message was handed over, if there is one.
    pub fn exemption(&self) -> Option<&'a Forwarder> {
        self.exemptions().find(|f| self.hands_over(f) == Some(true))
    }

    /// The exemptions that have not expired and hold for all recipients.
    pub(super) fn exemptions(&self) -> impl Iterator<Item = &'a Forwarder> {
        let (day, recipients) = (self.auth.day, &self.envelope.rcpt_to);
        self.policy.forwarders.iter().filter(move |f| !f.has_expired(day) && f.delivers_to(recipients))
    }

    /// Whether this forwarder handed the message over; `None` if the DNS does not say.
    pub(super) fn hands_over(&self, forwarder: &Forwarder) -> Option<bool> {
        match &forwarder.known {
            Known::Networks(_) => Some(self.auth.client_ip.is_some_and(|ip| forwarder.has_address(ip))),
            Known::Host(host) => match &self.auth.iprev.name {
                Some(name) if name.is_within(host) => match self.auth.iprev.result {
                    IprevResult::TempError => None,
                    result => Some(result == IprevResult::Pass),
                },
                _ => Some(false),
            },
            Known::Signature(domain) => {
                let is = |wanted: DkimResult| {
                    let within = |s: &Dkim| s.domain.as_ref().is_some_and(|d| d.is_within(domain));
                    self.auth.dkim.iter().any(|s| s.result == wanted && within(s))
                };
                if !is(DkimResult::Pass) && is(DkimResult::TempError) { None } else { Some(is(DkimResult::Pass)) }
            }
        }
    }
}
