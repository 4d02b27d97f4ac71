//! `check --explain`: how the three questions were answered, what each finding decides, and the message as a person
//! sees it. Quotes hostile text: what goes to a terminal is cut and made printable, and links are shown, never
//! followed.

use super::plain::printable;
use super::ruling::Ruling;
use crate::mail::{Link, LinkKind, Message};
use crate::policy::Action;
use crate::signals::Kind;
use crate::text::fold::first_bytes;
use crate::verdict::{Claim, Verdict};
use serde_json::{Value, json};
use std::fmt::Write;

/// Lines of visible text that are shown: about what a mail program shows before one scrolls.
const SHOWN_LINES: usize = 40;
/// Octets of a line, of hidden text and of a link that are shown.
const SHOWN_OCTETS: usize = 200;
/// Links that are shown.
const SHOWN_LINKS: usize = 20;

/// A verdict explained.
pub(crate) struct Explanation<'a> {
    verdict: &'a Verdict,
    ruling: &'a Ruling<'a>,
    message: &'a Message,
    /// For each finding that counts, what would happen without it.
    without: Vec<(&'static str, Action)>,
}

impl<'a> Explanation<'a> {
    /// Explains a judged message; `without` tells what would happen without each finding that counts. `None` if it was
    /// not judged.
    pub(crate) fn of(
        ruling: &'a Ruling<'a>,
        message: &'a Message,
        without: Vec<(&'static str, Action)>,
    ) -> Option<Explanation<'a>> {
        Some(Explanation { verdict: ruling.verdict()?, ruling, message, without })
    }

    /// Lines for people.
    pub(crate) fn as_text(&self) -> String {
        let mut out = String::new();
        self.questions(&mut out);
        self.counterfactuals(&mut out);
        self.sight(&mut out);
        out
    }

    fn questions(&self, out: &mut String) {
        let v = self.verdict;
        let brand = v.brand.as_deref().unwrap_or("a protected brand");
        let claim = match v.claim {
            Claim::None => "no".to_owned(),
            Claim::Weak => format!("it names {brand}: {}", self.ids_of(&[Kind::WeakClaim])),
            Claim::Strong => format!("it poses as {brand}: {}", self.ids_of(&[Kind::Claim, Kind::WeakClaim])),
        };
        let _ = writeln!(out, "  claim:  does it pretend to be {brand}? {claim}");
        let d = v.auth.dmarc_summary();
        let checks = format!(
            "spf={} dkim={} dmarc={} arc={}",
            v.auth.spf.result,
            v.auth.dkim_summary(),
            d.result,
            v.auth.arc.result
        );
        let proof = if v.proven { "yes" } else { "nothing proves it" };
        let _ = writeln!(out, "  proof:  did {brand} send it? {proof} ({checks})");
        let counts = if v.claim == Claim::None { "; without a claim its wording does not count" } else { "" };
        let _ = writeln!(out, "  intent: what does it want? {}{counts}", self.ids_of(&[Kind::Intent]));
        let _ = writeln!(out, "          what does it hide? {}", self.ids_of(&[Kind::Concealment]));
        if v.findings.iter().any(|f| f.signal.kind == Kind::Authentication) {
            let _ =
                writeln!(out, "          what does its sender's domain ask? {}", self.ids_of(&[Kind::Authentication]));
        }
    }

    fn ids_of(&self, kinds: &[Kind]) -> String {
        let ids: Vec<&str> =
            self.verdict.findings.iter().filter(|f| kinds.contains(&f.signal.kind)).map(|f| f.signal.id).collect();
        if ids.is_empty() { "nothing found".to_owned() } else { ids.join(", ") }
    }

    /// The rule by which something else is done than score and ladder say, in a sentence.
    fn rule(&self) -> Option<String> {
        let (v, by) = (self.verdict, self.ruling.disposition.by?);
        let would = match v.ladder.action(v.score) {
            Action::Accept => "would do nothing",
            Action::Tag => "would tag",
            Action::Quarantine => "would hold",
            Action::Reject => "would refuse",
        };
        Some(format!("{} points {would}; {}", v.score, by.sentence()))
    }

    fn counterfactuals(&self, out: &mut String) {
        if let Some(rule) = self.rule() {
            let _ =
                writeln!(out, "  by {}: {rule}", self.ruling.disposition.by.map(|b| b.to_string()).unwrap_or_default());
        }
        for (id, action) in &self.without {
            let same = if *action == self.verdict.action { "still " } else { "" };
            let _ = writeln!(out, "  without {id}: {same}{action}");
        }
    }

    fn sight(&self, out: &mut String) {
        let m = self.message;
        let _ = writeln!(out, "  as a person sees it:");
        for mailbox in &m.from {
            let name = if mailbox.name.is_empty() { &mailbox.address } else { &mailbox.name };
            let _ = writeln!(out, "    From: {}", cut(name));
        }
        let _ = writeln!(out, "    Subject: {}", cut(&m.subject));
        let mut lines = m.body.text.lines();
        for line in lines.by_ref().take(SHOWN_LINES) {
            let _ = writeln!(out, "    | {}", cut(line));
        }
        let rest = lines.count();
        if rest > 0 {
            let _ = writeln!(out, "    | … {rest} more lines");
        }
        if !m.body.hidden.trim().is_empty() {
            let _ = writeln!(out, "    hidden from view: {}", cut(m.body.hidden.trim()));
        }
        self.links(out);
        for a in &m.body.attachments {
            let _ = writeln!(out, "    attachment: {:?} ({}, {} octets)", a.name, printable(&a.declared), a.size);
        }
    }

    fn links(&self, out: &mut String) {
        let links = || self.message.body.links.iter().filter(|l| l.kind != LinkKind::Image);
        for link in links().take(SHOWN_LINKS) {
            let shown = if link.shown.is_empty() { "no text" } else { link.shown.as_str() };
            let _ = writeln!(out, "    link: {} -> {}", cut(shown), cut(&link.href));
        }
        let rest = links().count().saturating_sub(SHOWN_LINKS);
        if rest > 0 {
            let _ = writeln!(out, "    … {rest} more links");
        }
    }

    /// The same for programs.
    pub(crate) fn as_json(&self) -> Value {
        let m = self.message;
        let link = |l: &Link| json!({"shown": l.shown, "href": l.href});
        let links = m.body.links.iter().filter(|l| l.kind != LinkKind::Image).take(SHOWN_LINKS).map(link);
        let without: serde_json::Map<_, _> =
            self.without.iter().map(|(id, a)| ((*id).to_owned(), a.as_str().into())).collect();
        json!({
            "by": self.rule(),
            "without": without,
            "seen": {
                "from": m.from.iter().map(|f| if f.name.is_empty() { &f.address } else { &f.name }).collect::<Vec<_>>(),
                "subject": m.subject,
                "text": m.body.text.lines().take(SHOWN_LINES).collect::<Vec<_>>().join("\n"),
                "hidden": first_bytes(m.body.hidden.trim(), SHOWN_OCTETS),
                "links": links.collect::<Vec<_>>(),
                "attachments": m.body.attachments.iter().map(|a| &a.name).collect::<Vec<_>>(),
            },
        })
    }
}

fn cut(text: &str) -> String {
    let start = first_bytes(text, SHOWN_OCTETS);
    let more = if start.len() < text.len() { "…" } else { "" };
    printable(start) + more
}
