//! Web pages and SVG pictures that come as files: a browser opens them and runs their scripts, so that a forged
//! sign-in page needs no server. Read as HTML mail is; what their scripts unpack from literals is read too, once.
//! Scripts are not run: a page built by arithmetic stays unread, and is told by the functions it calls.

use crate::mail::attachment::file::{Container, Content, Danger, Harm};
use crate::mail::attachment::work::Work;
use crate::mail::html::reader::read_html;
use crate::mail::link::{Link, LinkKind};
use crate::mail::mime::decode;
use crate::mail::mime::decode::Encoding;
use crate::text::fold::first_bytes;
use crate::text::percent::percent_decoded_bytes;
use memchr::memmem;

/// Packed literals of one page that are unpacked.
const MAX_LITERALS: usize = 20;
/// Octets kept of what they unpack to.
const MAX_UNPACKED_BYTES: usize = 1 << 20;
/// Octets a packed literal must unpack to to be content: what counts visitors unpacks a tag.
const LONG_LITERAL_BYTES: usize = 150;
/// Octets of visible text below which a page that leads on is nothing but that.
const LITTLE_TEXT_BYTES: usize = 500;

pub(super) fn read_page(
    octets: &[u8],
    charset: Option<&str>,
    is_svg: bool,
    file: Container<'_>,
    work: &mut Work,
) -> Content {
    let source = decode::text(&octets[..work.page(octets.len())], charset, true);
    let packed = unpacked(&source);
    let mut page = Page::default();
    for text in std::iter::once(source.as_ref()).chain(packed.iter().map(String::as_str)) {
        page.read(text, file, work);
    }
    let lower = source.to_ascii_lowercase();
    let holds = |word: &str| memmem::find(lower.as_bytes(), word.as_bytes()).is_some();
    let runs = holds("<script") || holds("javascript:") || holds(" onload=") || holds(" onerror=");
    let smuggles = holds("createobjecturl") || holds("mssaveblob") || holds("mssaveoropenblob");
    let leads = page.text.len() < LITTLE_TEXT_BYTES
        && ["location.href", "location.replace", "location=", "location ="].iter().any(|w| holds(w));
    let words = if page.asks_password {
        "is a web page that asks for a password"
    } else if runs && (packed.iter().any(|p| p.len() >= LONG_LITERAL_BYTES) || smuggles && holds("atob(")) {
        "is a web page whose script unpacks what it shows"
    } else if is_svg && runs {
        "is a picture that runs a script"
    } else if refreshes(&lower) || runs && leads {
        "is a web page that leads elsewhere by itself"
    } else {
        ""
    };
    let acts = !words.is_empty();
    let mut content = Content { has_password_field: page.asks_password, ..Content::default() };
    if acts {
        content.dangers.push(Danger::new(Harm::WebPage, words));
    }
    if acts || page.has_form {
        content.add_page(&format!("{}\n{}\n", page.title, page.text));
    }
    content
}

/// What was read of a page and of what it unpacks.
#[derive(Default)]
struct Page {
    text: String,
    title: String,
    asks_password: bool,
    has_form: bool,
}

impl Page {
    fn read(&mut self, source: &str, file: Container<'_>, work: &mut Work) {
        let out = read_html(source);
        self.asks_password |= out.has_password_field;
        self.text.push_str(&out.text);
        self.title.push_str(&out.title);
        for link in out.links {
            if link.kind == LinkKind::Image {
                continue;
            }
            self.has_form |= link.kind == LinkKind::Form && link.authority.is_some();
            if link.authority.is_some() {
                work.link(Link { kind: LinkKind::Attachment, shown: file.name.to_owned(), ..link });
            }
        }
    }
}

/// `<meta http-equiv="refresh" content="0; url=…">`, the blanks and quotes as written.
fn refreshes(lower: &str) -> bool {
    memmem::find_iter(lower.as_bytes(), "http-equiv").any(|at| {
        let rest = first_bytes(&lower[at + "http-equiv".len()..], 100);
        let value = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\''));
        value.starts_with("refresh") && rest.contains("url")
    })
}

/// What the literals given to `atob`, `unescape` and `decodeURIComponent` stand for, if that is text.
fn unpacked(source: &str) -> Vec<String> {
    let (mut found, mut room) = (Vec::new(), MAX_UNPACKED_BYTES);
    for (function, is_base64) in [("atob(", true), ("unescape(", false), ("decodeURIComponent(", false)] {
        for at in memmem::find_iter(source.as_bytes(), function).take(MAX_LITERALS) {
            let Some(literal) = literal(&source[at + function.len()..]) else { continue };
            let octets = if is_base64 {
                Encoding::Base64.decode(literal.as_bytes(), room).into_owned()
            } else {
                percent_decoded_bytes(literal, room)
            };
            room = room.saturating_sub(octets.len());
            let text = String::from_utf8_lossy(&octets).into_owned();
            if text.contains('<') || text.contains("http") {
                found.push(text);
            }
        }
    }
    found
}

/// The string literal that `script` begins with.
fn literal(script: &str) -> Option<&str> {
    let script = script.trim_start();
    let quote = script.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    script[1..].split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(source: &str, is_svg: bool) -> (Option<String>, Vec<String>, String) {
        let mut work = Work::default();
        let content = read_page(source.as_bytes(), None, is_svg, Container { name: "a.html", depth: 0 }, &mut work);
        let links = work.links.into_iter().map(|l| l.href).collect();
        (content.dangers.first().map(|d| d.words.clone()), links, content.page)
    }

    #[test]
    fn pages_that_ask_or_act_are_told() {
        let inner = "<title>Elance</title><form action='https://x.test/p'><input type=password> \
                     Sign in to Elance to go on reading, \
                     since your session has come to its end and all that";
        let base64 = data_encoding::BASE64.encode(inner.as_bytes());
        let percent: String = inner.bytes().map(|b| format!("%{b:02X}")).collect();
        for source in [
            inner.to_owned(),
            format!("<script>document.write(atob('{base64}'))</script>"),
            format!("<script>document.write(unescape(\"{percent}\"))</script>"),
        ] {
            let (danger, links, page) = look(&source, false);
            assert_eq!(danger.as_deref(), Some("is a web page that asks for a password"), "{source}");
            assert_eq!(links, ["https://x.test/p"]);
            assert!(page.contains("Elance"));
        }
        for source in [
            "<META HTTP-EQUIV = 'Refresh' content='0; URL=https://x.test/'>",
            "<script>window.location.href = 'https://x.test/'</script>",
        ] {
            assert_eq!(
                look(source, false).0.as_deref(),
                Some("is a web page that leads elsewhere by itself"),
                "{source}"
            );
        }
        let smuggled = "<script>var b=new Blob([atob(x)]);a.href=URL.createObjectURL(b)</script>";
        assert_eq!(look(smuggled, false).0.as_deref(), Some("is a web page whose script unpacks what it shows"));
        let svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>";
        assert_eq!(look(svg, true).0.as_deref(), Some("is a picture that runs a script"));
    }

    #[test]
    fn honest_pages_are_left_alone() {
        let counter = "<html><body><p>Report</p><script>\
                       document.write(unescape(\"%3Cscript src='https://c.test/ga.js'%3E\"))\
                       </script></body></html>";
        assert_eq!(look(counter, false).0, None);
        assert_eq!(look("<html><meta http-equiv='Content-Type' content='text/html'><p>x", false).0, None);
        assert_eq!(look("<svg><path d='M0 0'/></svg>", true).0, None);
        let (danger, links, page) = look("<form action='https://search.test/'><input name=q></form>", false);
        assert_eq!((danger, links.len()), (None, 1));
        assert!(!page.is_empty(), "a form is read for the brand's name");
    }
}
