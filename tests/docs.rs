//! What documents repeat from the code is held equal to it. `UPDATE_EXPECT=1 cargo test --test docs` rewrites it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use spoof_milter::signals::SIGNALS;
use std::fmt::Write;

const START: &str = "<!-- signals -->\n";
const END: &str = "<!-- /signals -->";

#[test]
fn the_readme_lists_every_signal() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let mut table = String::from("| Signal | Points | Kind | What it is |\n|---|---|---|---|\n");
    for s in SIGNALS {
        let kind = format!("{:?}", s.kind);
        writeln!(table, "| `{}` | {} | {kind} | {} |", s.id, s.points, s.title).unwrap();
    }
    let start = readme.find(START).expect("the marker stands in the README") + START.len();
    let end = readme.find(END).expect("the end marker stands in the README");
    if readme[start..end] != table && std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, format!("{}{table}{}", &readme[..start], &readme[end..])).unwrap();
        return;
    }
    assert_eq!(&readme[start..end], table, "run UPDATE_EXPECT=1 cargo test --test docs");
}

#[test]
fn signal_texts_are_fit_to_print() {
    for s in SIGNALS {
        let kebab = s.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        assert!(kebab, "{}: ids are kebab-case", s.id);
        assert!(s.why.len() > 60 && s.why.ends_with('.'), "{}: why is a sentence", s.id);
        assert!(s.title.is_ascii() && !s.title.contains(['|', ';', '\n']), "{}: the title goes into headers", s.id);
        let twice = SIGNALS.iter().filter(|o| o.id == s.id).count();
        assert_eq!(twice, 1, "{}: ids are unique", s.id);
    }
}
