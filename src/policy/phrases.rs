//! Phrases.
/// What a phrase does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum PhraseKind {
    Greeting,
    Credential,
    Personal,
    Threat,
    Urgency,
}
/// All phrases.
#[derive(Debug)]
pub struct Phrases;
impl Phrases {
    /// built in
    pub fn built_in() -> Result<Phrases, String> {
        Ok(Phrases)
    }
    /// find
    pub fn find(&self, _kind: PhraseKind, _folded: &str, _brand_names: &[String]) -> Option<String> {
        None
    }
}
