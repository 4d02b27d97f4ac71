//! What was made of a message, told to people and programs: as header fields ([`headers()`]), as a record that can be
//! read again ([`VerdictRecord`]), as one log line ([`LogLine`]) and as counters ([`Metrics`]).
//!
//! All are renderings of one [`Ruling`] (verdict, disposition) and its outcome, and add no second truth. What a sender
//! wrote is hostile here: nothing leaves with a control character in it, log lines and labels hold no local part of
//! any address, and whatever is too long is cut visibly. Rendering cannot fail, and a log or metrics reader in trouble
//! never touches the mail.

mod auth_record;
mod explain;
mod headers;
mod line;
mod metrics;
mod plain;
mod ruling;
mod sentences;
mod verdict_record;

pub use auth_record::{ArcRecord, AuthRecord, DkimRecord, DmarcRecord, IprevRecord, PublishedRecord, SpfRecord};
pub(crate) use explain::Explanation;
pub use headers::{REASON_FIELD, SIGNALS_FIELD, VERDICT_FIELD, headers};
pub use line::LogLine;
pub use metrics::Metrics;
pub use plain::{cut, plain};
pub(crate) use plain::{json_line, printable};
pub use ruling::{Judged, Ruling};
pub(crate) use sentences::as_text;
pub use verdict_record::{EnvelopeRecord, FORMAT, FindingRecord, ScanRecord, VerdictRecord};
