//! What a text asks, of whom, in many languages: phrases, calls to telephone, and whose words they are.
//!
//! The words themselves are data in `conf/`; here is how they are found. Nothing here knows a brand or a message.

mod built_in;
mod index;
pub mod phrases;
pub(crate) mod quoted;
pub(crate) mod telephone;

pub(crate) use built_in::built_in;
pub use phrases::{Hits, PhraseKind, Phrases};
