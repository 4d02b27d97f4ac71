//! Messages as a forger would make them: From in pieces of the grammar, put together and then torn.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces of address fields; the brand in about every second.
const PIECES: [&str; 64] = [
    "a@elance.com",
    "<a@elance.com>",
    "support@mail.elance.com",
    "@elance.com",
    "elance.com",
    "<elance.com>",
    "A@ELANCE.COM",
    "<@elance.com:b@evil.test>",
    "<@elance.com,@x.test:a@evil.test>",
    "\"a@elance.com\"",
    "\"a <a@elance.com>\"",
    "(a@elance.com)",
    "(<a@elance.com>)",
    "a@elance.com:",
    "a@(x)elance.com",
    "a@elance(x).com",
    "a@elance . com",
    "a@elance\\.com",
    "a@\"elance.com\"",
    "a@elance.com.",
    "a@elance.com%00",
    "a@elance.com\0",
    "a@el\0ance.com",
    "<a@elance.com",
    "a@elance.com>",
    "a@e\u{ad}lance.com",
    "a@elance\u{3002}com",
    "a\u{ff20}elance.com",
    "a@\u{1d41e}lance.com",
    "a@elan\u{200b}ce.com",
    "=?utf-8?q?a=40elance.com?=",
    "=?utf-8?b?YUBlbGFuY2UuY29t?=",
    "<=?utf-8?q?a?=@elance.com>",
    "a@=?utf-8?q?elance.com?=",
    "=?x-none?q?=3Ca=40elance.com=3E?=",
    "=?utf-8?b?YUBlbGFuY2UuY29tAA==?=",
    "=?utf-8?b?PGFAZWxhbmNlLmNvbT4=?=",
    "b@evil.test",
    "<b@evil.test>",
    "B",
    "\"B\"",
    "\"",
    "(",
    ")",
    "<",
    ">",
    ",",
    ";",
    ":",
    "@",
    "\\",
    "[",
    "]",
    "=?utf-8?q?",
    "?=",
    "Group: ",
    "\0",
    "\r",
    "\u{7f}",
    " ",
    "\t",
    "\r\n ",
    ".evil.test",
    "é",
];

const NAMES: [&str; 18] = [
    "From",
    "From",
    "From",
    "From",
    "from",
    "FROM",
    "From ",
    "From\t",
    " From",
    "Fr\0om",
    "From\0",
    "\u{feff}From",
    "Sender",
    "Resent-From",
    "Reply-To",
    "To",
    "Subject",
    "X-Mailer",
];

const LINE_ENDS: [&str; 8] = ["\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r"];

/// A message with a few header fields, some of them From.
pub(crate) fn message() -> impl Strategy<Value = Vec<u8>> {
    let lines = vec((select(&NAMES[..]), value(), select(&LINE_ENDS[..])), 1..4);
    (lines, any::<bool>()).prop_map(|(lines, noise)| {
        let mut raw = if noise { b"no field at all\r\n".to_vec() } else { vec![] };
        for (name, value, end) in lines {
            raw.extend([name.as_bytes(), b":", &value, end.as_bytes()].concat());
        }
        raw.extend_from_slice(b"\r\nHello.\r\n");
        raw
    })
}

/// A field value: pieces, then mutations of its octets.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => select(&PIECES[..]).prop_map(|p| p.as_bytes().to_vec()),
        1 => select(&PIECES[..]).prop_map(|p| encoded(p, false)),
        1 => select(&PIECES[..]).prop_map(|p| encoded(p, true)),
        1 => vec(any::<u8>(), 0..4),
    ];
    (vec(piece, 1..8), any::<bool>(), vec((any::<prop::sample::Index>(), mutation()), 0..3)).prop_map(
        |(pieces, spaced, mutations)| {
            let mut value = pieces.join(if spaced { &b" "[..] } else { b"" });
            for (index, mutation) in mutations {
                let at = index.index(value.len() + 1);
                mutate(&mut value, at, mutation);
            }
            value
        },
    )
}

#[derive(Debug, Clone, Copy)]
enum Mutation {
    Insert(u8),
    Remove,
    Double,
    Cut,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let sign = select(&b"\"\\()<>@,;:.[] \t\r\n\0%=?\x7f\xff"[..]);
    prop_oneof![
        4 => sign.prop_map(Mutation::Insert),
        1 => any::<u8>().prop_map(Mutation::Insert),
        2 => Just(Mutation::Remove),
        1 => Just(Mutation::Double),
        1 => Just(Mutation::Cut),
    ]
}

fn mutate(value: &mut Vec<u8>, at: usize, mutation: Mutation) {
    match mutation {
        Mutation::Insert(octet) => value.insert(at, octet),
        Mutation::Remove if at < value.len() => drop(value.remove(at)),
        Mutation::Remove => {}
        Mutation::Double => value.extend_from_within(at..),
        Mutation::Cut => value.truncate(at),
    }
}

/// A piece as an encoded word.
fn encoded(piece: &str, base64: bool) -> Vec<u8> {
    if base64 {
        let octets = base64_of(piece.as_bytes());
        return format!("=?utf-8?B?{octets}?=").into_bytes();
    }
    let hex: String = piece.bytes().map(|b| format!("={b:02X}")).collect();
    format!("=?iso-8859-1?Q?{hex}?=").into_bytes()
}

fn base64_of(octets: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in octets.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        let digits = (0..4).map(|i| char::from(ALPHABET[(bits >> (18 - 6 * i) & 63) as usize]));
        out.extend(digits.take(chunk.len() + 1));
        out.push_str(&"=".repeat(3 - chunk.len()));
    }
    out
}
