//! "Dear Elance member", "The Elance Team", "© 2026 Elance": the brand as who is writing.

use super::signal::{Check, Kind, Signal};
use crate::evidence::{Evidence, naming};
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "brand-signature",
    title: "A stranger speaks as a brand",
    why: "The greeting (\"Dear Elance member\"), the sign-off, the imprint and the copyright line say who claims to be writing: half of the mail that poses as a \
          brand has one, of honest mail of strangers less than 1 %. Innocent case: a forwarded or quoted notice of the brand.",
    points: 25,
    at_least: None,
    kind: Kind::WeakClaim,
    check: Check::Brand(check),
};

/// Words right behind a brand's name that make it the writer, folded.
const BEHIND: [&str; 26] = [
    "team",
    "support",
    "security",
    "service",
    "services",
    "customer service",
    "customer support",
    "customer care",
    "help center",
    "help centre",
    "helpdesk",
    "billing",
    "billing department",
    "account team",
    "security team",
    "kundenservice",
    "kundendienst",
    "kundenbetreuung",
    "sicherheitsteam",
    "sicherheitsabteilung",
    "atendimento",
    "seguranca",
    "soporte",
    "klantenservice",
    "assistance",
    "zespol",
];
/// Words right before it that do the same.
const BEFORE: [&str; 32] = [
    "team",
    "ihr",
    "dein",
    "euer",
    "your friends at",
    "the team at",
    "equipe",
    "equipe do",
    "equipe da",
    "l'equipe",
    "equipo",
    "equipo de",
    "el equipo de",
    "atendimento",
    "central de atendimento",
    "time",
    "suporte",
    "servizio clienti",
    "service client",
    "servicio de",
    "het",
    "uw",
    "zespol",
    "copyright",
    "regards,",
    "sincerely,",
    "grussen",
    "gruessen",
    "cordialement,",
    "atenciosamente,",
    "saludos,",
    "groet,",
];

/// Whom a brand greets, right behind its name.
const MEMBERS: [&str; 21] = [
    "member",
    "members",
    "user",
    "users",
    "customer",
    "customers",
    "client",
    "clients",
    "account holder",
    "freelancer",
    "kunde",
    "kundin",
    "mitglied",
    "nutzer",
    "usuario",
    "cliente",
    "membro",
    "membre",
    "utilisateur",
    "klant",
    "gebruiker",
];
/// How it greets them, right before it.
const HAILS: [&str; 14] = [
    "dear",
    "attention",
    "hello",
    "hi",
    "hey",
    "liebes",
    "lieber",
    "liebe",
    "cher",
    "caro",
    "prezado",
    "estimado",
    "beste",
    "to all",
];

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    spoken(e, brand).map(|found| format!("the text speaks as the brand: {found:?}"))
}

/// The words with which a stranger's text speaks as the brand.
pub(super) fn spoken(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    // Telling quoted words apart is work that mail without the name is spared.
    brand.named_in(&e.text)?;
    let text = e.own_text();
    let found = brand.places_in(text).find_map(|(start, end)| {
        let (front, name, behind) = (&text[..start], &text[start..end], &text[end..]);
        let joint = behind.trim_start_matches([' ', ',', '®', '™']);
        let signs = BEHIND.iter().find(|w| naming::follows(joint, w)).map(|w| format!("{name} {w}"));
        let hails = || {
            let member = MEMBERS.iter().find(|w| naming::follows(joint, w))?;
            hailed(front).map(|hail| format!("{hail} {name} {member}"))
        };
        signs.or_else(hails).or_else(|| before(front).map(|w| format!("{w} {name}")))
    })?;
    let entitled = e.origin.may_speak_for(brand) || e.origin.own_author(brand).is_some();
    (!entitled && !naming::leads_to_brand(e, brand)).then_some(found)
}

/// The greeting that stands before a name: `dear elance user` speaks as whose user one is.
fn hailed(text: &str) -> Option<&str> {
    let text = text.trim_end();
    naming::last_of(text.strip_suffix("valued").unwrap_or(text).trim_end(), &HAILS)
}

/// What stands right before a name and makes it the writer: a word of the list, or a copyright sign with or without years.
fn before(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let undated = text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | ','));
    if let Some(sign) = ["©", "(c)", "copyright", "&copy;"].into_iter().find(|s| undated.ends_with(s)) {
        return Some(sign);
    }
    naming::last_of(text, &BEFORE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copyright_lines() {
        for text in ["bye © 2024 ", "(c) ", "copyright 2019-2026 ", "regards, "] {
            assert!(before(text).is_some(), "{text}");
        }
        for text in ["in 2024 ", "we like ", "counterteam ", ""] {
            assert!(before(text).is_none(), "{text}");
        }
    }
}
