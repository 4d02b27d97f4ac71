//! "Your Elance account", from a stranger.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, voice};
use crate::policy::Brand;
use crate::wording::{WordKind, WordList};

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-account",
    title: "A stranger speaks of the reader's account with a brand",
    why: "A stranger who writes of your account with a brand knows nothing of it: 7 % of the mail that poses as a \
          brand does so, and none of the honest mail of strangers that was measured. Innocent case: a shop or a tool \
          that uses the account with the reader's leave; by itself it only makes the rest of a message count.",
    points: 6,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    // Telling quoted words apart is work that mail without the name is spared.
    brand.named_in(&e.text)?;
    if e.origin.may_speak_for(brand) || e.origin.own_author(brand).is_some() || voice::is_mention(e, brand) {
        return None;
    }
    let text = e.own_text();
    let words = brand.places_in(text).find_map(|(start, end)| held(&text[..start], &text[start..end], &text[end..]))?;
    Some(format!("the text speaks of {words:?}"))
}

/// What the reader has with a brand whose name stands between two folded texts.
fn held(front: &str, name: &str, behind: &str) -> Option<String> {
    let (your, account) = (WordList::of(WordKind::Your), WordList::of(WordKind::Account));
    let front = front.trim_end();
    let next = account.first_of(behind.trim_start_matches([' ', '-', '®', '™']));
    if let (Some(your), Some(account)) = (your.last_of(front), next) {
        return Some(format!("{your} {name} {account}"));
    }
    let front = WordList::of(WordKind::Of).last_of(front).map_or(front, |of| without(front, of));
    let account = account.last_of(front)?;
    let your = your.last_of(without(front, account))?;
    Some(format!("{your} {account} … {name}"))
}

/// The text in front of the word that it ends with.
fn without<'t>(text: &'t str, word: &str) -> &'t str {
    text.strip_suffix(word).unwrap_or(text).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    fn is_held(text: &str) -> bool {
        let text = fold(text);
        text.split_once("elance").is_some_and(|(front, behind)| held(front, "elance", behind).is_some())
    }

    #[test]
    fn accounts_are_told_in_each_language() {
        for text in [
            "in your Elance account",
            "your account with Elance",
            "Ihr Elance-Konto",
            "Ihr Konto bei Elance",
            "su cuenta de Elance",
            "sua conta Elance",
            "a sua conta da Elance",
            "votre compte Elance",
            "uw Elance-account",
            "je account bij Elance",
            "il tuo account Elance",
            "twoje konto Elance",
            "ditt Elance-konto",
            "din konto hos Elance",
            "vaše konto u Elance",
        ] {
            assert!(is_held(text), "{text}");
        }
        for text in ["your Elance profile", "an Elance account", "your Elance accountant", "our account, Elance"] {
            assert!(!is_held(text), "{text}");
        }
    }
}
