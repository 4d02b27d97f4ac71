//! What a hostile sender writes where readers look first: From in every shape, domains with characters that mean
//! something, and that nothing of it breaks out of what the gateway writes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/dns.rs"]
mod dns;
#[path = "from/fuzz.rs"]
mod fuzz;
#[path = "from/grammar.rs"]
mod grammar;
#[path = "from/metachar.rs"]
mod metachar;
#[path = "from/readers.rs"]
mod readers;
#[path = "from/results.rs"]
mod results;
#[path = "from/written.rs"]
mod written;
