//! The corpus through the program: one `check --json` for all messages that arrive alike.

use crate::corpus::Case;
use crate::{Outcome, compare};
use spoof_milter::mail::Envelope;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// The most messages given to one program: enough to hide its start, few enough that no core is idle at the end.
const MESSAGES_A_PROGRAM: usize = 64;

/// Cases that arrive alike, with the options of `check` that say how: one program judges them all.
pub(crate) type Batch = (Vec<String>, Vec<Case>);

pub(crate) fn batches(cases: Vec<Case>) -> Vec<Batch> {
    let mut alike: BTreeMap<Vec<String>, Vec<Case>> = BTreeMap::new();
    for case in cases {
        alike.entry(options(&case.envelope)).or_default().push(case);
    }
    let cut = |(options, cases): (Vec<String>, Vec<Case>)| {
        let chunks: Vec<Batch> = cases.chunks(MESSAGES_A_PROGRAM).map(|c| (options.clone(), c.to_vec())).collect();
        chunks
    };
    alike.into_iter().flat_map(cut).collect()
}

fn options(envelope: &Envelope) -> Vec<String> {
    let mut options = vec![format!("--helo={}", envelope.helo), format!("--mail-from={}", envelope.mail_from)];
    options.extend(envelope.client.ip.map(|ip| format!("--ip={ip}")));
    options.extend(envelope.rcpt_to.iter().map(|recipient| format!("--rcpt={recipient}")));
    options.extend(envelope.auth_user.iter().map(|user| format!("--auth-user={user}")));
    options
}

/// How what the program prints for a batch differs from what is expected.
pub(crate) fn check_differences(options: &[String], cases: &[Case], configuration: &Path) -> String {
    let mut differences = String::new();
    match checked(options, cases, configuration) {
        Err(why) => writeln!(differences, "{} and {} more: {why}", cases[0].name, cases.len() - 1).unwrap(),
        Ok(outcomes) => {
            for case in cases {
                match outcomes.get(&case.eml.display().to_string()) {
                    Some(outcome) => compare(case, outcome, &mut differences),
                    None => writeln!(differences, "{}: no line names {}", case.name, case.eml.display()).unwrap(),
                }
            }
        }
    }
    differences
}

/// The outcomes as the program prints them, by the file it names. Its exit code must be that of the worst.
fn checked(options: &[String], cases: &[Case], configuration: &Path) -> Result<BTreeMap<String, Outcome>, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spoof-milter"));
    command.arg("-c").arg(configuration).args(["check", "--json"]).args(options);
    let output = command.args(cases.iter().map(|c| &c.eml)).output().map_err(|e| e.to_string())?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let outcomes = stdout.lines().map(printed).collect::<Result<BTreeMap<_, _>, String>>();
    let outcomes = outcomes.map_err(|e| format!("{e}; stderr {stderr:?}"))?;
    let worst = outcomes.values().map(|outcome| exit_code(&outcome.action)).max();
    if output.status.code() != worst {
        return Err(format!("{}, and the worst action is {worst:?}; stderr {stderr:?}", output.status));
    }
    Ok(outcomes)
}

/// One line of `check --json`.
fn printed(line: &str) -> Result<(String, Outcome), String> {
    let json: serde_json::Value = serde_json::from_str(line).map_err(|e| format!("{e} in {line:?}"))?;
    let signals = json["signals"].as_array().ok_or("no signals")?;
    let outcome = Outcome {
        action: json["action"].as_str().ok_or("no action")?.to_owned(),
        signals: signals.iter().filter_map(|s| s["id"].as_str().map(str::to_owned)).collect(),
    };
    Ok((json["file"].as_str().ok_or("no file")?.to_owned(), outcome))
}

/// As `check` promises.
fn exit_code(action: &str) -> i32 {
    match action {
        "accept" => 0,
        "tag" => 1,
        "reject" => 3,
        _ => 2,
    }
}
