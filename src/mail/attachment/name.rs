//! What the name of a file says about opening it: endings that run, and the ways to hide them. A name is read as each
//! of the programs reads it that show it, cut it, or open by it.

use crate::text::fold::is_invisible;

/// Endings that run, or lead to something that runs, when they are opened.
const RUNS: [&str; 72] = [
    "exe",
    "scr",
    "com",
    "pif",
    "bat",
    "cmd",
    "msi",
    "msp",
    "mst",
    "cpl",
    "dll",
    "jar",
    "jnlp",
    "js",
    "jse",
    "vb",
    "vbs",
    "vbe",
    "wsf",
    "wsh",
    "wsc",
    "sct",
    "hta",
    "ps1",
    "psm1",
    "psc1",
    "lnk",
    "url",
    "website",
    "scf",
    "reg",
    "chm",
    "hlp",
    "iso",
    "img",
    "udf",
    "vhd",
    "vhdx",
    "vmdk",
    "apk",
    "app",
    "appx",
    "appxbundle",
    "msix",
    "msixbundle",
    "appinstaller",
    "application",
    "appref-ms",
    "xll",
    "wll",
    "one",
    "onepkg",
    "library-ms",
    "search-ms",
    "searchconnector-ms",
    "settingcontent-ms",
    "msc",
    "gadget",
    "job",
    "inf",
    "ins",
    "isp",
    "mde",
    "ade",
    "diagcab",
    "theme",
    "themepack",
    "rdp",
    "iqy",
    "slk",
    "dmg",
    "desktop",
];
/// Endings a person takes for a harmless document; before one of [`RUNS`] they are a disguise.
const HARMLESS: [&str; 16] = [
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "rtf", "jpg", "jpeg", "png", "gif", "csv", "mp3", "mp4",
];
/// Characters that turn the writing direction: `exe.fdp` reads `pdf.exe` backwards.
const TURNS: [char; 6] = ['\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}'];
/// Blanks in a row that push an ending out of sight.
const MANY_BLANKS: usize = 10;

/// What is wrong with a name, if anything is; in words that follow it.
pub(super) fn risk(name: &str) -> Option<&'static str> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if file.contains(TURNS) {
        return Some("hides its ending by turning the writing direction");
    }
    // Programs in C end a name at its NUL, others read over it.
    if let Some((before, _)) = file.split_once('\0')
        && ending_risk(before).is_some()
    {
        return Some("hides behind a NUL that it runs when opened");
    }
    ending_risk(file)
}

fn ending_risk(file: &str) -> Option<&'static str> {
    let bare = as_opened(file);
    let last = ending(&bare);
    let class_id = last.starts_with('{') && last.ends_with('}');
    if !class_id && !RUNS.contains(&last) {
        return None;
    }
    let before = ending(bare[..bare.len() - last.len()].trim_end_matches(['.', ' ']));
    let disguised = HARMLESS.contains(&before) || has_many_blanks(file);
    Some(if disguised { "has two endings and runs when opened" } else { "runs when opened" })
}

/// The ending of a name, lower case, without what Windows takes off a name: dots and blanks at its end.
pub(super) fn ending_of(name: &str) -> String {
    ending(&as_opened(name.rsplit(['/', '\\']).next().unwrap_or_default())).to_owned()
}

/// True if a name has an ending that runs.
pub(super) fn runs(name: &str) -> bool {
    RUNS.contains(&ending_of(name).as_str())
}

/// A name as Windows opens it: lower case, without what is not seen and without dots and blanks at its end.
fn as_opened(file: &str) -> String {
    let seen: String = file.chars().filter(|c| !is_invisible(*c) && !c.is_control()).collect();
    let trimmed = seen.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    trimmed.to_lowercase()
}

fn ending(bare: &str) -> &str {
    bare.rsplit_once('.').map_or("", |(_, last)| last.trim())
}

fn has_many_blanks(file: &str) -> bool {
    // The braille pattern without dots is white space to the eye, not to Unicode.
    let blank = |c: char| c.is_whitespace() || c == '\u{2800}' || c == '\u{3164}';
    let mut run = 0;
    file.chars().any(|c| {
        run = if blank(c) { run + 1 } else { 0 };
        run >= MANY_BLANKS
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_that_run_are_seen_through_every_disguise() {
        let twice = "has two endings and runs when opened";
        for (name, why) in [
            ("setup.exe", "runs when opened"),
            ("Setup.EXE. . ", "runs when opened"),
            ("invoice.pdf.exe", twice),
            ("invoice.pdf .scr", twice),
            ("invoice.pdf          \u{a0}.js", twice),
            ("photo\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}.bat", twice),
            ("a.ex\u{200b}e", "runs when opened"),
            ("a.e\u{ad}xe\u{feff}", "runs when opened"),
            ("invoice\u{202e}fdp.exe", "hides its ending by turning the writing direction"),
            ("invoice.exe\0.pdf", "hides behind a NUL that it runs when opened"),
            ("docs/invoice.pdf.lnk", twice),
            ("docs\\x.hta", "runs when opened"),
            ("x.{3050f4d8-98b5-11cf-bb82-00aa00bdce0b}", "runs when opened"),
            ("Invoice.library-ms", "runs when opened"),
        ] {
            assert_eq!(risk(name), Some(why), "{name:?}");
        }
    }

    #[test]
    fn ordinary_names_are_ordinary() {
        for name in [
            "",
            ".",
            "exe",
            "report v1.2.pdf",
            "example.com/readme",
            "photo.jpg",
            "a.exe/notes.txt",
            "x.{}y",
            "Übersicht – März.docx",
            "com.txt",
            "one",
        ] {
            assert_eq!(risk(name), None, "{name:?}");
        }
    }
}
