//! Look-alike names.
