//! Visible text, hidden text and links of an HTML part.
//!
//! Works on the tokens of [`super::tokens`] with its own stack of open elements: enough of a browser to know what a
//! reader sees and what he can click. Refuses to build a tree, run scripts, or read style sheets. It never fails; a
//! document that hits a limit is read up to there and says so in [`HtmlOut::limits`].

use super::element::{self as el, Name};
use super::link::{Link, LinkKind};
use super::message::Limit;
use super::style::Look;
use super::text::is_even;
use super::tokens::{self, Sink, Tag, attribute};
use super::written::written_links;

/// Open elements at one time. Honest mail with nested tables stays below 150.
const MAX_DEPTH: usize = 512;
/// Links kept of one document, and of a message: reading 2,000 is enough to judge any mail.
pub(crate) const MAX_LINKS: usize = 2_000;
/// Octets kept of one address. Browsers take more, but only `data:` needs it, and its head says what it is.
const MAX_HREF: usize = 8_192;
/// Octets kept of the text shown on one link.
const MAX_SHOWN: usize = 1_000;

/// What an HTML part shows and does.
#[derive(Debug, Clone, Default)]
pub(crate) struct HtmlOut {
    /// What a reader sees: lines of words parted by single blanks.
    pub(crate) text: String,
    /// What is there and cannot be seen.
    pub(crate) hidden: String,
    /// Words that hidden text stands inside of, so that a program reads other words than a person.
    pub(crate) torn: usize,
    /// The title, which mail programs do not show.
    pub(crate) title: String,
    /// Links in order of appearance.
    pub(crate) links: Vec<Link>,
    /// True if there is an input field of type password.
    pub(crate) has_password_field: bool,
    /// Where reading stopped early.
    pub(crate) limits: Vec<Limit>,
}

/// Reads an HTML document into `out`.
pub(crate) fn read_html(html: &str, out: &mut HtmlOut) {
    let mut reader = Reader::new(out);
    if tokens::read(html, &mut reader) {
        reader.limit("an HTML tag has more than 100 attributes");
    }
    reader.finish();
}

/// An element that is open.
struct Open {
    name: Name,
    look: Look,
}

/// A link whose end has not come.
struct OpenAnchor {
    /// Its place in `links`; `None` beyond the limit.
    index: Option<usize>,
    shown: String,
    /// Where its text begins in `text`.
    from: usize,
}

struct Reader<'o> {
    out: &'o mut HtmlOut,
    stack: Vec<Open>,
    /// Elements that were too deep to be put on the stack and are still open.
    too_deep: usize,
    anchor: Option<OpenAnchor>,
    /// Stretches of `text` that are links already.
    linked: Vec<(usize, usize)>,
    base: Option<url::Url>,
    last_was_hidden: bool,
    /// True if hidden words came right behind a seen letter.
    in_word: bool,
}

impl Sink for Reader<'_> {
    fn text(&mut self, text: &str) {
        self.text_of(text, self.look());
    }

    fn title(&mut self, text: &str) {
        fold_onto(&mut self.out.title, text);
    }

    fn start(&mut self, tag: &Tag) {
        let element = tag.element();
        self.end_implied(element);
        self.break_around(element);
        let look = self.look_of(element, tag);
        self.collect(element, tag, look);
        if el::is_void(element) {
            return;
        }
        if self.stack.len() < MAX_DEPTH {
            self.stack.push(Open { name: element, look });
        } else {
            self.too_deep += 1;
            self.limit("HTML elements are nested more than 512 deep");
        }
    }

    fn end(&mut self, element: Name) {
        if element == el::A {
            self.end_anchor();
        }
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else {
            let inside = |o: &Open| o.name == element || el::is_wall(element, o.name);
            if let Some(i) = self.stack.iter().rposition(inside).filter(|i| self.stack[*i].name == element) {
                self.stack.truncate(i);
            }
        }
        self.break_around(element);
    }
}

impl<'o> Reader<'o> {
    fn new(out: &'o mut HtmlOut) -> Reader<'o> {
        Reader {
            out,
            stack: Vec::new(),
            too_deep: 0,
            anchor: None,
            linked: Vec::new(),
            base: None,
            last_was_hidden: false,
            in_word: false,
        }
    }

    fn look(&self) -> Look {
        self.stack.last().map(|o| o.look).unwrap_or_default()
    }

    fn text_of(&mut self, text: &str, look: Look) {
        if look.is_hidden() {
            // Two hidden pieces with seen text between them are not one word.
            if !self.last_was_hidden {
                fold_onto(&mut self.out.hidden, " ");
            }
            fold_onto(&mut self.out.hidden, text);
            self.last_was_hidden = true;
            self.in_word |= self.out.text.ends_with(char::is_alphanumeric) && text.contains(char::is_alphanumeric);
            return;
        }
        if !text.is_empty() && std::mem::take(&mut self.in_word) {
            self.out.torn += usize::from(text.starts_with(char::is_alphanumeric));
        }
        fold_onto(&mut self.out.text, text);
        if let Some(anchor) = self.anchor.as_mut().filter(|a| a.shown.len() < MAX_SHOWN) {
            fold_onto(&mut anchor.shown, first_octets(text, MAX_SHOWN));
        }
        self.last_was_hidden &= text.trim().is_empty();
    }

    /// Words that an element shows by an attribute stand apart from what is around it.
    fn words(&mut self, words: &str, look: Look) {
        for piece in [" ", words, " "] {
            self.text_of(piece, look);
        }
    }

    fn new_line(&mut self) {
        self.in_word = false;
        for text in [&mut self.out.text, &mut self.out.hidden] {
            if text.ends_with(' ') {
                text.pop();
            }
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
        }
        if let Some(anchor) = &mut self.anchor {
            fold_onto(&mut anchor.shown, " ");
        }
    }

    fn break_around(&mut self, element: Name) {
        if el::is_cell(element) {
            self.words("", self.look());
        } else if el::is_block(element) || element == el::BR {
            self.new_line();
        }
    }

    /// Ends what the beginning of `element` ends without an end tag.
    fn end_implied(&mut self, element: Name) {
        if element == el::A {
            self.end_anchor();
        }
        if !el::may_end(element) {
            return;
        }
        let stop = self.stack.iter().rposition(|o| el::is_wall(element, o.name)).map_or(0, |i| i + 1);
        if let Some(i) = self.stack[stop..].iter().position(|o| el::ends(element, o.name)) {
            self.stack.truncate(stop + i);
        }
    }

    fn look_of(&mut self, element: Name, tag: &Tag) -> Look {
        let mut look = self.look();
        if tag.is_bare() && element != el::TEMPLATE {
            return look;
        }
        let (mut ground, mut color, mut image, mut style, mut hidden) = (None, None, None, None, None);
        let ink: &[u8] = if element == el::BODY { b"text" } else { b"color" };
        for (name, value) in tag.attributes() {
            let slot = match name {
                b"bgcolor" => &mut ground,
                b"background" => &mut image,
                b"style" => &mut style,
                b"hidden" => &mut hidden,
                name if name == ink => &mut color,
                _ => continue,
            };
            // Of each name the first counts.
            *slot = slot.or(std::str::from_utf8(value).ok());
        }
        if let Some(ground) = ground {
            look.set_background(ground);
        }
        if let Some(color) = color {
            look.set_color(color);
        }
        if let Some(image) = image {
            look.set_background("");
            self.image(image);
        }
        if let Some(image) = style.and_then(|style| look.apply(style)) {
            self.image(&image);
        }
        if element == el::TEMPLATE || hidden.is_some() {
            look.hide();
        }
        look
    }

    /// Takes the links, words and fields an element brings by itself.
    fn collect(&mut self, element: Name, tag: &Tag, look: Look) {
        let value = |name: &str| attribute(tag, name);
        match element {
            el::A => {
                if let Some(href) = value("href").or_else(|| value("xlink:href")) {
                    let index = self.link(LinkKind::Anchor, href, "");
                    self.anchor = Some(OpenAnchor { index, shown: String::new(), from: self.out.text.len() });
                }
            }
            el::AREA => {
                let shown = value("alt").unwrap_or_default();
                if let Some(href) = value("href") {
                    self.link(LinkKind::Anchor, href, first_octets(shown, MAX_SHOWN));
                }
            }
            el::IMG | el::IMAGE => {
                self.image(value("src").unwrap_or_default());
                self.words(value("alt").unwrap_or_default(), look);
            }
            el::FORM => {
                if let Some(action) = value("action") {
                    self.link(LinkKind::Form, action, "");
                }
            }
            el::INPUT => self.input(tag, look),
            el::BUTTON => self.form_action(tag),
            el::BASE => {
                if let Some(href) = value("href") {
                    self.link(LinkKind::Automatic, href, "");
                    // Only the first base counts (WHATWG 4.2.3).
                    self.base = self.base.take().or_else(|| url::Url::parse(href.trim()).ok());
                }
            }
            el::META => self.refresh(tag),
            el::IFRAME | el::FRAME | el::EMBED | el::OBJECT => {
                if let Some(source) = value(if element == el::OBJECT { "data" } else { "src" }) {
                    self.link(LinkKind::Automatic, source, "");
                }
            }
            _ => {}
        }
    }

    fn input(&mut self, tag: &Tag, look: Look) {
        let kind = attribute(tag, "type").unwrap_or_default().trim().to_ascii_lowercase();
        self.out.has_password_field |= kind == "password";
        self.form_action(tag);
        match kind.as_str() {
            "hidden" | "checkbox" | "radio" => {}
            "image" => {
                self.image(attribute(tag, "src").unwrap_or_default());
                self.words(attribute(tag, "alt").unwrap_or_default(), look);
            }
            _ => {
                for name in ["placeholder", "value"] {
                    self.words(attribute(tag, name).unwrap_or_default(), look);
                }
            }
        }
    }

    fn form_action(&mut self, tag: &Tag) {
        if let Some(action) = attribute(tag, "formaction") {
            self.link(LinkKind::Form, action, "");
        }
    }

    /// `<meta http-equiv=refresh content="0; url=…">`.
    fn refresh(&mut self, tag: &Tag) {
        if !attribute(tag, "http-equiv").is_some_and(|e| e.trim().eq_ignore_ascii_case("refresh")) {
            return;
        }
        let content = attribute(tag, "content").unwrap_or_default();
        let Some((_, rest)) = content.split_once([';', ',']) else { return };
        let rest = rest.trim();
        let is_named = rest.get(..3).is_some_and(|u| u.eq_ignore_ascii_case("url"));
        let url = if is_named { rest[3..].trim_start().trim_start_matches('=') } else { rest };
        self.link(LinkKind::Automatic, url.trim().trim_matches(['"', '\'']), "");
    }

    /// An image that is fetched from elsewhere.
    fn image(&mut self, source: &str) {
        let source = source.trim();
        let remote = source.starts_with("//") || source.get(..4).is_some_and(|s| s.eq_ignore_ascii_case("http"));
        if remote || self.base.is_some() && !source.is_empty() && !source.contains(':') {
            self.link(LinkKind::Image, source, "");
        }
    }

    /// Keeps a link; its place in `links`.
    fn link(&mut self, kind: LinkKind, href: &str, shown: &str) -> Option<usize> {
        if self.out.links.len() >= MAX_LINKS {
            self.limit("an HTML part has more than 2000 links");
            return None;
        }
        let href = first_octets(href, MAX_HREF);
        let mut link = Link::new(kind, href, shown);
        // `www.host` without a scheme is a path beside a base, and a host without one.
        let relative = !has_scheme(&link.href) && !link.href.starts_with("//");
        if let Some(joined) = self.base.as_ref().filter(|_| relative).and_then(|base| base.join(&link.href).ok()) {
            link = Link::new(kind, joined.as_str(), shown);
        } else if relative && link.authority.is_none() {
            // Mail programs that find no scheme open such a target like a typed address.
            written_links(&link.href, |typed| link.authority = link.authority.take().or(typed.authority));
        }
        self.out.links.push(link);
        Some(self.out.links.len() - 1)
    }

    fn end_anchor(&mut self) {
        let Some(anchor) = self.anchor.take() else { return };
        self.linked.push((anchor.from, self.out.text.len()));
        if let Some(link) = anchor.index.and_then(|i| self.out.links.get_mut(i)) {
            link.shown = anchor.shown.trim().to_owned();
        }
    }

    fn limit(&mut self, words: &str) {
        if !self.out.limits.iter().any(|l| l.0 == words) {
            self.out.limits.push(Limit(words.to_owned()));
        }
    }

    /// Ends what is open and finds the links that are written in the text and are not links already.
    fn finish(mut self) {
        self.end_anchor();
        let text = std::mem::take(&mut self.out.text);
        let mut from = 0;
        let end = (text.len(), text.len());
        for (start, stop) in std::mem::take(&mut self.linked).into_iter().chain([end]) {
            written_links(text.get(from..start).unwrap_or_default(), |link| {
                if self.out.links.len() < MAX_LINKS {
                    self.out.links.push(link);
                } else {
                    self.limit("an HTML part has more than 2000 links");
                }
            });
            from = stop;
        }
        self.out.text = text;
        for text in [&mut self.out.text, &mut self.out.hidden, &mut self.out.title] {
            text.truncate(text.trim_end().len());
        }
    }
}

/// Appends text with runs of white space folded to one blank.
pub(super) fn fold_onto(out: &mut String, text: &str) {
    if is_even(text.as_bytes()) {
        let stands_apart = out.is_empty() || out.ends_with([' ', '\n']);
        return out.push_str(if stands_apart { text.trim_start_matches(' ') } else { text });
    }
    let mut words = text.split(is_blank);
    if let Some(first) = words.next() {
        out.push_str(first);
    }
    for word in words {
        if !out.is_empty() && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
        out.push_str(word);
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\0'
}

/// The text up to `max` octets, cut between characters.
pub(super) fn first_octets(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

fn has_scheme(href: &str) -> bool {
    let scheme = href.split([':', '/', '?', '#']).next().unwrap_or_default();
    href[scheme.len()..].starts_with(':') && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
