//! "Dear Elance member", "The Elance Team", "© 2026 Elance": the brand as who is writing.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, speaking};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-signature",
    title: "A stranger speaks as a brand",
    why: "The greeting (\"Dear Elance member\"), the sign-off, the imprint and the copyright line say who claims to be \
          writing: half of the mail that poses as a brand has one, of honest mail of strangers less than 1 %. Innocent \
          case: a forwarded or quoted notice of the brand.",
    points: 25,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    speaking::as_brand(e, brand).map(|found| format!("the text speaks as the brand: {found:?}"))
}
