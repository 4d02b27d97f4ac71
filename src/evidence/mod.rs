//! What signals read: the message, its envelope, what authentication found, and the operator's policy, with the
//! insights that several signals share (proof, claims, links, folded text) worked out once. Pure; nothing here fails.

pub(crate) mod ask;
mod author;
pub(crate) mod destination;
mod gathered;
mod handover;
pub(crate) mod links;
mod mailing_list;
pub(crate) mod names;
pub(crate) mod naming;
mod origin;
mod proof;
pub(crate) mod relation;
pub(crate) mod sender_name;
pub(crate) mod speaking;
pub(crate) mod through_list;
pub(crate) mod voice;

pub use gathered::Evidence;
pub use origin::Origin;
pub use proof::Proof;
