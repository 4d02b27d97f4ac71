//! `From: jo1987@gmail.com`, and below: "Regards, the Elance Team".

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, speaking};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-free-mailbox",
    title: "A brand is said to write from a free mailbox",
    why: "No firm writes to its customers from a mailbox that anybody can get for nothing; forged invoices with a \
          number to call do, since the provider's authentication is beyond doubt. Counts on top of brand-signature. \
          Innocent case: a member who passes on a notice without marking it as forwarded. Domains are listed in \
          conf/hosts/mailboxes.toml and [links].",
    points: 20,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let (m, provider) =
        e.origin.strangers(brand).find_map(|m| Some((m, e.policy.hosts.free_mailbox(m.domain.as_ref()?)?)))?;
    let words = speaking::as_brand(e, brand)?;
    Some(format!("{} has a mailbox at {provider}, the text says {words:?}", m.address))
}
