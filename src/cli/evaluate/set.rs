//! A labelled set: which messages, whether each is a spoof, and what is known about how it arrived.
//!
//! Either a manifest (one JSON object a line; README, "Measure it") or folders whose names tell the label. What is
//! neither is refused with a sentence that says how to label; an unreadable line is named by its number.

use crate::auth::Stated;
use crate::cli::failure::{EX_DATAERR, EX_USAGE, Failure};
use crate::cli::input::eml_files;
use crate::mail::{Client, Envelope};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Folder names that label what is in them.
const SPOOF_FOLDERS: [&str; 4] = ["phish", "phishing", "spoof", "spam"];
const HONEST_FOLDERS: [&str; 4] = ["ham", "honest", "legitimate", "good"];

/// One labelled message.
#[derive(Debug, Clone, Default)]
pub(super) struct Case {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What to call it: its path as the set writes it.
    pub(super) name: String,
    /// True if it is a spoof or other phishing.
    pub(super) spoof: bool,
    /// Brands it poses as, by name, lower case.
    pub(super) claims: Vec<String>,
    /// Brands whose own domain it forges, lower case.
    pub(super) forged_own: Vec<String>,
    /// Messages of one campaign are near copies; a message without one is a campaign of its own.
    pub(super) campaign: String,
    pub(super) envelope: Envelope,
    /// What authentication found, if the set says; else the message itself may.
    pub(super) stated: Option<Stated>,
}

/// A line of a manifest. Sets say much more; what is not needed here is read over.
#[derive(Deserialize)]
struct Line {
    file: PathBuf,
    label: Label,
    #[serde(default)]
    claims: Vec<String>,
    #[serde(default)]
    forged_own: Vec<String>,
    #[serde(default)]
    campaign: Option<String>,
    #[serde(default)]
    envelope: Arrival,
    #[serde(default)]
    auth: Option<Stated>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Label {
    Phish,
    Ham,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Arrival {
    client_ip: Option<String>,
    helo: Option<String>,
    mail_from: Option<String>,
}

/// The word for a label.
pub(super) fn label(spoof: bool) -> &'static str {
    if spoof { "phish" } else { "ham" }
}

/// Where the manifest of a place is, if it has one.
pub(super) fn manifest_of(place: &Path) -> PathBuf {
    if place.is_dir() { place.join("manifest.jsonl") } else { place.to_owned() }
}

/// The cases that `places` hold, in order.
pub(super) fn load(places: &[PathBuf]) -> Result<Vec<Case>, Failure> {
    let mut cases = Vec::new();
    for place in places {
        let manifest = manifest_of(place);
        if manifest.is_file() {
            read_manifest(&manifest, &mut cases)?;
        } else {
            read_folders(place, &mut cases)?;
        }
    }
    Ok(cases)
}

fn read_manifest(manifest: &Path, cases: &mut Vec<Case>) -> Result<(), Failure> {
    let shown = manifest.display();
    let text = std::fs::read_to_string(manifest)
        .map_err(|e| Failure::new(EX_DATAERR, format!("{shown}: cannot be read: {e}")))?;
    let folder = manifest.parent().unwrap_or(Path::new(""));
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line: Line = serde_json::from_str(line)
            .map_err(|e| Failure::new(EX_DATAERR, format!("{shown}:{}: is not a line of a manifest: {e}", n + 1)))?;
        cases.push(line.into_case(folder));
    }
    Ok(())
}

impl Line {
    fn into_case(self, folder: &Path) -> Case {
        let lower = |names: Vec<String>| names.iter().map(|n| n.to_lowercase()).collect();
        let name = self.file.display().to_string();
        Case {
            path: folder.join(&self.file),
            spoof: self.label == Label::Phish,
            claims: lower(self.claims),
            forged_own: lower(self.forged_own),
            campaign: self.campaign.unwrap_or_else(|| name.clone()),
            envelope: Envelope {
                client: Client { ip: self.envelope.client_ip.and_then(|ip| ip.parse().ok()), name: String::new() },
                helo: self.envelope.helo.unwrap_or_default(),
                mail_from: self.envelope.mail_from.unwrap_or_default(),
                ..Envelope::default()
            },
            stated: self.auth,
            name,
        }
    }
}

/// A folder that is named for a label, or that holds folders which are.
fn read_folders(place: &Path, cases: &mut Vec<Case>) -> Result<(), Failure> {
    let within = |names: &[&str]| names.iter().map(|n| place.join(n)).filter(|p| p.is_dir()).collect::<Vec<_>>();
    let named = |names: &[&str]| place.file_name().is_some_and(|own| names.iter().any(|n| own.eq_ignore_ascii_case(n)));
    let (spoof, honest) = match (named(&SPOOF_FOLDERS), named(&HONEST_FOLDERS)) {
        (true, _) => (vec![place.to_owned()], vec![]),
        (_, true) => (vec![], vec![place.to_owned()]),
        _ => (within(&SPOOF_FOLDERS), within(&HONEST_FOLDERS)),
    };
    if spoof.is_empty() && honest.is_empty() || !place.is_dir() {
        let shown = place.display();
        return Err(Failure::new(
            EX_USAGE,
            format!(
                "{shown}: is not a labelled set; give a manifest.jsonl, or a folder called (or holding) phish or ham"
            ),
        ));
    }
    for (folders, spoof) in [(spoof, true), (honest, false)] {
        for folder in folders {
            let mut files = Vec::new();
            eml_files(&folder, &mut files)?;
            cases.extend(files.into_iter().map(|path| {
                let name = path.display().to_string();
                Case { campaign: name.clone(), name, path, spoof, ..Case::default() }
            }));
        }
    }
    Ok(())
}
