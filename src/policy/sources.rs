//! The files a policy is made of: the main file, and beside it `brands.d/*.toml`, each of which holds `[[brand]]`
//! tables and nothing else.
//!
//! The brands of the folder come on top of those of the main file, which without a word of its own protects the default
//! brand; a brand of the same name in the folder takes that default's place. All files are read or none: the first that
//! cannot be used is the error.

use crate::policy::config::brand::Brand as Profile;
use crate::policy::config::sections::Config;
use crate::policy::error::ConfigError;
use crate::policy::position::Position;
use crate::text::fold::fold;
use std::path::{Path, PathBuf};

/// Octets of all configuration files together that are read: a thousand brands fit, an endless file does not.
const MAX_TOTAL_BYTES: u64 = 4 * 1024 * 1024;
/// Files in the folder that are read: one a brand, for as many brands as fit.
const MAX_FILES: usize = 1000;
/// The folder beside the main file.
const FOLDER: &str = "brands.d";
/// Where the default brand is written.
const BUILT_IN: &str = "built in";

/// A text and the file it came from.
pub(super) struct Source {
    pub(super) text: String,
    pub(super) origin: String,
}

impl Source {
    fn position(&self) -> Position<'_> {
        Position { text: &self.text, origin: &self.origin }
    }
}

/// A file of the folder.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Brands {
    #[serde(default)]
    brand: Vec<Profile>,
}

/// Where the parts of a merged configuration are written.
pub(super) struct Written<'a> {
    /// The main file.
    pub(super) main: Position<'a>,
    /// The file of each brand, and which of its tables it is; none for the built-in default.
    brands: Vec<Option<(Position<'a>, usize)>>,
}

impl Written<'_> {
    /// The error about a key of the `n`th brand.
    pub(super) fn error(&self, n: usize, key: &str, what: &str) -> ConfigError {
        match self.brands.get(n).copied().flatten() {
            Some((place, table)) => place.error(&["brand", &table.to_string(), key], what),
            None => self.main.error(&["brand", key], what),
        }
    }

    /// The file of the `n`th brand.
    pub(super) fn file(&self, n: usize) -> &str {
        self.brands.get(n).copied().flatten().map_or(BUILT_IN, |(place, _)| place.origin)
    }

    /// Where the `n`th brand is written.
    pub(super) fn locate(&self, n: usize) -> String {
        match self.brands.get(n).copied().flatten() {
            Some((place, table)) => place.locate(&["brand", &table.to_string()]),
            None => BUILT_IN.to_owned(),
        }
    }
}

/// The main file and those of the folder beside it, in the order of their names.
pub(super) fn read(main: &Path) -> Result<Vec<Source>, ConfigError> {
    let mut left = MAX_TOTAL_BYTES;
    let mut sources = vec![read_file(main, &mut left)?];
    for path in folder(main)? {
        sources.push(read_file(&path, &mut left)?);
    }
    Ok(sources)
}

/// The files of the folder. Hidden ones are what editors leave.
fn folder(main: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    let folder = main.with_file_name(FOLDER);
    let cannot = |e: std::io::Error| ConfigError(format!("{}: cannot be read: {e}", folder.display()));
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        Err(e) => return Err(cannot(e)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(cannot)?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if path.extension().is_some_and(|e| e == "toml") && !hidden {
            files.push(path);
        }
        if files.len() > MAX_FILES {
            return Err(ConfigError(format!("{}: holds more than {MAX_FILES} files", folder.display())));
        }
    }
    files.sort();
    Ok(files)
}

/// Reads one file; `left` octets may still be read.
fn read_file(path: &Path, left: &mut u64) -> Result<Source, ConfigError> {
    let origin = path.display().to_string();
    let cannot = |e: std::io::Error| ConfigError(format!("{origin}: cannot be read: {e}"));
    let size = std::fs::metadata(path).map_err(cannot)?.len();
    *left = left.checked_sub(size).ok_or_else(|| {
        ConfigError(format!("{origin}: is {size} octets long, with the files before it more than {MAX_TOTAL_BYTES}"))
    })?;
    let text = std::fs::read_to_string(path).map_err(cannot)?;
    Ok(Source { text, origin })
}

/// One configuration of all files, and where its brands are written.
pub(super) fn merge(sources: &[Source]) -> Result<(Config, Written<'_>), ConfigError> {
    let Some((main, more)) = sources.split_first() else {
        return Err(ConfigError("there is no configuration".to_owned()));
    };
    let main = main.position();
    let mut config: Config = main.read()?;
    let own = main.names("brand");
    let mut brands: Vec<_> = (0..config.brand.len()).map(|n| own.then_some((main, n))).collect();
    for place in more.iter().map(Source::position) {
        for (n, brand) in place.read::<Brands>()?.brand.into_iter().enumerate() {
            let built_in = |i: &usize| brands.get(*i).is_some_and(Option::is_none);
            let same = config.brand.iter().position(|b| fold(&b.name) == fold(&brand.name)).filter(built_in);
            match same {
                Some(i) => (config.brand[i], brands[i]) = (brand, Some((place, n))),
                None => {
                    config.brand.push(brand);
                    brands.push(Some((place, n)));
                }
            }
        }
    }
    Ok((config, Written { main, brands }))
}
