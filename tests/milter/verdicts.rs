//! Every verdict as the MTA gets it, and every order of them in one connection.

use crate::gate::*;
use spoof_milter::policy::Mode;

const WORDS: [&str; 6] = ["accept", "tag", "quarantine", "reject", "tempfail", "passed"];

#[tokio::test]
async fn accepted_mail_carries_the_results_and_the_verdict() {
    let gate = Gate::with_dns(|_| {}).await;
    let outcome = gate.send(&for_verdict("accept")).await;
    assert_eq!(outcome.status, Status::Accept);
    let names: Vec<String> = outcome.inserted().into_iter().map(|(n, _)| n).collect();
    assert_eq!(names, ["Authentication-Results", "X-Spoof-Verdict"]);
    assert!(outcome.inserted()[0].1.starts_with(&format!(" {OUR_ID};")), "a leading blank was negotiated: {outcome:?}");
    assert!(outcome.header("X-Spoof-Verdict").starts_with("accept; score=0; ladder=30/60/100; case="));
    assert_eq!((outcome.deleted(), outcome.subject(), outcome.held()), (vec![], None, None));
}

#[tokio::test]
async fn tagged_mail_gets_a_prefix_and_its_reasons() {
    let gate = Gate::with_dns(|_| {}).await;
    let outcome = gate.send(&for_verdict("tag")).await;
    assert_eq!(outcome.status, Status::Accept);
    assert_eq!(outcome.subject().as_deref(), Some(" [Suspected spoof] Your account"));
    let names: Vec<String> = outcome.inserted().into_iter().map(|(n, _)| n).collect();
    assert_eq!(names[..3], ["Authentication-Results", "X-Spoof-Verdict", "X-Spoof-Signals"], "{outcome:?}");
    assert!(names[3..].iter().all(|n| n == "X-Spoof-Reason") && names.len() > 3, "{outcome:?}");
    assert!(outcome.header("X-Spoof-Verdict").contains("; brand=Elance; case="), "{outcome:?}");
    assert!(outcome.header("X-Spoof-Signals").contains("brand-display-name("), "{outcome:?}");
}

#[tokio::test]
async fn the_subject_is_left_alone_where_the_operator_wants_it() {
    let gate = Gate::with_dns(|c| c.policy.subject_prefix = String::new()).await;
    let outcome = gate.send(&for_verdict("tag")).await;
    assert_eq!(outcome.subject(), None);
    assert!(outcome.header("X-Spoof-Verdict").starts_with("tag; "), "{outcome:?}");
}

#[tokio::test]
async fn held_mail_names_its_case_to_the_mta() {
    let gate = Gate::with_dns(|_| {}).await;
    let outcome = gate.send(&for_verdict("quarantine")).await;
    assert_eq!(outcome.status, Status::Accept);
    let reason = outcome.held().expect("it is held");
    assert!(reason.starts_with("spoof: ") && reason.contains(&outcome.case_id()), "{reason}");
    assert!(outcome.header("X-Spoof-Verdict").starts_with("quarantine; "), "{outcome:?}");
    assert_eq!(outcome.subject(), None, "a held message is released as it came");
    assert!(matches!(outcome.actions.last(), Some(EomAction::Quarantine { .. })), "the hold comes last");
}

#[tokio::test]
async fn refused_mail_is_told_one_sentence_and_no_detail() {
    let gate = Gate::with_dns(|_| {}).await;
    let outcome = gate.send(&for_verdict("reject")).await;
    assert_eq!(outcome.actions, []);
    let case = outcome.case_id();
    assert_eq!(
        outcome.reply(),
        format!("550 5.7.26 Message refused: it appears to forge or imitate a protected sender; reference {case}")
    );
    let lookalike = Mail::new(
        "From: Elance Support <help@e1ance.example>\nSubject: x\n\n\
         Dear Elance member, please confirm your password or your account will be suspended.\n\
         http://www.elance.com@203.0.113.5/login\n",
    );
    assert!(gate.send(&lookalike).await.reply().starts_with("550 5.7.1 Message refused"));
}

#[tokio::test]
async fn mail_whose_proof_cannot_be_looked_up_is_to_be_tried_again() {
    let gate = Gate::with_dns(|_| {}).await;
    let outcome = gate.send(&for_verdict("tempfail")).await;
    assert_eq!(outcome.actions, []);
    assert!(outcome.reply().starts_with("451 4.7.0 Sender could not be verified"), "{outcome:?}");
}

#[tokio::test]
async fn no_verdict_leaks_into_the_next_message_of_a_connection() {
    let gate = Gate::with_dns(|_| {}).await;
    let mut alone = Vec::new();
    for word in WORDS {
        let outcome = gate.send(&for_verdict(word)).await;
        assert_eq!(outcome.word(), word, "{outcome:?}");
        alone.push(format!("{outcome:?}"));
    }
    for first in WORDS {
        for (second, expected) in WORDS.iter().zip(&alone) {
            let mut session = gate.session().await;
            assert_eq!(send(&mut session, &for_verdict(first)).await.word(), first);
            let outcome = send(&mut session, &for_verdict(second)).await;
            assert_eq!(&format!("{outcome:?}"), expected, "{second} after {first}");
            session.close().await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_aborted_message_leaves_nothing_behind() {
    let gate = Gate::with_dns(|_| {}).await;
    let expected = format!("{:?}", gate.send(&for_verdict("accept")).await);
    let forged = Mail::new(
        "Authentication-Results: mx.example.net; dmarc=pass\nX-Spoof-Verdict: accept\n\
         From: Elance <support@elance.com>\nSubject: x\n\nDear Elance member\n",
    );
    for whole in [true, false] {
        let mut session = gate.session().await;
        if whole {
            begin(&mut session, &forged).await;
        } else {
            session.mail(["<bounce@ill.elance.com>"]).await.unwrap();
            session.rcpt(["<spoof@elance.com>"]).await.unwrap();
        }
        session.abort().await.unwrap();
        // An MTA may send a second one at the end of its own transaction.
        session.abort().await.unwrap();
        assert_eq!(format!("{:?}", send(&mut session, &for_verdict("accept")).await), expected);
        assert_eq!(send(&mut session, &for_verdict("reject")).await.word(), "reject");
    }
    assert_eq!(gate.metric("in_progress"), 0);
}

#[tokio::test]
async fn a_new_greeting_counts_for_the_messages_after_it() {
    let gate = Gate::with_dns(|_| {}).await;
    let mut session = gate.session().await;
    let mail = for_verdict("accept").from("");
    let results = send(&mut session, &mail).await.header("Authentication-Results");
    assert!(results.contains("smtp.helo=mail.mailhub.example"), "{results}");
    session.helo("mail.orchardmail.example").await.unwrap();
    let results = send(&mut session, &mail).await.header("Authentication-Results");
    assert!(results.contains("smtp.helo=mail.orchardmail.example") && !results.contains("mail.mailhub"), "{results}");
}

#[tokio::test]
async fn the_operator_s_own_people_are_passed() {
    let gate = Gate::with_dns(|_| {}).await;
    let forged = for_verdict("reject");
    // A client that logged in.
    let outcome = gate.send(&forged.clone().login("ines")).await;
    assert_eq!((outcome.status, outcome.actions.len()), (Status::Accept, 0));
    // A trusted network, also as IPv4-mapped IPv6, and local processes, which have no address.
    let mapped = SocketInfo::Inet("[::ffff:127.0.0.1]:25".parse().unwrap());
    let unix = SocketInfo::Unix(c"/run/mta.sock".to_owned());
    for client in [[127, 0, 0, 1].into_info(), mapped, unix, SocketInfo::Unknown] {
        let mut session = TestConnection::open(gate.address()).await.unwrap();
        greet(&mut session, client.clone()).await;
        let outcome = send(&mut session, &forged).await;
        assert_eq!((outcome.status, outcome.actions.len()), (Status::Accept, 0), "{client:?}");
    }
    assert_eq!(gate.metric("passed_total{why=\"authenticated-client\"}"), 1);
    assert_eq!(gate.metric("passed_total{why=\"trusted-network\"}"), 4);
    assert_eq!(gate.send(&forged).await.word(), "reject", "a stranger is still judged");
}

#[tokio::test]
async fn an_empty_login_is_no_login() {
    let gate = Gate::with_dns(|_| {}).await;
    assert_eq!(gate.send(&for_verdict("reject").login("")).await.word(), "reject");
}

#[tokio::test]
async fn a_login_does_not_pass_the_message_after_it() {
    let gate = Gate::with_dns(|_| {}).await;
    let mut session = gate.session().await;
    assert_eq!(send(&mut session, &for_verdict("reject").login("ines")).await.word(), "passed");
    // The MTA says anew at each MAIL what holds for it; one without a login says nothing of it.
    session.macros(MacroStage::Mail, [("{mail_addr}", "bounce@mailhub.example")]).await.unwrap();
    assert_eq!(send(&mut session, &for_verdict("reject")).await.word(), "reject");
}

#[tokio::test]
async fn a_report_is_never_refused_held_or_tagged() {
    let gate = Gate::with_dns(|_| {}).await;
    for word in ["tag", "quarantine", "reject", "tempfail"] {
        let outcome = gate.send(&for_verdict(word).to(&["Spoof@Elance.com"])).await;
        assert_eq!((&outcome.status, outcome.held(), outcome.subject()), (&Status::Accept, None, None), "{word}");
        assert!(outcome.header("X-Spoof-Verdict").contains("passed=report-mailbox"), "{outcome:?}");
    }
    // A report mailbox among others shields no forgery, and still no report is lost.
    let outcome = gate.send(&for_verdict("reject").to(&["member@example.net", "spoof@elance.com"])).await;
    assert_eq!(outcome.word(), "quarantine", "{outcome:?}");
}

#[tokio::test]
async fn monitor_mode_says_everything_and_does_nothing() {
    let gate = Gate::with_dns(|c| c.policy.mode = Mode::Monitor).await;
    for word in ["accept", "tag", "quarantine", "reject", "tempfail"] {
        let outcome = gate.send(&for_verdict(word)).await;
        assert_eq!((&outcome.status, outcome.held(), outcome.subject()), (&Status::Accept, None, None), "{word}");
        let verdict = outcome.header("X-Spoof-Verdict");
        assert!(verdict.starts_with(&format!("{word}; ")) && verdict.ends_with("; mode=monitor"), "{verdict}");
    }
}
