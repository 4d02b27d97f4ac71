//! An author's own words, told from those of another that he quotes or passes on. Not a signal itself.
//!
//! Lines behind `>` are another's; so is, in an answer or a forwarded message, what follows the line with which mail
//! programs introduce it. Who quotes and says nothing says what he quotes. Reading never fails and looks at each line once.

use crate::text::fold::{fold, words_contain};

/// Words of the line above a quotation ("On Monday Ada wrote:"), folded.
const WROTE: [&str; 18] = [
    "wrote",
    "writes",
    "schrieb",
    "escreveu",
    "escribio",
    "a ecrit",
    "ha scritto",
    "schreef",
    "skrev",
    "kirjoitti",
    "napisal",
    "napisala",
    "napsal",
    "napsala",
    "a scris",
    "yazdi",
    "написал",
    "писал",
];
/// First words of the head of a message that is passed on, folded: its author, and what follows him soon.
const FROM: [&str; 14] = [
    "from",
    "von",
    "de",
    "da",
    "van",
    "od",
    "fra",
    "fran",
    "lahettaja",
    "gonderen",
    "от",
    "от кого",
    "发件人",
    "差出人",
];
const SENT: [&str; 26] = [
    "sent",
    "date",
    "subject",
    "to",
    "gesendet",
    "datum",
    "betreff",
    "an",
    "enviado",
    "enviada em",
    "data",
    "assunto",
    "para",
    "asunto",
    "fecha",
    "envoye",
    "objet",
    "inviato",
    "oggetto",
    "verzonden",
    "onderwerp",
    "wyslano",
    "temat",
    "skickat",
    "тема",
    "主题",
];
/// How mail programs of many languages mark an answer or a forwarded message, folded.
const ANSWERS: [&str; 16] = [
    "re:", "fw:", "fwd:", "aw:", "wg:", "antw:", "tr:", "rv:", "sv:", "vs:", "enc:", "res:", "r:", "i:", "doorst:",
    "odp:",
];

/// True if a folded subject is marked as an answer's or a forwarded message's.
pub(crate) fn is_marked(subject: &str) -> bool {
    unmarked(subject).is_some()
}

/// What stands behind such a mark, if there is one.
pub(crate) fn unmarked(subject: &str) -> Option<&str> {
    ANSWERS.iter().find_map(|mark| subject.strip_prefix(mark))
}

/// Lines of such a head that are looked at.
const HEAD: usize = 3;

/// The author's own lines; `None` if there is no other's, or nothing of his own. `passes_on`: the message says that it is an
/// answer or forwarded. Who answers below or between the lines has nothing above them: there only `>` tells.
pub(crate) fn own_words(shown: &str, passes_on: bool) -> Option<String> {
    if !passes_on && !shown.contains('>') {
        return None;
    }
    let lines: Vec<&str> = shown.lines().collect();
    let introduced = passes_on.then(|| (0..lines.len()).find(|n| introduces(&lines[*n..]))).flatten();
    let above = introduced.and_then(|end| unquoted(&lines[..end]));
    let quotes = || lines.iter().any(|line| is_quoted(line));
    above.or_else(|| quotes().then(|| unquoted(&lines)).flatten())
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// The lines that are not quoted, if they say anything.
fn unquoted(lines: &[&str]) -> Option<String> {
    let own: Vec<&str> = lines.iter().filter(|line| !is_quoted(line)).copied().collect();
    own.iter().any(|line| line.contains(char::is_alphanumeric)).then(|| own.join("\n"))
}

/// True if the first of the lines introduces another's words.
fn introduces(lines: &[&str]) -> bool {
    let first = lines.first().map_or("", |line| line.trim());
    if !(first.contains(':') || first.ends_with('-')) {
        return false;
    }
    // "-----Original message-----", in any language.
    if first.starts_with("---") && first.ends_with("---") && first.contains(char::is_alphabetic) {
        return true;
    }
    let folded = fold(first);
    if folded.ends_with(':') && WROTE.iter().any(|word| words_contain(&folded, word)) {
        return true;
    }
    let field = |line: &str, names: &[&str]| {
        line.split_once(':').is_some_and(|(name, _)| names.contains(&name.trim_matches(|c: char| c == '*' || c == ' ')))
    };
    let rest = || lines.iter().skip(1).filter(|line| !line.trim().is_empty()).take(HEAD);
    field(&folded, &FROM) && rest().any(|line| field(&fold(line), &SENT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_not_said() {
        for (text, own) in [
            ("Is this real?\n> Dear Elance member", "Is this real?"),
            ("Thanks.\nOn Mon, 2 Nov 2026, Elance <a@elance.com> wrote:\nDear member", "Thanks."),
            ("Danke\nAm Montag schrieb Ada:\nHallo", "Danke"),
            ("On Monday Ada wrote:\n> Hello\nNo.", "On Monday Ada wrote:\nNo."),
            ("See below\n-----Ursprüngliche Nachricht-----\nVon: Ada", "See below"),
            ("See below\nDe : Elance <a@elance.com>\nEnvoyé : lundi\nObjet : avis\nBonjour", "See below"),
        ] {
            assert_eq!(own_words(text, true).as_deref(), Some(own), "{text}");
        }
    }

    #[test]
    fn what_is_all_is_said() {
        for text in [
            "Dear member",
            "> Dear member",
            "-----Original message-----\nDear member",
            "From: here\nwe go on",
            "",
            "a\nto: b",
        ] {
            assert_eq!(own_words(text, true), None, "{text}");
        }
        assert_eq!(own_words("See\n-----Original message-----\nDear member", false), None, "nothing is passed on");
    }
}
