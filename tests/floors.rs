//! The house's floors (src/lib.rs): imports point down only, foreign types stay in their rooms, files stay readable.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};

/// Rooms from the ground up; rooms on one floor are siblings and do not import each other.
const FLOORS: [&[&str]; 11] = [
    &["mail"],
    &["policy"],
    &["auth", "scan"],
    &["signals"],
    &["verdict"],
    &["judge"],
    &["store", "record"],
    &["report"],
    &["milter", "review"],
    &["serve"],
    &["cli"],
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

/// Lines of a file that a reader can hold in mind; beyond it there is a second noun in it.
const MAX_LINES: usize = 450;

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|f| f.contains(&room))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with its room and its code, comments left out.
fn files() -> Vec<(PathBuf, String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&src, &mut found);
    let room = |path: &Path| {
        let first = path.strip_prefix(&src).unwrap().components().next().unwrap();
        Path::new(first.as_os_str()).with_extension("").display().to_string()
    };
    let code = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().map(|l| l.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
    };
    found.iter().map(|p| (p.clone(), room(p), code(p))).collect()
}

#[test]
fn every_room_stands_on_a_floor() {
    for (path, room, _) in files() {
        assert!(floor(&room).is_some() || ["lib", "main"].contains(&room.as_str()), "{}: no floor", path.display());
    }
}

#[test]
fn imports_point_down() {
    let mut wrong = Vec::new();
    for (path, room, code) in files() {
        let Some(here) = floor(&room) else { continue };
        for (at, _) in code.match_indices("crate::") {
            let target: String = code[at + 7..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if let Some(there) = floor(&target)
                && target != room
                && there >= here
            {
                wrong.push(format!("{}: {room} imports {target}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "imports must point down:\n{}", wrong.join("\n"));
}

#[test]
fn foreign_types_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for (path, room, code) in files() {
        for (name, home) in KEPT_IN {
            if room != home && (code.contains(&format!("{name}::")) || code.contains(&format!("use {name}"))) {
                wrong.push(format!("{}: {name} belongs in {home}/", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_pure_part_does_no_io() {
    let banned = ["std::fs", "std::net::Tcp", "std::net::Udp", "SystemTime", "Instant", "tokio::", "std::env"];
    let mut wrong = Vec::new();
    for (path, room, code) in files() {
        if ["mail", "signals", "verdict"].contains(&room.as_str()) {
            wrong.extend(banned.iter().filter(|b| code.contains(**b)).map(|b| format!("{}: {b}", path.display())));
        }
    }
    assert!(wrong.is_empty(), "no clock, no I/O, no state below the judge:\n{}", wrong.join("\n"));
}

#[test]
fn files_stay_readable() {
    let long = files().into_iter().filter_map(|(path, _, code)| {
        let lines = code.lines().count();
        (lines > MAX_LINES).then(|| format!("{}: {lines} lines", path.display()))
    });
    let long: Vec<String> = long.collect();
    assert!(long.is_empty(), "files have outgrown their room:\n{}", long.join("\n"));
}
