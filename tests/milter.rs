//! The gateway as an MTA sees it: a real milter client over real sockets against the gateway in this process, with
//! the real judge and a name server for the corpus's zone.
//!
//! Nothing here talks to anything but loopback; every server takes a free port.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/milter.rs"]
mod bench;
#[path = "common/corpus.rs"]
mod corpus;
#[path = "milter/disposition.rs"]
mod disposition;
#[path = "common/dns.rs"]
mod dns;
#[path = "milter/forgery.rs"]
mod forgery;
#[path = "milter/gate.rs"]
mod gate;
#[path = "milter/gateway.rs"]
mod gateway;
#[path = "milter/headers.rs"]
mod headers;
#[path = "milter/input.rs"]
mod input;
#[path = "milter/record.rs"]
mod record;
#[path = "milter/sockets.rs"]
mod sockets;
#[path = "milter/trouble.rs"]
mod trouble;
#[path = "milter/verdicts.rs"]
mod verdicts;
