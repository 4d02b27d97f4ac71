//! Phrases are found in each language, and honest words are not taken for them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::wording::languages::Section;
use PhraseKind::{Call, Credential, Greeting, Lure, Payment, Personal, Threat, Urgency};
use std::sync::OnceLock;

fn hits(text: &str) -> Hits {
    static PHRASES: OnceLock<Phrases> = OnceLock::new();
    let phrases = PHRASES.get_or_init(|| Phrases::built_in().unwrap());
    phrases.find(&fold(text), &["Elance".into(), "Elance Escrow".into()])
}

fn find(kind: PhraseKind, text: &str) -> Option<String> {
    hits(text).of(kind).map(str::to_owned)
}

#[track_caller]
fn found(kind: PhraseKind, text: &str, evidence: &str) {
    assert_eq!(find(kind, text).as_deref(), Some(evidence), "{text}");
}

#[test]
fn english() {
    found(Greeting, "Attention Elance Member,\nyour account", "attention elance member");
    found(Greeting, "Dear  “Elance” User!", "dear elance user");
    found(Credential, "Please confirm your Elance account.", "confirm your elance account");
    found(Credential, "we ask you to UPDATE YOUR\n password", "update your password");
    found(Credential, "Verify yo\u{200b}ur Éscrow account", "verify your escrow account");
    found(Personal, "Enter your credit card, please", "enter your credit card");
    found(
        Threat,
        "or your Elance account will be permanently suspended",
        "your elance account will be permanently suspended",
    );
    found(Threat, "We've noticed unusual activity.", "unusual activity");
    found(Urgency, "reply within 24 hours!", "within 24 hours");
}

#[test]
fn other_languages() {
    found(Greeting, "Estimado cliente:", "estimado cliente");
    found(Credential, "Verifique su cuenta", "verifique su cuenta");
    found(Threat, "su cuenta será bloqueada", "su cuenta sera bloqueada");
    found(Greeting, "Prezado(a) Cliente,", "prezado a cliente");
    found(Credential, "Atualize seus dados agora", "atualize seus dados");
    found(Threat, "Sua conta foi SUSPENSA", "sua conta foi suspensa");
    found(Greeting, "Sehr geehrter Kunde,", "sehr geehrter kunde");
    found(Credential, "Bitte bestätigen Sie Ihre Daten", "bestatigen sie ihre daten");
    found(Urgency, "innerhalb von 24 Stunden", "innerhalb von 24 stunden");
    found(Greeting, "Cher(e) client(e),", "cher e client e");
    found(Credential, "Mettez à jour vos informations", "mettez a jour vos informations");
    found(Threat, "Votre compte a été suspendu", "votre compte a ete suspendu");
    found(Greeting, "Beste Elance-klant,", "beste elance klant");
    found(Threat, "uw betaalpas wordt geblokkeerd", "uw betaalpas wordt geblokkeerd");
    found(Greeting, "Gentile Cliente Elance", "gentile cliente elance");
    found(Threat, "Il tuo account è stato sospeso", "il tuo account e stato sospeso");
    found(Greeting, "Уважаемый пользователь!", "уважаемыи пользователь");
    found(Threat, "Ваш аккаунт будет заблокирован", "ваш аккаунт будет заблокирован");
    found(Urgency, "в течение 24 часов", "в течение 24 часов");
}

#[test]
fn honest_words_are_left_alone() {
    for text in [
        "Hi Maria, the password field of the form is done. Click here to see the build.",
        "Your account manager is Tom. He suspended the meeting.",
        "I can deliver within 24 hours' worth of work",
        "",
    ] {
        for kind in [Greeting, Credential, Personal, Threat] {
            assert_eq!(find(kind, text), None, "{text}");
        }
    }
    assert_eq!(find(Credential, "confirm your meeting. Account closed"), None, "a sentence ends between");
    assert_eq!(find(Credential, "confirm your a b c d account"), None, "more than three words between");
    assert_eq!(find(Greeting, "attention freelance member"), None, "another name");
    assert_eq!(find(Greeting, "reattention elance membership"), None, "words have edges");
    assert_eq!(find(Greeting, &format!("{} dear customer", "word ".repeat(100))), None, "too late for a greeting");
}

#[test]
fn the_longest_name_is_the_brand() {
    found(Greeting, "Dear Elance Escrow user", "dear elance escrow user");
    found(Greeting, "From Elance to you. Dear Elance Escrow customer", "dear elance escrow customer");
}

#[test]
fn evidence_is_bounded() {
    let long = "x".repeat(500);
    assert_eq!(find(Credential, &format!("confirm your {long} account")).unwrap().chars().count(), MAX_EVIDENCE_CHARS);
}

/// Every section of every language that has phrases.
fn sections() -> Vec<(String, PhraseKind, Section)> {
    let languages = languages::built_in().unwrap();
    let with_phrases = languages.iter().filter(|l| !l.phrases.is_empty()).count();
    assert!(with_phrases >= 21, "{with_phrases}");
    let of = |l: Language| l.phrases.into_iter().map(move |(kind, section)| (l.name.clone(), kind, section));
    languages.into_iter().flat_map(of).collect()
}

#[test]
fn every_phrase_of_every_list_is_found() {
    for (name, kind, section) in sections() {
        assert!(section.list.len() >= 10, "{name} {kind:?}: fewer than ten phrases");
        for phrase in &section.list {
            let written = phrase.replace("{brand}", "Elance").replace('*', "some words");
            assert!(find(kind, &written).is_some(), "{name} {kind:?} {phrase}");
        }
    }
}

#[test]
fn every_list_finds_its_message_and_spares_the_honest_one() {
    for (name, kind, Section { hit, honest, .. }) in sections() {
        assert!(find(kind, &hit).is_some(), "{name} {kind:?} misses {hit:?}");
        for any in PhraseKind::ALL {
            assert_eq!(find(any, &honest), None, "{name} {any:?} is not {honest:?}");
        }
    }
}

#[test]
fn scripts_without_blanks_are_searched() {
    found(Threat, "本日、あなたのアカウントを停止しました。", "アカウントを停止");
    found(Greeting, "尊敬的Elance用户：您好", "尊敬的 elance 用户");
    found(Credential, "현재 회원님의 계정을 확인하세요", "계정을확인");
    assert_eq!(find(Threat, "您的账户。已被"), None, "a sentence ends between");
}

#[test]
fn letters_that_look_alike_are_read_as_meant() {
    found(Credential, "confirrn your acc0unt", "confirrn your acc0unt");
    found(Urgency, "IMMEDlATE ACTlON REQUlRED", "immedlate actlon requlred");
    found(Credential, "Enter your p@ssw0rd", "enter your p@ssw0rd");
    found(Urgency, "within 24 h0urs", "within 24 h0urs");
    found(Threat, "HESABINIZ ASKIYA ALINDI", "hesabiniz askiya alindi");
}

#[test]
fn a_call_counts_with_the_number_near_it() {
    let call = |text: &str| {
        let hits = hits(text);
        (hits.of(Call).map(str::to_owned), hits.number().map(str::to_owned))
    };
    let some = |s: &str| Some(s.to_owned());
    assert_eq!(call("Call us at +1 (805) 555-0142"), (some("call us"), some("1 (805) 555-0142")));
    assert_eq!(call("805-555-0142: call us, Elance user"), (some("call us"), some("805-555-0142")));
    assert_eq!(call("Call us. Elance helpline, (8O5) 555-O142"), (some("call us"), some("8o5) 555-o142")));
    assert_eq!(call("Call us any time"), (some("call us"), None));
    assert_eq!(call("Our number is 805-555-0142"), (None, None));
    let far = format!("call us {}", "word ".repeat(NUMBER_WITHIN_WORDS));
    assert_eq!(call(&format!("{far} 805-555-0142")), (some("call us"), None));
    assert_eq!(call(&format!("{far} call now 805-555-0142")), (some("call now"), some("805-555-0142")));
    assert_eq!(
        call("dear Elance user 805-555-0142, your Elance account: call now 805-555-0143").1,
        some("805-555-0143")
    );
    found(Greeting, "805-555-0142 dear elance user 805-555-0143", "dear elance user");
}

#[test]
fn letters_that_a_keyboard_lacks_are_spelt_out() {
    found(Credential, "bitte bestaetigen Sie Ihre Identitaet", "bestaetigen sie ihre identitaet");
    found(Lure, "Herzlichen Glueckwunsch, Sie", "herzlichen glueckwunsch sie");
    found(Threat, "Kontoen laases; mistaenkelig aktivitet", "mistaenkelig aktivitet");
    found(Payment, "Ihr Paket wurde nicht zugestellt", "ihr paket wurde nicht zugestellt");
    let swedish = languages::built_in().unwrap().into_iter().find(|l| l.name == "sv").unwrap();
    assert_eq!(spelt_out(&swedish, "för"), None, "Swedish drops its marks");
}

#[test]
fn gaps_are_as_short_as_they_can_be() {
    found(Threat, "your account is suspended, suspended, suspended", "your account is suspended");
    found(Threat, "your account your account is suspended", "your account your account is suspended");
}

#[test]
fn bad_lists_are_refused_with_a_reason() {
    let list = |list: &str| {
        let rest = ["credential", "personal", "threat", "urgency", "payment", "lure", "call"];
        let section = |kind: &str, list: &str| format!("[phrases.{kind}]\nhit=\"\"\nhonest=\"\"\n{list}\n");
        let text = rest.map(|kind| section(kind, "list=[\"x\"]")).concat() + &section("greeting", list);
        languages::parse(&[("xx", &text)]).and_then(|l| Phrases::of(&l)).map(|_| ())
    };
    assert_eq!(list("list=[\"dear\"]"), Ok(()));
    assert!(list("list=[\"dear\"]\nextra=1").unwrap_err().contains("extra"));
    for bad in ["", " ", "*", "dear *", "* dear", "a**b", "a. b", "{name}"] {
        let message = list(&format!("list=[\"{bad}\"]")).unwrap_err();
        assert!(message.starts_with("language xx:"), "{message}");
    }
}

#[test]
fn long_texts_are_searched_in_linear_time() {
    for unit in [
        "your account ",
        "confirm your ",
        "elance ",
        "dear elance elance ",
        "é. ",
        "within 24 ",
        "call us ",
        "call us 805-555-0142 ",
        "您的账户",
        "계정을 ",
    ] {
        let text = unit.repeat(20_000);
        for kind in PhraseKind::ALL {
            find(kind, &text);
        }
    }
}
