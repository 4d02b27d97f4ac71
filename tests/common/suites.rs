//! Public conformance suites, which are read where they lie and never copied here.

#![allow(dead_code)]

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The folder of the suites.
fn folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/suites");
    std::env::var_os("SPOOF_MILTER_SUITES").map_or_else(beside, PathBuf::from)
}

/// The text of a suite; where it is absent, says how many cases that leaves unrun.
pub(crate) fn read(name: &str, cases: usize) -> Option<String> {
    let path = folder().join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(e) => {
            // Past the test harness, which keeps to itself what a test that passes prints; on a line of its own.
            let line =
                format!("\nNOT RUN: {cases} cases of {name}: {}: {e}; set SPOOF_MILTER_SUITES\n", path.display());
            std::io::stderr().write_all(line.as_bytes()).unwrap();
            None
        }
    }
}
