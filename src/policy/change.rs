//! A policy with some keys changed, for asking what a change would do before it is made. The change goes through the
//! same reading as a file, so that what could not stand in a file is refused with the same words.

use crate::policy::compiled::Policy;
use crate::policy::error::ConfigError;
use toml::Value;

impl Policy {
    /// This policy with `changes` of the form `policy.tag=25`: a dotted key (tables of a list by number:
    /// `brand.0.proof`) and a TOML value; what is not a TOML value is text. `known` are the ids that `signals.<id>` may
    /// name.
    pub fn changed(&self, changes: &[String], known: &[&str]) -> Result<Policy, ConfigError> {
        let unwritable = |e: toml::ser::Error| ConfigError(format!("the configuration cannot be changed: {e}"));
        let mut config = Value::try_from(&self.config).map_err(unwritable)?;
        for change in changes {
            let refuse = |why: &str| ConfigError(format!("{change:?} {why}"));
            let (key, value) = change.split_once('=').ok_or_else(|| refuse("is not a change; write KEY=VALUE"))?;
            let place =
                place(&mut config, key.trim()).ok_or_else(|| refuse("names a key inside something that has none"))?;
            *place = read_value(value.trim());
        }
        let text = toml::to_string(&config).map_err(unwritable)?;
        Policy::from_toml(&text, &changes.join(" "), known)
    }
}

/// Where a dotted key stands; tables that are missing are made.
fn place<'v>(config: &'v mut Value, key: &str) -> Option<&'v mut Value> {
    key.split('.').try_fold(config, |inside, part| match inside {
        Value::Table(table) => Some(table.entry(part).or_insert_with(|| Value::Table(toml::Table::new()))),
        Value::Array(list) => list.get_mut(part.parse::<usize>().ok()?),
        _ => None,
    })
}

fn read_value(text: &str) -> Value {
    let table = toml::from_str::<toml::Table>(&format!("value = {text}")).ok();
    table.and_then(|mut t| t.remove("value")).unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::policy::config::sections::SignalMode;

    fn changed(changes: &[&str]) -> Result<Policy, String> {
        let changes: Vec<String> = changes.iter().map(|c| (*c).to_owned()).collect();
        Policy::load(None, &[]).unwrap().changed(&changes, &["link-userinfo"]).map_err(|e| e.to_string())
    }

    #[test]
    fn keys_change_and_the_rest_stays() {
        let policy = changed(&["policy.tag=25", "signals.link-userinfo.mode = off", "brand.0.allied=[]"]).unwrap();
        assert_eq!((policy.ladder.tag, policy.ladder.quarantine), (25, 60));
        assert_eq!(policy.setting("link-userinfo").unwrap().mode, SignalMode::Off);
        assert!(policy.config.brand[0].allied.is_empty());
    }

    #[test]
    fn what_no_file_may_say_is_refused() {
        for (change, words) in [
            ("policy.tag", "write KEY=VALUE"),
            ("policy.tag.x=1", "inside something that has none"),
            ("brand.7.name=x", "inside something that has none"),
            ("policy.tagg=1", "did you mean \"tag\""),
            ("policy.tag=200", "thresholds must rise"),
            ("policy.tag=many", "expected u32"),
        ] {
            let error = changed(&[change]).unwrap_err();
            assert!(error.contains(words), "{change}: {error}");
        }
    }
}
