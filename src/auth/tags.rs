//! Tag lists (`a=b; c=d`), the form of DKIM signatures and keys, ARC seals and DMARC records (RFC 6376 section 3.2).
//!
//! Strict: a nameless or repeated tag makes the whole list unreadable, as the RFC demands, because two readers of such
//! a list need not see the same thing.

/// Tags in one list. The RFCs define less than twenty; each is compared with all before it.
const MAX_TAGS: usize = 64;
/// Digits of `t=` and `x=`, RFC 6376 section 3.5.
const MAX_TIME_DIGITS: usize = 12;
/// Digits of `l=`, RFC 6376 section 3.5.
const MAX_LENGTH_DIGITS: usize = 76;
/// Names of tags that mean something in a signature or seal (RFC 6376, RFC 6541, RFC 6651, RFC 8617).
const MEANINGFUL: [&str; 17] =
    ["v", "a", "b", "bh", "c", "cv", "d", "h", "i", "l", "q", "r", "s", "t", "x", "z", "atps"];

/// The tags of a list, in order; outer white space removed, inner left. `None` if it is not a tag list.
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
        if !named || list.len() == MAX_TAGS || list.iter().any(|(n, _)| *n == name) {
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

/// What is wrong with the tags that DKIM signatures and ARC fields share (RFC 6376 section 3.5), if anything is.
pub(super) fn flaw(list: &[(&str, &str)]) -> Option<String> {
    // Names are case-sensitive (section 3.2); mail_auth would take `D=` for `d=`.
    let disguised = |name: &str| MEANINGFUL.iter().any(|m| *m != name && name.eq_ignore_ascii_case(m));
    if let Some((name, _)) = list.iter().find(|(name, _)| disguised(name)) {
        return Some(format!("{name}= is written in upper case"));
    }
    let limits = [("t", MAX_TIME_DIGITS), ("x", MAX_TIME_DIGITS), ("l", MAX_LENGTH_DIGITS)];
    let number = |v: &str, max: usize| (1..=max).contains(&v.len()) && v.bytes().all(|b| b.is_ascii_digit());
    if let Some((name, _)) = limits.iter().find(|(name, max)| tag(list, name).is_some_and(|v| !number(v, *max))) {
        return Some(format!("{name}= is not a number"));
    }
    let known = |word: &str| ["simple", "relaxed"].iter().any(|k| word.eq_ignore_ascii_case(k));
    let canonical = |v: &str| v.split('/').count() <= 2 && v.split('/').all(known);
    tag(list, "c").is_some_and(|v| !canonical(v)).then(|| "c= names no known canonicalization".to_owned())
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

    #[test]
    fn endless_lists_are_not_read() {
        let list = |n: usize| (0..n).map(|i| format!("x{i}=;")).collect::<String>();
        assert_eq!(tags(&list(MAX_TAGS)).unwrap().len(), MAX_TAGS);
        assert_eq!(tags(&list(MAX_TAGS + 1)), None);
    }

    #[test]
    fn flaws_of_shared_tags_are_named() {
        let flaw_of = |text: &str| flaw(&tags(text).unwrap());
        for sound in ["t=1; x=999999999999; l=0; c=relaxed", "c=Relaxed/simple", "d=a; X_y=B; foo=", ""] {
            assert_eq!(flaw_of(sound), None, "{sound}");
        }
        for (broken, says) in [
            ("D=a.test", "D="),
            ("Bh=x", "Bh="),
            ("t=", "t="),
            ("t=1 2", "t="),
            ("t=-1", "t="),
            ("x=1234567890123", "x="),
            ("l=ten", "l="),
            ("c=", "c="),
            ("c=relaxed/", "c="),
            ("c=simple/simple/simple", "c="),
            ("c=nowsp", "c="),
        ] {
            assert!(flaw_of(broken).is_some_and(|f| f.starts_with(says)), "{broken}");
        }
    }
}
