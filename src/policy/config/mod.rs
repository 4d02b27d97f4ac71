//! The TOML file as plain structs (ARCHITECTURE.md section 3). Meaning is given to it in [`super::Policy`].

pub(super) mod brand;
pub(super) mod sections;

pub use brand::{Brand, Proof};
pub use sections::{
    Attachments, Auth, Config, Dns, Fallback, Forwarder, Links, Log, LogFormat, Metrics, Milter, OnFailure, Overload,
    PolicySection, Review, SignalMode, SignalSetting, Store,
};
