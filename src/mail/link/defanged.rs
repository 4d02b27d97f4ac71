//! URLs that are written so that only a person puts them together: `www[.]elance[.]com`, `elance (dot) com`,
//! `w w w . e l a n c e . c o m`.
//!
//! Each stretch of text that may be one is given back as written and put together; whether that is a link is for the
//! caller to find out. Refuses all text without a mark of a disguise. Never fails; a stretch is bounded, and
//! none is looked at twice.

use memchr::memmem;

/// Octets to either side of a mark that may belong to the same URL.
const MAX_SIDE_BYTES: usize = 400;
/// Pieces that blanks part in one URL: `h t t p s : / / w w w . e l a n c e . c o m / l o g i n` has 40.
const MAX_PIECES: usize = 120;
/// Marks that stand for a dot, or for what follows the scheme, in the order they are replaced.
const MARKS: [(&str, &str); 13] = [
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("{dot}", "."),
    ("[punkt]", "."),
    ("(punkt)", "."),
    ("[ponto]", "."),
    ("(ponto)", "."),
    ("[:]", ":"),
    ("[://]", "://"),
    ("[/]", "/"),
];
/// Suffixes behind the bare word "dot": prose has it before other words.
const SPOKEN: [&str; 4] = ["com", "net", "org", "info"];

/// Finds what may be a disguised URL; `found` is told what is written and what a person makes of it.
pub(crate) fn links(text: &str, mut found: impl FnMut(&str, &str)) {
    marked(text, &mut found);
    spaced(text, &mut found);
    spoken(text, &mut found);
}

/// Stretches with marks for dots: `www[.]elance[.]com/login`, `elance (dot) com`.
fn marked(text: &str, found: &mut impl FnMut(&str, &str)) {
    let mut done = 0;
    for at in memchr::memchr3_iter(b'[', b'(', b'{', text.as_bytes()) {
        if at < done || mark_at(&text[at..]).is_none() {
            continue;
        }
        let start = word_start(text, done.max(text.ceil_char_boundary(at.saturating_sub(MAX_SIDE_BYTES))), at);
        let (end, plain) = put_together(text, start);
        done = end;
        found(&text[start..end], &plain);
    }
}

/// The mark at the beginning of the text: its length and what it stands for.
fn mark_at(text: &str) -> Option<(usize, &'static str)> {
    let is = |mark: &&(&str, &str)| text.get(..mark.0.len()).is_some_and(|t| t.eq_ignore_ascii_case(mark.0));
    MARKS.iter().find(is).map(|(mark, meaning)| (mark.len(), *meaning))
}

/// Where the word before `at` begins, blanks between it and `at` left out; not before `floor`.
fn word_start(text: &str, floor: usize, at: usize) -> usize {
    let before = text[floor..at].trim_end_matches(' ');
    floor + before.rfind(char::is_whitespace).map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8))
}

/// Replaces the marks of the word at `start`, and of the words that marks join to it; where it ends.
fn put_together(text: &str, start: usize) -> (usize, String) {
    let stop = text.floor_char_boundary(start + 2 * MAX_SIDE_BYTES);
    let (mut at, mut plain, mut joined) = (start, String::new(), false);
    while let Some(c) = text.get(at..stop).and_then(|t| t.chars().next()) {
        if let Some((length, meaning)) = mark_at(&text[at..]) {
            plain.truncate(plain.trim_end().len());
            plain.push_str(meaning);
            (at, joined) = (at + length, true);
        } else if c == ' ' {
            let next = text[at..].len() - text[at..].trim_start_matches(' ').len() + at;
            if !joined && mark_at(&text[next..]).is_none() {
                break;
            }
            (at, joined) = (next, true);
        } else if c.is_whitespace() {
            break;
        } else {
            plain.push(c);
            (at, joined) = (at + c.len_utf8(), false);
        }
    }
    (at, plain)
}

/// Stretches with blanks around their dots: `www . elance . com`, `w w w . e l a n c e . c o m`.
fn spaced(text: &str, found: &mut impl FnMut(&str, &str)) {
    let mut done = 0;
    for dot in memmem::find_iter(text.as_bytes(), " . ") {
        if dot < done {
            continue;
        }
        let floor = done.max(text.ceil_char_boundary(dot.saturating_sub(MAX_SIDE_BYTES)));
        let start = chain_start(text, floor, dot);
        let end = chain_end(text, start, dot + 1);
        done = end;
        let written = text[start..end].trim();
        // Behind what is an address already, the dot ends the sentence.
        let is_address = text[start..dot].contains(['.', '/']) && !text[start..dot].contains(' ');
        if !is_address && written.chars().any(char::is_alphanumeric) {
            found(written, &written.split(' ').collect::<String>());
        }
    }
}

/// The word before the dot, or all the single characters before it.
fn chain_start(text: &str, floor: usize, dot: usize) -> usize {
    let line = text[floor..dot].rfind('\n').map_or(floor, |i| floor + i + 1);
    let mut start = dot;
    for word in text[line..dot].rsplit(' ').take(MAX_PIECES) {
        let is_single = word.chars().count() == 1;
        if start < dot && !is_single {
            break;
        }
        start = start.min(word.as_ptr() as usize - text.as_ptr() as usize);
        if !is_single {
            break;
        }
    }
    start
}

/// The end of what follows: one word or single characters behind each lonely punctuation mark.
fn chain_end(text: &str, start: usize, dot: usize) -> usize {
    let stop = text.floor_char_boundary(start + 2 * MAX_SIDE_BYTES);
    let line = &text[dot..stop.max(dot)];
    let line = &line[..line.find('\n').unwrap_or(line.len())];
    let is_mark = |w: &str| matches!(w, "." | "/" | ":");
    let (mut end, mut before) = (dot, ".");
    for word in line.split(' ').take(MAX_PIECES) {
        let is_single = word.chars().count() == 1;
        if !(is_mark(word) || is_mark(before) || is_single && before.chars().count() == 1) {
            break;
        }
        (end, before) = (word.as_ptr() as usize - text.as_ptr() as usize + word.len(), word);
    }
    end
}

/// `elance-help dot com`: the bare word before a common suffix.
fn spoken(text: &str, found: &mut impl FnMut(&str, &str)) {
    for at in memmem::find_iter(text.as_bytes(), " dot ") {
        let after = &text[at + 5..];
        let suffix = after.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let start = word_start(text, text.ceil_char_boundary(at.saturating_sub(MAX_SIDE_BYTES)), at);
        if SPOKEN.contains(&suffix) && start < at {
            let end = at + 5 + suffix.len();
            found(&text[start..end], &format!("{}.{suffix}", &text[start..at]));
        }
    }
}
