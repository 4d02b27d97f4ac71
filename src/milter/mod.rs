//! Towards the MTA: the milter callbacks. State and limits are in `session`, what is done about a verdict in `act`,
//! sockets in [`listener`], threads in `workers`.
//!
//! Every message gets an answer, and none is delivered that was not judged or passed on purpose: a panic or a time-out
//! is 451 for that message alone. This is the only room that knows indymilter.

mod act;
mod answer;
mod assemble;
mod callbacks;
mod forged;
pub mod listener;
mod negotiation;
mod permit;
mod retries;
mod session;
mod shared;
mod stream;
mod subject;
mod workers;

pub use shared::{Judge, Shared};
pub(crate) use workers::Workers;
