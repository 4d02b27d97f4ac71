//! The command: one call into `cli`, one printed error, an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    spoof_milter::cli::main()
}
