//! How links are read: a table of what people read and where browsers go, and that the second is what the WHATWG's
//! reader makes of any link.

use proptest::prelude::*;
use spoof_milter::mail::{Authority, Domain};
use std::fmt::Write;

/// Rows the table has at least.
const ROWS: usize = 150;

/// What a person reads other than the browser, and where the browser goes; "!" where the WHATWG's reader refuses.
fn read(href: &str) -> (String, String) {
    let Some(a) = Authority::of(href) else { return ("-".into(), "-".into()) };
    let seen = a.seen.first().map_or("-".to_owned(), Domain::to_string);
    (seen, if whatwg(href).is_none() { format!("!{}", a.host) } else { a.host })
}

/// The host by the `url` crate alone, with what mail adds to it: defanged schemes, and none.
fn whatwg(href: &str) -> Option<String> {
    let bare = href.trim_matches(|c: char| c <= ' ').replace(['\t', '\n', '\r'], "");
    let base = url::Url::parse("https://base.invalid/").unwrap();
    let url = match bare.get(..4).map(str::to_ascii_lowercase).as_deref() {
        Some("hxxp") => url::Url::parse(&format!("http{}", &bare[4..])),
        Some("www.") => url::Url::parse(&format!("http://{bare}")),
        _ => url::Url::parse(&bare).or_else(|_| base.join(&bare)),
    };
    let url = url.ok().filter(|url| ["http", "https", "ftp"].contains(&url.scheme()))?;
    url.host_str().filter(|host| *host != "base.invalid").map(str::to_owned)
}

fn unescaped(text: &str) -> String {
    let escapes = [("\\\\", "\u{1}"), ("\\t", "\t"), ("\\n", "\n"), ("\\r", "\r"), ("\u{1}", "\\")];
    escapes.iter().fold(text.to_owned(), |text, (written, meant)| text.replace(written, meant))
}

#[test]
fn people_and_browsers_read_the_table() {
    let table = include_str!("readings.txt");
    let rows = table.lines().filter(|l| !l.is_empty() && !l.starts_with("# "));
    let (mut count, mut wrong) = (0, String::new());
    for row in rows {
        let mut columns = row.rsplitn(3, " | ").map(unescaped);
        let (browser, person) = (columns.next().unwrap(), columns.next().unwrap());
        let href = columns.next().unwrap();
        count += 1;
        let got = read(&href);
        if got != (person.clone(), browser.clone()) {
            writeln!(wrong, "{row}\n    got {} | {}", got.0, got.1).unwrap();
        }
    }
    assert!(wrong.is_empty(), "read otherwise:\n{wrong}");
    assert!(count >= ROWS, "{count} rows");
}

/// A host that the brand's owner chose is never said to be read as anything else.
#[test]
fn honest_links_are_read_in_one_way() {
    for href in [
        "https://www.elance.com/a/b?c=d#e",
        "http://elance.com:8080",
        "https://xn--bcher-kva.example/",
        "www.a.example",
    ] {
        assert!(Authority::of(href).unwrap().seen.is_empty(), "{href}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// Whatever is written, where the WHATWG's reader finds a host, it is ours.
    #[test]
    fn browsers_agree(
        scheme in prop::sample::select(vec!["http:", "https:", "HTTP:", "ftp:", "hxxp:"]),
        slashes in prop::sample::select(vec!["//", "", "/", "\\\\", "/\\", "///", "\t//"]),
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "www.", "elance", ".com", "a", ".", "@", ":", "80", "\\", "?", "#", "%2e", "%40", "%", "\t", "\n",
                "0x7f", "1",
                ".1", "[", "::1", "]", "。", "．", "⁄", "∕", "é", "а", "xn--", "bcher-kva", "-", "_", " ", "ß", "ｅ",
                "\u{ad}",
                "+", "~", "!", "|", "\u{200b}",
            ]),
            1..9,
        ),
        rest in prop::sample::select(vec!["", "/", "/x", "?q", "\\y", "#z"]),
    ) {
        let href = format!("{scheme}{slashes}{}{rest}", pieces.concat());
        if let Some(host) = whatwg(&href) {
            let got = Authority::of(href.trim_matches(|c: char| c <= ' ')).map(|a| a.host);
            prop_assert_eq!(got.as_deref(), Some(host.as_str()), "{:?}", href);
        }
    }
}
