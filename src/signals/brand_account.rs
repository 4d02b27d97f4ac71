//! "Your Elance account", from a stranger.

use super::{Brand, Check, Evidence, Kind, Signal, naming};

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
const YOUR: [&str; 42] = [
    "your",
    "ihr",
    "ihre",
    "ihrem",
    "ihren",
    "ihres",
    "dein",
    "deine",
    "deinem",
    "deinen",
    "deines",
    "tu",
    "tus",
    "su",
    "sus",
    "sua",
    "seu",
    "tua",
    "teu",
    "votre",
    "vos",
    "ton",
    "uw",
    "je",
    "jouw",
    "tuo",
    "suo",
    "vostro",
    "twoje",
    "twojego",
    "twoim",
    "panstwa",
    "din",
    "ditt",
    "dit",
    "vas",
    "vase",
    "vaseho",
    "tvuj",
    "az on",
    "contul",
    "hesabiniz",
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
    if e.may_speak_for(brand) || e.own_author(brand).is_some() || naming::leads_to_brand(e, brand) {
        return None;
    }
    let text = e.own_text();
    brand
        .places_in(text)
        .find_map(|(start, end)| {
            let (front, name, behind) = (text[..start].trim_end(), &text[start..end], &text[end..]);
            let account = behind.trim_start_matches([' ', '-', '®', '™']);
            let is_held =
                |w: &&&str| account.strip_prefix(**w).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
            if let (Some(your), Some(account)) = (naming::last_of(front, &YOUR), ACCOUNT.iter().find(is_held)) {
                return Some(format!("{your} {name} {account}"));
            }
            let front = naming::last_of(front, &OF).map_or(front, |of| front[..front.len() - of.len()].trim_end());
            let account = naming::last_of(front, &ACCOUNT)?;
            let your = naming::last_of(front[..front.len() - account.len()].trim_end(), &YOUR)?;
            Some(format!("{your} {account} … {name}"))
        })
        .map(|words| format!("the text speaks of {words:?}"))
}
