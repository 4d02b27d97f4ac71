//! What any text is, wherever it stands: folded for comparing ([`fold`]), as the eye takes its letters ([`disguise`]), and in
//! the order in which they are seen ([`bidi`]).
//!
//! The ground floor: pure functions of characters that know nothing of mail. They never fail and look at each character a
//! bounded number of times.

pub(crate) mod bidi;
pub(crate) mod disguise;
pub mod fold;
