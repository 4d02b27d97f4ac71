//! Links that are written out in text, as mail programs find them: with a scheme, with `www.`, or as a bare host
//! followed by a path (`elance.com.evil.test/login`).
//!
//! Markdown's `[text](target)` is a link that shows the text; what only a person puts together is for
//! [`defanged`].
//!
//! Refuses e-mail addresses and words that only look like hosts (`done.The`, `report.pdf`). Never fails; words longer
//! than [`MAX_WORD_BYTES`] are read up to there.

use crate::mail::domain::Domain;
use crate::mail::link::authority::Authority;
use crate::mail::link::{Link, LinkKind, defanged};
use memchr::memmem;

/// Octets of one word that are searched for a link. Longer links exist, but their host stands at the front.
const MAX_WORD_BYTES: usize = 1_000;
/// Octets of the text of a Markdown link.
const MAX_MARKED_BYTES: usize = 200;
/// Last labels that are more often file names than hosts; without a path or scheme they are not links.
const FILE_LIKE: [&str; 10] = ["zip", "mov", "py", "sh", "pl", "rs", "md", "ps", "so", "cc"];

/// Finds the links written in `text` and gives them to `found` in order.
pub(crate) fn written_links(text: &str, mut found: impl FnMut(Link)) {
    let finder = Finder::new();
    for word in telling_words(text) {
        finder.links_of(word, &mut found);
    }
    marked_links(text, &mut found);
    defanged::links(text, |written, plain| {
        finder.links_of(plain, &mut |link| {
            found(Link { kind: LinkKind::Obfuscated, shown: written.to_owned(), ..link });
        });
    });
}

/// Finds links in single words.
struct Finder(linkify::LinkFinder);

impl Finder {
    fn new() -> Finder {
        let mut finder = linkify::LinkFinder::new();
        finder.kinds(&[linkify::LinkKind::Url]).url_must_have_scheme(false);
        Finder(finder)
    }

    fn links_of(&self, word: &str, found: &mut impl FnMut(Link)) {
        for hit in self.0.links(&word[..word.floor_char_boundary(MAX_WORD_BYTES)]) {
            found_one(word, &hit, found);
        }
    }
}

/// Links of Markdown: mail programs and the page of a ticket system show their text.
fn marked_links(text: &str, found: &mut impl FnMut(Link)) {
    for middle in memmem::find_iter(text.as_bytes(), "](") {
        let before = &text[text.ceil_char_boundary(middle.saturating_sub(MAX_MARKED_BYTES))..middle];
        let Some((_, shown)) = before.rsplit_once('[').filter(|(_, shown)| !shown.contains('\n')) else { continue };
        let target = &text[middle + 2..text.floor_char_boundary(middle + 2 + MAX_WORD_BYTES)];
        let Some(end) = target.find([')', ' ', '\n']).filter(|end| target[*end..].starts_with([')', ' '])) else {
            continue;
        };
        let link = Link::new(LinkKind::Anchor, &target[..end], shown);
        if link.authority.is_some() {
            found(link);
        }
    }
}

/// The words that hold a dot or colon with something behind it: most end a sentence, and only these are looked at.
fn telling_words(text: &str) -> impl Iterator<Item = &str> {
    let mut done = 0;
    memchr::memchr2_iter(b'.', b':', text.as_bytes()).filter_map(move |at| {
        if at < done || text[at + 1..].chars().next().is_none_or(char::is_whitespace) {
            return None;
        }
        let begin = text[..at].char_indices().rev().find(|(_, c)| c.is_whitespace());
        let begin = begin.map_or(0, |(i, c)| i + c.len_utf8());
        done = text[at..].find(char::is_whitespace).map_or(text.len(), |i| at + i);
        text.get(begin..done).filter(|word| word.len() > 3)
    })
}

fn found_one(word: &str, hit: &linkify::Link<'_>, found: &mut impl FnMut(Link)) {
    let url = hit.as_str();
    let mut with_scheme = Link::new(LinkKind::Text, url, url);
    if with_scheme.authority.is_some() {
        if url.get(..4).is_some_and(|s| s.eq_ignore_ascii_case("hxxp")) {
            with_scheme.kind = LinkKind::Obfuscated;
        }
        return found(with_scheme);
    }
    if url.contains("://") || word[..hit.start()].ends_with('@') {
        return;
    }
    let Some(authority) = Authority::of(&format!("http://{url}")) else { return };
    let Some(domain) = &authority.domain else { return };
    // Behind a host without a scheme an "@" is a mail address (`name@host`), in front of a path it is not.
    if authority.userinfo.is_none() && looks_like_host(domain, &authority) {
        let bare = Link::new(LinkKind::Text, url, url);
        found(Link { authority: Some(authority), ..bare });
    }
}

fn looks_like_host(domain: &Domain, authority: &Authority) -> bool {
    let last = domain.labels().last().unwrap_or_default();
    if last.len() < 2 || !last.bytes().any(|b| b.is_ascii_alphabetic()) {
        return false;
    }
    if authority.rest.starts_with('/') {
        return domain.labels().all(|l| l.len() > 1) || domain.is_public();
    }
    // `thanks.It` is the end of one sentence and the beginning of the next.
    let written_last = authority.raw.rsplit('.').next().unwrap_or_default();
    let one_case = !written_last.starts_with(char::is_uppercase) || authority.raw.chars().all(|c| !c.is_lowercase());
    domain.is_public() && one_case && !FILE_LIKE.contains(&last)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn links(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        written_links(text, |l| {
            assert_eq!((l.kind, &l.href), (LinkKind::Text, &l.shown));
            all.push(l.href);
        });
        all
    }

    #[test]
    fn written_forms_are_found() {
        assert_eq!(links("Go to <https://elance.com/a?b=c>, now."), ["https://elance.com/a?b=c"]);
        assert_eq!(links("(www.elance.com) or HTTP://EVIL.TEST/x."), ["www.elance.com", "HTTP://EVIL.TEST/x"]);
        assert_eq!(links("elance.com.evil.test/login elance.com"), ["elance.com.evil.test/login", "elance.com"]);
        assert_eq!(links("http://www.elance.com@evil.test/x"), ["http://www.elance.com@evil.test/x"]);
        assert_eq!(links("siehe bücher.de und ELANCE.COM"), ["bücher.de", "ELANCE.COM"]);
    }

    #[test]
    fn hosts_of_bare_links_are_read() {
        written_links("elance.com.evil.test/login", |l| {
            assert_eq!(l.domain().map(Domain::as_str), Some("elance.com.evil.test"));
        });
    }

    #[test]
    fn markdown_shows_its_text() {
        let mut all = Vec::new();
        for text in
            ["See [www.elance.com](http://evil.test/x) now", "[a](b) [x\ny](http://evil.test) ](http://evil.test)"]
        {
            written_links(text, |l| {
                if l.kind == LinkKind::Anchor {
                    all.push((l.href, l.shown));
                }
            });
        }
        assert_eq!(all, [("http://evil.test/x".to_owned(), "www.elance.com".to_owned())]);
    }

    #[test]
    fn what_a_person_puts_together_is_put_together() {
        for (text, host) in [
            ("hxxps://evil.test/login", "evil.test"),
            ("go to www[.]elance[.]com.evil[.]test/x now", "www.elance.com.evil.test"),
            ("elance(dot)evil (dot) com", "elance.evil.com"),
            ("write www . evil . com / login in your browser", "www.evil.com"),
            ("h t t p : / / w w w . e v i l . c o m / x", "www.evil.com"),
            ("visit elance-help dot com today", "elance-help.com"),
            ("hxxp[:]//evil[.]test", "evil.test"),
        ] {
            let mut all = Vec::new();
            written_links(text, |l| all.extend((l.kind == LinkKind::Obfuscated).then(|| l.authority.unwrap().host)));
            assert_eq!(all, [host], "{text}");
        }
    }

    #[test]
    fn honest_dots_are_no_disguise() {
        for text in
            ["the dot product", "a . b", ". . . .", "end . The next", "f(.) and x[.]", "polka dot dress", "1 . 5"]
        {
            assert_eq!(links(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn words_are_no_links() {
        for text in
            ["done.The next", "e.g. and i.e. and/or", "report.pdf", "a@elance.com", "1.5/2.0", "v1.2.3", "x.py", "..."]
        {
            assert_eq!(links(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn long_words_cost_no_more_than_long_texts() {
        for unit in
            ["a.", "a.-", "http:", "://", "a@a.", "www.", "é.", "[.(", "[.]", " . ", "a . ", "](", "[é](h", " dot com"]
        {
            written_links(&unit.repeat(20_000), |link| assert!(link.href.len() <= 2 * MAX_WORD_BYTES));
        }
    }
}
