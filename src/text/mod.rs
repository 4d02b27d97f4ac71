//! What any text is, wherever it stands: folded for comparing ([`fold`]), as the eye takes its letters ([`disguise`])
//! and digits ([`leet`]), with names however they are spelt ([`spelt`]), in the order in which they are seen
//! ([`bidi`]), and without percent-encoding ([`percent`]).
//!
//! The ground floor: pure functions of characters that know nothing of mail. They never fail and look at each character
//! a bounded number of times.

pub(crate) mod bidi;
pub(crate) mod disguise;
pub mod fold;
pub(crate) mod leet;
pub(crate) mod percent;
pub(crate) mod spelt;
