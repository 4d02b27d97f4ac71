//! Files that come with a message: what they are, what they do when they are opened, and where they lead.
//!
//! A file is what its octets show, not what its name says, and its name is read by every program's rules; where the
//! two differ, that is told. Archives are listed in memory and what they hold is looked at like what the message
//! holds, to a depth. Links of web pages, documents, PDF, calendars and QR codes become links of the message. Nothing
//! is run, fetched or written. All work is counted in [`work::Work`]; reading never fails, a broken file yields what
//! was read of it, and a panic in another's decoder is caught and told as a limit.
//!
//! Not read: the text of a PDF and codes drawn in it as vectors, the names in 7z and rar archives, TNEF and uuencoded
//! files.

mod archive;
pub(crate) mod file;
mod kind;
#[cfg(test)]
mod made;
mod name;
mod office;
mod ole;
mod pdf;
pub(crate) mod qr;
pub(crate) mod read;
pub(crate) mod smime;
mod tar;
pub(crate) mod text;
mod web;
pub(crate) mod work;
mod zip;
