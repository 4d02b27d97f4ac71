//! The body of a message from its MIME tree: visible text, links, attachments.
//!
//! The tree is walked with a list, not by recursion, and each part is visited once, so that no message can exhaust the
//! stack or time: the delimiter lines are found in one pass, and depth, parts and kept octets are limited. A limit
//! that is hit is said in a [`Limit`], a broken structure in a [`Defect::Mime`]; both leave what could be read.
//! Messages inside the message are attachments; their text is not this message's. `mail_parser` reads the parameters
//! of a part's fields, and a panic in it becomes a defect.

use super::body::{Attachment, Body};
use super::decode;
use super::html::{HtmlOut, MAX_LINKS, first_octets, fold_onto, read_html};
use super::link::Link;
use super::message::{Defect, Limit};
use super::part::{PartHead, head_and_body};
use super::written::written_links;
use memchr::memmem;
use std::borrow::Cow;

/// Parts read of one message. Digests and mail with many pictures stay below 200.
const MAX_PARTS: usize = 1_000;
/// Multiparts inside one another. Forwarded replies reach 10.
const MAX_DEPTH: usize = 64;
/// Octets read of one text part: more than a person reads, and ten times the largest newsletters.
const MAX_PART_TEXT: usize = 5 << 20;
/// Octets of visible text, and of hidden text, kept of a message.
const MAX_TEXT: usize = 1 << 20;
/// Octets kept of the title of an HTML part.
const MAX_TITLE: usize = 1_000;
/// Octets of a boundary (RFC 2046 section 5.1.1 allows 70; some programs write more).
const MAX_BOUNDARY: usize = 250;
/// Lines that begin with `--` and are looked at as delimiters.
const MAX_DELIMITERS: usize = 1_000_000;
/// First octets of an attachment that are read to see what it is.
const DETECT_OCTETS: usize = 8_192;

/// Reads the body of a message.
pub(crate) fn read_body(raw: &[u8], defects: &mut Vec<Defect>, limits: &mut Vec<Limit>) -> Body {
    let mut walk = Walk::new(raw, defects, limits);
    while let Some(todo) = walk.todo.pop() {
        walk.part(&todo);
    }
    let mut body = walk.body;
    for text in [&mut body.text, &mut body.hidden] {
        text.truncate(text.trim_end().len());
    }
    body
}

/// A part that is still to be read.
struct Todo {
    start: usize,
    end: usize,
    depth: usize,
    in_digest: bool,
}

struct Walk<'r, 'd> {
    raw: &'r [u8],
    /// Where lines begin that may be delimiters.
    delimiters: Vec<usize>,
    todo: Vec<Todo>,
    parts: usize,
    body: Body,
    defects: &'d mut Vec<Defect>,
    limits: &'d mut Vec<Limit>,
}

impl<'r, 'd> Walk<'r, 'd> {
    fn new(raw: &'r [u8], defects: &'d mut Vec<Defect>, limits: &'d mut Vec<Limit>) -> Walk<'r, 'd> {
        let todo = vec![Todo { start: 0, end: raw.len(), depth: 0, in_digest: false }];
        let mut walk = Walk { raw, delimiters: Vec::new(), todo, parts: 0, body: Body::default(), defects, limits };
        walk.delimiters = lines_with_dashes(raw);
        if walk.delimiters.len() > MAX_DELIMITERS {
            walk.limit("the body has more than 1000000 lines that begin with two hyphens");
        }
        walk
    }

    fn limit(&mut self, words: &str) {
        if !self.limits.iter().any(|l| l.0 == words) {
            self.limits.push(Limit(words.to_owned()));
        }
    }

    fn defect(&mut self, words: &str) {
        let defect = Defect::Mime(words.to_owned());
        if !self.defects.contains(&defect) {
            self.defects.push(defect);
        }
    }

    fn part(&mut self, todo: &Todo) {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            self.todo.clear();
            return self.limit("the message has more than 1000 MIME parts");
        }
        let (head, body) = head_and_body(&self.raw[todo.start..todo.end], todo.depth == 0);
        let head = match PartHead::read(head, todo.in_digest) {
            Ok(head) => head,
            Err(words) => {
                self.defect(&words);
                PartHead::plain()
            }
        };
        let body_start = todo.end - body.len();
        if head.kind == "multipart" && self.multipart(&head, body_start, todo) {
            return;
        }
        if head.is_message() {
            self.attached_message(&head, body);
        } else if head.is_own_text(todo.depth == 0) {
            self.own_text(&head, body);
        } else {
            self.attachment(&head, body);
        }
    }

    /// Puts the parts of a multipart on the list. False if it cannot be taken apart.
    fn multipart(&mut self, head: &PartHead, body_start: usize, todo: &Todo) -> bool {
        let boundary = head.boundary.as_deref().unwrap_or_default().trim_end();
        if boundary.is_empty() || boundary.len() > MAX_BOUNDARY {
            self.defect("a multipart names no usable boundary");
            return false;
        }
        if todo.depth >= MAX_DEPTH {
            self.limit("multiparts are nested more than 64 deep");
            return true;
        }
        let mut children = self.children(boundary.as_bytes(), head.subtype == "digest", body_start, todo);
        if children.is_empty() {
            self.defect("a multipart does not hold its boundary");
            return false;
        }
        if children.len() > MAX_PARTS {
            children.truncate(MAX_PARTS + 1);
        }
        self.todo.extend(children.into_iter().rev());
        true
    }

    fn children(&self, boundary: &[u8], in_digest: bool, body_start: usize, todo: &Todo) -> Vec<Todo> {
        let mut children: Vec<Todo> = Vec::new();
        let mut open: Option<usize> = None;
        let first = self.delimiters.partition_point(|d| *d < body_start);
        let lines = self.delimiters[first..].iter().copied().take_while(|d| *d < todo.end);
        for line in lines {
            let Some((is_last, next)) = delimiter(&self.raw[line..todo.end], boundary) else { continue };
            if let Some(start) = open.take() {
                // The line end before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1).
                let end = start.max(before_line_end(self.raw, line));
                children.push(Todo { start, end, depth: todo.depth + 1, in_digest });
            }
            if children.len() > MAX_PARTS {
                return children;
            }
            // Some programs read on after the closing delimiter; the next opening one is taken as they take it.
            open = (!is_last).then_some(line + next);
        }
        if let Some(start) = open {
            children.push(Todo { start, end: todo.end, depth: todo.depth + 1, in_digest });
        }
        children
    }

    fn own_text(&mut self, head: &PartHead, body: &[u8]) {
        let octets = head.encoding.decode(body, MAX_PART_TEXT);
        if head.encoding.size(body) > MAX_PART_TEXT {
            self.limit("a text part is longer than 5 MB");
        }
        let is_html = head.is_html();
        let text = decode::text(&octets, head.charset.as_deref(), is_html);
        if is_html {
            let mut out = HtmlOut::default();
            read_html(first_octets(&text, MAX_PART_TEXT), &mut out);
            self.body.has_password_field |= out.has_password_field;
            for limit in std::mem::take(&mut out.limits) {
                self.limit(&limit.0);
            }
            self.body.torn += out.torn;
            self.keep(&out.text, &out.hidden, true);
            if self.body.title.is_empty() {
                self.body.title = first_octets(&out.title, MAX_TITLE).to_owned();
            }
            for link in out.links {
                self.keep_link(link);
            }
        } else {
            let folded = fold_lines(first_octets(&text, MAX_PART_TEXT));
            self.keep(&folded, "", false);
            written_links(&folded, |link| self.keep_link(link));
        }
    }

    fn keep(&mut self, text: &str, hidden: &str, is_html: bool) {
        let mut cut = false;
        let start = self.body.text.len();
        for (all, new) in [(&mut self.body.text, text), (&mut self.body.hidden, hidden)] {
            if !new.is_empty() && !all.is_empty() {
                all.push('\n');
            }
            let room = MAX_TEXT.saturating_sub(all.len());
            cut |= new.len() > room;
            all.push_str(first_octets(new, room));
        }
        if cut {
            self.limit("the message has more than 1 MB of text");
        }
        self.body.stretches.push((is_html, start..self.body.text.len()));
    }

    fn keep_link(&mut self, link: Link) {
        if self.body.links.len() < MAX_LINKS {
            self.body.links.push(link);
        } else {
            self.limit("the message has more than 2000 links");
        }
    }

    fn attachment(&mut self, head: &PartHead, body: &[u8]) {
        let mut attachment = Attachment {
            name: head.name.clone(),
            declared: head.media_type(),
            size: head.encoding.size(body),
            ..Attachment::default()
        };
        let first = head.encoding.decode(body, DETECT_OCTETS);
        attachment.detected = infer::get(&first).map(|t| t.mime_type());
        let name = head.name.to_ascii_lowercase();
        let is_html = head.is_html()
            || [".html", ".htm", ".xhtml", ".shtml"].iter().any(|e| name.ends_with(e))
            || attachment.detected == Some("text/html");
        if is_html {
            let octets = head.encoding.decode(body, MAX_PART_TEXT);
            let mut out = HtmlOut::default();
            read_html(&decode::text(&octets, head.charset.as_deref(), true), &mut out);
            attachment.has_password_field = out.has_password_field;
        }
        self.body.attachments.push(attachment);
    }

    /// A message inside this one: an attachment, named by its file name or else its subject.
    fn attached_message(&mut self, head: &PartHead, body: &[u8]) {
        let octets: Cow<'_, [u8]> = head.encoding.decode(body, usize::MAX / 2);
        let name = if head.name.is_empty() { super::part::subject(&octets) } else { head.name.clone() };
        let (declared, size) = (head.media_type(), octets.len());
        self.body.attachments.push(Attachment { name, declared, size, ..Attachment::default() });
    }
}

/// Where lines begin with `--` and something more.
fn lines_with_dashes(raw: &[u8]) -> Vec<usize> {
    let begins = raw.starts_with(b"--").then_some(0);
    let lines = begins.into_iter().chain(memmem::find_iter(raw, b"\n--").map(|end| end + 1));
    lines.filter(|line| raw.get(line + 2).is_some_and(|b| !b.is_ascii_whitespace())).take(MAX_DELIMITERS + 1).collect()
}

/// If the text begins with a delimiter line: whether it is the closing one, and where the next line begins.
fn delimiter(text: &[u8], boundary: &[u8]) -> Option<(bool, usize)> {
    let after = text.strip_prefix(b"--")?.strip_prefix(boundary)?;
    let (is_last, after) = after.strip_prefix(b"--").map_or((false, after), |rest| (true, rest));
    // Only white space may follow (RFC 2046 section 5.1.1); otherwise it is another boundary that begins alike.
    let end = after.iter().position(|b| *b == b'\n').map_or(after.len(), |p| p + 1);
    after[..end].iter().all(u8::is_ascii_whitespace).then(|| (is_last, text.len() - after.len() + end))
}

fn before_line_end(raw: &[u8], line: usize) -> usize {
    match &raw[..line] {
        [.., b'\r', b'\n'] => line - 2,
        [.., b'\n'] => line - 1,
        _ => line,
    }
}

/// Lines of words parted by single blanks; empty lines go.
fn fold_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        fold_onto(&mut out, line.trim());
    }
    out
}

#[cfg(test)]
#[path = "mime_tests.rs"]
mod tests;
