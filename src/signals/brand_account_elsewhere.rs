//! "Sign in to your Elance account" over a stranger's link.

use super::signal::{Asked, Check, Kind, Signal};
use crate::evidence::relation::{Ask, Lead, Speaker, What, Whose};
use crate::evidence::{Evidence, ask, voice};
use crate::policy::{Action, Brand};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-account-elsewhere",
    title: "The reader's account with a brand is behind a stranger's link, form, number or mailbox",
    why: "Signing in to a brand, confirming or saving the account there is done on the brand's own pages. Tagged by \
          itself, held where the brand is who speaks. Innocent case: a tool that works with the reader's account; one \
          that writes in its own name, from its own domain, about its own pages does not count.",
    points: 5,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::BrandAtLeast(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<Asked> {
    let voice = voice::of(e, brand)?;
    let counts = |ask: &&Ask| match ask.lead {
        Lead::Bound(_) => ask.whose != Whose::Named || ask.is_spoken,
        _ if ask.is_quoted => false,
        // What a house of its own tells of accounts is news, unless it asks.
        Lead::House(is_bound, _) => {
            let asks = ask.whose != Whose::Named && !voice.is_author() && is_bound && !ask.is_threat;
            ask.is_spoken || asks && (ask.whose != Whose::Near || voice.speaker == Speaker::Nobody)
        }
        Lead::Stranger(_) => ask.whose < Whose::Named && !voice.is_author() || ask.is_spoken,
        Lead::Answer(_) => ask.is_spoken && ask.whose < Whose::Spoken,
    };
    let ask = ask::of(e, brand).iter().find(|a| a.what == What::Account && counts(a))?;
    let at_least = if ask.is_spoken && !ask.is_quoted { Action::Quarantine } else { Action::Tag };
    Some(Asked { at_least, key: None, evidence: format!("it says {:?}; {}", ask.words, ask.lead.words()) })
}
