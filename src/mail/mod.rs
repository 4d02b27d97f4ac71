//! What arrived. Everything here is pure and total: parsing never fails and never panics; what is odd about a
//! message is kept as a [`Defect`] for the signals to speak about, and what is cut short is kept as a [`Limit`].
//!
//! This is the only room that knows `mail_parser` and `html5gum`, and the decoders of files that come with a message.

pub mod address;
pub mod attachment;
pub mod body;
mod decode;
pub(crate) mod direction;
pub(crate) mod disguise;
mod disguised;
pub mod domain;
mod element;
pub mod envelope;
mod fields;
mod foreign;
mod foster;
pub mod html;
pub mod link;
pub mod lookalike;
pub mod message;
pub(crate) mod mime;
mod part;
mod shown;
mod style;
pub(crate) mod telephone;
pub mod text;
mod tokens;
pub(crate) mod words;
mod written;

pub use address::{Mailbox, Reading};
pub use attachment::{Attachment, Danger, Harm};
pub use body::Body;
pub use domain::Domain;
pub use envelope::{Client, Envelope};
pub use link::{Authority, Link, LinkKind};
pub use message::{Defect, Field, Limit, Message};
