//! Public conformance suites and data, which are read where they lie and never copied here.

#![allow(dead_code)]

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The text of a suite; where it is absent, says how many cases that leaves unrun.
pub(crate) fn read(name: &str, cases: usize) -> Option<String> {
    read_from("SPOOF_MILTER_SUITES", "../shared/suites", name, cases)
}

/// The same for data that detection is measured by.
pub(crate) fn data(name: &str, cases: usize) -> Option<String> {
    read_from("SPOOF_MILTER_DATA", "../shared/data", name, cases)
}

/// Reads a file of the folder that the variable names, or of the one beside the checkout.
fn read_from(variable: &str, beside: &str, name: &str, cases: usize) -> Option<String> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join(beside);
    let path = std::env::var_os(variable).map_or_else(beside, PathBuf::from).join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(e) => {
            // Past the test harness, which keeps to itself what a test that passes prints; on a line of its own.
            let line = format!("\nNOT RUN: {cases} cases of {name}: {}: {e}; set {variable}\n", path.display());
            std::io::stderr().write_all(line.as_bytes()).unwrap();
            None
        }
    }
}
