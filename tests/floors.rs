//! The house's floors (ARCHITECTURE.md, section 3), held by a test because one crate cannot hold them by itself:
//! imports point down, the files of a room form no circle, foreign crates and I/O stay in their rooms, and files stay
//! readable.
//!
//! The sources are read with `syn`, from `src/lib.rs` on, so comments and strings count for nothing and the tokens of
//! macros count. Every check names all offences at once. What it cannot see: a method called on a type whose `impl`
//! lies in a higher file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "floors/circles.rs"]
mod circles;
#[path = "floors/house.rs"]
mod house;
#[path = "floors/paths.rs"]
mod paths;

use house::{House, rust_files};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

/// Rooms from the ground up; rooms on one floor are siblings and do not import each other. A room need not exist yet.
const FLOORS: [&[&str]; 16] = [
    &["text"],
    &["mail"],
    &["lookalike", "wording"],
    &["policy"],
    &["auth", "scan"],
    &["evidence"],
    &["signals"],
    &["verdict"],
    &["judge", "disposition"],
    &["record"],
    &["store"],
    &["report", "dmarc_reports"],
    &["milter", "review"],
    &["serve"],
    &["cli"],
    &["lib"],
];

/// Crates whose types stay in one room.
const KEPT_IN: [(&str, &str); 10] = [
    ("mail_auth", "auth"),
    ("mail_parser", "mail"),
    ("html5gum", "mail"),
    ("cssparser", "mail"),
    ("infer", "mail"),
    ("flate2", "mail"),
    ("image", "mail"),
    ("rqrr", "mail"),
    ("indymilter", "milter"),
    ("rusqlite", "store"),
];

/// Rooms with neither I/O nor clock nor environment: the same message, answers and policy give the same verdict.
const PURE: [&str; 8] = ["text", "mail", "lookalike", "wording", "evidence", "signals", "verdict", "disposition"];
const IO: [&str; 16] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::UdpSocket",
    "std::os::unix::net",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "tokio",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
];
const CLOCKS: [&str; 2] = ["std::time::Instant", "std::time::SystemTime"];
/// Rooms that read files and still ask no clock.
const CLOCKLESS: [&str; 1] = ["policy"];

/// Lines of a file, comments included, that a reader can hold in mind; beyond it there is a second noun in it.
const MAX_LINES: usize = 450;
/// Columns of a line; rustfmt does not see to strings and comments.
const MAX_COLUMNS: usize = 120;
/// The share of the lines of src/, test modules left out and comments counted, that one room must stay below. What
/// arrived is read in rooms of their own inside mail (header, mime, link, html, attachment, body), and each counts by
/// itself.
const MAX_ROOM_PERCENT: usize = 30;
/// The share that a floor with rooms inside it must stay below: beyond it one of them wants a floor of its own.
const MAX_FLOOR_PERCENT: usize = 33;
/// Floors with rooms inside them.
const WITH_ROOMS: [&str; 1] = ["mail"];

#[test]
fn every_room_stands_on_a_floor() {
    none(homeless(&OURS), "give these a floor in tests/floors.rs");
}

#[test]
fn imports_point_down() {
    none(upward(&OURS), "imports must point down");
}

#[test]
fn no_room_has_a_circle() {
    none(circles::within_rooms(&OURS), "files of one room import each other in a circle");
}

#[test]
fn foreign_types_stay_in_their_rooms() {
    none(strangers(&OURS), "crates outside their rooms");
}

#[test]
fn the_pure_part_does_no_io() {
    none(impure(&OURS), "no clock, no I/O, no state below the judge");
}

#[test]
fn no_room_outgrows_the_house() {
    none(too_large(&OURS), "lines of src/ without test modules");
}

#[test]
fn files_stay_readable() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = vec![];
    for folder in ["src", "tests"] {
        for path in rust_files(&root.join(folder)) {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(root).unwrap().display().to_string();
            wrong.extend(unreadable(&name, &text));
        }
    }
    none(wrong, "files have outgrown their room, lines their width");
}

/// The house these tests are about, read once.
static OURS: LazyLock<House> = LazyLock::new(|| House::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")));

fn none(wrong: Vec<String>, what: &str) {
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|f| f.contains(&room))
}

fn homeless(house: &House) -> Vec<String> {
    let roomless = house.files.iter().filter(|f| floor(&f.room).is_none()).map(|f| f.name.clone());
    roomless.chain(house.undeclared.iter().map(|name| format!("{name}: no `mod` leads to it"))).collect()
}

fn upward(house: &House) -> Vec<String> {
    let mut wrong = vec![];
    for file in &house.files {
        let Some(here) = floor(&file.room) else { continue };
        for (line, path) in house.paths(file) {
            let (Some("crate"), Some(target)) = (path.first().map(String::as_str), path.get(1)) else { continue };
            if *target != file.room && floor(target).is_some_and(|there| there >= here) {
                wrong.push(format!("{}:{line}: {} imports {target}", file.name, file.room));
            }
        }
    }
    wrong
}

fn strangers(house: &House) -> Vec<String> {
    let mut wrong = vec![];
    for file in &house.files {
        for (line, path) in house.paths(file) {
            for (name, home) in KEPT_IN {
                if path[0] == name && file.room != home {
                    wrong.push(format!("{}:{line}: {name} belongs in {home}/", file.name));
                }
            }
        }
    }
    wrong
}

fn impure(house: &House) -> Vec<String> {
    let mut wrong = vec![];
    for file in &house.files {
        let pure = PURE.contains(&file.room.as_str());
        let banned = IO.iter().filter(|_| pure);
        let clocks = CLOCKS.iter().filter(|_| pure || CLOCKLESS.contains(&file.room.as_str()));
        let banned: Vec<&str> = banned.chain(clocks).copied().collect();
        for (line, path) in house.code_paths(file) {
            wrong.extend(banned.iter().filter(|b| names(&path, b)).map(|b| format!("{}:{line}: {b}", file.name)));
        }
    }
    wrong
}

/// True if the path names the banned item, something in it, or by a `*` all that lies beside it.
fn names(path: &[String], banned: &str) -> bool {
    let banned: Vec<&str> = banned.split("::").collect();
    match path.split_last() {
        Some((last, before)) if last == "*" => {
            banned.starts_with(&before.iter().map(String::as_str).collect::<Vec<_>>())
        }
        _ => path.len() >= banned.len() && path.iter().zip(&banned).all(|(a, b)| a == b),
    }
}

fn too_large(house: &House) -> Vec<String> {
    let files = || house.files.iter().filter(|f| !f.test).map(|f| (f, f.lines - f.test_lines));
    let all: usize = files().map(|(_, n)| n).sum();
    let (mut rooms, mut floors) = (BTreeMap::<String, usize>::new(), BTreeMap::<String, usize>::new());
    for (file, lines) in files() {
        *rooms.entry(own_room(&file.name, &file.room)).or_default() += lines;
        *floors.entry(file.room.clone()).or_default() += lines;
    }
    floors.retain(|floor, _| WITH_ROOMS.contains(&floor.as_str()));
    let over = |kind: &str, parts: BTreeMap<String, usize>, percent: usize| {
        let large: Vec<_> = parts.into_iter().filter(|(_, n)| n * 100 >= all * percent).collect();
        let told = large.iter().map(|(name, n)| format!("{kind} {name}: {n} of {all}, {percent} % or more"));
        told.collect::<Vec<_>>()
    };
    let rooms = over("room", rooms, MAX_ROOM_PERCENT);
    rooms.into_iter().chain(over("floor", floors, MAX_FLOOR_PERCENT)).collect()
}

/// The room a file counts for: a folder inside a floor that has rooms, else the floor.
fn own_room(name: &str, floor: &str) -> String {
    let mut parts = name.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(first), Some(folder), Some(_)) if WITH_ROOMS.contains(&first) => format!("{first}/{folder}"),
        _ => floor.to_owned(),
    }
}

fn unreadable(name: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    let long = (lines > MAX_LINES).then(|| format!("{name}: {lines} lines, at most {MAX_LINES}"));
    let wide = text.lines().enumerate().filter_map(|(at, line)| {
        let columns = line.chars().count();
        (columns > MAX_COLUMNS).then(|| format!("{name}:{}: {columns} columns, at most {MAX_COLUMNS}", at + 1))
    });
    long.into_iter().chain(wide).collect()
}

/// A small house with one offence of each kind, and beside each what is none.
fn made_up() -> (tempfile::TempDir, House) {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("lib.rs", "pub mod text; pub mod mail; pub mod policy; pub mod attic;");
    write("attic.rs", "");
    write("stray.rs", "");
    write("text.rs", "//! crate::mail::Message is named in a comment.\npub const S: &str = \"crate::mail::part\";");
    write("mail/mod.rs", "mod part; mod message; mod base; mod html;\npub use message::Message;\npub struct Octets;");
    write(
        "mail/base.rs",
        "use crate::text;\nfn f() -> std::time::Duration { println!(\"{}\", text::S); std::time::Duration::ZERO }",
    );
    write(
        "mail/message.rs",
        "use super::part;\nuse std::time::Instant as Now;\npub struct Message;\nfn f() { part::read(); Now::now(); }\n\
         #[cfg(test)]\nmod tests {\n    use super::super::Octets;\n    fn g() { std::fs::read(\"x\"); }\n}",
    );
    write("mail/part.rs", "pub(super) fn read() { assert!(super::Octets == crate::policy::octets()); }");
    write("mail/html/mod.rs", "//! A room of its own.\npub struct Page;");
    write("policy/mod.rs", "mod brand; mod load;\npub use load::load;\npub fn octets() { std::fs::read(\"x\"); }");
    write("policy/brand.rs", "use mail_auth::Error;\n#[serde(default = \"super::load::load\")]\nstruct S;");
    write("policy/load.rs", "#[cfg(test)]\n#[path = \"load_tests.rs\"]\nmod tests;\npub fn load() {}");
    write("policy/load_tests.rs", "use crate::policy::brand;\nuse super::load;");
    let house = House::read(dir.path());
    (dir, house)
}

#[test]
fn offences_are_found() {
    let (_dir, house) = made_up();
    assert_eq!(homeless(&house), ["attic.rs", "stray.rs: no `mod` leads to it"]);
    assert_eq!(upward(&house), ["mail/part.rs:1: mail imports policy"]);
    let circle = "mail: circle of 3\n    mail/message.rs -> mail/part.rs\n    mail/mod.rs -> mail/message.rs\n    \
                  mail/part.rs -> mail/mod.rs";
    assert_eq!(circles::within_rooms(&house), [circle]);
    assert_eq!(strangers(&house), ["policy/brand.rs:1: mail_auth belongs in auth/"]);
    let clock = "std::time::Instant";
    let io = [
        "mail/base.rs:2: println!".into(),
        format!("mail/message.rs:2: {clock}"),
        format!("mail/message.rs:4: {clock}"),
    ];
    assert_eq!(impure(&house), io);
    let large = ["room mail: 10 of 25, 30 % or more", "room policy: 10 of 25, 30 % or more"];
    assert_eq!(too_large(&house), [&large[..], &["floor mail: 12 of 25, 33 % or more"]].concat());
}

#[test]
fn length_and_width_are_seen() {
    let long = "x\n".repeat(MAX_LINES + 1);
    assert_eq!(unreadable("a.rs", &long), [format!("a.rs: {} lines, at most {MAX_LINES}", MAX_LINES + 1)]);
    let wide = "ü".repeat(MAX_COLUMNS);
    assert!(unreadable("a.rs", &wide).is_empty());
    assert_eq!(unreadable("a.rs", &format!("\n{wide}x")), ["a.rs:2: 121 columns, at most 120"]);
}

#[test]
fn a_glob_names_what_lies_beside_it() {
    let path = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
    assert!(names(&path("std::time::*"), "std::time::Instant"));
    assert!(names(&path("std::fs::read"), "std::fs"));
    assert!(!names(&path("std::time::Duration"), "std::time::Instant"));
    assert!(!names(&path("std::io::Read"), "std::io::stdin"));
}
