//! Header fields that only we may write, noticed as they come in: Authentication-Results in our name (RFC 8601
//! section 5) and everything called `X-Spoof-*`.

use crate::auth::header::claims_authserv_id;
use std::collections::HashMap;
use std::ffi::{CStr, CString};

/// Such fields of either kind removed from one message, so that many of one cannot shield the other. Each is one
/// request to the MTA, which walks its copy of the message for it; honest mail has none or two.
const MAX_FORGED: usize = 500;

const RESULTS_FIELD: &[u8] = b"authentication-results";
const OUR_PREFIX: &[u8] = b"x-spoof-";

/// The fields found, with their numbers among the fields of the same name.
#[derive(Debug, Default)]
pub(crate) struct Forged {
    seen: HashMap<Vec<u8>, i32>,
    found: Vec<(CString, i32)>,
    /// How many of them are results, and how many are `X-Spoof-*`.
    kinds: [usize; 2],
    more: bool,
}

impl Forged {
    /// Looks at a field on its way in.
    pub(crate) fn look_at(&mut self, name: &CStr, value: &CStr, authserv_id: &str) {
        // MTAs look for a name without the blanks that may stand before the colon.
        let name = name.to_bytes().trim_ascii();
        let key = name.to_ascii_lowercase();
        let results = key == RESULTS_FIELD;
        if !results && !key.starts_with(OUR_PREFIX) {
            return;
        }
        let count = &mut self.kinds[usize::from(!results)];
        if *count >= MAX_FORGED {
            self.more = true;
            return;
        }
        let number = self.seen.entry(key).and_modify(|n| *n += 1).or_insert(1);
        if !results || claims_authserv_id(&value.to_string_lossy(), authserv_id) {
            *count += 1;
            self.found.push((CString::new(name).unwrap_or_default(), *number));
        }
    }

    /// The fields to delete, last one first: some MTAs count anew after each deletion, some do not, and only this
    /// order is right for both.
    pub(crate) fn deletions(&self) -> impl Iterator<Item = (CString, i32)> {
        self.found.iter().rev().cloned()
    }

    /// True if there are more than are removed.
    pub(crate) fn too_many(&self) -> bool {
        self.more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_all_fields_of_a_name_and_deletions_run_backwards() {
        let mut forged = Forged::default();
        for (name, value) in [
            (c"Authentication-Results", c" mx.example.net; spf=pass"),
            (c"authentication-results", c" other.example; spf=pass"),
            (c"X-SPOOF-Verdict", c" accept"),
            (c"AUTHENTICATION-RESULTS", c" MX.example.net 1; none"),
            (c"x-spoof-verdict", c" accept"),
            (c"X-Spoofed", c" not ours"),
        ] {
            forged.look_at(name, value, "mx.example.net");
        }
        let order: Vec<(CString, i32)> = forged.deletions().collect();
        let expected = [
            (c"x-spoof-verdict", 2),
            (c"AUTHENTICATION-RESULTS", 3),
            (c"X-SPOOF-Verdict", 1),
            (c"Authentication-Results", 1),
        ];
        assert_eq!(order, expected.map(|(name, n)| (name.to_owned(), n)));
        assert!(!forged.too_many());
    }
}
