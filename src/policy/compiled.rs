//! [`Policy`]: the configuration made ready to use. It is immutable, and every message is judged by exactly one of it.
//!
//! What cannot be used was refused when it was read (`load`); nothing here fails, reads a file or asks for the time.

use crate::lookalike::{Imitation, Index, NotUs};
use crate::mail::Domain;
use crate::policy::action::Ladder;
use crate::policy::brand::Brand;
use crate::policy::config::sections::{Config, SignalSetting};
use crate::policy::forwarder::{Forwarder, Known};
use crate::policy::hosts::Hosts;
use crate::text::spelt::{Spellings, Spelt};
use ipnet::IpNet;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

/// The operator's policy, compiled.
#[derive(Debug)]
pub struct Policy {
    /// The configuration it was made from.
    pub config: Config,
    /// Eight hexadecimal digits that name this policy in headers and logs; equal for equal configurations and lists of
    /// one version.
    pub id: String,
    /// Thresholds.
    pub ladder: Ladder,
    /// Protected brands, in configured order.
    pub brands: Vec<Brand>,
    /// The file in which each of them is written, or `built in`.
    pub brand_files: Vec<String>,
    /// The names of all brands, by which imitations are found.
    pub(super) lookalikes: Arc<Index>,
    /// The names of all brands, as they are found however they are spelt.
    pub(super) spellings: Spellings,
    /// Words that resemble a name and are not it.
    pub(super) not_us: Arc<NotUs>,
    /// Exempt forwarders, the expired ones too.
    pub forwarders: Vec<Forwarder>,
    /// Hosts that say something about a link.
    pub hosts: Hosts,
}

impl Policy {
    /// The operator's setting of a signal, if there is one.
    pub fn setting(&self, signal: &str) -> Option<&SignalSetting> {
        self.config.signals.get(signal)
    }

    /// All signal settings.
    pub fn settings(&self) -> &BTreeMap<String, SignalSetting> {
        &self.config.signals
    }

    /// Domains of all brands.
    pub fn brand_domains(&self) -> Vec<Domain> {
        self.brands.iter().flat_map(|b| b.domains.iter().cloned()).collect()
    }

    /// A text with the brands' names in place of what reads like them, and how they were spelt; owners are the brands'
    /// numbers.
    pub(crate) fn read<'t>(&self, text: &'t str) -> (Cow<'t, str>, Vec<Spelt>) {
        self.spellings.read(text, |word| self.not_us.contains(word))
    }

    /// What a domain imitates, by brand; nothing if it belongs to one of them. For all brands at once this costs what
    /// [`Brand::imitated_by`] costs for one.
    pub fn imitations(&self, domain: &Domain) -> Vec<Imitation> {
        let mut found = self.lookalikes.imitated_by(domain);
        if !found.is_empty() && self.brands.iter().any(|b| b.owns(domain)) {
            return vec![];
        }
        found.retain(|i| self.brands.get(i.owner).is_some_and(|b| b.may_be_imitated_by(domain)));
        found
    }

    /// Hosts that exemptions are bound to by name.
    pub fn exempt_hosts(&self) -> Vec<Domain> {
        let hosts =
            self.forwarders.iter().filter_map(|f| if let Known::Host(h) = &f.known { Some(h.clone()) } else { None });
        hosts.collect()
    }

    /// What the operator should know though nothing is wrong, one sentence each; `day` in days since 1970-01-01.
    pub fn warnings(&self, day: i64) -> Vec<String> {
        let expired = self.forwarders.iter().filter(|f| f.has_expired(day));
        expired
            .map(|f| {
                format!("auth.forwarder {:?} expired on {} and is ignored; renew or remove it", f.reason, f.expires)
            })
            .collect()
    }

    /// True if mail from this client is passed unjudged.
    pub fn trusts(&self, client: IpAddr) -> bool {
        self.config.auth.trusted_networks.iter().any(|net: &IpNet| net.contains(&client))
    }

    /// True if this address is a brand's report mailbox. Addresses compare without regard to case.
    pub fn is_report_mailbox(&self, address: &str) -> bool {
        self.brands.iter().any(|b| b.report_mailboxes.iter().any(|m| m.eq_ignore_ascii_case(address)))
    }

    /// The authserv-id to write and to strip: the configured one, else the MTA's own name.
    pub fn authserv_id<'a>(&'a self, mta_name: &'a str) -> &'a str {
        let configured = self.config.auth.authserv_id.as_str();
        if !configured.is_empty() {
            configured
        } else if !mta_name.is_empty() {
            mta_name
        } else {
            "localhost"
        }
    }
}
