//! What can happen to a message, whether it does, and from which score: the words of a verdict. Arithmetic only.

use serde::{Deserialize, Serialize};

/// What happens to a message, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Delivered; headers say what was found.
    #[default]
    Accept,
    /// Delivered with headers and a subject prefix.
    Tag,
    /// Held by the MTA for a reviewer.
    Quarantine,
    /// Refused with 5xx.
    Reject,
}

impl Action {
    /// All, mildest first.
    pub const ALL: [Action; 4] = [Action::Accept, Action::Tag, Action::Quarantine, Action::Reject];

    /// The word used in headers, logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Accept => "accept",
            Action::Tag => "tag",
            Action::Quarantine => "quarantine",
            Action::Reject => "reject",
        }
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether verdicts are carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Verdicts are carried out.
    #[default]
    Enforce,
    /// Everything is judged and reported, nothing is done.
    Monitor,
}

impl Mode {
    /// The word used in headers, logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Enforce => "enforce",
            Mode::Monitor => "monitor",
        }
    }
}

/// The scores from which each action applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Ladder {
    pub tag: u32,
    pub quarantine: u32,
    pub reject: u32,
}

impl Ladder {
    /// The action a score reaches.
    pub fn action(&self, score: u32) -> Action {
        match score {
            s if s >= self.reject => Action::Reject,
            s if s >= self.quarantine => Action::Quarantine,
            s if s >= self.tag => Action::Tag,
            _ => Action::Accept,
        }
    }
}
