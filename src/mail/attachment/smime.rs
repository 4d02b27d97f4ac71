//! Opaque S/MIME (RFC 8551 section 3.5.2): a signed message wrapped in CMS, which mail programs show as if it were not.
//!
//! Only as much of BER (X.690) is read as leads to the content (RFC 5652 section 5): signatures and certificates are
//! not looked at. Definite and indefinite lengths, octet strings in one piece or several. What is broken, encrypted or
//! compressed gives `None`. Work is linear, depth bounded.

/// OID 1.2.840.113549.1.7.2, signed-data.
const SIGNED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
const SEQUENCE: u8 = 0x30;
const OBJECT_ID: u8 = 0x06;
const OCTET_STRING: u8 = 0x04;
const OCTET_STRINGS: u8 = 0x24;
const CONTEXT_0: u8 = 0xa0;
/// Octet strings inside one another that are put together; programs write one level.
const MAX_DEPTH: usize = 4;

/// The MIME entity inside signed data.
pub(crate) fn signed_content(octets: &[u8]) -> Option<Vec<u8>> {
    let (_, content_info) = element(octets, SEQUENCE)?;
    let (rest, kind) = element(content_info, OBJECT_ID)?;
    if kind != SIGNED_DATA {
        return None;
    }
    let (_, wrapped) = element(rest, CONTEXT_0)?;
    let (_, signed) = element(wrapped, SEQUENCE)?;
    // The version and the set of digest algorithms stand before the content.
    let (rest, _) = any(signed)?;
    let (rest, _) = any(rest)?;
    let (_, encapsulated) = element(rest, SEQUENCE)?;
    let (rest, _) = element(encapsulated, OBJECT_ID)?;
    let (_, explicit) = element(rest, CONTEXT_0)?;
    let mut content = Vec::new();
    strings(explicit, 0, &mut content)?;
    Some(content)
}

/// Puts an octet string together.
fn strings(octets: &[u8], depth: usize, out: &mut Vec<u8>) -> Option<()> {
    let mut rest = octets;
    while rest.first().is_some_and(|tag| *tag != 0) {
        let (after, tag, inside) = header(rest)?;
        match tag {
            OCTET_STRING => out.extend_from_slice(inside),
            OCTET_STRINGS if depth < MAX_DEPTH => strings(inside, depth + 1, out)?,
            _ => return None,
        }
        rest = after;
    }
    Some(())
}

/// The content of the element at the beginning, if it has this tag, and what follows it.
fn element(octets: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (rest, found, inside) = header(octets)?;
    (found == tag).then_some((rest, inside))
}

fn any(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    header(octets).map(|(rest, _, inside)| (rest, inside))
}

/// What follows an element, its tag and its content.
fn header(octets: &[u8]) -> Option<(&[u8], u8, &[u8])> {
    let (tag, rest) = octets.split_first()?;
    let (first, rest) = rest.split_first()?;
    if *first == 0x80 {
        let end = end_of_contents(rest)?;
        return Some((rest.get(end + 2..)?, *tag, &rest[..end]));
    }
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let bytes = rest.get(..count).filter(|_| count <= 4)?;
        (bytes.iter().fold(0, |n, b| n << 8 | usize::from(*b)), &rest[count..])
    };
    Some((rest.get(length..)?, *tag, rest.get(..length)?))
}

/// Where the two zero octets stand that end a content of indefinite length.
fn end_of_contents(octets: &[u8]) -> Option<usize> {
    let (mut at, mut open) = (0, 1_usize);
    loop {
        let tag = *octets.get(at)?;
        let length = *octets.get(at + 1)?;
        if tag == 0 && length == 0 {
            open -= 1;
            if open == 0 {
                return Some(at);
            }
            at += 2;
        } else if length == 0x80 {
            open += 1;
            at += 2;
        } else if length < 0x80 {
            at += 2 + usize::from(length);
        } else {
            let count = usize::from(length & 0x7f);
            let bytes = octets.get(at + 2..at + 2 + count).filter(|_| count <= 4)?;
            at = at.checked_add(2 + count + bytes.iter().fold(0, |n, b| n << 8 | usize::from(*b)))?;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn tlv(tag: u8, inside: &[u8], indefinite: bool) -> Vec<u8> {
        if indefinite {
            return [&[tag, 0x80], inside, &[0, 0]].concat();
        }
        let length = u16::try_from(inside.len()).unwrap().to_be_bytes();
        [&[tag, 0x82, length[0], length[1]], inside].concat()
    }

    fn wrapped(content: &[u8], kind: &[u8], long: bool) -> Vec<u8> {
        let data = tlv(OBJECT_ID, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", false);
        let pieces: Vec<u8> = content.chunks(7).flat_map(|piece| tlv(OCTET_STRING, piece, false)).collect();
        let string = if long { tlv(OCTET_STRINGS, &pieces, true) } else { tlv(OCTET_STRING, content, false) };
        let inner = tlv(SEQUENCE, &[data, tlv(CONTEXT_0, &string, long)].concat(), long);
        let signed = [tlv(2, &[1], false), tlv(0x31, &[], false), inner, tlv(0x31, &[], false)].concat();
        let body = [tlv(OBJECT_ID, kind, false), tlv(CONTEXT_0, &tlv(SEQUENCE, &signed, long), long)].concat();
        tlv(SEQUENCE, &body, long)
    }

    #[test]
    fn content_is_unwrapped() {
        let content = b"Content-Type: text/plain\r\n\r\nhello there";
        for long in [false, true] {
            assert_eq!(signed_content(&wrapped(content, SIGNED_DATA, long)).as_deref(), Some(&content[..]), "{long}");
        }
        // Enveloped data is encrypted.
        assert_eq!(signed_content(&wrapped(content, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", false)), None);
    }

    #[test]
    fn what_is_broken_gives_nothing() {
        let whole = wrapped(b"Content-Type: text/plain\r\n\r\nhello there", SIGNED_DATA, true);
        for end in 0..whole.len() - 2 {
            let _ = signed_content(&whole[..end]);
        }
        for octets in [&b""[..], b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x85\0\0\0\0\0", &[0x30; 900]]
        {
            assert_eq!(signed_content(octets), None, "{octets:?}");
        }
    }
}
