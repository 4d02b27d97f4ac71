//! What is caught by configuration and lists alone: brands, links and look-alike names.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "detection/brands.rs"]
mod brands;
#[path = "common/imitations.rs"]
mod imitations;
#[path = "detection/links.rs"]
mod links;
#[path = "detection/lookalike.rs"]
mod lookalike;
#[path = "common/suites.rs"]
mod suites;
