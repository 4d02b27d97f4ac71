//! The languages' files as written (`conf/languages/*.toml`): words, how letters are spelt out, phrases.
//!
//! A language is one file; `packaging/build.rs` finds it, and no list of files is kept by hand. What has an unknown
//! key, or some kinds of phrases or of `[ask]` and not all, is refused with the language and the key.

use super::kind::{AskKind, PhraseKind, WordKind};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Name and text of every file.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// One file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Language {
    /// The file's name without its ending.
    #[serde(skip)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) words: BTreeMap<WordKind, Vec<String>>,
    /// Words of requests: all kinds, or none.
    #[serde(default)]
    pub(super) ask: BTreeMap<AskKind, Vec<String>>,
    /// Letters that not every keyboard has, and what stands for them where it does not.
    #[serde(default)]
    pub(super) spelling: BTreeMap<String, String>,
    /// All kinds, or none.
    #[serde(default)]
    pub(super) phrases: BTreeMap<PhraseKind, Section>,
}

/// The phrases of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    pub(super) list: Vec<String>,
    /// A message that must be found, and one that must not be; tests read them.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by tests; part of the format"))]
    pub(super) hit: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by tests; part of the format"))]
    pub(super) honest: String,
}

/// The text of every file: what the id of a policy covers.
pub(crate) fn built_in_text() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(_, text)| *text)
}

/// The languages that come with the program.
pub(super) fn built_in() -> Result<Vec<Language>, String> {
    parse(FILES)
}

/// Reads files; each comes with its name.
pub(super) fn parse(files: &[(&str, &str)]) -> Result<Vec<Language>, String> {
    files.iter().map(|(name, text)| read(name, text).map_err(|e| format!("language {name}: {e}"))).collect()
}

fn read(name: &str, text: &str) -> Result<Language, String> {
    let language: Language = toml::from_str(text).map_err(|e| e.message().to_owned())?;
    let missing = PhraseKind::ALL.into_iter().find(|kind| !language.phrases.contains_key(kind));
    if let Some(kind) = missing.filter(|_| !language.phrases.is_empty()) {
        return Err(format!("there are phrases, but none of the kind {kind:?}"));
    }
    let missing = AskKind::ALL.into_iter().find(|kind| !language.ask.contains_key(kind));
    if let Some(kind) = missing.filter(|_| !language.ask.is_empty()) {
        return Err(format!("there are words of requests, but none of the kind {kind:?}"));
    }
    Ok(Language { name: name.to_owned(), ..language })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse(&[("xx", text)]).unwrap_err()
    }

    #[test]
    fn a_language_may_have_words_and_no_phrases() {
        let found = parse(&[("xx", "[words]\nsign_in = [\"x\"]")]).unwrap();
        assert_eq!((found[0].name.as_str(), &found[0].words[&WordKind::SignIn]), ("xx", &vec!["x".to_owned()]));
        assert!(found[0].phrases.is_empty());
        assert!(parse(&[("xx", "")]).is_ok());
    }

    #[test]
    fn what_is_wrong_is_refused_with_language_and_key() {
        for (text, key) in [
            ("extra = 1", "extra"),
            ("[words]\nextra = [\"x\"]", "extra"),
            ("[words]\nyour = \"x\"", "string"),
            ("[phrases.extra]\nlist = []\nhit = \"\"\nhonest = \"\"", "extra"),
            ("[phrases.call]\nlist = []\nhit = \"\"\nhonest = \"\"\nextra = 1", "extra"),
            ("[phrases.call]\nlist = []\nhit = \"\"\nhonest = \"\"", "Greeting"),
        ] {
            let refusal = refusal(text);
            assert!(refusal.starts_with("language xx: ") && refusal.contains(key), "{refusal}");
        }
    }

    #[test]
    fn every_language_is_built_in() {
        let names: Vec<String> = built_in().unwrap().into_iter().map(|l| l.name).collect();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/conf/languages");
        let stem = |entry: std::fs::DirEntry| entry.path().file_stem().unwrap().to_str().unwrap().to_owned();
        let mut files: Vec<String> = std::fs::read_dir(folder).unwrap().map(|entry| stem(entry.unwrap())).collect();
        files.sort();
        assert_eq!(names, files);
        assert!(names.len() >= 22, "{names:?}");
    }
}
