//! Tests of [`super`].

#![allow(clippy::unwrap_used)]

use super::*;

fn sentences(text: &str) -> Vec<Sentence> {
    Sentences::of(text, &["Elance".to_owned()]).all
}

/// Whether a text asks for `what`, and whether that is the brand's.
fn asked(text: &str, what: AskKind) -> Option<bool> {
    sentences(text).iter().find_map(|s| {
        let joined = s.joins(AskKind::Give, what)?;
        (!s.warns_of(&joined.first)).then(|| s.is_of_brand(&joined.second))
    })
}

#[test]
fn requests_are_put_together_in_one_sentence() {
    for (text, is_brands) in [
        ("please verify your Elance password here: http://x.example/", Some(true)),
        ("Enter the password of your account with Elance.", Some(true)),
        ("Enter the password because Elance wants it.", Some(false)),
        ("Enter it.\nThe Elance password is long.", None),
        ("Elance never asks you to enter your password", None),
        ("Verify your Elance p@ssw0rd", Some(true)),
        ("http://x.example/verify/elance/password", None),
        ("We will never ask you to confirm your Elance password.", None),
        ("Confirm your Elance password or it is closed, do not wait", Some(true)),
    ] {
        assert_eq!(asked(text, AskKind::Secret), is_brands, "{text}");
    }
}

#[test]
fn words_of_two_languages_make_no_request() {
    // "give" in English, "senha" in Portuguese.
    assert_eq!(asked("enter Elance senha", AskKind::Secret), None);
}

#[test]
fn broken_lines_are_one_sentence() {
    let text =
        "So that nobody else gets at what you earned, please confirm the\npassword of Elance at\nhttp://x.example/";
    assert_eq!(asked(text, AskKind::Secret), Some(true));
    assert!(sentences(text).iter().any(Sentence::has_link));
}

#[test]
fn evidence_has_names_and_numbers() {
    let all = sentences("Call +1 805 555 0134 about your ELANCE account at http://x.example/a. Now.");
    assert_eq!(all[0].quoted(), "call 1 805 555 0134 about your elance account at …");
    assert!(all[0].names_brand() && all[0].has_link());
}

#[test]
fn all_words_can_be_read_and_found() {
    let languages = languages::built_in().unwrap();
    AskWords::of(&languages).unwrap();
    for language in languages.iter().filter(|l| !l.ask.is_empty()) {
        for (kind, words) in language.ask.iter().flat_map(|(kind, list)| list.iter().map(move |w| (*kind, w))) {
            let text = words.replace('*', "");
            let found = Sentences::of(&text, &[]).all;
            assert!(found.iter().any(|s| s.has(kind)), "{} {kind:?} {words:?}", language.name);
        }
    }
}

#[test]
fn bad_words_are_refused_with_a_reason() {
    for (word, reason) in
        [("", "empty"), ("ab*", "three"), ("a * ", "begins or ends"), ("* b", "begins or ends"), ("a. b", "end of")]
    {
        assert!(entry(word).unwrap_err().contains(reason), "{word:?}");
    }
}
