//! The command line. Each command is a file or a function here; an error is one sentence on stderr
//! that says what to do, and an exit code of sysexits.

mod check;
mod config;
mod evaluate;
mod failure;
mod input;
mod signals;

use clap::{Parser, Subcommand};
use failure::{EX_CONFIG, EX_UNAVAILABLE, EX_USAGE, Failure};
use std::path::PathBuf;
use std::process::ExitCode;

/// A milter that catches mail forging or imitating a protected brand before it reaches members.
#[derive(Parser)]
#[command(name = "spoof-milter", version, arg_required_else_help = true)]
struct Cli {
    /// Configuration file; without one everything is at its default and elance.com is protected.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// The configuration, which may be named after the command too.
#[derive(clap::Args)]
struct Base {
    /// Configuration file; without one everything is at its default and elance.com is protected.
    #[arg(short, long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the gateway in the foreground.
    Run {
        #[command(flatten)]
        base: Base,
    },
    /// Judge messages; exit 0 accept, 1 tag, 2 quarantine or deferred, 3 reject (the worst of them).
    Check {
        #[command(flatten)]
        base: Base,
        #[command(flatten)]
        args: check::Args,
    },
    /// Judge a labelled set: confusion, rates of each signal, what another threshold or configuration would change.
    Evaluate(evaluate::Args),
    /// List the heuristics, or show one.
    Signals {
        #[command(flatten)]
        base: Base,
        /// The heuristic to show.
        id: Option<String>,
    },
    /// Look at the configuration.
    Config {
        #[command(flatten)]
        base: Base,
        #[command(subcommand)]
        command: config::Command,
    },
}

/// Runs the command the process was started with.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { EX_USAGE } else { 0 });
        }
    };
    match execute(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("spoof-milter: {}", failure.what);
            ExitCode::from(failure.code)
        }
    }
}

fn execute(cli: Cli) -> Result<u8, Failure> {
    // What is named after the command is nearer to it.
    let nearer = |after: Option<PathBuf>| after.or_else(|| cli.config.clone());
    match cli.command {
        Command::Run { base } => run(nearer(base.config)),
        Command::Check { base, args } => check::run(nearer(base.config).as_deref(), args),
        Command::Evaluate(args) => evaluate::run(nearer(args.config.clone()).as_deref(), &args),
        Command::Signals { base, id } => signals::run(nearer(base.config).as_deref(), id.as_deref()),
        Command::Config { base, command } => config::run(nearer(base.config).as_deref(), &command),
    }
}

/// The gateway, until a signal ends it.
fn run(config: Option<PathBuf>) -> Result<u8, Failure> {
    // The connections have threads of their own; here are only the door, the signals and the metrics page.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::new(EX_UNAVAILABLE, format!("no runtime: {e}")))?;
    runtime.block_on(crate::serve::run(config)).map(|()| 0).map_err(|e| {
        let code = if e.is_config() { EX_CONFIG } else { EX_UNAVAILABLE };
        Failure::new(code, e.to_string())
    })
}
