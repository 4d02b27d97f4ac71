//! `spoof-milter config check|show`: is the file sound, and what is in force?

use crate::auth::clock::today;
use crate::cli::failure::{EX_CONFIG, EX_UNAVAILABLE, Failure, print};
use crate::judge::load_policy;
use crate::policy::Policy;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

/// Seconds below which Postfix's time for the end-of-message answer is too short for the configured message time.
const POSTFIX_MARGIN_SECS: u64 = 5;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Read the configuration as `run` would; exit 78 if it cannot be used.
    Check {
        /// Also read Postfix's settings with postconf and warn of unsafe ones.
        #[arg(long)]
        postfix: bool,
        /// Postfix's configuration directory for postconf.
        #[arg(long, value_name = "DIR", requires = "postfix")]
        postfix_config: Option<PathBuf>,
    },
    /// Print the effective configuration, defaults included, as TOML.
    Show,
}

pub(super) fn run(config: Option<&Path>, command: &Command) -> Result<u8, Failure> {
    let policy = load_policy(config)?;
    match command {
        Command::Check { postfix, postfix_config } => {
            let origin = config.map_or("the defaults".to_owned(), |c| c.display().to_string());
            print(&format!("{origin}: ok (policy {})\n", policy.id));
            for (brand, file) in policy.brands.iter().zip(&policy.brand_files) {
                print(&format!("{origin}: protects {} ({file})\n", brand.name));
            }
            policy.warnings(today()).iter().for_each(|w| print(&format!("{origin}: warning: {w}\n")));
            if *postfix { check_postfix(&policy, postfix_config.as_deref()) } else { Ok(0) }
        }
        Command::Show => {
            let text = toml::to_string(&policy.config).map_err(|e| Failure::new(EX_CONFIG, e.to_string()))?;
            print(&text);
            Ok(0)
        }
    }
}

/// Prints a warning for each setting that loses or passes mail; exit 1 if there is any.
fn check_postfix(policy: &Policy, directory: Option<&Path>) -> Result<u8, Failure> {
    let settings = postconf(directory)?;
    let get = |key: &str| settings.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str()).unwrap_or_default();
    let warnings = warnings(policy, &get);
    if warnings.is_empty() {
        print("postfix: nothing unsafe found\n");
        return Ok(0);
    }
    warnings.iter().for_each(|w| print(&format!("postfix: warning: {w}\n")));
    Ok(1)
}

fn warnings<'a>(policy: &Policy, get: &dyn Fn(&str) -> &'a str) -> Vec<String> {
    let mut found = Vec::new();
    let milters = get("smtpd_milters");
    if milters.is_empty() {
        found.push("smtpd_milters is empty: no mail is handed to the gateway".to_owned());
    }
    let action = milters
        .split_once("default_action=")
        .map_or(get("milter_default_action"), |(_, a)| a.split([',', ' ', '}']).next().unwrap_or_default());
    match action {
        "accept" => {
            found.push("default_action is accept: mail passes unjudged while the gateway is down; use tempfail".into())
        }
        "reject" => {
            found.push("default_action is reject: honest mail bounces while the gateway is down; use tempfail".into())
        }
        _ => {}
    }
    let content = milters
        .split_once("content_timeout=")
        .map_or(get("milter_content_timeout"), |(_, t)| t.split([',', ' ', '}']).next().unwrap_or_default());
    let needed = policy.config.milter.message_timeout_secs + POSTFIX_MARGIN_SECS;
    if seconds(content).is_some_and(|s| s < needed) {
        found.push(format!(
            "milter_content_timeout is {content}: shorter than message_timeout_secs and a margin ({needed}s)"
        ));
    }
    let limit = get("message_size_limit").parse::<usize>().unwrap_or(0);
    if limit == 0 || limit > policy.config.milter.max_message_bytes {
        let ours = policy.config.milter.max_message_bytes;
        found.push(format!(
            "message_size_limit is {limit}, milter.max_message_bytes is {ours}: longer mail is judged by its beginning"
        ));
    }
    if get("milter_protocol").parse::<u32>().is_ok_and(|v| v < 6) {
        found.push("milter_protocol is below 6: DKIM of unusual headers cannot be verified exactly".into());
    }
    if get("non_smtpd_milters").contains("spoof-milter") {
        found.push(
            "non_smtpd_milters holds the gateway: local mail would stay in the queue when refused; leave it out".into(),
        );
    }
    found
}

fn postconf(directory: Option<&Path>) -> Result<Vec<(String, String)>, Failure> {
    let mut command = Process::new("postconf");
    if let Some(directory) = directory {
        command.arg("-c").arg(directory);
    }
    command.args(["-x", "smtpd_milters", "non_smtpd_milters", "milter_default_action", "milter_content_timeout"]);
    command.args(["message_size_limit", "milter_protocol"]);
    let output = command.output().map_err(|e| Failure::new(EX_UNAVAILABLE, format!("postconf cannot be run: {e}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Failure::new(EX_UNAVAILABLE, format!("postconf: {said}")));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text
        .lines()
        .filter_map(|l| l.split_once('='))
        .map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned()))
        .collect())
}

/// A Postfix time value (`300s`, `5m`, `1h`, `2d`) in seconds.
fn seconds(value: &str) -> Option<u64> {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &value[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    digits.parse::<u64>().ok().map(|n| n * factor)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn unsafe_postfix_settings_are_named() {
        let policy = Policy::load(None, &[]).unwrap();
        let safe = |key: &str| match key {
            "smtpd_milters" => "{ inet:127.0.0.1:8891, default_action=tempfail, content_timeout=60s }",
            "milter_default_action" => "accept",
            "message_size_limit" => "10240000",
            "milter_protocol" => "6",
            _ => "",
        };
        assert_eq!(warnings(&policy, &safe), Vec::<String>::new());
        let bad = |key: &str| match key {
            "smtpd_milters" => "inet:127.0.0.1:8891",
            "milter_default_action" => "accept",
            "milter_content_timeout" => "10s",
            "message_size_limit" => "0",
            "milter_protocol" => "2",
            _ => "",
        };
        assert_eq!(warnings(&policy, &bad).len(), 4);
    }

    #[test]
    fn postfix_times() {
        assert_eq!((seconds("300s"), seconds("5m"), seconds("7"), seconds("x")), (Some(300), Some(300), Some(7), None));
    }
}
