//! Did the brand send it? Who vouches for a message, and for whom.
//!
//! Proof is an aligned signature or reverse-path under the operator's profile of the brand, or the word of a sealer the
//! operator trusts; never what a message says of itself. What could not be looked up is [`Proof::Unknown`], never
//! missing.

use super::origin::Origin;
use crate::auth::{ArcResult, Dkim, DkimResult, DmarcPolicy, DmarcResult, SpfResult};
use crate::mail::{Domain, Mailbox};
use crate::policy::config::Proof as Requirement;
use crate::policy::{Action, Brand};

/// Whether a brand really sent a message (ARCHITECTURE.md section 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// From does not name the brand's domains, so there is nothing to prove.
    NotClaimed,
    /// From names only the brand's domains, and this domain vouches for it.
    Proven(Domain),
    /// From names only the brand's domains and the reverse-path passes for this name of the brand, but the record of
    /// the author's own name does not list the client. The brand's own mail, or a forgotten name in other hands.
    PathOnly(Domain),
    /// Nothing vouches.
    Missing,
    /// What could vouch could not be looked up; in words.
    Unknown(String),
}

impl<'a> Origin<'a> {
    /// A mailbox of Sender, Resent-From or Resent-Sender at the brand's own domain, with the field's name, if nothing
    /// of the brand vouches for the message.
    pub fn own_handler_unproven(&self, brand: &Brand) -> Option<(&'static str, &'a Mailbox)> {
        let own = |d: &Domain| brand.owns(d);
        let lists = [("Sender", &self.message.sender), ("Resent-From", &self.message.resent)];
        let mut handlers = lists.into_iter().flat_map(|(field, list)| list.iter().map(move |m| (field, m)));
        let handler = handlers.find(|(_, m)| m.domain.as_ref().is_some_and(own))?;
        let unproven = || self.vouched_by(brand).is_none() && self.lookup_trouble(brand).is_none();
        (!brand.sends_mail || unproven()).then_some(handler)
    }

    /// Whether the brand proved to be the author. Every author must be the brand's: a second, foreign one is no proof
    /// of the first. What the brand publishes as DMARC policy changes nothing: its policy is pinned here, for names
    /// below its domains that exist and that do not. Nothing proves a brand that sends no mail any more: its domain may
    /// have gone to somebody else, for whom everything verifies.
    pub fn proof(&self, brand: &Brand) -> Proof {
        if self.own_author(brand).is_none() {
            return Proof::NotClaimed;
        }
        if !brand.sends_mail {
            return Proof::Missing;
        }
        let all_own = self.authors().all(|m| m.domain.as_ref().is_some_and(|d| brand.owns(d)));
        match self.vouched_by(brand) {
            Some(domain) if all_own => Proof::Proven(domain),
            Some(_) => Proof::Missing,
            None => match (self.lookup_trouble(brand), self.own_path(brand)) {
                (Some(why), _) => Proof::Unknown(why),
                (None, Some(path)) if all_own => Proof::PathOnly(path.clone()),
                (None, _) => Proof::Missing,
            },
        }
    }

    /// True if the author is an ally of the brand and proves it.
    pub fn from_proven_ally(&self, brand: &Brand) -> bool {
        self.authors().next().is_some()
            && self.authors().all(|m| m.domain.as_ref().is_some_and(|d| brand.lets_speak(d)))
            && self.authors().filter_map(|m| m.domain.as_ref()).all(|author| {
                let aligned = |d: &Domain| d.registrable() == author.registrable();
                self.vouched(aligned)
            })
    }

    /// True if the brand or a proven ally of it is the sender, so that using its name is not a pretence. Where a
    /// labelled set does not say, nothing is held against them.
    pub fn may_speak_for(&self, brand: &Brand) -> bool {
        let entitled = |m: &Mailbox| m.domain.as_ref().is_some_and(|d| brand.lets_speak(d));
        let unstated = || self.auth.unstated && self.authors().next().is_some() && self.authors().all(entitled);
        matches!(self.proof(brand), Proof::Proven(_)) || self.from_proven_ally(brand) || unstated()
    }

    /// The authors that do not belong to the brand; none if the message may speak for it.
    pub fn strangers(&self, brand: &Brand) -> impl Iterator<Item = &'a Mailbox> {
        let authors = if self.may_speak_for(brand) { &[] } else { self.message.from.as_slice() };
        authors.iter().filter(|m| m.domain.as_ref().is_none_or(|d| !brand.owns(d)))
    }

    /// A domain of the brand that vouches for the message: a passing signature as the brand makes them, a passing
    /// reverse-path if the brand lets that count and the authors' records agree, or a trusted sealer that saw
    /// dmarc=pass. Never a provider's domain: what its customers share proves none of them.
    fn vouched_by(&self, brand: &Brand) -> Option<Domain> {
        let signs = |s: &&Dkim| s.domain.as_ref().is_some_and(|d| brand.signs_with(d, &s.selector));
        let passing = self.auth.dkim.iter().filter(|s| s.result == DkimResult::Pass);
        let signed = passing.filter(signs).find_map(|s| s.domain.as_ref());
        let own = |d: &&Domain| brand.owns(d);
        let path = self.own_path(brand).filter(|path| self.author_spf(brand, path).all(|r| r == SpfResult::Pass));
        signed.or(path).or_else(|| self.attested().iter().find(own)).cloned()
    }

    /// The reverse-path's domain, if it is the brand's, passes, and may count.
    fn own_path(&self, brand: &Brand) -> Option<&'a Domain> {
        self.passing_path().filter(|d| brand.proof == Requirement::DkimOrSpf && brand.owns(d))
    }

    /// What SPF says of the brand's author domains other than the reverse-path's.
    fn author_spf(&self, brand: &Brand, path: &Domain) -> impl Iterator<Item = SpfResult> {
        let authors = self.message.from.iter().filter_map(|m| m.domain.as_ref());
        let others = authors.filter(move |d| *d != path && brand.owns(d));
        others.map(|d| {
            self.auth.author_spf.iter().find(|s| s.domain.as_ref() == Some(d)).map_or(SpfResult::None, |s| s.result)
        })
    }

    /// True if a passing signature, a passing reverse-path or a trusted sealer vouches for a domain that `counts`.
    fn vouched(&self, counts: impl Fn(&Domain) -> bool) -> bool {
        self.auth.dkim_domains().chain(self.passing_path()).chain(self.attested()).any(counts)
    }

    /// The author's domain, if there is one author domain and an aligned signature or reverse-path vouches for it, or
    /// if nobody says whether one does.
    pub fn proven_author(&self) -> Option<&'a Domain> {
        let mut domains = self.authors().map(|m| m.domain.as_ref());
        let author = domains.next()??;
        let alone = domains.all(|d| d == Some(author));
        let vouched = || self.auth.unstated || self.vouched(|d| d.registrable() == author.registrable());
        (alone && vouched()).then_some(author)
    }

    /// The trusted sealer whose word replaces a DMARC pass of an author (RFC 8617 section 7.2).
    pub fn overriding_sealer(&self) -> Option<&'a Domain> {
        let unproven = |d: &&Domain| {
            self.auth.dmarc.iter().any(|r| r.result != DmarcResult::Pass && r.domain.as_ref() == Some(*d))
        };
        self.attested().iter().find(unproven).and(self.auth.arc.sealer.as_ref())
    }

    /// Author domains for which a sealer the operator trusts saw dmarc=pass (RFC 8617 section 7.2).
    fn attested(&self) -> &'a [Domain] {
        let arc = &self.auth.arc;
        if self.sealer_is_trusted() && arc.result == ArcResult::Pass { &arc.attested } else { &[] }
    }

    fn sealer_is_trusted(&self) -> bool {
        let trusted = || self.policy.config.auth.trusted_sealers.iter().filter_map(|s| Domain::parse(s));
        self.auth.arc.sealer.as_ref().is_some_and(|sealer| trusted().any(|t| sealer.is_within(&t)))
    }

    /// The look-up that failed and could have vouched for the brand, in words.
    fn lookup_trouble(&self, brand: &Brand) -> Option<String> {
        if self.auth.unstated {
            return Some("the set does not say what authentication found".to_owned());
        }
        let own = |d: &Option<Domain>| d.as_ref().is_some_and(|d| brand.owns(d));
        let signs = |s: &&Dkim| s.domain.as_ref().is_some_and(|d| brand.signs_with(d, &s.selector));
        let signature = self.auth.dkim.iter().filter(|d| d.result == DkimResult::TempError).find(signs);
        if let Some(dkim) = signature {
            return Some(format!("the key {:?} of {} could not be looked up", dkim.selector, brand.name));
        }
        if self.auth.arc.result == ArcResult::TempError && self.sealer_is_trusted() {
            return Some("the key of a trusted ARC sealer could not be looked up".to_owned());
        }
        if let Some(forwarder) = self.exemptions().find(|f| self.hands_over(f).is_none()) {
            return Some(format!(
                "whether an exempt forwarder ({}) handed it over could not be looked up",
                forwarder.reason
            ));
        }
        if let Some(list) = self.list_of_path().filter(|_| !self.auth.path_unstated) {
            return Some(format!("whether the mailing list {list} handed it over could not be looked up"));
        }
        let spf = brand.proof == Requirement::DkimOrSpf && self.auth.spf.result == SpfResult::TempError;
        let author =
            self.own_path(brand).is_some_and(|path| self.author_spf(brand, path).any(|r| r == SpfResult::TempError));
        (spf && own(&self.auth.spf.domain) || author)
            .then(|| format!("the SPF record of {} could not be looked up", brand.name))
    }

    /// The stranger whose published policy the message fails, and that policy; the strictest of several authors'.
    /// Brands are not judged by what they publish, and what could not be looked up has not failed.
    pub fn disowned_by(&self) -> Option<(&'a Domain, DmarcPolicy)> {
        let failed = self.auth.dmarc.iter().filter(|d| d.result == DmarcResult::Fail && d.policy != DmarcPolicy::None);
        let failed = failed.filter_map(|d| Some((d.domain.as_ref()?, d.policy)));
        // The brands have a signal of their own; a trusted sealer saw the message pass before it was changed.
        let open = |d: &Domain| !self.policy.brands.iter().any(|b| b.owns(d)) && !self.attested().contains(d);
        failed.filter(|(d, _)| open(d)).max_by_key(|(_, policy)| *policy)
    }

    /// The least that a stranger's published policy asks for here, RFC 9989 section 5.4.
    pub fn asked_for(&self, policy: DmarcPolicy) -> Action {
        match policy {
            DmarcPolicy::None => Action::Accept,
            DmarcPolicy::Quarantine => self.policy.config.policy.dmarc_quarantine,
            DmarcPolicy::Reject => self.policy.config.policy.dmarc_reject,
        }
    }
}
