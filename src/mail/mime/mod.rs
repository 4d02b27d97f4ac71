//! MIME: what the head of a part says of it, and its octets decoded.

pub(crate) mod decode;
pub(crate) mod part;
