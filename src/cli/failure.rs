//! How a command ends: its exit code (sysexits(3)), one sentence on stderr, and output that stops when nobody reads it.

use crate::policy::ConfigError;

/// Wrong use of the command (`EX_USAGE`).
pub(super) const EX_USAGE: u8 = 64;
/// A message that cannot be read (`EX_DATAERR`).
pub(super) const EX_DATAERR: u8 = 65;
/// Something that should work did not (`EX_UNAVAILABLE`).
pub(super) const EX_UNAVAILABLE: u8 = 69;
/// A configuration that cannot be used (`EX_CONFIG`); systemd is told not to restart on it.
pub(super) const EX_CONFIG: u8 = 78;

/// Why a command ends with an error: the sentence and the exit code.
pub(super) struct Failure {
    pub(super) code: u8,
    pub(super) what: String,
}

impl Failure {
    pub(super) fn new(code: u8, what: impl Into<String>) -> Failure {
        Failure { code, what: what.into() }
    }
}

impl From<ConfigError> for Failure {
    fn from(e: ConfigError) -> Failure {
        Failure::new(EX_CONFIG, e.to_string())
    }
}

/// Writes to stdout; a reader that went away (`| head`) ends the command quietly.
pub(super) fn print(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}
