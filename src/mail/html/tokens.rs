//! HTML cut into tags and text by the tokenizer of `html5gum`, as browsers cut it (WHATWG 13.2.5).
//!
//! Tags and text are handed over as they come and kept nowhere, so that a document of megabytes costs no more than
//! reading it. Of a tag with too many attributes the rest is left out, and [`read_tokens`] says so. All time is linear
//! in the document. It cannot fail: what is not a tag is text, and what is never closed ends with the document, as in
//! browsers.

use super::element::Name;
use super::foreign::Foreign;
use super::tag::{Attribute, Tag};
use html5gum::emitters::Emitter;
use html5gum::{Error, Readable, Reader, State, StringReader, Tokenizer};
use std::cell::Cell;
use std::convert::Infallible;

/// Attributes read of one tag. Honest mail has fewer than 20.
pub(crate) const MAX_ATTRIBUTES: usize = 100;

/// Takes what a document is made of, in order.
pub(crate) trait Sink {
    /// Character data of the document.
    fn text(&mut self, text: &str);
    /// Character data of `title`.
    fn title(&mut self, text: &str);
    fn start(&mut self, tag: &Tag);
    /// An end tag, by its name.
    fn end(&mut self, name: Name);
    /// An element of SVG or MathML ends without an end tag, and all in it.
    fn leave(&mut self, _name: Name) {}
    /// The sheet of a `style` element.
    fn sheet(&mut self, _css: &str) {}
    /// What a conditional comment (`<!--[if mso]>…<![endif]-->`) holds: some mail programs show it.
    fn conditional(&mut self, _html: &str) {}
}

/// Reads a document; true if a tag had more attributes than are read.
pub(crate) fn read_tokens(html: &str, sink: &mut impl Sink) -> bool {
    let full = Cell::new(false);
    let mut cutter = Cutter {
        sink,
        full: &full,
        text: Vec::new(),
        tag: Tag::default(),
        raw: Vec::new(),
        comment: Vec::new(),
        foreign: Foreign::default(),
    };
    let (mut rest, mut state, mut skipped) = (html.as_bytes(), State::Data, false);
    loop {
        let taken = Cell::new(0);
        let source = Source { octets: rest.to_reader(), taken: &taken, full: &full };
        let mut tokenizer = Tokenizer::new_with_emitter(source, &mut cutter);
        tokenizer.set_state(state);
        if tokenizer.finish().is_ok() {
            return skipped;
        }
        // The library calls itself for each attribute of a tag, so that some 10,000 of them would end the process. It
        // is stopped inside the name of the first one too many, and goes on behind the tag.
        skipped = true;
        full.set(false);
        rest = &rest[taken.get()..];
        let Some(end) = tag_end(rest) else {
            cutter.flush();
            return skipped;
        };
        rest = &rest[end..];
        state = (&mut cutter).emit_current_tag().unwrap_or(State::Data);
    }
}

/// Where the tag ends, from inside the name of an attribute (13.2.5.33 to 13.2.5.39); `None` if it never does.
fn tag_end(octets: &[u8]) -> Option<usize> {
    let is_blank = |b: &u8| matches!(b, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ');
    let mut at = 0;
    loop {
        // A name, blanks, and perhaps a value.
        at += octets[at..].iter().position(|b| matches!(b, b'=' | b'>' | b'/') || is_blank(b))?;
        at += octets[at..].iter().position(|b| !is_blank(b))?;
        if octets[at] == b'=' {
            at += 1 + octets[at + 1..].iter().position(|b| !is_blank(b))?;
            match octets[at] {
                b'>' => return Some(at + 1),
                quote @ (b'"' | b'\'') => at += 2 + octets[at + 1..].iter().position(|b| *b == quote)?,
                _ => at += octets[at..].iter().position(|b| *b == b'>' || is_blank(b))?,
            }
        }
        // Before the next name, which may begin with an equals sign.
        at += octets[at..].iter().position(|b| *b != b'/' && !is_blank(b))?;
        if octets[at] == b'>' {
            return Some(at + 1);
        }
        at += 1;
    }
}

/// Gives the library its octets until a tag has too many attributes.
struct Source<'r> {
    octets: StringReader<'r>,
    /// Octets given.
    taken: &'r Cell<usize>,
    full: &'r Cell<bool>,
}

/// A tag has too many attributes.
#[derive(Debug)]
struct Full;

impl std::fmt::Display for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a tag has too many attributes")
    }
}

impl std::error::Error for Full {}

impl Source<'_> {
    fn took(&self, octets: usize) {
        self.taken.set(self.taken.get() + octets);
    }
}

impl Reader for Source<'_> {
    type Error = Full;

    #[inline(always)]
    fn read_byte(&mut self) -> Result<Option<u8>, Full> {
        if self.full.get() {
            return Err(Full);
        }
        let Ok(octet) = self.octets.read_byte();
        self.took(usize::from(octet.is_some()));
        Ok(octet)
    }

    #[inline(always)]
    fn try_read_string(&mut self, text: &[u8], case_sensitive: bool) -> Result<bool, Full> {
        let Ok(found) = self.octets.try_read_string(text, case_sensitive);
        self.took(if found { text.len() } else { 0 });
        Ok(found)
    }

    #[inline(always)]
    fn read_until<'b>(&'b mut self, needle: &[u8], buffer: &'b mut [u8; 4]) -> Result<Option<&'b [u8]>, Full> {
        if self.full.get() {
            return Err(Full);
        }
        let Ok(octets) = self.octets.read_until(needle, buffer);
        self.taken.set(self.taken.get() + octets.map_or(0, <[u8]>::len));
        Ok(octets)
    }
}

/// Takes the events of the library and puts tags and text together.
struct Cutter<'s, S: Sink> {
    sink: &'s mut S,
    /// Set when a tag has too many attributes.
    full: &'s Cell<bool>,
    /// Text that is not handed over yet; the library gives it in pieces, which may end inside a character.
    text: Vec<u8>,
    tag: Tag,
    /// The name of the open element whose text is not the document's; empty outside.
    raw: Vec<u8>,
    comment: Vec<u8>,
    foreign: Foreign,
}

impl<S: Sink> Cutter<'_, S> {
    fn flush(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(&self.text);
        match self.raw.as_slice() {
            b"title" => self.sink.title(&text),
            b"style" => self.sink.sheet(&text),
            b"script" | b"iframe" | b"noembed" | b"noframes" => {}
            _ => self.sink.text(&text),
        }
        self.text.clear();
    }

    /// Octets of the attribute that is open; none of one beyond the limit.
    fn push(&mut self, octets: &[u8]) -> Option<(&mut Attribute, usize)> {
        if self.tag.attributes.len() > MAX_ATTRIBUTES {
            return None;
        }
        self.tag.octets.extend_from_slice(octets);
        Some((self.tag.attributes.last_mut()?, self.tag.octets.len()))
    }
}

impl<S: Sink> Emitter for &mut Cutter<'_, S> {
    type Token = Infallible;

    fn emit_string(&mut self, text: &[u8]) {
        // A NUL in a document is not shown (13.2.6.4.7).
        if text != b"\0" {
            self.text.extend_from_slice(text);
        }
    }

    fn init_start_tag(&mut self) {
        self.tag.clear(false);
    }

    fn init_end_tag(&mut self) {
        self.tag.clear(true);
    }

    fn push_tag_name(&mut self, name: &[u8]) {
        self.tag.name.extend_from_slice(name);
    }

    fn init_attribute(&mut self) {
        let start = self.tag.octets.len();
        // One more than is read stands for all that are not.
        if self.tag.attributes.len() <= MAX_ATTRIBUTES {
            self.tag.attributes.push(Attribute { name: start..start, end: start });
        }
        self.full.set(self.tag.attributes.len() > MAX_ATTRIBUTES);
    }

    fn push_attribute_name(&mut self, name: &[u8]) {
        if let Some((attribute, end)) = self.push(name) {
            attribute.name.end = end;
            attribute.end = end;
        }
    }

    fn push_attribute_value(&mut self, value: &[u8]) {
        if let Some((attribute, end)) = self.push(value) {
            attribute.end = end;
        }
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        self.flush();
        self.tag.attributes.truncate(MAX_ATTRIBUTES);
        self.raw.clear();
        for ended in self.foreign.broken_out(&self.tag) {
            self.sink.leave(ended);
        }
        if self.tag.is_end {
            let element = self.foreign.end(self.tag.element());
            self.sink.end(element);
            return None;
        }
        self.tag.is_foreign = self.foreign.start(&self.tag);
        self.sink.start(&self.tag);
        let (name, is_foreign) = (self.tag.name(), self.tag.is_foreign);
        let state = content(name).filter(|_| !is_foreign);
        let is_kept_apart = || matches!(name, b"title" | b"style" | b"script") && !self.tag.is_self_closing;
        if state.is_some() || is_foreign && is_kept_apart() {
            self.raw.extend_from_slice(name);
        }
        state
    }

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        self.tag.is_end && self.tag.name == self.raw
    }

    fn emit_eof(&mut self) {
        self.flush();
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn pop_token(&mut self) -> Option<Infallible> {
        None
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&mut self) -> bool {
        self.foreign.is_on()
    }

    fn set_self_closing(&mut self) {
        self.tag.is_self_closing = true;
    }

    fn init_comment(&mut self) {
        self.comment.clear();
    }

    fn push_comment(&mut self, text: &[u8]) {
        self.comment.extend_from_slice(text);
    }

    fn emit_current_comment(&mut self) {
        if self.comment.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(b"[if"))
            && let Some(condition) = self.comment.iter().position(|b| *b == b'>')
        {
            self.sink.conditional(&String::from_utf8_lossy(&self.comment[condition + 1..]));
        }
    }

    // What is not shown.
    fn set_last_start_tag(&mut self, _name: Option<&[u8]>) {}
    fn emit_error(&mut self, _error: Error) {}
    fn init_doctype(&mut self) {}
    fn push_doctype_name(&mut self, _name: &[u8]) {}
    fn emit_current_doctype(&mut self) {}
    fn set_force_quirks(&mut self) {}
    fn set_doctype_public_identifier(&mut self, _value: &[u8]) {}
    fn set_doctype_system_identifier(&mut self, _value: &[u8]) {}
    fn push_doctype_public_identifier(&mut self, _value: &[u8]) {}
    fn push_doctype_system_identifier(&mut self, _value: &[u8]) {}
}

/// How the content of an element is read (13.2.6.4.4 and 13.2.6.4.7). That of `noscript` is markup: mail programs run
/// no scripts and show it.
fn content(element: &[u8]) -> Option<State> {
    match element {
        b"title" | b"textarea" => Some(State::RcData),
        b"style" | b"xmp" | b"iframe" | b"noembed" | b"noframes" => Some(State::RawText),
        b"script" => Some(State::ScriptData),
        b"plaintext" => Some(State::PlainText),
        _ => None,
    }
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
