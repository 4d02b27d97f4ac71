//! Phrases.
/// What a phrase does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhraseKind {
    /// "Dear customer".
    Greeting,
}
/// All phrases.
#[derive(Debug)]
pub struct Phrases;
