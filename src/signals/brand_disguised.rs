//! "Eӏаnсе" or "E l a n c e" in the subject or text.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, voice};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-disguised",
    title: "The brand is named in disguise",
    why: "The name looks right to a person and is written so that a program does not find it: in letters of another \
          script, with something invisible or hidden inside, with l for I, from right to left, or spaced out. Nobody \
          does that to a name by accident. Innocent cases: a headline spaced out for looks; a report of look-alikes, \
          which does not count from a house with a name of its own.",
    points: 40,
    at_least: None,
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let how = e.disguised(brand)?;
    // A house that lists what imitates the brand hides nothing from its readers.
    let is_listed = || e.spells(brand) && voice::of(e, brand).is_some_and(|v| v.is_house() && v.is_author());
    (!e.origin.may_speak_for(brand) && !is_listed()).then(|| format!("it shows {how}"))
}
