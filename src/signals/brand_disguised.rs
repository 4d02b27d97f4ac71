//! "Eӏаnсе" or "E l a n c e" in the subject or text.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-disguised",
    title: "The brand is named in disguise",
    why: "The name looks right to a person and is written so that a program does not find it: in letters of another \
          script, with something invisible or hidden inside, with l for I, from right to left, or spaced out. Nobody \
          does that to a name by accident; a headline spaced out for looks is the innocent case.",
    points: 40,
    at_least: None,
    kind: Kind::Claim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if e.origin.may_speak_for(brand) {
        return None;
    }
    e.disguised(brand).map(|how| format!("it shows {how}"))
}
