//! The real gateway behind a real Postfix and a real Sendmail. Fails, and never skips, where root or an MTA is missing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "mta/dkimpy.rs"]
mod dkimpy;
#[path = "common/dns.rs"]
mod dns;
#[path = "common/gateway.rs"]
mod gateway;
#[path = "common/mta.rs"]
mod mta;
#[path = "mta/postfix.rs"]
mod postfix;
#[path = "mta/sendmail.rs"]
mod sendmail;
