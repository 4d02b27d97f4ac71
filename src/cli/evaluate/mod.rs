//! `spoof-milter evaluate`: what the policy makes of mail that people have labelled, and what a change of it would do.
//!
//! Judges by the same code as the milter; only authentication is taken from the set, because the DNS of the day is
//! gone, or, if a set says nothing of it, from the gateway's own Authentication-Results field on the message. Where
//! neither says whether an author is proven, nothing is held against them and nothing for them.

mod alone;
mod fit;
mod render;
mod set;
mod tally;
mod verdicts;

use crate::cli::evaluate::set::Case;
use crate::cli::evaluate::tally::Tally;
use crate::cli::evaluate::verdicts::Verdicts;
use crate::cli::failure::{EX_USAGE, Failure, print};
use crate::judge::load_policy;
use crate::policy::Policy;
use crate::signals::{SIGNALS, ids};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Args {
    /// A manifest (JSON lines), a folder that holds manifest.jsonl, or folders called phish and ham (or holding such).
    #[arg(required = true)]
    set: Vec<PathBuf>,
    /// What would change if this key had this value, such as policy.tag=25; may be repeated, all apply together.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    changes: Vec<String>,
    /// What would change with this configuration; the one in force is named before the word evaluate, or by -c.
    #[arg(long = "config", value_name = "OTHER")]
    other: Option<PathBuf>,
    /// Configuration file in force.
    #[arg(short, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Propose points for the signals from this set.
    #[arg(long)]
    weights: bool,
    /// Write the verdict of each message to this file, one JSON object a line, in the order of the set.
    #[arg(long, value_name = "FILE.jsonl")]
    verdicts: Option<PathBuf>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: Option<&Path>, args: &Args) -> Result<u8, Failure> {
    let policy = load_policy(config)?;
    let mut others = others(&policy, args)?;
    let cases = set::load(&args.set)?;
    if cases.is_empty() {
        return Err(Failure::new(EX_USAGE, "the set holds no messages"));
    }
    let tally = judged(&cases, &policy, args)?;
    let proposed = args.weights.then(|| fit::propose(&tally));
    if let Some(proposed) = &proposed {
        let points = SIGNALS.iter().zip(proposed);
        let changes = points.filter_map(|(s, p)| Some(format!("signals.{}.points={}", s.id, (*p)?)));
        let policy = policy.changed(&changes.collect::<Vec<_>>(), &ids())?;
        others.push(("the proposed points".to_owned(), policy));
    }
    let after = others.iter().map(|(title, policy)| Ok((title.as_str(), Tally::new(&cases, policy)?)));
    let after = after.collect::<Result<Vec<_>, Failure>>()?;
    tell(args.json, &tally, proposed.as_deref(), &after);
    Ok(0)
}

/// The set judged by the policy in force, and its verdicts written if that is wanted: before anything is printed,
/// since a reader who goes away ends the command.
fn judged<'a>(cases: &'a [Case], policy: &'a Policy, args: &Args) -> Result<Tally<'a>, Failure> {
    let Some(path) = &args.verdicts else { return Tally::new(cases, policy) };
    let verdicts = Verdicts::create(path, &args.set, cases)?;
    let tally = Tally::with_lines(cases, policy)?;
    verdicts.write(tally.judged.iter().filter_map(|j| j.line.as_deref()))?;
    Ok(tally)
}

/// Prints it all.
fn tell(as_json: bool, tally: &Tally<'_>, proposed: Option<&[Option<u32>]>, after: &[(&str, Tally<'_>)]) {
    if as_json {
        let mut object = render::as_json(tally);
        let changes = after.iter().map(|(title, after)| render::changes_as_json(title, tally, after));
        object["with"] = changes.collect::<Vec<_>>().into();
        if let Some(proposed) = proposed {
            object["weights"] = render::weights_as_json(tally, proposed);
        }
        print(&format!("{object}\n"));
        return;
    }
    print(&render::as_text(tally));
    if let Some(proposed) = proposed {
        print(&render::weights_as_text(tally, proposed));
    }
    for (title, after) in after {
        print(&render::changes_as_text(title, tally, after));
    }
}

/// The policies to compare with, each with its title.
fn others(policy: &Policy, args: &Args) -> Result<Vec<(String, Policy)>, Failure> {
    let mut others = Vec::new();
    if !args.changes.is_empty() {
        let title = args.changes.join(" ");
        let changed = policy.changed(&args.changes, &ids())?;
        others.push((title, changed));
    }
    if let Some(path) = &args.other {
        others.push((path.display().to_string(), load_policy(Some(path))?));
    }
    Ok(others)
}
