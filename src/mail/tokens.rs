//! HTML cut into tags and text by the tokenizer of `html5ever`.
//!
//! The tokenizer compares each attribute of a tag with all before it, so that one tag with a million attributes would
//! take hours. It is therefore fed piece by piece, and a tag is measured before it is fed: of one with too many
//! attributes the rest is refused and [`Tokens::attributes_skipped`] set. All time is then linear in the document.
//! It cannot fail: what is no tag is text, and what is never closed ends with the document, as in browsers.

use html5ever::LocalName;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token as Parsed, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// Attributes read of one tag. Honest mail has fewer than 20.
const MAX_ATTRIBUTES: usize = 100;

/// One token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Character data of the document.
    Text(String),
    /// Character data of `title`.
    Title(String),
    Start(Tag),
    /// An end tag, by its name.
    End(LocalName),
}

/// The value of an attribute of a tag.
pub(super) fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| &*a.value)
}

/// The tokens of a document.
pub(super) struct Tokens<'a> {
    /// What is not fed yet.
    rest: &'a str,
    tokenizer: Tokenizer<Sink>,
    input: BufferQueue,
    ended: bool,
    /// True if a tag had more attributes than are read.
    pub(super) attributes_skipped: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Tokens<'a> {
        // A mark of byte order is looked for at the start of each piece, where it is none.
        let options = TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() };
        Tokens {
            rest: html,
            tokenizer: Tokenizer::new(Sink::default(), options),
            input: BufferQueue::default(),
            ended: false,
            attributes_skipped: false,
        }
    }

    /// The next token; `None` at the end.
    pub(super) fn next(&mut self) -> Option<Token> {
        loop {
            if let Some(token) = self.tokenizer.sink.ready.borrow_mut().pop_front() {
                return Some(token);
            }
            if self.ended {
                return None;
            }
            if self.rest.is_empty() {
                self.ended = true;
                self.tokenizer.end();
            } else {
                self.feed_piece();
            }
        }
    }

    /// Feeds the tokenizer up to where its state is known again: no piece holds more than one tag.
    fn feed_piece(&mut self) {
        let place = self.tokenizer.sink.place.borrow().clone();
        match place {
            Place::Data => self.data(),
            Place::Markup => self.feed(past_gt(self.rest)),
            Place::Raw(name) => self.raw(&name),
            Place::Plain => self.feed(self.rest.len()),
        }
    }

    fn data(&mut self) {
        match markup_start(self.rest) {
            None => self.feed(self.rest.len()),
            Some(0) => {}
            Some(text) => return self.feed(text),
        }
        match self.rest.as_bytes() {
            [b'<', b'/', b'>', ..] => self.feed(3),
            [b'<', b'!' | b'?', ..] => self.markup(),
            [b'<', b'/', c, ..] if !c.is_ascii_alphabetic() => self.markup(),
            bytes => {
                let name = bytes.iter().skip(2).position(|b| is_space(*b) || matches!(b, b'/' | b'>'));
                self.tag(name.map_or(bytes.len(), |n| n + 2));
            }
        }
    }

    /// A comment or what is read as one. It ends at some `>`, and the tokenizer says at which.
    fn markup(&mut self) {
        self.tokenizer.sink.place.replace(Place::Markup);
        self.feed(past_gt(self.rest));
    }

    /// Feeds a tag whose attributes begin `from` octets on, without those that are too many.
    fn tag(&mut self, from: usize) {
        let extent = Extent::of(self.rest, from);
        let surplus = extent.end - extent.keep;
        self.feed(extent.keep);
        if surplus > 0 {
            self.attributes_skipped = true;
            self.rest = self.rest.get(surplus..).unwrap_or_default();
            if extent.is_closed {
                self.push(">");
            }
        }
    }

    /// Content that is no markup up to the end tag of the element.
    fn raw(&mut self, name: &str) {
        match self.rest.find("</") {
            None => return self.feed(self.rest.len()),
            Some(0) => {}
            Some(content) => return self.feed(content),
        }
        let after = 2 + name.len();
        let bytes = self.rest.as_bytes();
        let is_same = bytes.get(2..after).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()));
        if !is_same || !bytes.get(after).is_some_and(|b| is_space(*b) || matches!(b, b'/' | b'>')) {
            return self.feed(2);
        }
        self.feed(1);
        self.tokenizer.sink.had_script.set(false);
        self.feed(after);
        // In a script inside a comment inside a script this is content, not a tag (13.2.5.28).
        let is_tag = matches!(*self.tokenizer.sink.place.borrow(), Place::Raw(_));
        if is_tag && !self.tokenizer.sink.had_script.get() {
            self.tag(0);
        }
    }

    /// Feeds the next `octets`.
    fn feed(&mut self, octets: usize) {
        let (piece, rest) = self.rest.split_at_checked(octets).unwrap_or((self.rest, ""));
        self.rest = rest;
        self.push(piece);
    }

    fn push(&self, piece: &str) {
        self.input.push_back(StrTendril::from_slice(piece));
        // The sink never asks for a pause.
        let _done = self.tokenizer.feed(&self.input);
    }
}

/// How far a tag reaches.
struct Extent {
    /// Where the attributes that are too many begin; the end if there are none.
    keep: usize,
    end: usize,
    /// False if the document ends first.
    is_closed: bool,
}

impl Extent {
    /// Measures the tag whose attributes begin at `at`, by the rules of 13.2.5.32 to 13.2.5.40.
    fn of(html: &str, mut at: usize) -> Extent {
        let bytes = html.as_bytes();
        let mut attributes = 0;
        let mut keep = None;
        loop {
            at = find(bytes, at, |b| !is_space(b) && b != b'/');
            match bytes.get(at) {
                None => return Extent { keep: keep.unwrap_or(at), end: at, is_closed: false },
                Some(b'>') => return Extent { keep: keep.unwrap_or(at + 1), end: at + 1, is_closed: true },
                Some(_) => {}
            }
            attributes += 1;
            if attributes > MAX_ATTRIBUTES {
                keep = keep.or(Some(at));
            }
            // A leading "=" belongs to the name.
            at = find(bytes, at + 1, |b| is_space(b) || matches!(b, b'/' | b'>' | b'='));
            let value = find(bytes, at, |b| !is_space(b));
            if bytes.get(value) != Some(&b'=') {
                continue;
            }
            at = find(bytes, value + 1, |b| !is_space(b));
            at = match bytes.get(at) {
                Some(&quote @ (b'"' | b'\'')) => find(bytes, at + 1, |b| b == quote) + 1,
                _ => find(bytes, at, |b| is_space(b) || b == b'>'),
            };
        }
    }
}

/// The first octet from `from` on that is looked for, or the end.
fn find(bytes: &[u8], from: usize, is_wanted: impl Fn(u8) -> bool) -> usize {
    bytes.iter().skip(from).position(|b| is_wanted(*b)).map_or(bytes.len(), |p| from + p)
}

/// Where in the document the tokenizer is.
#[derive(Debug, Clone, Default)]
enum Place {
    #[default]
    Data,
    /// In a comment, a document type, or what is read as a comment.
    Markup,
    /// In the element of this name, whose content is no markup.
    Raw(LocalName),
    /// After `plaintext`, which nothing ends.
    Plain,
}

/// Takes the tokens of the library.
#[derive(Default)]
struct Sink {
    ready: RefCell<VecDeque<Token>>,
    place: RefCell<Place>,
    /// True if the text of a script came.
    had_script: Cell<bool>,
}

impl Sink {
    fn text(&self, text: &str) {
        let mut ready = self.ready.borrow_mut();
        let is_title = match &*self.place.borrow() {
            Place::Raw(name) => match &**name {
                "title" => true,
                "textarea" | "xmp" => false,
                "script" => return self.had_script.set(true),
                _ => return,
            },
            _ => false,
        };
        // The library gives each line and each reference by itself.
        match ready.back_mut() {
            Some(Token::Title(before)) if is_title => before.push_str(text),
            Some(Token::Text(before)) if !is_title => before.push_str(text),
            _ if is_title => ready.push_back(Token::Title(text.to_owned())),
            _ => ready.push_back(Token::Text(text.to_owned())),
        }
    }

    fn tag(&self, tag: Tag) -> TokenSinkResult<()> {
        let mut ready = self.ready.borrow_mut();
        if tag.kind == TagKind::EndTag {
            self.place.replace(Place::Data);
            ready.push_back(Token::End(tag.name));
            return TokenSinkResult::Continue;
        }
        let result = content(&tag.name);
        self.place.replace(match result {
            TokenSinkResult::RawData(_) => Place::Raw(tag.name.clone()),
            TokenSinkResult::Plaintext => Place::Plain,
            _ => Place::Data,
        });
        ready.push_back(Token::Start(tag));
        result
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Parsed, _line: u64) -> TokenSinkResult<()> {
        match token {
            Parsed::TagToken(tag) => return self.tag(tag),
            Parsed::CharacterTokens(text) => self.text(&text),
            Parsed::CommentToken(_) | Parsed::DoctypeToken(_) => {
                self.place.replace(Place::Data);
            }
            // A NUL in a document is not shown (13.2.6.4.7).
            Parsed::NullCharacterToken | Parsed::ParseError(_) | Parsed::EOFToken => {}
        }
        TokenSinkResult::Continue
    }
}

/// How the content of an element is read (13.2.6.4.4 and 13.2.6.4.7). That of `noscript` is markup: mail programs run
/// no scripts and show it.
fn content(element: &str) -> TokenSinkResult<()> {
    match element {
        "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "plaintext" => TokenSinkResult::Plaintext,
        _ => TokenSinkResult::Continue,
    }
}

/// Where the next markup begins: `<` before a letter, `/`, `!` or `?` (13.2.5.6). Any other `<` is text.
fn markup_start(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|t| t.find('<')) {
        let at = from + found;
        match bytes.get(at + 1) {
            Some(b) if b.is_ascii_alphabetic() || matches!(b, b'/' | b'!' | b'?') => return Some(at),
            _ => from = at + 1,
        }
    }
    None
}

/// The octets up to and with the next `>`.
fn past_gt(text: &str) -> usize {
    text.find('>').map_or(text.len(), |p| p + 1)
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
