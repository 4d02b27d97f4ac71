//! `spoof-milter check`: judges messages from files, folders or standard input, by the same `judge()` as the milter.
//!
//! The envelope comes from the options; a message without `--ip` has no client, so SPF is `none`. Files kept with Unix
//! line ends get their wire line ends back before anything is verified.

use super::failure::{EX_UNAVAILABLE, EX_USAGE, Failure, print};
use super::input::{eml_files, read};
use crate::auth::Authenticator;
use crate::auth::clock::now;
use crate::disposition::{Circumstances, Measure, Outcome};
use crate::judge::{judge, judge_explained, load_policy};
use crate::mail::{Client, Envelope, Message};
use crate::record::{Explanation, Ruling, VerdictRecord, as_text, json_line};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Messages: files, folders of `.eml` files, or - for standard input (the default).
    files: Vec<PathBuf>,
    /// The SMTP client's address.
    #[arg(long)]
    ip: Option<IpAddr>,
    /// Its HELO name.
    #[arg(long, default_value = "")]
    helo: String,
    /// The envelope sender; <> or nothing for the null sender.
    #[arg(long, default_value = "")]
    mail_from: String,
    /// An envelope recipient; may be repeated.
    #[arg(long)]
    rcpt: Vec<String>,
    /// The login of an authenticated client.
    #[arg(long)]
    auth_user: Option<String>,
    /// Ask no DNS: nothing is authenticated, and nothing can be proven.
    #[arg(long)]
    no_dns: bool,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Say how claim, proof and intent were answered, what would happen without each finding, and what a person sees.
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(config: Option<&Path>, args: Args) -> Result<u8, Failure> {
    let policy = load_policy(config)?;
    let authenticator = if args.no_dns {
        Authenticator::offline()
    } else {
        Authenticator::for_policy(&policy).map_err(|e| Failure::new(EX_UNAVAILABLE, e))?
    };
    let files = listed(&args.files)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new(EX_UNAVAILABLE, format!("no runtime: {e}")))?;
    let envelope = envelope(&args);
    let mut worst = 0;
    for file in &files {
        let read = read(file, policy.config.milter.max_message_bytes)?;
        let started = Instant::now();
        let message = Message::parse(read.octets, read.complete);
        let (verdict, without) = if args.explain {
            let (verdict, without) = runtime.block_on(judge_explained(&envelope, &message, &policy, &authenticator));
            (verdict, Some(without))
        } else {
            (runtime.block_on(judge(&envelope, &message, &policy, &authenticator)), None)
        };
        let elapsed = started.elapsed();
        let ruling = Ruling::of(&verdict, Circumstances::of(&envelope, &policy));
        worst = worst.max(exit_code(ruling.disposition.enforced));
        let name = file.display().to_string();
        let explanation = without.and_then(|without| Explanation::of(&ruling, &message, without));
        if args.json {
            let record = VerdictRecord::of(&ruling, Outcome::Untried, &envelope, Some(&message), Some(elapsed));
            let line = JsonLine { file: name, record, explanation: explanation.map(|e| e.as_json()) };
            print(&format!("{}\n", json_line(&line)));
        } else {
            let explained = explanation.map(|e| e.as_text()).unwrap_or_default();
            print(&format!("{}{explained}", as_text(&name, &ruling)));
        }
    }
    Ok(worst)
}

/// One line of `--json`.
#[derive(serde::Serialize)]
struct JsonLine {
    file: String,
    #[serde(flatten)]
    record: VerdictRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<serde_json::Value>,
}

/// 0 accept, 1 tag, 2 quarantine or deferred, 3 reject.
fn exit_code(measure: Measure) -> u8 {
    match measure {
        Measure::NotJudged(_) | Measure::Deliver { tag: false } => 0,
        Measure::Deliver { tag: true } => 1,
        Measure::Hold | Measure::TryLater(_) => 2,
        Measure::Refuse => 3,
    }
}

fn envelope(args: &Args) -> Envelope {
    let bare = |a: &str| a.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
    Envelope {
        client: Client { ip: args.ip.map(|ip| ip.to_canonical()), name: String::new() },
        helo: args.helo.clone(),
        mail_from: bare(&args.mail_from),
        rcpt_to: args.rcpt.iter().map(|a| bare(a)).collect(),
        auth_user: args.auth_user.clone().filter(|u| !u.is_empty()),
        received_at: Some(now()),
        ..Envelope::default()
    }
}

/// The files meant: a folder stands for the `.eml` files in it, sorted, folders within included.
fn listed(given: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    if given.is_empty() {
        return Ok(vec![PathBuf::from("-")]);
    }
    let mut files = Vec::new();
    for path in given {
        if path.is_dir() {
            let before = files.len();
            eml_files(path, &mut files)?;
            if files.len() == before {
                return Err(Failure::new(EX_USAGE, format!("{}: no .eml files in this folder", path.display())));
            }
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}
