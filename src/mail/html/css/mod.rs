//! What CSS says about whether text can be seen, of a `style` attribute, its older sisters and the sheets of a part.
//!
//! A closed list of ways to hide, each seen in forged mail. Text counts as hidden only where every mail program hides
//! it: unknown properties say nothing, and what cannot be read, or holds for some programs or screens only, can show
//! text but not hide it. `mso-hide` says nothing by itself, because one mail program hides such text and all others
//! show it, nor does `text-indent`, which moves the first line only.

pub(super) mod cascade;
pub(super) mod computed;
pub(super) mod declarations;
pub(super) mod media;
mod rules;
pub(super) mod selector;
mod value;

#[cfg(test)]
#[path = "style_tests.rs"]
mod tests;
