//! Why the gateway cannot run: what is written wrong, or what the system does not give.

use crate::milter::listener::ListenError;
use crate::policy::ConfigError;

/// Why the gateway cannot run; one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A socket cannot be opened.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The resolvers cannot be used.
    #[error("{0}")]
    Dns(String),
    /// Something the process needs is missing.
    #[error("{0}")]
    Process(String),
}

impl ServeError {
    /// True if the configuration is at fault.
    pub fn is_config(&self) -> bool {
        matches!(self, ServeError::Config(_))
    }
}
