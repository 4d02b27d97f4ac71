//! The header of a message: its fields, the mailboxes in them, and what they show to readers who read carelessly.

pub(crate) mod careless;
pub(crate) mod encoded_words;
pub(crate) mod fields;
pub(crate) mod from;
pub mod mailbox;
