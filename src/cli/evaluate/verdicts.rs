//! `evaluate --verdicts FILE`: one line of JSON a message, in the order of the set, to compare two runs by or to read
//! with other tools.
//!
//! The action is what the findings ask for, as everywhere in `evaluate`: the set does not say what else decides about
//! a message. The file is created before the first message is judged, so that a place that cannot be written is known
//! at once; it is never a file of the set itself. What cannot be written ends the command with a sentence, and what
//! had been written stays.

use crate::cli::evaluate::set::{Case, label, manifest_of};
use crate::cli::failure::{EX_UNAVAILABLE, EX_USAGE, Failure};
use crate::disposition::{Circumstances, Outcome};
use crate::mail::Message;
use crate::policy::Policy;
use crate::record::{FindingRecord, Ruling, VerdictRecord, json_line};
use crate::verdict::Verdict;
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// What the set says of a message, and what was made of it. What it has from [`VerdictRecord`] is called and means the
/// same there.
#[derive(Serialize)]
struct Line<'a> {
    /// Its name in the set.
    file: &'a str,
    label: &'a str,
    /// Brands it poses as, as the set says, lower case.
    claims: &'a [String],
    action: &'a str,
    score: u32,
    brand: Option<String>,
    claim: String,
    by: Option<String>,
    signals: Vec<FindingRecord>,
    limits: Vec<String>,
    policy: String,
}

/// The verdict on a case, on one line without its end.
pub(super) fn line(case: &Case, verdict: &Verdict, message: &Message, policy: &Policy) -> String {
    let ruling = Ruling::of(verdict, Circumstances::of(&case.envelope, policy));
    let record = VerdictRecord::of(&ruling, Outcome::Untried, &case.envelope, Some(message), None);
    json_line(&Line {
        file: &case.name,
        label: label(case.spoof),
        claims: &case.claims,
        action: verdict.action.as_str(),
        score: verdict.score,
        brand: record.brand,
        claim: record.claim,
        // Not the record's: that is of what would be done.
        by: verdict.by.map(|by| by.to_string()),
        signals: record.signals,
        limits: record.limits,
        policy: record.policy,
    })
}

/// The file they go to.
pub(super) struct Verdicts<'a> {
    path: &'a Path,
    file: File,
}

impl<'a> Verdicts<'a> {
    /// Creates it, empty; `set` and `cases` say what must not be written over.
    pub(super) fn create(path: &'a Path, set: &[PathBuf], cases: &[Case]) -> Result<Verdicts<'a>, Failure> {
        let shown = path.display();
        if is_of_the_set(path, set, cases) {
            let why = format!("{shown}: belongs to the set; give --verdicts a file of its own");
            return Err(Failure::new(EX_USAGE, why));
        }
        let file =
            File::create(path).map_err(|e| Failure::new(EX_UNAVAILABLE, format!("{shown}: cannot be created: {e}")))?;
        Ok(Verdicts { path, file })
    }

    /// Writes the lines, each with its end.
    pub(super) fn write<'l>(self, lines: impl Iterator<Item = &'l str>) -> Result<(), Failure> {
        let mut out = BufWriter::new(self.file);
        let write_all = || {
            lines.into_iter().try_for_each(|line| writeln!(out, "{line}"))?;
            // What is left in the buffer would be dropped with its error.
            out.flush()
        };
        write_all().map_err(|e| {
            Failure::new(EX_UNAVAILABLE, format!("{}: cannot be written to its end: {e}", self.path.display()))
        })
    }
}

/// True if the file is a manifest or a message of the set: labels are work of people, and gone once written over.
fn is_of_the_set(path: &Path, set: &[PathBuf], cases: &[Case]) -> bool {
    let Ok(own) = path.canonicalize() else { return false };
    let is_own = |other: &Path| other.canonicalize().is_ok_and(|other| other == own);
    set.iter().any(|place| is_own(&manifest_of(place))) || cases.iter().any(|case| is_own(&case.path))
}
