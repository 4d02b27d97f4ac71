//! The gateway as a process: opens sockets, judges what comes, reloads on SIGHUP, drains on SIGTERM.
//!
//! A configuration that cannot be used stops a start and never a running gateway: a reload with a bad file keeps the
//! old policy and says why. Metrics, log and systemd in trouble never touch the mail. After SIGTERM no connection is
//! accepted, messages in progress are finished (up to `milter.drain_secs`), then connections are closed; a second
//! signal ends at once.

mod error;
mod gateway;
mod http;
mod log;
mod process;

pub use error::ServeError;
pub use gateway::{Gateway, Running};
pub use log::init_log;
pub use process::run;
