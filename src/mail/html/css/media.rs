//! Media Queries 4: which readers a sheet or rule is meant for. A condition is never worked out: it holds for some.
//! Pure, cannot fail.

/// For whom a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::mail::html) enum Media {
    /// For nobody who looks at a screen.
    None,
    /// For some screens or programs.
    Some,
    All,
}

impl Media {
    /// For whom a media query list holds (Media Queries 4).
    pub(in crate::mail::html) fn of_media(list: &str) -> Media {
        if list.trim_ascii().is_empty() {
            return Media::All;
        }
        let media = list.split(',').map(|query| {
            let query = query.trim_ascii().to_ascii_lowercase();
            let query = query.strip_prefix("only ").unwrap_or(&query).trim_start();
            match query.split_ascii_whitespace().next().unwrap_or_default() {
                "print" | "speech" | "aural" | "braille" | "embossed" | "handheld" | "projection" | "tty" | "tv" => {
                    Media::None
                }
                "all" | "screen" if !query.contains(char::is_whitespace) => Media::All,
                _ => Media::Some,
            }
        });
        media.max().unwrap_or(Media::All)
    }
}
