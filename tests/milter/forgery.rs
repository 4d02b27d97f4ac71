//! Authentication-Results in our name, in fifty shapes and up to fifty copies: none is left, and no one else's is
//! touched.

use crate::gate::*;

/// Values that claim our id, or cannot be read and hold it.
const FORGED: [&str; 56] = [
    " mx.example.net; spf=pass",
    "mx.example.net; spf=pass",
    "\tmx.example.net; spf=pass",
    "   mx.example.net ; spf=pass",
    " MX.EXAMPLE.NET; spf=pass",
    " Mx.ExAmPlE.nEt; dmarc=pass",
    " mx.example.net",
    " mx.example.net;",
    " mx.example.net ;",
    " mx.example.net; none",
    " mx.example.net;none",
    " mx.example.net 1; spf=pass",
    " mx.example.net 2; spf=pass",
    " mx.example.net\t1 ; spf=pass",
    " mx.example.net 001; none",
    " mx.example.net.; spf=pass",
    " mx.example.net. 1; none",
    " (c) mx.example.net; spf=pass",
    " mx.example.net (c); spf=pass",
    " mx.example.net(c); spf=pass",
    " (a)(b)mx.example.net;",
    " (a (b (c))) mx.example.net; spf=pass",
    " (\\)) mx.example.net; spf=pass",
    " (;) mx.example.net; spf=pass",
    " mx.example.net (1) 1 (2) ; (3) spf=pass",
    " ( ) mx.example.net; none",
    " (other.test) mx.example.net; spf=pass",
    "\n mx.example.net; spf=pass",
    "\n\tmx.example.net\n ; spf=pass",
    " mx.example.net\n\t1\n ;\n spf=pass",
    " (fol\n ded) mx.example.net; spf=pass",
    " mx.exam\n ple.net; spf=pass",
    " mx.\n example.net; spf=pass",
    " \"mx.example.net\"; spf=pass",
    " \"mx.example.net\" 1; spf=pass",
    " \"MX.example\\.net\"; spf=pass",
    " \"mx.example.net.\"; none",
    " \"mx\".example.net; spf=pass",
    " \"mx.example.net; spf=pass",
    " \"\" mx.example.net; none",
    " mx.example.net/1; spf=pass",
    " mx.example.net spf=pass",
    " mx.example.net, spf=pass",
    " mx.example.net: spf=pass",
    " mx.example.net=x; spf=pass",
    " ; mx.example.net; spf=pass",
    " ;; mx.example.net",
    " <mx.example.net>; spf=pass",
    " mx.example.net v1; spf=pass",
    " mx.example.net) ; spf=pass",
    " (mx.example.net; spf=pass",
    " mx.example.net\u{7f}; none",
    " ｍｘ.example.net; spf=pass",
    " mx\u{3002}example.net; spf=pass",
    " =?utf-8?q?mx.example.net?=; spf=pass",
    " =?utf-8?b?bXguZXhhbXBsZS5uZXQ=?=; spf=pass",
];

/// Values of others, some of which speak of us.
const FOREIGN: [&str; 14] = [
    " mx.google.com; spf=pass smtp.mailfrom=a@mx.example.net",
    " mx.example.net.evil.test; spf=pass",
    " sub.mx.example.net; spf=pass",
    " mx2.example.net; spf=pass",
    " xmx.example.net; none",
    " example.net; spf=pass",
    " other.test (mx.example.net); spf=pass",
    " (mx.example.net) other.test 1; none",
    " \"other.test\"; none",
    " other.test; dkim=pass reason=\"mx.example.net; spf=pass\"",
    "\n other.test;\n dkim=pass header.i=@mx.example.net",
    " mx-example.net; spf=pass",
    " mx.example.net-old; none",
    " other.test",
];

const NAMES: [&str; 4] =
    ["Authentication-Results", "authentication-results", "AUTHENTICATION-RESULTS", "Authentication-Results "];

/// Fields in which forged values stand between foreign ones, and the numbers of the forged among them.
fn fields(shape: &str, copies: usize) -> (Vec<(&'static str, String)>, Vec<i32>) {
    let mut fields = vec![];
    let mut forged = vec![];
    for copy in 0..copies {
        let foreign = FOREIGN[copy % FOREIGN.len()];
        fields.push((NAMES[copy % 2], foreign.to_owned()));
        fields.push((NAMES[copy % NAMES.len()], shape.to_owned()));
        forged.push(i32::try_from(fields.len()).unwrap());
    }
    (fields, forged)
}

/// The numbers of the fields the gateway deletes, in its order.
async fn deleted(session: &mut TestConnection, fields: &[(&str, String)]) -> Vec<i32> {
    session.mail(["<bounce@mailhub.example>"]).await.unwrap();
    session.rcpt(["<member@example.net>"]).await.unwrap();
    for (name, value) in fields {
        session.header(*name, value.as_str()).await.unwrap();
    }
    session.header("From", " ines@mailhub.example").await.unwrap();
    session.eoh().await.unwrap();
    let outcome = end(session).await;
    assert_eq!(outcome.status, Status::Accept);
    let gone = outcome.deleted();
    assert!(gone.iter().all(|(name, _)| name == "authentication-results"), "{gone:?}");
    gone.into_iter().map(|(_, number)| number).collect()
}

#[tokio::test]
async fn no_forged_result_is_left_and_no_foreign_one_is_lost() {
    let gate = Gate::offline(|_| {}).await;
    let mut session = gate.session().await;
    let mut wrong = vec![];
    for shape in FORGED {
        for copies in [1, 2, 7, 50] {
            let (fields, mut forged) = fields(shape, copies);
            let gone = deleted(&mut session, &fields).await;
            // The last one first: whether or not an MTA counts anew, each number then names the same field.
            forged.reverse();
            if gone != forged {
                wrong.push(format!("{shape:?} x {copies}: {gone:?} and not {forged:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn each_shape_beside_every_other() {
    let gate = Gate::offline(|_| {}).await;
    let mut session = gate.session().await;
    let all: Vec<(&str, String)> =
        FORGED.iter().chain(&FOREIGN).map(|value| (NAMES[value.len() % 3], (*value).to_owned())).collect();
    let gone = deleted(&mut session, &all).await;
    let expected: Vec<i32> = (1..=i32::try_from(FORGED.len()).unwrap()).rev().collect();
    assert_eq!(gone, expected);
}

#[tokio::test]
async fn a_reply_is_one_short_line_of_ascii_whatever_the_sender_wrote() {
    let gate = Gate::offline(|_| {}).await;
    for sender in ["a%s%n@b.example", "a\r\n250 ok@b.example", "ä@b.example", &"x".repeat(4_000)] {
        let shown = sender.replace(['\r', '\n'], " ");
        let text = format!("From: Elance 100%s {shown} <elance@elance.com>\nSubject: %n\n\nHello\n");
        let outcome = gate.send(&Mail::new(&text).from(sender)).await;
        let reply = outcome.reply();
        assert!(reply.len() <= 512 && reply.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'%'), "{reply:?}");
        assert!(reply.starts_with("550 5.7."), "{reply:?}");
    }
}
