//! spoof-milter
pub mod auth;
pub mod cli;
pub mod judge;
pub mod mail;
pub mod policy;
pub mod serve;
pub mod signals;
pub mod verdict;
