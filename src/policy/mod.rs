//! What the operator wants: actions, thresholds, brands, forwarders, hosts. [`Policy`] is the configuration made ready
//! to use.
//!
//! A file is read into [`config`] (plain structs), checked and compiled; what cannot work is refused then, with its
//! place. Files are read when a policy is loaded and never again; there is no clock here: who asks what has expired
//! says the day.

mod action;
mod brand;
mod change;
mod check;
mod compiled;
pub mod config;
mod error;
mod forwarder;
mod hosts;
mod id;
mod load;
mod position;
mod signin;
mod sources;

pub use action::{Action, Ladder, Mode};
pub use brand::{Brand, Ownership};
pub use compiled::Policy;
pub use config::{Config, SignalMode, SignalSetting};
pub use error::ConfigError;
pub use forwarder::{Forwarder, Known};
pub use hosts::{Hosts, Passage, Route, urls_in_parameters};
pub use signin::SigninPage;
