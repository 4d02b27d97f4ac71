//! A document with macros, or an archive that comes with its password, in a stranger's mail about a brand.

use super::signal::{Asked, Check, Kind, Signal};
use crate::evidence::relation::Voice;
use crate::evidence::{Evidence, ask, voice};
use crate::mail::Harm;
use crate::policy::{Action, Brand};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-file-danger",
    title: "A stranger's mail about a brand brings a file that scanners cannot judge",
    why: "A statement of the brand that needs its macros, or lies in an encrypted archive whose password stands in the \
          text, is how programs reach members. Tagged by itself. Innocent case: an accountant's sheet about the \
          reader's earnings; one who writes in a name of their own does not count.",
    points: 10,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::BrandAtLeast(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<Asked> {
    let locked = || e.first_harm(Harm::Encrypted).filter(|_| ask::tells_password(e));
    let file = e.first_harm(Harm::Macros).or_else(locked)?;
    let is_named = e.names(brand) || e.poses_as(brand);
    let is_own = e.origin.may_speak_for(brand) || voice::of(e, brand).is_some_and(Voice::is_author);
    let evidence = format!("{file}, in a message about {}", brand.name);
    (is_named && !is_own).then_some(Asked { at_least: Action::Tag, key: None, evidence })
}
