//! spoof-milter
pub mod auth;
pub mod judge;
pub mod mail;
pub mod policy;
pub mod signals;
pub mod verdict;
