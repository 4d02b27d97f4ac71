//! The program as an admin meets it: its configuration, its commands, its signals and exit codes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "command_line/config.rs"]
mod config;
#[path = "command_line/evaluate.rs"]
mod evaluate;
#[path = "command_line/evaluate_alone.rs"]
mod evaluate_alone;
#[path = "command_line/process.rs"]
mod process;
