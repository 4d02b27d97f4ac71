//! What a text asks, of whom, in many languages: phrases, calls to telephone, and whose words they are.
//!
//! The words themselves are data in `conf/languages/`; here is how they are found. Nothing here knows a brand or a
//! message.

pub(crate) mod ask;
mod index;
mod kind;
mod languages;
mod phrases;
pub(crate) mod quoted;
pub(crate) mod telephone;
mod words;

pub use kind::PhraseKind;
pub(crate) use languages::built_in_text as built_in;
pub use phrases::{Hits, Phrases};

pub(crate) use kind::{AskKind, WordKind};
pub(crate) use words::WordList;
