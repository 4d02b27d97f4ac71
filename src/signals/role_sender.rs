//! `From: "noreply" <…>`, `Technical support <…>`, `KYC team <…>`: an office without the name of a house.

use super::{Check, Evidence, Kind, Signal};
use crate::mail::Mailbox;
use crate::mail::text::{fold, words_contain};

pub(super) static SIGNAL: Signal = Signal {
    id: "role-sender",
    title: "The sender calls himself by an office, not by a name",
    why: "A firm signs with its name, a person with his. Who borrows another's name in the text needs a sender that fits all: \
          17 % of mail that poses as a brand, of honest mail 1 %. Innocent case: small firms whose programs set nothing \
          better; so it counts only beside a claim.",
    points: 10,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Message(check),
};

/// Offices, folded.
const OFFICES: [&str; 58] = [
    "noreply",
    "no reply",
    "no-reply",
    "donotreply",
    "do not reply",
    "do-not-reply",
    "support",
    "service",
    "services",
    "customer service",
    "customer care",
    "customer support",
    "helpdesk",
    "help desk",
    "billing",
    "accounts",
    "account",
    "security",
    "team",
    "notification",
    "notifications",
    "alert",
    "alerts",
    "notice",
    "info",
    "admin",
    "administrator",
    "department",
    "verification",
    "activation",
    "rewards",
    "reward",
    "kyc",
    "kundenservice",
    "kundendienst",
    "kundensupport",
    "sicherheit",
    "abteilung",
    "technischer support",
    "angebot",
    "atendimento",
    "suporte",
    "seguranca",
    "notificacao",
    "notificacoes",
    "alerta",
    "aviso",
    "gerente",
    "central",
    "soporte",
    "seguridad",
    "notificacion",
    "servicio",
    "klantenservice",
    "serviceclient",
    "assistance",
    "servizio",
    "assistenza",
];

fn check(e: &Evidence<'_>) -> Option<String> {
    if e.proven {
        return None;
    }
    let office = |m: &Mailbox| {
        let name = fold(&m.name);
        let house = || m.domain.as_ref().is_some_and(|d| names_house(&name, d.chosen_label()));
        OFFICES.iter().any(|w| words_contain(&name, w)) && !house()
    };
    let m = e.message.from.iter().find(|m| office(m))?;
    Some(format!("the sender is {:?}, {}", m.name, m.place()))
}

/// True if the name says whose office it is: `Example support` at example.net.
fn names_house(name: &str, label: &str) -> bool {
    let compact: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let label: String = label.chars().filter(|c| c.is_alphanumeric()).collect();
    compact.contains(&label)
}
