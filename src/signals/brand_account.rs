//! "Your Elance account", from a stranger.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, naming};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-account",
    title: "A stranger speaks of the reader's account with a brand",
    why: "Who writes of your account with a brand, and is not the brand, knows nothing of it: 7 % of the mail that poses as a \
          brand does, of honest mail of strangers none that was measured. Innocent case: a shop or a tool that uses the \
          account with the reader's leave; by itself it only makes the rest of a message count.",
    points: 6,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

/// Whose it is, folded.
const YOUR: [&str; 39] = [
    "your", "ihr", "ihre", "ihrem", "ihren", "ihres", "dein", "deine", "deinem", "deinen", "deines", "tu", "tus", "su",
    "sus", "sua", "seu", "tua", "teu", "votre", "vos", "ton", "uw", "je", "jouw", "tuo", "suo", "vostro", "twoje",
    "twojego", "twoim", "panstwa", "din", "ditt", "dit", "vas", "vase", "vaseho", "tvuj",
];
/// What one has with a brand, folded. Profiles are not among them: they are for everybody to see, and clients write of them.
const ACCOUNT: [&str; 40] = [
    "account",
    "accounts",
    "id",
    "wallet",
    "mailbox",
    "membership",
    "subscription",
    "password",
    "login",
    "balance",
    "card",
    "konto",
    "konten",
    "kontos",
    "passwort",
    "mitgliedschaft",
    "abonnement",
    "abo",
    "cuenta",
    "contrasena",
    "suscripcion",
    "tarjeta",
    "conta",
    "senha",
    "assinatura",
    "cartao",
    "compte",
    "mot de passe",
    "carte",
    "rekening",
    "wachtwoord",
    "conto",
    "carta",
    "haslo",
    "konta",
    "kontem",
    "ucet",
    "fiok",
    "kontot",
    "kontoen",
];
/// What may stand between the account and the brand, folded.
const OF: [&str; 18] =
    ["de", "da", "do", "di", "del", "bei", "chez", "en", "at", "with", "on", "no", "na", "w", "hos", "pa", "bij", "u"];

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    // Telling quoted words apart is work that mail without the name is spared.
    brand.named_in(&e.text)?;
    if e.origin.may_speak_for(brand) || e.origin.own_author(brand).is_some() || naming::leads_to_brand(e, brand) {
        return None;
    }
    let text = e.own_text();
    let words = brand.places_in(text).find_map(|(start, end)| held(&text[..start], &text[start..end], &text[end..]))?;
    Some(format!("the text speaks of {words:?}"))
}

/// What the reader has with a brand whose name stands between two folded texts.
fn held(front: &str, name: &str, behind: &str) -> Option<String> {
    let front = front.trim_end();
    let account = behind.trim_start_matches([' ', '-', '®', '™']);
    let account = ACCOUNT.iter().find(|word| naming::follows(account, word));
    if let (Some(your), Some(account)) = (naming::last_of(front, &YOUR), account) {
        return Some(format!("{your} {name} {account}"));
    }
    let front = naming::last_of(front, &OF).map_or(front, |of| front[..front.len() - of.len()].trim_end());
    let account = naming::last_of(front, &ACCOUNT)?;
    let your = naming::last_of(front[..front.len() - account.len()].trim_end(), &YOUR)?;
    Some(format!("{your} {account} … {name}"))
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
