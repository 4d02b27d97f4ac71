//! What looks wrong: one file a heuristic, one table of all.
//!
//! A signal is a constant with its texts and points, holding one pure function. It reads [`Evidence`] and nothing else:
//! no clock, no I/O, no state, no other signal. To add one: a file here, its `mod` line and its row in [`SIGNALS`], and
//! messages in `corpus/<id>/` that fire it and that nearly do.

mod attachment_brand_page;
mod attachment_web_page;
mod brand_account;
mod brand_account_elsewhere;
mod brand_address_in_name;
mod brand_asks_data;
mod brand_badge;
mod brand_data_asked;
mod brand_disguised;
mod brand_display_name;
mod brand_file_danger;
mod brand_file_name;
mod brand_free_mailbox;
mod brand_from_unproven;
mod brand_headed_subject;
mod brand_leads_astray;
mod brand_local_part;
mod brand_named;
mod brand_opening;
mod brand_page_title;
mod brand_path_only;
mod brand_sender_name;
mod brand_signature;
mod brand_subject;
mod brand_through_kept_list;
mod brand_through_list;
mod callback_number;
mod credential_request;
mod disguised_words;
mod dkim_replay;
mod dmarc_fail;
mod encrypted_archive;
mod form_elsewhere;
mod from_ambiguous;
mod from_unroutable;
mod generic_greeting;
mod greeting_by_address;
mod hidden_text;
mod image_free_host;
mod image_from_brand;
mod limit_reached;
mod link_brand_dash;
mod link_brand_elsewhere;
mod link_brand_path;
mod link_free_host;
mod link_in_attachment;
mod link_lookalike;
mod link_misread;
mod link_mixed_letters;
mod link_names_brand;
mod link_none_own;
mod link_obfuscated;
mod link_open_redirect;
mod link_raw_address;
mod link_redirector;
mod link_script;
mod link_shortener;
mod link_split;
mod link_text_mismatch;
mod link_user_name;
mod link_userinfo;
mod lookalike_sender;
mod lure;
mod macro_document;
mod neighbour_asks;
mod ornate_sender;
mod parts_differ;
mod payment_request;
mod personal_data_request;
mod pressing_subject;
mod qr_link;
mod reply_elsewhere;
mod risky_attachment;
mod role_sender;
mod signal;
mod signin_lookalike_link;
mod threat_or_urgency;
mod unsigned_duplicate;
mod virus_found;

use signal::Asked;
pub use signal::{Check, Finding, Kind, Signal};

use crate::evidence::Evidence;
use crate::policy::SignalMode;

/// Every heuristic, claims first.
pub static SIGNALS: &[&Signal] = &[
    &brand_from_unproven::SIGNAL,
    &brand_path_only::SIGNAL,
    &brand_through_list::SIGNAL,
    &brand_through_kept_list::SIGNAL,
    &brand_address_in_name::SIGNAL,
    &brand_display_name::SIGNAL,
    &brand_sender_name::SIGNAL,
    &brand_asks_data::SIGNAL,
    &lookalike_sender::SIGNAL,
    &link_userinfo::SIGNAL,
    &link_misread::SIGNAL,
    &link_brand_dash::SIGNAL,
    &link_brand_elsewhere::SIGNAL,
    &link_lookalike::SIGNAL,
    &link_text_mismatch::SIGNAL,
    &signin_lookalike_link::SIGNAL,
    &brand_disguised::SIGNAL,
    &brand_headed_subject::SIGNAL,
    &brand_subject::SIGNAL,
    &brand_page_title::SIGNAL,
    &brand_local_part::SIGNAL,
    &brand_file_name::SIGNAL,
    &brand_signature::SIGNAL,
    &brand_badge::SIGNAL,
    &brand_account::SIGNAL,
    &brand_data_asked::SIGNAL,
    &brand_account_elsewhere::SIGNAL,
    &brand_leads_astray::SIGNAL,
    &neighbour_asks::SIGNAL,
    &brand_file_danger::SIGNAL,
    &brand_free_mailbox::SIGNAL,
    &brand_opening::SIGNAL,
    &attachment_brand_page::SIGNAL,
    &brand_named::SIGNAL,
    &generic_greeting::SIGNAL,
    &greeting_by_address::SIGNAL,
    &credential_request::SIGNAL,
    &personal_data_request::SIGNAL,
    &threat_or_urgency::SIGNAL,
    &payment_request::SIGNAL,
    &lure::SIGNAL,
    &callback_number::SIGNAL,
    &pressing_subject::SIGNAL,
    &role_sender::SIGNAL,
    &ornate_sender::SIGNAL,
    &reply_elsewhere::SIGNAL,
    &form_elsewhere::SIGNAL,
    &link_none_own::SIGNAL,
    &link_names_brand::SIGNAL,
    &link_brand_path::SIGNAL,
    &link_user_name::SIGNAL,
    &link_open_redirect::SIGNAL,
    &link_redirector::SIGNAL,
    &link_shortener::SIGNAL,
    &link_free_host::SIGNAL,
    &link_raw_address::SIGNAL,
    &link_mixed_letters::SIGNAL,
    &link_obfuscated::SIGNAL,
    &image_free_host::SIGNAL,
    &image_from_brand::SIGNAL,
    &link_script::SIGNAL,
    &link_split::SIGNAL,
    &link_in_attachment::SIGNAL,
    &qr_link::SIGNAL,
    &risky_attachment::SIGNAL,
    &attachment_web_page::SIGNAL,
    &macro_document::SIGNAL,
    &encrypted_archive::SIGNAL,
    &disguised_words::SIGNAL,
    &hidden_text::SIGNAL,
    &parts_differ::SIGNAL,
    &from_ambiguous::SIGNAL,
    &from_unroutable::SIGNAL,
    &unsigned_duplicate::SIGNAL,
    &dkim_replay::SIGNAL,
    &dmarc_fail::SIGNAL,
    &virus_found::SIGNAL,
    &limit_reached::SIGNAL,
];

/// Signals that do not count when an exempt forwarder (`[[auth.forwarder]]`) handed the message over: what a forwarder
/// breaks. Everything else it hands over is judged in full.
const EXEMPTED: [&str; 4] = ["brand-from-unproven", "brand-through-list", "brand-through-kept-list", "dmarc-fail"];

/// What the signals found about one message: about the message as such, and about each brand.
#[derive(Debug, Default)]
pub struct Examination {
    /// Findings of signals that look at the message as such.
    pub message: Vec<Finding>,
    /// Findings about each brand, in the order of `policy.brands`.
    pub brands: Vec<Vec<Finding>>,
}

impl Examination {
    fn claims(&self) -> bool {
        let claims = |f: &Finding| matches!(f.signal.kind, Kind::Claim | Kind::WeakClaim);
        self.message.iter().chain(self.brands.iter().flatten()).any(claims)
    }
}

/// Runs every signal that is not off. Pure: the same evidence gives the same findings. Where no brand is claimed, what
/// a message wants is not ours to judge, and the signals of intent do not run.
pub fn examine(evidence: &Evidence<'_>) -> Examination {
    let brands = evidence.policy.brands.iter().map(|_| vec![]).collect();
    let mut found = Examination { message: vec![], brands };
    let (intent, others): (Vec<_>, Vec<_>) = SIGNALS.iter().partition(|s| s.kind == Kind::Intent);
    others.into_iter().for_each(|signal| run(signal, evidence, &mut found));
    if found.claims() {
        intent.into_iter().for_each(|signal| run(signal, evidence, &mut found));
    }
    found
}

/// Runs every signal that is not off, those of intent without any claim too. For measuring: nothing is decided by it.
pub fn examine_all(evidence: &Evidence<'_>) -> Examination {
    let brands = evidence.policy.brands.iter().map(|_| vec![]).collect();
    let mut found = Examination { message: vec![], brands };
    SIGNALS.iter().for_each(|signal| run(signal, evidence, &mut found));
    found
}

fn run(signal: &'static Signal, evidence: &Evidence<'_>, found: &mut Examination) {
    let setting = evidence.policy.setting(signal.id);
    let mode = setting.map_or(SignalMode::Enforce, |s| s.mode);
    if mode == SignalMode::Off {
        return;
    }
    let finding = |saw: String| Finding {
        signal,
        points: setting.and_then(|s| s.points).unwrap_or(signal.points),
        at_least: setting.and_then(|s| s.at_least).or(signal.at_least),
        asked_by: None,
        shadow: mode == SignalMode::Shadow,
        exempt: EXEMPTED.contains(&signal.id) && evidence.origin.exemption().is_some(),
        evidence: saw,
    };
    // What the configuration asks for comes first.
    let asking = |asked: Asked| {
        let finding = finding(asked.evidence);
        match finding.at_least {
            Some(_) => finding,
            None => Finding { at_least: Some(asked.at_least), asked_by: asked.key, ..finding },
        }
    };
    match signal.check {
        Check::Message(check) => found.message.extend(check(evidence).map(finding)),
        Check::Brand(check) => {
            for (brand, findings) in evidence.policy.brands.iter().zip(&mut found.brands) {
                findings.extend(check(evidence, brand).map(finding));
            }
        }
        Check::BrandAtLeast(check) => {
            for (brand, findings) in evidence.policy.brands.iter().zip(&mut found.brands) {
                findings.extend(check(evidence, brand).map(asking));
            }
        }
        Check::AtLeast(check) => found.message.extend(check(evidence).map(asking)),
    }
}

/// The signal called `id`.
pub fn signal(id: &str) -> Option<&'static Signal> {
    SIGNALS.iter().find(|s| s.id == id).copied()
}

/// The ids of all signals, in the order of the table: what `[signals.<id>]` may name.
pub fn ids() -> Vec<&'static str> {
    SIGNALS.iter().map(|s| s.id).collect()
}
