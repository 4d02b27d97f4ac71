//! What arrived. Everything here is pure and total: parsing never fails and never panics; what is odd about a
//! message is kept as a [`Defect`] for the signals to speak about, and what is cut short is kept as a [`Limit`].
//!
//! This is the only room that knows `mail_parser` and `html5gum`, and the decoders of files that come with a message.

pub mod attachment;

pub mod body;
pub mod case_id;
pub mod defect;
pub mod domain;
pub mod envelope;
pub mod header;
pub mod html;
pub mod link;
pub mod message;
pub(crate) mod mime;

pub use attachment::file::{Attachment, Danger, Document, Harm};
pub use attachment::qr::QR_SHOWN;
pub use body::Body;
pub use body::attached::{Attached, MAX_ATTACHED_MESSAGES, attached_messages};
pub use case_id::case_id;
pub use defect::{Defect, Field, Limit};
pub use domain::Domain;
pub use envelope::{Client, Envelope};
pub use header::mailbox::{Mailbox, Reading, read_mailboxes};
pub use link::authority::Authority;
pub use link::{Link, LinkKind};
pub use message::{Message, on_the_wire};
