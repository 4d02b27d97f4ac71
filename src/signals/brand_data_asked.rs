//! "Please verify your Elance password here", over a link to a stranger.

use super::signal::{Asked, Check, Kind, Signal};
use crate::evidence::relation::{Ask, Lead, Speaker, What, Whose};
use crate::evidence::{Evidence, ask, voice};
use crate::policy::{Action, Brand};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-data-asked",
    title: "A stranger asks for what only the brand could ask for",
    why: "A password for the brand, or a card, a bank account or papers in its name, that are to be handed to somebody \
          else: nobody but the brand may ask for them, and the brand does not ask by mail. Held by itself. Innocent \
          cases: training on phishing, which quotes such requests; a tool that signs in for its user.",
    points: 15,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::BrandAtLeast(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<Asked> {
    let voice = voice::of(e, brand)?;
    let counts = |ask: &&Ask| match (ask.whose, &ask.lead) {
        // An author with a name of their own may ask for much in their own name; what leads away from them counts.
        (Whose::Brands | Whose::Readers | Whose::Named | Whose::Near, Lead::Bound(_)) => true,
        _ if ask.is_quoted => false,
        (Whose::Brands, Lead::House(_, _)) => ask.is_readers,
        (Whose::Near, _) => voice.speaker == Speaker::Nobody || ask.is_spoken,
        (_, Lead::House(false, _)) => ask.is_spoken,
        (Whose::Brands, _) => true,
        (Whose::Readers, _) => !voice.is_author() || ask.is_spoken,
        (Whose::Named | Whose::Spoken, _) => ask.is_spoken,
    };
    let ask = ask::of(e, brand).iter().find(|a| a.what == What::Data && counts(a))?;
    let is_weak = ask.is_quoted || ask.whose == Whose::Near && voice.is_author();
    let at_least = if is_weak { Action::Tag } else { Action::Quarantine };
    Some(Asked { at_least, key: None, evidence: format!("it asks {:?}; {}", ask.words, ask.lead.words()) })
}
