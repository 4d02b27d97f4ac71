//! mime
use super::{Body, Defect, Limit};
pub(crate) fn read_body(_raw: &[u8], _d: &mut Vec<Defect>, _l: &mut Vec<Limit>) -> Body {
    Body::default()
}
