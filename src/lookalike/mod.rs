//! Look-alike names: does a domain or a word imitate a brand's name without being it?
//!
//! Pure text work. What imitates is said in words, because reviewers read it. Words that merely contain or resemble the
//! name (`not_us`: freelance, glance …) never imitate it, and a name shorter than [`MIN_FUZZY`] is only looked for as a
//! whole word: short names have hundreds of honest neighbours.
//!
//! An [`Index`] holds the names of all brands in tables, so that a host costs the same whatever their number: its
//! labels are cut into words, bait ([`bait`]) is taken off them, and what is left is looked up as it is written, as
//! it looks ([`shape`]) and with a letter less ([`slip`]).

mod bait;
mod built_in;
mod index;
mod name;
mod shape;
mod slip;
#[cfg(test)]
mod tests;
mod word;

pub use bait::is_bait;
pub(crate) use built_in::built_in;
pub use index::{Imitation, Index};
pub use name::Name;
pub use word::{MIN_FUZZY, MIN_INSIDE, NotUs, compact};
