//! A program, a script, a shortcut, or a file that is not what it says.

use super::{Check, Evidence, Kind, Signal};
use crate::mail::Attachment;

pub(super) static SIGNAL: Signal = Signal {
    id: "risky-attachment",
    title: "An attachment that can do harm",
    why: "Attachments can carry viruses: programs, scripts, shortcuts, disk images, names with two endings, files whose \
          content is not what the name says, and web pages that ask for a password. Innocent case: developers sending \
          scripts to each other.",
    points: 40,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(check),
};

/// Endings that run, or lead to something that runs, when they are opened.
const RUNS: [&str; 34] = [
    "exe", "scr", "com", "pif", "bat", "cmd", "msi", "msp", "cpl", "dll", "jar", "js", "jse", "vbs", "vbe", "wsf",
    "wsh", "hta", "ps1", "psm1", "lnk", "url", "scf", "reg", "chm", "iso", "img", "vhd", "vhdx", "apk", "app", "appx",
    "xll", "one",
];
/// Endings a person takes for a harmless document; before one of [`RUNS`] they are a disguise.
const HARMLESS: [&str; 12] = ["pdf", "doc", "docx", "xls", "xlsx", "txt", "rtf", "jpg", "jpeg", "png", "gif", "csv"];
/// Characters that turn the writing direction: `exe.fdp` reads `pdf.exe` backwards.
const TURNS: [char; 5] = ['\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}', '\u{2067}'];
/// Blanks in a name that push its ending out of sight.
const MANY_BLANKS: &str = "          ";

fn check(e: &Evidence<'_>) -> Option<String> {
    e.message.body.attachments.iter().find_map(|a| risk(a).map(|why| format!("the attachment {:?} {why}", a.name)))
}

fn risk(a: &Attachment) -> Option<&'static str> {
    let name = a.name.trim_end_matches(['.', ' ']).to_lowercase();
    let mut endings = name.rsplit('.').map(str::trim);
    let last = endings.next().filter(|l| *l != name).unwrap_or_default();
    let before = endings.next().unwrap_or_default();
    if a.name.contains(TURNS) {
        Some("hides its ending by turning the writing direction")
    } else if RUNS.contains(&last) && (HARMLESS.contains(&before) || name.contains(MANY_BLANKS)) {
        Some("has two endings and runs when opened")
    } else if RUNS.contains(&last) || a.declared == "application/x-msdownload" {
        Some("runs when opened")
    } else if a.detected.is_some_and(is_program) {
        Some("is a program under another name")
    } else if a.has_password_field {
        Some("is a web page that asks for a password")
    } else {
        None
    }
}

fn is_program(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/vnd.microsoft.portable-executable"
            | "application/x-executable"
            | "application/x-mach-binary"
            | "application/java"
            | "application/x-msi"
            | "application/vnd.android.dex"
    )
}
