//! An archive or document whose content only its reader can open, so that no gateway can look into it.

use super::signal::{Check, Kind, Signal};
use crate::mail::Harm;

pub(super) static SIGNAL: Signal = Signal {
    id: "encrypted-archive",
    title: "An attachment is encrypted, so that nobody can look into it on the way",
    why: "Viruses travel in encrypted archives and documents, with the password in the text, because scanners cannot \
          open them. Innocent case: payslips, bank statements and medical letters are sent that way; it weighs little \
          by itself.",
    points: 15,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(|e| e.first_harm(Harm::Encrypted)),
};
