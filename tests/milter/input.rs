//! Bad input: empty, endless, noise, and shapes made to exhaust. Each gets an answer in bounded time, and nothing is
//! lost.

use crate::gate::*;
use std::io::Write;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest time for any message here, unoptimised and on a busy machine.
const BOUND: Duration = Duration::from_secs(50);

async fn timed(gate: &Gate, mail: &Mail) -> Outcome {
    let start = Instant::now();
    let outcome = gate.send(mail).await;
    assert!(start.elapsed() < BOUND, "it took {:?}", start.elapsed());
    outcome
}

#[tokio::test]
async fn empty_messages_are_judged() {
    let gate = Gate::with_dns(|_| {}).await;
    // Nothing at all, not even the end of a header.
    let mut session = gate.session().await;
    session.mail(["<>"]).await.unwrap();
    session.rcpt(["<member@example.net>"]).await.unwrap();
    let outcome = end(&mut session).await;
    assert!(!outcome.header("X-Spoof-Verdict").is_empty(), "{outcome:?}");
    for raw in ["", "\n", "\n\n\n"] {
        let outcome = send(&mut session, &Mail::new(raw)).await;
        assert!(!outcome.header("X-Spoof-Verdict").is_empty(), "{outcome:?}");
    }
}

#[tokio::test]
async fn an_end_without_a_message_lets_nothing_through() {
    let gate = Gate::offline(|_| {}).await;
    let open = TestConnection::configure().exact_leading_space(true).read_timeout(Duration::from_millis(300));
    let mut session = open.open_tcp(gate.address()).await.unwrap();
    greet(&mut session, STRANGER.into_info()).await;
    assert_eq!(send(&mut session, &for_verdict("accept")).await.status, Status::Accept);
    // No MAIL since the last message: it gets no answer, and none that would let something through unseen.
    assert!(session.eom().await.is_err());
}

#[tokio::test]
async fn addresses_of_any_shape_are_taken() {
    let gate = Gate::with_dns(|_| {}).await;
    for from in ["", "no-domain", "a@b@c", "@", "\u{fc}@\u{fc}.example", "x@[203.0.113.1]", "a\"b c\"@d.example"] {
        let outcome = gate.send(&for_verdict("accept").from(from)).await;
        assert!(!outcome.header("X-Spoof-Verdict").is_empty(), "{from}: {outcome:?}");
    }
}

#[tokio::test]
async fn what_is_longer_than_the_limit_is_judged_by_its_beginning() {
    let gate = Gate::with_dns(|c| c.milter.max_message_bytes = 1000).await;
    let long = |n: usize| {
        let mut mail = for_verdict("accept");
        mail.raw.extend(b"0123456789abcde\r\n".repeat(n));
        mail
    };
    let mut session = gate.session().await;
    begin(&mut session, &long(1)).await;
    assert_eq!(session.body(vec![b'x'; 100]).await.unwrap(), Status::Continue);
    assert_eq!(session.body(vec![b'x'; 2000]).await.unwrap(), Status::Skip, "the rest need not be sent");
    let outcome = end(&mut session).await;
    assert!(outcome.header("X-Spoof-Signals").contains("limit-reached"), "{outcome:?}");
    assert_eq!(gate.metric("limit_hits_total"), 1);
    // The next message starts anew, and an MTA that knows no Skip gets Continue.
    assert_eq!(send(&mut session, &long(1)).await.header("X-Spoof-Signals"), "");
    let open = TestConnection::configure().available_opts(ProtoOpts::all() - ProtoOpts::SKIP);
    let mut session = open.exact_leading_space(true).open_tcp(gate.address()).await.unwrap();
    greet(&mut session, STRANGER.into_info()).await;
    begin(&mut session, &long(1)).await;
    assert_eq!(session.body(vec![b'x'; 2000]).await.unwrap(), Status::Continue);
    assert!(end(&mut session).await.header("X-Spoof-Signals").contains("limit-reached"));
}

#[tokio::test]
async fn a_forgery_is_refused_however_much_follows_it() {
    let gate = Gate::with_dns(|c| c.milter.max_message_bytes = 100_000).await;
    let mut mail = for_verdict("reject");
    mail.raw.extend(b"all work and no play\r\n".repeat(50_000));
    let mut session = gate.session().await;
    assert_eq!(send(&mut session, &mail).await.word(), "reject");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_megabytes_are_answered() {
    // Unoptimised, on a busy machine, reading it may take longer than the 20 seconds that are plenty elsewhere.
    let gate = Gate::offline(|c| c.milter.message_timeout_secs = 60).await;
    let mut mail = Mail::new("From: a@b.example\nContent-Type: text/html\n\n");
    mail.raw.extend(b"<p>All work and no play makes Jack a dull boy <a href=x>y</a>\r\n".repeat(800_000));
    assert!(mail.raw.len() > 50_000_000 && mail.raw.len() < 50 << 20);
    let outcome = timed(&gate, &mail).await;
    assert_eq!(outcome.status, Status::Accept);
    assert!(!outcome.header("X-Spoof-Verdict").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn binary_noise_is_answered() {
    let gate = Gate::offline(|_| {}).await;
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut noise = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed.to_le_bytes()
    };
    for kind in ["text/plain", "text/html", "multipart/mixed; boundary=\"\"", "message/rfc822", "image/png"] {
        let mut mail = Mail::new(&format!("From: a@b.example\nContent-Type: {kind}\n\n"));
        (0..20_000).for_each(|_| mail.raw.extend(noise()));
        assert_eq!(timed(&gate, &mail).await.status, Status::Accept, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_of_a_megabyte_is_answered() {
    let gate = Gate::with_dns(|_| {}).await;
    let blow = |filler: &str| filler.repeat(1_000_000 / filler.len());
    for (name, filler) in
        [("X", "x"), ("Subject", "Elance "), ("From", "<a@b.example>, "), ("To", "((\\"), ("Received", "a\n ")]
    {
        let mut mail = Mail::new(&format!("{name}: {}\nFrom: Elance <support@elance.com>\n\nHello\n", blow(filler)));
        assert_eq!(timed(&gate, &mail).await.word(), "reject", "{name}");
        // Behind it all, the forged field is still seen and removed.
        mail = Mail::new(&format!("{name}: {}\nX-Spoof-Verdict: accept\n\nHello\n", blow(filler)))
            .to(&["spoof@elance.com"]);
        assert_eq!(timed(&gate, &mail).await.deleted(), [("x-spoof-verdict".to_owned(), 1)], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_parts_are_answered() {
    let gate = Gate::offline(|_| {}).await;
    let mut mail = Mail::new("From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n");
    for n in 0..10_000 {
        write!(mail.raw, "--b\r\nContent-Type: text/plain\r\n\r\npart {n}\r\n").unwrap();
    }
    let outcome = timed(&gate, &mail).await;
    assert!(outcome.header("X-Spoof-Signals").contains("limit-reached"), "{outcome:?}");
    let mut nested = Mail::new("From: a@b.example\n");
    for n in 0..10_000 {
        write!(nested.raw, "Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n").unwrap();
    }
    let outcome = timed(&gate, &nested).await;
    assert!(outcome.header("X-Spoof-Signals").contains("limit-reached"), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_field_behind_three_thousand_others_is_removed() {
    let gate = Gate::with_dns(|_| {}).await;
    let mail = Mail::new(&format!(
        "{}{}From: ines@mailhub.example\nAuthentication-Results: mx.example.net; dmarc=pass\n\nx\n",
        "X-Filler: y\n".repeat(2_000),
        "Authentication-Results: mx.elsewhere.example; dmarc=pass\n".repeat(1_000)
    ));
    let outcome = timed(&gate, &mail).await;
    assert_eq!(outcome.deleted(), [("authentication-results".to_owned(), 1_001)]);
    assert!(outcome.header("X-Spoof-Signals").contains("limit-reached"), "{outcome:?}");
    // All of them forged: all of them go, the last one first, or else nobody gets to see the message.
    let flood = |n| Mail::new(&format!("From: ines@mailhub.example\n{}\nx\n", "X-Spoof-Verdict: accept\n".repeat(n)));
    let gone: Vec<i32> = timed(&gate, &flood(400)).await.deleted().into_iter().map(|(_, index)| index).collect();
    assert_eq!(gone, (1..=400).rev().collect::<Vec<i32>>());
    assert_eq!(timed(&gate, &flood(3_000)).await.word(), "quarantine");
}

#[tokio::test]
async fn thousands_of_recipients_are_taken() {
    let gate = Gate::with_dns(|_| {}).await;
    let many: Vec<String> = (0..3_000).map(|n| format!("member{n}@example.net")).collect();
    let all: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(timed(&gate, &for_verdict("reject").to(&all)).await.word(), "reject");
}

#[tokio::test]
async fn what_is_no_milter_protocol_disturbs_nobody() {
    let gate = Gate::with_dns(|_| {}).await;
    let mut session = gate.session().await;
    begin(&mut session, &for_verdict("accept")).await;
    let long = [b'A'; 70_000];
    let negotiated = b"\0\0\0\x0dO\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff";
    let after = |tail: &[u8]| [&negotiated[..], tail].concat();
    let strange: [Vec<u8>; 9] = [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        b"EHLO me\r\nQUIT\r\n".to_vec(),
        vec![0; 64],
        long.to_vec(),
        b"\xff\xff\xff\xffO".to_vec(),
        after(b"\0\0\0\x01?"),
        after(b"\0\0\0\x04Cx\0Z"),
        after(b"\0\0\0\x01E"),
        after(b"\0\0\0\x05Lname"),
    ];
    for octets in strange {
        let mut stream = TcpStream::connect(gate.address()).await.unwrap();
        let _ = stream.write_all(&octets).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        // It is cut off, or answered and then at its end; it does not hang.
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "{}", octets.escape_ascii());
    }
    // Nothing sent at all, and a connection that stays.
    let _silent = TcpStream::connect(gate.address()).await.unwrap();
    assert_eq!(end(&mut session).await.word(), "accept");
    assert_eq!(gate.send(&for_verdict("reject")).await.word(), "reject");
}
