//! `From: service@elance.com` from a server that is not Elance's.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, Proof};
use crate::policy::{Action, Brand};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-from-unproven",
    title: "A brand address in From without proof",
    why: "The author address is the one thing members are taught to look at. Nothing the brand authorised vouches for \
          it: no signature of its domain that holds, no server its SPF record names; or the brand sends no mail any \
          more (brand.sends_mail), and whoever has its domain now signs in vain. Innocent case: the brand's mail \
          through a forwarder or list that breaks both; name that forwarder in auth.trusted_sealers if it seals with \
          ARC.",
    points: 100,
    at_least: Some(Action::Reject),
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let author = e.origin.own_author(brand)?;
    match e.origin.proof(brand) {
        // Held for a person instead: brand-through-list.
        Proof::Missing if brand.sends_mail && e.origin.handed_over_by_list().is_some() => None,
        Proof::Missing => {
            let why = match brand.sends_mail {
                true => "but nothing proves it".to_owned(),
                false => {
                    format!("but {} sends no mail any more, so that nothing proves it, whatever verifies", brand.name)
                }
            };
            Some(format!(
                "From says {}, {why}: spf={} for {}, dkim={}",
                author.written_domain(),
                e.auth.spf.result,
                e.auth.spf.domain.as_ref().map_or("no domain", |d| d.as_str()),
                e.auth.dkim_summary()
            ))
        }
        Proof::Proven(_) | Proof::PathOnly(_) | Proof::Unknown(_) | Proof::NotClaimed => None,
    }
}
