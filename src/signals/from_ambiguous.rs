//! No From, several of them, several author domains, an author address that cannot exist, or one that depends on who
//! reads.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::mail::Defect;

pub(super) static SIGNAL: Signal = Signal {
    id: "from-ambiguous",
    title: "From can be read in more than one way, or not at all",
    why: "Mail programs and filters choose differently among several authors, and forgers live in the difference (RFC \
          9989 asks receivers to treat it as a threat; RFC 5322 section 3.6.2 allows exactly one From). Innocent case: \
          broken scripts; a message of several authors that names its Sender is legal.",
    points: 30,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    let lawful_group = e.message.sender.len() == 1;
    e.message.defects.iter().find_map(|defect| match defect {
        Defect::FromMissing => Some("there is no From field".to_owned()),
        Defect::FromRepeated(n) => Some(format!("there are {n} From fields")),
        Defect::FromWithoutAddress => Some("From holds no address".to_owned()),
        Defect::FromSeveralDomains(d) if !lawful_group => Some(format!("From names authors at {}", d.join(" and "))),
        // Who vouches for a message vouches for the names in it, addresses in names included.
        Defect::FromReadingsDiffer(d) if !e.proven => {
            Some(format!("some programs read other authors than others: {}", d.join(", ")))
        }
        Defect::FromDomainInvalid(d) => Some(format!("the author's domain {d:?} cannot exist")),
        _ => None,
    })
}
