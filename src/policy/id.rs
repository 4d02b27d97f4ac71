//! The id of a policy: eight hexadecimal digits that name, in headers and logs, everything a verdict follows from
//! besides the message and the DNS: the program's version, the lists it is built with, the effective configuration.

use crate::policy::config::sections::Config;
use crate::policy::hosts;
use crate::{lookalike, wording};
use ring::digest::{Context, Digest, SHA256};
use std::sync::LazyLock;

/// The program's version: the code decides as much as the lists do.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Octets of the digest that are shown: enough to tell the policies of one site apart, and short in a log line.
const ID_BYTES: usize = 4;

/// The digest of the built-in lists; they are the same as long as the program runs.
static LISTS: LazyLock<Digest> = LazyLock::new(|| digest(built_in().map(str::as_bytes)));

/// Every built-in list. A room that reads a list names it in its `built_in()`, and a room that begins to read lists is
/// named here.
fn built_in() -> impl Iterator<Item = &'static str> {
    wording::built_in().chain(lookalike::built_in()).chain(hosts::built_in())
}

/// The id of the policy that is made from `config`.
pub(super) fn id_of(config: &Config) -> String {
    let written = toml::to_string(config).unwrap_or_else(|_| format!("{config:?}"));
    id(VERSION, &LISTS, &written)
}

fn id(version: &str, lists: &Digest, config: &str) -> String {
    let all = digest([version.as_bytes(), lists.as_ref(), config.as_bytes()].into_iter());
    all.as_ref().iter().take(ID_BYTES).map(|b| format!("{b:02x}")).collect()
}

/// SHA-256 over texts, each behind its length, so that nothing can move from one to the next unseen.
fn digest<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Digest {
    let mut context = Context::new(&SHA256);
    for text in texts {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text);
    }
    context.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::HashSet;
    use std::path::Path;

    fn lists(texts: &[&str]) -> Digest {
        digest(texts.iter().map(|t| t.as_bytes()))
    }

    #[test]
    fn another_version_list_or_configuration_is_another_policy() {
        let made = |version, texts: &[&str], config| id(version, &lists(texts), config);
        let this = made("0.1.0", &["elance\n", "login\n"], "tag = 30");
        assert_eq!(this, made("0.1.0", &["elance\n", "login\n"], "tag = 30"));
        let others = [
            made("0.1.1", &["elance\n", "login\n"], "tag = 30"),
            made("0.1.0", &["elance\n", "logon\n"], "tag = 30"),
            made("0.1.0", &["elance\n", "login\n", ""], "tag = 30"),
            made("0.1.0", &["elance\nlogin\n", ""], "tag = 30"),
            made("0.1.0", &["login\n", "elance\n"], "tag = 30"),
            made("0.1.0", &["elance\n", "login\n"], "tag = 31"),
        ];
        assert!(others.iter().all(|other| *other != this && other.len() == 2 * ID_BYTES), "{this}: {others:?}");
        assert_eq!(others.iter().collect::<HashSet<_>>().len(), others.len());
    }

    #[test]
    fn equal_configurations_have_one_id() {
        let changed = Config { signals: [("a".to_owned(), Default::default())].into(), ..Config::default() };
        assert_eq!(id_of(&Config::default()), id_of(&Config::default()));
        assert_ne!(id_of(&Config::default()), id_of(&changed));
        assert_ne!(id_of(&Config::default()), id("0.0.0", &LISTS, &toml::to_string(&Config::default()).unwrap()));
        assert_ne!(id_of(&Config::default()), id(VERSION, &lists(&[]), &toml::to_string(&Config::default()).unwrap()));
    }

    /// A list in `conf/` that no room names would change verdicts under an old id.
    #[test]
    fn every_list_is_covered() {
        fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                match path.is_dir() {
                    true => files(&path, found),
                    false => found.push(path),
                }
            }
        }
        let conf = Path::new(env!("CARGO_MANIFEST_DIR")).join("conf");
        let mut found = vec![];
        files(&conf, &mut found);
        // What the operator writes is configuration.
        found.retain(|path| !path.starts_with(conf.join("brands.d")) && !path.ends_with("spoof-milter.toml"));
        let covered: HashSet<&str> = built_in().collect();
        for path in &found {
            assert!(covered.contains(std::fs::read_to_string(path).unwrap().as_str()), "{}", path.display());
        }
        assert_eq!(found.len(), covered.len());
    }
}
