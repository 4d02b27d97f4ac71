//! A message that speaks as the brand and asks for a password, a card, a bank account or papers.

use super::signal::{Asked, Check, Kind, Signal};
use crate::evidence::relation::What;
use crate::evidence::{Evidence, ask, voice};
use crate::policy::{Action, Brand};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-asks-data",
    title: "Who poses as a brand asks for what opens an account",
    why: "The brand is said to be who writes, beyond doubt: as the sender, or in two places in which only a writer \
          puts their own name. What is asked for goes to somebody else. Refused by itself. Counts on top of \
          brand-data-asked. Innocent case: a service that collects data for the brand; list its domain in \
          brand.allied.",
    points: 15,
    at_least: None,
    kind: Kind::Claim,
    check: Check::BrandAtLeast(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<Asked> {
    let voice = voice::of(e, brand)?;
    let ask =
        ask::of(e, brand).iter().find(|a| a.what == What::Data && !a.is_quoted).filter(|_| voice.is_beyond_doubt())?;
    let place = voice.words().unwrap_or_default();
    let evidence = format!("{place} speaks as {}, and asks {:?}; {}", brand.name, ask.words, ask.lead.words());
    Some(Asked { at_least: Action::Reject, key: None, evidence })
}
