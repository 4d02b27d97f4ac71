//! The links of an HTML document: what its elements, attributes and style sheets name, what stands in its text, and
//! what only some mail programs read: conditional comments and the documents of frames.

use super::css::computed::ComputedStyle;
use super::element as el;
use super::element::Name;
use super::out::{HtmlOut, MAX_LINKS};
use super::state::{OpenAnchor, Reader};
use super::tag::{Tag, attribute};
use super::text::MAX_SHOWN_BYTES;
use crate::mail::link::written::written_links;
use crate::mail::link::{Link, LinkKind};
use crate::text::bidi::in_seen_order;
use crate::text::fold::first_bytes;
use std::collections::HashSet;

/// Octets kept of one address. Browsers take more, but only `data:` needs it, and its head says what it is.
pub(super) const MAX_HREF_BYTES: usize = 8_192;
/// Links found last among which one is looked for that the same tag names twice.
const SAME_TAG: usize = 4;

impl Reader<'_> {
    /// Takes the links, words and fields an element brings by itself.
    pub(super) fn collect(&mut self, name: Name, tag: &Tag, style: ComputedStyle) {
        let value = |name: &str| attribute(tag, name);
        match name {
            el::A => {
                if let Some(href) = value("href").or_else(|| value("xlink:href")) {
                    self.open_anchor(href, value("aria-label").or_else(|| value("title")).unwrap_or_default());
                }
                for ping in value("ping").unwrap_or_default().split_ascii_whitespace() {
                    self.link(LinkKind::Automatic, ping, "");
                }
            }
            el::AREA => {
                let shown = value("alt").unwrap_or_default();
                if let Some(href) = value("href") {
                    self.link(LinkKind::Anchor, href, first_bytes(shown, MAX_SHOWN_BYTES));
                }
            }
            el::IMG | el::IMAGE => {
                let source = value("src").or_else(|| value("href")).or_else(|| value("xlink:href"));
                self.image(source.unwrap_or_default());
                self.words(value("alt").unwrap_or_default(), style);
            }
            el::FORM => {
                if let Some(action) = value("action") {
                    self.link(LinkKind::Form, action, "");
                }
            }
            el::INPUT => self.input(tag, style),
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
                if let Some(source) = value(if name == el::OBJECT { "data" } else { "src" }) {
                    self.link(LinkKind::Automatic, source, "");
                }
                if let Some(document) = value("srcdoc") {
                    self.keep_nested(document);
                }
            }
            el::ANIMATE | el::SET => self.animation(tag),
            shape if el::is_vml(shape) => {
                self.image(value("src").unwrap_or_default());
                if let Some(href) = value("href") {
                    self.end_anchor();
                    self.open_anchor(href, value("title").unwrap_or_default());
                }
            }
            _ => {}
        }
        if let Some(css) = value("style") {
            self.style_sheet(css);
        }
    }

    fn open_anchor(&mut self, href: &str, label: &str) {
        let index = self.link(LinkKind::Anchor, href, "");
        let label = first_bytes(label, MAX_SHOWN_BYTES).to_owned();
        self.anchor = Some(OpenAnchor { label, index, shown: String::new(), from: self.out.text.len() });
    }

    /// `<set attributeName="href" to="…">` gives an SVG link another target.
    fn animation(&mut self, tag: &Tag) {
        if attribute(tag, "attributename").is_some_and(|name| name.to_ascii_lowercase().ends_with("href")) {
            for name in ["to", "from", "values"] {
                for target in attribute(tag, name).unwrap_or_default().split(';').filter(|t| !t.is_empty()) {
                    self.link(LinkKind::Anchor, target, "");
                }
            }
        }
    }

    fn input(&mut self, tag: &Tag, style: ComputedStyle) {
        let kind = attribute(tag, "type").unwrap_or_default().trim().to_ascii_lowercase();
        self.out.has_password_field |= kind == "password";
        self.form_action(tag);
        match kind.as_str() {
            "hidden" | "checkbox" | "radio" => {}
            "image" => {
                self.image(attribute(tag, "src").unwrap_or_default());
                self.words(attribute(tag, "alt").unwrap_or_default(), style);
            }
            _ => {
                for name in ["placeholder", "value"] {
                    self.words(attribute(tag, name).unwrap_or_default(), style);
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

    /// What a style sheet or attribute loads: `url(…)` and `@import "…"` (CSS Syntax 3, 4.3.6).
    pub(super) fn style_sheet(&mut self, css: &str) {
        if memchr::memchr2(b'(', b'@', css.as_bytes()).is_none() {
            return;
        }
        for marker in ["url(", "@import"] {
            for at in finds(css, marker) {
                let rest = css[at + marker.len()..].trim_start();
                let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
                let address = match quote {
                    Some(quote) => rest[1..].split(quote).next(),
                    None if marker == "url(" => rest.split(')').next(),
                    None => None,
                };
                let address = first_bytes(address.unwrap_or_default(), MAX_HREF_BYTES).trim();
                let known = |l: &Link| l.kind == LinkKind::Image && l.href.eq_ignore_ascii_case(address);
                if !self.out.links.iter().rev().take(SAME_TAG).any(known) {
                    self.image(address);
                }
            }
        }
    }

    /// An image that is fetched from elsewhere.
    pub(super) fn image(&mut self, source: &str) {
        let source = source.trim();
        let remote = source.starts_with("//") || source.get(..4).is_some_and(|s| s.eq_ignore_ascii_case("http"));
        if remote || self.base.is_some() && !source.is_empty() && !source.contains(':') {
            self.link(LinkKind::Image, source, "");
        }
    }

    /// Keeps a link; its place in `links`.
    fn link(&mut self, kind: LinkKind, href: &str, shown: &str) -> Option<usize> {
        if self.is_full() {
            return None;
        }
        let href = first_bytes(href, MAX_HREF_BYTES);
        let mut link = Link::new(kind, href, shown);
        // `www.host` without a scheme is a path beside a base, and a host without one.
        let relative = !has_scheme(&link.href) && link.authority.as_ref().is_none_or(|_| !is_double_slash(&link.href));
        if let Some(joined) = self.base.as_ref().filter(|_| relative).and_then(|base| base.join(&link.href).ok()) {
            link = Link::new(kind, joined.as_str(), shown);
        } else if relative && link.authority.is_none() {
            // Mail programs that find no scheme open such a target like a typed address.
            written_links(&link.href, |typed| link.authority = link.authority.take().or(typed.authority));
        }
        self.keep(link)
    }

    fn keep(&mut self, link: Link) -> Option<usize> {
        if self.is_full() {
            return None;
        }
        self.out.links.push(link);
        Some(self.out.links.len() - 1)
    }

    /// True if no more links are kept, which [`HtmlOut::limits`] says then.
    fn is_full(&mut self) -> bool {
        let is_full = self.out.links.len() >= MAX_LINKS;
        if is_full && !std::mem::replace(&mut self.drops_links, true) {
            self.out.limit(format!("an HTML part has more than {MAX_LINKS} links"));
        }
        is_full
    }

    /// Ends the link that is open.
    pub(super) fn end_anchor(&mut self) {
        self.resolve_held_back(None);
        if let Some(unnamed) = self.anchor.as_mut().filter(|anchor| anchor.shown.trim().is_empty()) {
            // A picture has no words; what is read out or shown above it has.
            let label = std::mem::take(&mut unnamed.label);
            self.words(&label, ComputedStyle::default());
        }
        let Some(anchor) = self.anchor.take() else { return };
        self.linked.push((anchor.from, self.out.text.len()));
        let is_split = !self.split_addresses.words(&self.out.text, anchor.from).is_empty();
        if let Some(link) = anchor.index.and_then(|i| self.out.links.get_mut(i)) {
            link.shown = in_seen_order(anchor.shown.trim()).into_owned();
            link.is_split = is_split;
        }
    }

    /// Finds the links that are written in the text and are not links already.
    pub(super) fn written_in_text(&mut self) {
        let text = std::mem::take(&mut self.out.text);
        let split: Vec<String> = self.split_addresses.words(&text, 0).into_iter().map(str::to_owned).collect();
        let mut from = 0;
        let end = (text.len(), text.len());
        for (start, stop) in std::mem::take(&mut self.linked).into_iter().chain([end]) {
            written_links(text.get(from..start).unwrap_or_default(), |mut link| {
                link.is_split = split.iter().any(|word| word.contains(&link.href));
                self.keep(link);
            });
            from = stop;
        }
        self.out.text = text;
    }

    /// Keeps a document inside this one. One inside that is left: programs do not go deeper either.
    pub(super) fn keep_nested(&mut self, html: &str) {
        if !self.is_nested {
            self.nested.push_str(html);
            self.nested.push('\n');
        }
    }

    /// Takes what the documents inside this one yield that is not in it.
    pub(super) fn add_nested(&mut self, inner: HtmlOut) {
        self.out.has_password_field |= inner.has_password_field;
        let known: HashSet<(String, String)> =
            self.out.links.iter().map(|l| (l.href.clone(), l.shown.clone())).collect();
        for link in inner.links {
            if !known.contains(&(link.href.clone(), link.shown.clone())) {
                self.keep(link);
            }
        }
        self.add_lines(&inner.text);
        for limit in inner.limits {
            self.out.limit(limit.0);
        }
    }

    /// Takes the lines that are not there yet: Outlook shows what stands in conditional comments, mostly buttons that
    /// others show as well.
    fn add_lines(&mut self, text: &str) {
        let known: HashSet<String> = self.out.text.lines().map(|line| line.trim().to_owned()).collect();
        for line in text.lines().filter(|line| !line.trim().is_empty() && !known.contains(line.trim())) {
            if !self.out.text.is_empty() {
                self.out.text.push('\n');
            }
            self.out.text.push_str(line);
        }
    }
}

/// Where `marker` stands in `css`, in any case.
fn finds<'c>(css: &'c str, marker: &'static str) -> impl Iterator<Item = usize> + use<'c> {
    let first = marker.as_bytes()[0];
    let starts = memchr::memchr2_iter(first, first.to_ascii_uppercase(), css.as_bytes());
    starts.filter(move |at| css.get(*at..at + marker.len()).is_some_and(|m| m.eq_ignore_ascii_case(marker)))
}

fn is_double_slash(href: &str) -> bool {
    href.as_bytes().get(..2).is_some_and(|two| two.iter().all(|b| matches!(b, b'/' | b'\\')))
}

fn has_scheme(href: &str) -> bool {
    let scheme = href.split([':', '/', '?', '#']).next().unwrap_or_default();
    href[scheme.len()..].starts_with(':') && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
}
