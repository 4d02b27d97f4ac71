//! `spoof-milter signals [ID]`: every heuristic with its text and points, as the policy sets them.

use crate::cli::failure::{EX_USAGE, Failure, print};
use crate::judge::load_policy;
use crate::policy::{Policy, SignalMode};
use crate::signals::{SIGNALS, Signal, signal};
use std::fmt::Write;
use std::path::Path;

/// Lists all, or shows one.
pub(super) fn run(config: Option<&Path>, id: Option<&str>) -> Result<u8, Failure> {
    let policy = load_policy(config)?;
    let text = match id {
        Some(id) => one(&policy, known(id)?),
        None => all(&policy),
    };
    print(&text);
    Ok(0)
}

fn known(id: &str) -> Result<&'static Signal, Failure> {
    signal(id)
        .ok_or_else(|| Failure::new(EX_USAGE, format!("there is no signal {id:?}; `spoof-milter signals` lists them")))
}

fn points(policy: &Policy, s: &Signal) -> u32 {
    policy.setting(s.id).and_then(|x| x.points).unwrap_or(s.points)
}

fn all(policy: &Policy) -> String {
    let mut out = String::new();
    for s in SIGNALS {
        let mode = match policy.setting(s.id).map(|x| x.mode).unwrap_or_default() {
            SignalMode::Enforce => "",
            SignalMode::Shadow => "  (shadow)",
            SignalMode::Off => "  (off)",
        };
        let _ = writeln!(out, "{:<24} {:>4}  {}{mode}", s.id, points(policy, s), s.title);
    }
    out
}

fn one(policy: &Policy, s: &Signal) -> String {
    let setting = policy.setting(s.id);
    let at_least = setting.and_then(|x| x.at_least).or(s.at_least).map_or("-", |a| a.as_str());
    let mode = format!("{:?}", setting.map(|x| x.mode).unwrap_or_default()).to_lowercase();
    format!(
        "{}: {}\n\n{}\n\nkind      {:?}\npoints    {} (default {})\nat_least  {at_least}\nmode      {mode}\n",
        s.id,
        s.title,
        s.why,
        s.kind,
        points(policy, s),
        s.points
    )
}
