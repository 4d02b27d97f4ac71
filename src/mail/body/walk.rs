//! The body of a message from its MIME tree: visible text, links, attachments.
//!
//! The tree is walked with a list, not by recursion, and each part is visited once, so that no message can exhaust the
//! stack or time: the delimiter lines are found in one pass, and depth, parts and kept octets are limited. A limit
//! that is hit is said in a [`Limit`], a broken structure in a [`Defect::Mime`]; both leave what could be read.
//! Messages inside the message are attachments; their text is not this message's, their links and files are.
//! `mail_parser` reads the parameters of a part's fields, and a panic in it becomes a defect.

use crate::mail::attachment::file::{Attachment, Document};
use crate::mail::attachment::qr::read_drawings;
use crate::mail::attachment::read::{read_attachment, read_data_image};
use crate::mail::attachment::smime::signed_content;
use crate::mail::attachment::text::unfolded;
use crate::mail::attachment::work::Work;
use crate::mail::body::{Body, MAX_TEXT_BYTES, MessagePart, PartText};
use crate::mail::defect::{Defect, Limit};
use crate::mail::header::encoded_words::decode_words;
use crate::mail::header::fields::read_header;
use crate::mail::html::out::MAX_LINKS;
use crate::mail::html::reader::read_html;
use crate::mail::link::written::written_links;
use crate::mail::link::{Link, LinkKind};
use crate::mail::mime::decode;
use crate::mail::mime::part::{PartHead, head_and_body, subject};
use crate::text::fold::{first_bytes, fold_onto};
use memchr::memmem;
use std::borrow::Cow;
use std::ops::Range;

/// Parts read of one message. Digests and mail with many pictures stay below 200.
const MAX_PARTS: usize = 1_000;
/// Multiparts inside one another. Forwarded replies reach 10.
const MAX_DEPTH: usize = 64;
/// Octets read of one text part: more than a person reads, and ten times the largest newsletters.
const MAX_PART_TEXT_BYTES: usize = 5 << 20;
/// Octets kept of the title of an HTML part.
const MAX_TITLE_BYTES: usize = 1_000;
/// Octets of a boundary (RFC 2046 section 5.1.1 allows 70; some programs write more).
const MAX_BOUNDARY_BYTES: usize = 250;
/// Lines that begin with `--` and are looked at as delimiters.
const MAX_DELIMITERS: usize = 1_000_000;
/// Messages inside one another whose links and files are read. A forwarded forward has two.
const MAX_MESSAGE_DEPTH: usize = 3;
/// Octets of an attached message in which its sender and subject are looked for.
const MAX_INNER_HEAD_BYTES: usize = 64 << 10;
/// Pictures that stand in the HTML itself, of which each part is searched for codes.
const MAX_DATA_IMAGES: usize = 50;
/// Octets of one of them, encoded.
const MAX_DATA_IMAGE_BYTES: usize = 1 << 20;

/// Reads the body of a message.
pub(crate) fn read_body(raw: &[u8], defects: &mut Vec<Defect>, limits: &mut Vec<Limit>) -> Body {
    let mut work = Work::default();
    let mut body = read_message(raw, 0, &mut work, defects, limits);
    limits.append(&mut work.limits);
    body.documents = work.documents;
    body
}

/// Reads the body of a message that lies in so many others.
fn read_message(raw: &[u8], depth: usize, work: &mut Work, defects: &mut Vec<Defect>, limits: &mut Vec<Limit>) -> Body {
    let mut walk = Walk::new(raw, depth, work, defects, limits);
    while let Some(todo) = walk.todo.pop() {
        walk.part(&todo);
    }
    let links = std::mem::take(&mut walk.work.links);
    links.into_iter().for_each(|link| walk.keep_link(link));
    let mut body = std::mem::take(&mut walk.body);
    if body.take_text(&walk.texts) {
        walk.limit(format!("the message has more than {} kB of text", MAX_TEXT_BYTES >> 10));
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
    /// Messages around this one.
    message_depth: usize,
    work: &'d mut Work,
    /// Its text, part by part.
    texts: Vec<PartText>,
    body: Body,
    defects: &'d mut Vec<Defect>,
    limits: &'d mut Vec<Limit>,
}

impl<'r, 'd> Walk<'r, 'd> {
    fn new(
        raw: &'r [u8],
        message_depth: usize,
        work: &'d mut Work,
        defects: &'d mut Vec<Defect>,
        limits: &'d mut Vec<Limit>,
    ) -> Walk<'r, 'd> {
        let todo = vec![Todo { start: 0, end: raw.len(), depth: 0, in_digest: false }];
        let (delimiters, texts, body) = (Vec::new(), Vec::new(), Body::default());
        let mut walk = Walk { raw, delimiters, todo, message_depth, work, texts, body, defects, limits };
        walk.delimiters = lines_with_dashes(raw);
        if walk.delimiters.len() > MAX_DELIMITERS {
            walk.limit(format!("the body has more than {MAX_DELIMITERS} lines that begin with two hyphens"));
        }
        walk
    }

    fn limit(&mut self, words: String) {
        let limit = Limit(words);
        if !self.limits.contains(&limit) {
            self.limits.push(limit);
        }
    }

    fn defect(&mut self, words: &str) {
        let defect = Defect::Mime(words.to_owned());
        if !self.defects.contains(&defect) {
            self.defects.push(defect);
        }
    }

    fn part(&mut self, todo: &Todo) {
        self.work.parts += 1;
        if self.work.parts > MAX_PARTS {
            self.todo.clear();
            return self.limit(format!("the message has more than {MAX_PARTS} MIME parts"));
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
            self.attached_message(&head, body_start..todo.end);
        } else if head.is_own_text(todo.depth == 0) {
            self.own_text(&head, body);
        } else if head.is_saved_message() || head.is_saved_page() {
            self.attached_message(&head, body_start..todo.end);
        } else if !self.opaque(&head, body) {
            self.body.attachments.push(read_attachment(&head, body, self.work));
        }
    }

    /// Reads a signed message that mail programs show as their own text; false if it is none.
    fn opaque(&mut self, head: &PartHead, body: &[u8]) -> bool {
        let is_wrapped = matches!(head.media_type().as_str(), "application/pkcs7-mime" | "application/x-pkcs7-mime");
        if !is_wrapped || self.message_depth >= MAX_MESSAGE_DEPTH {
            return false;
        }
        let Some(inside) = signed_content(&head.encoding.decode(body, MAX_PART_TEXT_BYTES)) else { return false };
        let (links, mut defects) = (std::mem::take(&mut self.work.links), Vec::new());
        let inner = read_message(&inside, self.message_depth + 1, self.work, &mut defects, self.limits);
        self.work.links = links;
        self.keep(PartText { seen: inner.text, hidden: inner.hidden, ..PartText::default() });
        self.body.has_password_field |= inner.has_password_field;
        self.body.attachments.extend(inner.attachments);
        inner.links.into_iter().for_each(|link| self.keep_link(link));
        true
    }

    /// Puts the parts of a multipart on the list. False if it cannot be taken apart.
    fn multipart(&mut self, head: &PartHead, body_start: usize, todo: &Todo) -> bool {
        let boundary = head.boundary.as_deref().unwrap_or_default().trim_end();
        if boundary.is_empty() || boundary.len() > MAX_BOUNDARY_BYTES {
            self.defect("a multipart names no usable boundary");
            return false;
        }
        if todo.depth >= MAX_DEPTH {
            self.limit(format!("multiparts are nested more than {MAX_DEPTH} deep"));
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
        // Of alternatives the last is the best (RFC 2046 section 5.1.4), so the one that mail programs show is read
        // first.
        let shown = |child: &Todo| {
            let (head, _) = head_and_body(&self.raw[child.start..child.end], false);
            PartHead::read(head, false).is_ok_and(|head| head.kind == "multipart" || head.is_html())
        };
        if head.subtype == "alternative"
            && let Some(best) = children.iter().rposition(shown)
        {
            children[..=best].rotate_right(1);
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
        let octets = head.encoding.decode(body, MAX_PART_TEXT_BYTES);
        if head.encoding.size(body) > MAX_PART_TEXT_BYTES {
            self.limit(format!("a text part is longer than {} MB", MAX_PART_TEXT_BYTES >> 20));
        }
        let is_html = head.is_html();
        let text = decode::text(&octets, head.charset.as_deref(), is_html);
        read_drawings(&text, self.work);
        if is_html { self.own_html(&text) } else { self.own_plain(head, text) }
    }

    fn own_html(&mut self, text: &str) {
        for at in memmem::find_iter(text.as_bytes(), "data:image/").take(MAX_DATA_IMAGES) {
            let source = text[at + "data:".len()..].split(['"', '\'', ')', '>']).next().unwrap_or_default();
            read_data_image(first_bytes(source, MAX_DATA_IMAGE_BYTES), self.work);
        }
        let out = read_html(first_bytes(text, MAX_PART_TEXT_BYTES));
        self.body.has_password_field |= out.has_password_field;
        for limit in out.limits {
            self.limit(limit.0);
        }
        self.keep(PartText { seen: out.text, hidden: out.hidden, broken_words: out.broken_words, is_html: true });
        if self.body.title.is_empty() {
            self.body.title = first_bytes(&out.title, MAX_TITLE_BYTES).to_owned();
        }
        for link in out.links {
            self.keep_link(link);
        }
    }

    fn own_plain(&mut self, head: &PartHead, text: Cow<'_, str>) {
        let whole = match head.subtype.as_str() {
            "calendar" => Cow::Owned(unfolded(&text)),
            _ if head.joins_lines => Cow::Owned(joined(&text)),
            _ => text,
        };
        let folded = fold_lines(first_bytes(&whole, MAX_PART_TEXT_BYTES));
        written_links(&folded, |link| self.keep_link(link));
        self.keep(PartText { seen: folded, ..PartText::default() });
    }

    /// Keeps the text of a part, a little more than a message may have in all.
    fn keep(&mut self, mut text: PartText) {
        for text in [&mut text.seen, &mut text.hidden] {
            text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES + char::MAX_LEN_UTF8));
        }
        self.texts.push(text);
    }

    fn keep_link(&mut self, link: Link) {
        if self.body.links.len() < MAX_LINKS {
            self.body.links.push(link);
        } else {
            self.limit(format!("the message has more than {MAX_LINKS} links"));
        }
    }

    /// A message inside this one: an attachment, named by its file name or else its subject. Mail programs open it with
    /// a click, so where it leads and what it carries counts, and what it says is kept apart from what this one says.
    fn attached_message(&mut self, head: &PartHead, range: Range<usize>) {
        let encoded = &self.raw[range.clone()];
        // Messages inside an attached one are not this message's.
        if self.message_depth == 0 && (head.is_message() || head.is_saved_message()) {
            self.body.attached.push(MessagePart { range, encoding: head.encoding });
        }
        let octets: Cow<'_, [u8]> = head.encoding.decode(encoded, encoded.len());
        let name = if head.name.is_empty() { subject(&octets) } else { head.name.clone() };
        let (declared, size) = (head.media_type(), octets.len());
        self.body.attachments.push(Attachment { name: name.clone(), declared, size, ..Attachment::default() });
        if self.message_depth >= MAX_MESSAGE_DEPTH {
            return self.limit(format!("messages are nested more than {MAX_MESSAGE_DEPTH} deep"));
        }
        let (links, mut defects) = (std::mem::take(&mut self.work.links), Vec::new());
        let inner = read_message(&octets, self.message_depth + 1, self.work, &mut defects, self.limits);
        self.work.links = links;
        let (author, title) = author_and_subject(&octets);
        let text = format!("{title}\n{}", inner.text);
        self.work.document(Document { name: name.clone(), author, text });
        self.body.attachments.extend(inner.attachments);
        for link in inner.links {
            let own = matches!(link.kind, LinkKind::Image | LinkKind::Attachment);
            let opened = if own { link } else { Link { kind: LinkKind::Attachment, shown: name.clone(), ..link } };
            self.keep_link(opened);
        }
    }
}

/// The sender and the subject of a message as they are shown.
fn author_and_subject(message: &[u8]) -> (String, String) {
    let fields = read_header(&message[..message.len().min(MAX_INNER_HEAD_BYTES)]).fields;
    let value = |name: &str| {
        let field = fields.iter().find(|f| f.name.eq_ignore_ascii_case(name));
        field.map(|f| decode_words(f.value.trim())).unwrap_or_default()
    };
    (value("From"), value("Subject"))
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

/// Lines that go on behind a blank at their end made whole, without that blank (RFC 3676 section 4, `delsp`). Quoted
/// lines are left.
fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut goes_on = false;
    for line in text.lines() {
        let is_quoted = line.starts_with('>');
        if std::mem::take(&mut goes_on) && !is_quoted {
            out.pop();
        } else if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line.strip_prefix(' ').unwrap_or(line));
        goes_on = line.ends_with(' ') && line != "-- " && !is_quoted;
    }
    out
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
