//! Visible text, hidden text and links of an HTML part.
//!
//! Enough of a browser to know what a reader sees and what they can click. Refuses to build a tree, run scripts, or
//! fetch style sheets. It never fails; a document that hits a limit is read up to there and says so in
//! [`out::HtmlOut::limits`].
//!
//! Each file uses only those that stand before it: names of elements ([`element`]), tags ([`tag`], [`foreign`],
//! [`tokens`]) and styles ([`css`]); what is known while reading ([`state`]); the steps that are taken with it
//! ([`text`], [`links`], [`style`], [`formatting`], [`nesting`]); and [`reader`], which takes them.

mod css;
mod element;
mod foreign;
mod formats;
mod formatting;
mod foster_parenting;
mod links;
mod nesting;
pub(super) mod out;
pub(super) mod reader;
mod split_addresses;
mod state;
mod style;
mod tag;
mod text;
mod tokens;
