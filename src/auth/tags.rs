//! Tag lists (`a=b; c=d`), the form of DKIM signatures and keys, ARC seals and DMARC records (RFC 6376 section 3.2).
//!
//! Strict: a nameless or repeated tag makes the whole list unreadable, as the RFC demands, because two readers of such
//! a list need not see the same thing.

/// The tags of a list, in order; outer white space removed, inner left. `None` if it is no tag list.
pub(super) fn tags(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut list: Vec<(&str, &str)> = Vec::new();
    let mut parts = text.split(';').peekable();
    while let Some(part) = parts.next() {
        if part.trim().is_empty() && parts.peek().is_none() {
            break;
        }
        let (name, value) = part.split_once('=')?;
        let name = name.trim();
        let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !named || list.iter().any(|(n, _)| *n == name) {
            return None;
        }
        list.push((name, value.trim()));
    }
    Some(list)
}

/// The value of a tag.
pub(super) fn tag<'a>(list: &[(&'a str, &'a str)], name: &str) -> Option<&'a str> {
    list.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
}

/// The value of the first tag called so in a text that need not be a sound list; to name what is wrong, never to trust.
pub(super) fn first<'a>(text: &'a str, name: &str) -> &'a str {
    let mut parts = text.split(';').filter_map(|p| p.split_once('='));
    parts.find(|(n, _)| n.trim() == name).map_or("", |(_, v)| v.trim())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lists_are_read_and_broken_ones_refused() {
        assert_eq!(
            tags(" v=1;\r\n\ta = rsa-sha256 ; b=x=\r\n y=;").unwrap(),
            [("v", "1"), ("a", "rsa-sha256"), ("b", "x=\r\n y=")]
        );
        assert_eq!(tag(&tags("p=; s=email").unwrap(), "p"), Some(""));
        for bad in ["v=1; v=1", "v", "=1", "v=1;; a=b", "1a=b", "a b=c", "v=DMARC1; p"] {
            assert_eq!(tags(bad), None, "{bad:?}");
        }
        assert_eq!(first("junk; d = a.test; d=b.test", "d"), "a.test");
    }
}
