//! What a signal is: a constant with its texts and points, holding one pure function; and what it is when one fired.

use crate::evidence::Evidence;
use crate::policy::{Action, Brand};

/// What a signal is evidence of (ARCHITECTURE.md section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The message poses as the brand.
    Claim,
    /// The message names the brand, or shows it in a link: a claim that is at most held for a person, since mail that
    /// warns of forgeries does the same.
    WeakClaim,
    /// What the message wants.
    Intent,
    /// What it hides to get there.
    Concealment,
    /// What the sender's own published policy says.
    Authentication,
    /// What a file does when it is opened, and what the virus scanner says.
    File,
}

/// One heuristic.
pub struct Signal {
    /// Configuration key, header token, metric label and corpus folder.
    pub id: &'static str,
    /// One line for lists and logs.
    pub title: &'static str,
    /// Why it matters, and which innocent mail could trip it.
    pub why: &'static str,
    /// Points by default.
    pub points: u32,
    /// The least that happens when it fires, by default.
    pub at_least: Option<Action>,
    /// What it is evidence of.
    pub kind: Kind,
    /// The function.
    pub check: Check,
}

/// A signal's function: says in words, with the values, what it saw. Reviewers read exactly that.
#[derive(Clone, Copy)]
pub enum Check {
    /// About the message as such.
    Message(fn(&Evidence<'_>) -> Option<String>),
    /// About one brand.
    Brand(fn(&Evidence<'_>, &Brand) -> Option<String>),
    /// About one brand, with the least that is to happen for it.
    BrandAtLeast(fn(&Evidence<'_>, &Brand) -> Option<Asked>),
    /// About the message as such, with the least that is to happen for it.
    AtLeast(fn(&Evidence<'_>) -> Option<Asked>),
}

/// What a [`Check::AtLeast`] or [`Check::BrandAtLeast`] found, and what is asked for because of it.
pub struct Asked {
    /// The least that is to happen.
    pub at_least: Action,
    /// The configuration key that says so; `None` if it is the signal's own.
    pub key: Option<&'static str>,
    /// What it saw, in words.
    pub evidence: String,
}

impl std::fmt::Debug for Signal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// That a signal fired, and on what.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The signal.
    pub signal: &'static Signal,
    /// The points it adds, as configured.
    pub points: u32,
    /// The least that happens because of it, as configured.
    pub at_least: Option<Action>,
    /// The configuration key that asks for it, where that is not the signal's own `at_least`.
    pub asked_by: Option<&'static str>,
    /// True if it is only reported (`mode = "shadow"`).
    pub shadow: bool,
    /// True if it is reported and does not count, because an exempt forwarder handed the message over.
    pub exempt: bool,
    /// What it saw, in words.
    pub evidence: String,
}
