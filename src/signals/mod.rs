//! What looks wrong: one file a heuristic, one table of all.
//!
//! A signal is a constant with its texts and points, holding one pure function. It reads [`Evidence`] and nothing else:
//! no clock, no I/O, no state, no other signal. To add one: a file here, its `mod` line and its row in [`SIGNALS`], and
//! messages in `corpus/<id>/` that fire it and that nearly do.

use crate::policy::{Action, Brand};

/// What a signal is evidence of (DESIGN section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The message poses as the brand.
    Claim,
    /// The message names the brand: a claim only together with intent.
    WeakClaim,
    /// What the message wants.
    Intent,
    /// What it hides to get there.
    Concealment,
    /// What the sender's own published policy says.
    Authentication,
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
    /// True if it is only reported (`mode = "shadow"`).
    pub shadow: bool,
    /// What it saw, in words.
    pub evidence: String,
}

/// What signals read.
pub struct Evidence<'a> {
    x: &'a (),
}
