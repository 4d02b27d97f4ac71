//! Where something stands in a configuration file, for errors: file, line, column, key and the nearest valid name.

use crate::policy::error::ConfigError;
use toml::de::{DeTable, DeValue};

/// Least likeness (Jaro-Winkler, 0 to 1) for a name to be suggested.
const LIKENESS: f64 = 0.7;

/// The text an error is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// The file it came from.
    pub(super) origin: &'a str,
}

impl Position<'_> {
    /// `file:line:column: key: what`, as near to the key as it can be found.
    pub(super) fn error(&self, path: &[&str], what: &str) -> ConfigError {
        let key = path.iter().filter(|p| p.parse::<usize>().is_err()).copied().collect::<Vec<_>>().join(".");
        ConfigError(format!("{}: {key}: {what}", self.locate(path)))
    }

    /// `file:line:column` of the key at `path`, or of the nearest table above it; the file if that cannot be found.
    pub(super) fn locate(&self, path: &[&str]) -> String {
        match DeTable::parse(self.text).ok().and_then(|root| find(root.get_ref(), path)) {
            Some(at) => {
                let (line, column) = line_column(self.text, at);
                format!("{}:{line}:{column}", self.origin)
            }
            None => self.origin.to_owned(),
        }
    }

    /// True if the text has this key at its top.
    pub(super) fn names(&self, key: &str) -> bool {
        DeTable::parse(self.text).is_ok_and(|root| root.get_ref().keys().any(|k| k.get_ref() == key))
    }

    /// Reads the text.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(self.text).map_err(|e| explain(self.text, self.origin, &e))
    }
}

/// Offset of the key at `path`, or of the nearest table above it.
fn find(table: &DeTable<'_>, path: &[&str]) -> Option<usize> {
    let (first, rest) = path.split_first()?;
    let (key, value) = table.iter().find(|(k, _)| k.get_ref() == first)?;
    let here = key.span().start;
    let deeper = match (value.get_ref(), rest) {
        (DeValue::Table(inner), [_, ..]) => find(inner, rest),
        (DeValue::Array(items), [index, inner @ ..]) => {
            let item = index.parse::<usize>().ok().and_then(|i| items.get(i));
            item.and_then(|item| match item.get_ref() {
                DeValue::Table(t) => find(t, inner).or(Some(item.span().start)),
                _ => Some(item.span().start),
            })
        }
        _ => None,
    };
    deeper.or(Some(here))
}

/// The dotted path of the innermost key whose value holds `offset`.
fn path_at(table: &DeTable<'_>, offset: usize) -> Vec<String> {
    for (key, value) in table.iter() {
        let name = key.get_ref().to_string();
        if key.span().contains(&offset) {
            return vec![name];
        }
        let inner = match value.get_ref() {
            DeValue::Table(t) => path_at(t, offset),
            DeValue::Array(items) => {
                let tables =
                    items.iter().filter_map(|i| if let DeValue::Table(t) = i.get_ref() { Some(t) } else { None });
                tables.map(|t| path_at(t, offset)).find(|p| !p.is_empty()).unwrap_or_default()
            }
            _ => vec![],
        };
        if !inner.is_empty() || value.span().contains(&offset) {
            return std::iter::once(name).chain(inner).collect();
        }
    }
    vec![]
}

/// toml's error in our form, with the key and the nearest valid name.
fn explain(text: &str, origin: &str, error: &toml::de::Error) -> ConfigError {
    let at = error.span().map_or(0, |s| s.start);
    let (line, column) = line_column(text, at);
    let message = error.message().replace('\n', " ");
    let key = DeTable::parse(text).map(|root| path_at(root.get_ref(), at).join(".")).unwrap_or_default();
    let key = if key.is_empty() { String::new() } else { format!("{key}: ") };
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    let hint = match quoted.split_first() {
        Some((wrong, known)) if unknown => {
            nearest(wrong, known).map(|n| format!("; did you mean {n:?}?")).unwrap_or_default()
        }
        _ => String::new(),
    };
    let message = message.replacen("unknown field", "unknown key", 1);
    ConfigError(format!("{origin}:{line}:{column}: {key}{message}{hint}"))
}

/// The most alike of `known`, if any is alike enough.
pub(super) fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let scored = known.iter().map(|k| (strsim::jaro_winkler(wrong, k), *k));
    scored.filter(|(score, _)| *score >= LIKENESS).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, k)| k)
}

fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
