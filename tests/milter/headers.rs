//! Header fields: forged ones removed, the message rebuilt octet for octet, and MTAs that offer less than all.

use crate::corpus;
use crate::gate::*;
use spoof_milter::auth::Authenticator;
use spoof_milter::judge::judge;
use spoof_milter::mail::{Client, Envelope, Message};
use spoof_milter::policy::SignalMode;

/// The case id of a message as the command line would compute it from the very octets.
async fn case_id_of(raw: &[u8]) -> String {
    let envelope = Envelope {
        client: Client { ip: Some(STRANGER.into()), name: String::new() },
        mail_from: "bounce@mailhub.example".into(),
        rcpt_to: vec!["member@example.net".into()],
        ..Envelope::default()
    };
    let message = Message::parse(raw.to_vec(), true);
    judge(&envelope, &message, &policy(|_| {}), &Authenticator::offline()).await.case_id
}

const AWKWARD: &[u8] =
    b"X:no-space\r\nX-Tab:\tvalue\r\nX-Two:  blanks  \r\nX-Empty:\r\nX-Blank: \r\nX-Folded: a\r\n b\r\n\tc\r\n\
    X-Late:\r\n value\r\nSubject:  two  blanks \r\nFrom:ines@mailhub.example\r\nX-Bytes: \xe9\xff caf\xc3\xa9\r\n\
    x-lower: UPPER: colon: again\r\n\r\n  body \t\r\n\r\n.dot\r\nbare\nline\rends\r\nno end";

#[tokio::test]
async fn a_message_is_rebuilt_octet_for_octet() {
    let gate = Gate::offline(|_| {}).await;
    for raw in [AWKWARD, b"From: a@b.example\r\n\r\n", b"From: a@b.example\r\n\r\n\r\n\r\n", b"\r\nbody only"] {
        let outcome = gate.send(&Mail::raw(raw.to_vec())).await;
        assert_eq!(outcome.case_id(), case_id_of(raw).await, "{}", raw.escape_ascii());
    }
}

#[tokio::test]
async fn body_chunks_are_joined_as_they_came() {
    let gate = Gate::offline(|_| {}).await;
    let mut session = gate.session().await;
    let body = b"a\r\nb\r\r\n".repeat(20);
    begin(&mut session, &Mail::new("From: a@b.example\n\n")).await;
    for octet in &body {
        assert_eq!(session.body(vec![*octet]).await.unwrap(), Status::Continue);
    }
    let outcome = end(&mut session).await;
    assert_eq!(outcome.case_id(), case_id_of(&[b"From: a@b.example\r\n\r\n", &body[..]].concat()).await);
}

/// The awkward message signed in every way the corpus's keys allow.
fn signed(canonicalization: &str, algorithm: &str) -> Vec<u8> {
    let (selector, dir) = (if algorithm.starts_with("rsa") { "s1" } else { "ed" }, corpus::directory());
    let mut case = corpus::load_case(&dir.join("brand-from-unproven/near-spf-alone.toml"));
    case.raw = AWKWARD.to_vec();
    case.sign = vec![corpus::Sign {
        domain: "orchardmail.example".into(),
        selector: selector.into(),
        canonicalization: canonicalization.into(),
        algorithm: algorithm.into(),
        headers: ["From", "Subject", "X", "X-Tab", "X-Two", "X-Empty", "X-Blank", "X-Folded", "X-Late", "x-lower"]
            .map(str::to_owned)
            .to_vec(),
        body_length: false,
        time: 0,
        expires: 0,
        identity: String::new(),
        added: vec![],
        damage: String::new(),
    }];
    corpus::signed(&case, &dir.join("keys"))
}

#[tokio::test]
async fn signatures_over_awkward_fields_verify() {
    let gate = Gate::with_dns(|_| {}).await;
    for canonicalization in ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"] {
        for algorithm in ["rsa-sha256", "ed25519-sha256"] {
            let outcome = gate.send(&Mail::raw(signed(canonicalization, algorithm))).await;
            let results = outcome.header("Authentication-Results");
            assert!(results.contains("dkim=pass header.d=orchardmail.example"), "{canonicalization} {results}");
        }
    }
}

#[tokio::test]
async fn an_mta_that_takes_the_leading_blank_away_is_understood() {
    let gate = Gate::with_dns(|_| {}).await;
    let less = ProtoOpts::all() - ProtoOpts::LEADING_SPACE;
    let open = || TestConnection::configure().available_opts(less).exact_leading_space(true);
    let mut session = open().open_tcp(gate.address()).await.unwrap();
    assert!(!session.negotiated_opts().contains(ProtoOpts::LEADING_SPACE));
    greet(&mut session, STRANGER.into_info()).await;
    let outcome = send(&mut session, &Mail::raw(signed("relaxed/relaxed", "rsa-sha256"))).await;
    assert!(outcome.header("Authentication-Results").contains("dkim=pass"), "{outcome:?}");
    // The MTA puts the blank there itself.
    assert!(outcome.inserted().iter().all(|(_, value)| !value.starts_with(' ')), "{outcome:?}");
    let tagged = send(&mut session, &for_verdict("tag")).await;
    assert_eq!(tagged.subject().as_deref(), Some("[Suspected spoof] Your account"));
}

#[tokio::test]
async fn only_what_the_mta_offers_is_asked_for() {
    let gate = Gate::with_dns(|_| {}).await;
    // All options: as little chatter as can be, and exact values.
    let session = gate.session().await;
    let opts = session.negotiated_opts();
    assert!(opts.contains(ProtoOpts::LEADING_SPACE | ProtoOpts::SKIP | ProtoOpts::NOREPLY_HEADER), "{opts:?}");
    assert!(!opts.contains(ProtoOpts::NOREPLY_BODY), "a body chunk is answered, else Skip were impossible");
    assert_eq!(session.negotiated_actions(), Actions::ADD_HEADER | Actions::CHANGE_HEADER | Actions::QUARANTINE);
    // No options: every step is answered.
    let none = TestConnection::configure().available_opts(ProtoOpts::empty());
    let mut session = none.open_tcp(gate.address()).await.unwrap();
    assert_eq!(session.negotiated_opts(), ProtoOpts::empty());
    assert_eq!(session.connect("client.example", STRANGER).await.unwrap(), Status::Continue);
    assert_eq!(session.helo("client.example").await.unwrap(), Status::Continue);
    assert_eq!(session.unknown("NONSENSE").await.unwrap(), Status::Continue);
    assert_eq!(session.mail(["<a@b.example>"]).await.unwrap(), Status::Continue);
    assert_eq!(session.rcpt(["<member@example.net>"]).await.unwrap(), Status::Continue);
    assert_eq!(session.data().await.unwrap(), Status::Continue);
    assert_eq!(session.header("From", "a@b.example").await.unwrap(), Status::Continue);
    assert_eq!(session.eoh().await.unwrap(), Status::Continue);
    assert_eq!(session.body(b"x".to_vec()).await.unwrap(), Status::Continue);
    assert_eq!(session.eom().await.unwrap().1, Status::Accept);
}

#[tokio::test]
async fn an_mta_that_cannot_edit_or_hold_never_delivers_what_should_be_held() {
    let gate = Gate::with_dns(|_| {}).await;
    let forged_results = "Authentication-Results: mx.example.net; dmarc=pass\n";
    for actions in [Actions::ADD_HEADER, Actions::CHANGE_HEADER, Actions::QUARANTINE] {
        let open = TestConnection::configure().available_actions(actions).exact_leading_space(true);
        let mut session = open.open_tcp(gate.address()).await.unwrap();
        assert_eq!(session.negotiated_actions(), actions);
        greet(&mut session, STRANGER.into_info()).await;
        let honest = Mail::new(&format!("{forged_results}From: ines@mailhub.example\n\nHello\n"));
        let accepted = send(&mut session, &honest).await;
        assert_eq!(accepted.status, Status::Accept, "{actions:?}");
        assert_eq!(accepted.inserted().is_empty(), !actions.contains(Actions::ADD_HEADER));
        assert_eq!(accepted.deleted().is_empty(), !actions.contains(Actions::CHANGE_HEADER));
        let tagged = send(&mut session, &for_verdict("tag")).await;
        assert_eq!(
            (tagged.status.clone(), tagged.subject().is_some()),
            (Status::Accept, actions.contains(Actions::CHANGE_HEADER))
        );
        let held = send(&mut session, &for_verdict("quarantine")).await;
        let expected = if actions.contains(Actions::QUARANTINE) { "quarantine" } else { "tempfail" };
        assert_eq!(held.word(), expected, "{actions:?}");
        assert_eq!(send(&mut session, &for_verdict("reject")).await.word(), "reject");
    }
}

#[tokio::test]
async fn forged_fields_are_removed_from_the_last_to_the_first() {
    let gate = Gate::with_dns(|_| {}).await;
    let mail = Mail::new(
        "Authentication-Results: mx.example.net; dmarc=pass\n\
         Authentication-Results: mx.elsewhere.example; dmarc=pass\n\
         AUTHENTICATION-RESULTS: MX.Example.NET 1; dkim=pass\n\
         X-Spoof-Verdict: accept\n\
         authentication-results:\n (a (nested) comment) mx.example.net\n ; spf=pass\n\
         Authentication-Results: other.example; spf=pass smtp.mailfrom=mx.example.net\n\
         Authentication-Results:\"mx.example.net\"; spf=pass\n\
         x-spoof-reason: none\nX-SPOOF-Verdict: accept\n\
         Authentication-Results: mx.example.net.evil.example; spf=pass\n\
         ARC-Authentication-Results: i=1; mx.example.net; dmarc=pass\n\
         X-Spoofing: no\nX-Spoof-: x\n\
         Authentication-Results: (unclosed mx.example.net; spf=pass\n\
         From: ines@mailhub.example\nSubject: Lunch\n\nAt noon?\n",
    );
    let outcome = gate.send(&mail).await;
    let mut gone = outcome.deleted();
    for name in ["authentication-results", "x-spoof-verdict"] {
        let indexes: Vec<i32> = gone.iter().filter(|(n, _)| n == name).map(|(_, i)| *i).collect();
        assert!(indexes.is_sorted_by(|a, b| a > b), "{name}: highest first: {indexes:?}");
    }
    gone.sort();
    let expected = [
        ("authentication-results", 1),
        ("authentication-results", 3),
        ("authentication-results", 4),
        ("authentication-results", 6),
        ("authentication-results", 8),
        ("x-spoof-", 1),
        ("x-spoof-reason", 1),
        ("x-spoof-verdict", 1),
        ("x-spoof-verdict", 2),
    ];
    assert_eq!(gone, expected.map(|(n, i)| (n.to_owned(), i)));
    let first_insert = outcome.actions.iter().position(|a| matches!(a, EomAction::InsertHeader { .. }));
    let last_delete = outcome.actions.iter().rposition(|a| matches!(a, EomAction::DeleteHeader { .. }));
    assert!(last_delete < first_insert, "ours are not among those that are counted and deleted: {outcome:?}");
}

#[tokio::test]
async fn members_lose_forged_fields_and_trusted_networks_keep_theirs() {
    let gate = Gate::offline(|_| {}).await;
    let mail = Mail::new("X-Spoof-Verdict: accept\nFrom: ines@example.net\n\nHello\n");
    assert_eq!(gate.send(&mail.clone().login("ines")).await.deleted(), [("x-spoof-verdict".into(), 1)]);
    let mut session = session_at(gate.address(), [127, 0, 0, 1]).await;
    assert_eq!(send(&mut session, &mail).await.actions, []);
}

#[tokio::test]
async fn without_a_configured_id_the_mta_s_name_is_ours() {
    let gate = Gate::offline(|c| c.auth.authserv_id = String::new()).await;
    let mail = Mail::new("Authentication-Results: mx.example.net; dmarc=pass\nFrom: a@b.example\n\nHello\n");
    let outcome = gate.send(&mail).await;
    assert_eq!(outcome.deleted(), [("authentication-results".into(), 1)]);
    assert!(outcome.header("Authentication-Results").starts_with("mx.example.net;"), "{outcome:?}");
}

#[tokio::test]
async fn a_subject_is_made_where_there_is_none() {
    let gate = Gate::offline(|c| {
        let setting = c.signals.entry("brand-display-name".into()).or_default();
        (setting.points, setting.mode) = (Some(40), SignalMode::Enforce);
    })
    .await;
    let outcome = gate.send(&Mail::new("From: Elance <a@b.example>\n\nHello\n")).await;
    assert_eq!(outcome.subject().as_deref(), Some(" [Suspected spoof]"));
}

#[tokio::test]
async fn nothing_a_forger_writes_starts_a_line_of_our_fields() {
    let gate = Gate::offline(|_| {}).await;
    let mail = Mail::new(
        "From: =?utf-8?q?Elance=0D=0ABcc:_x@y.example=0D=0A=0D=0Abody?= <a@b.example>\n\
         Subject: =?utf-8?q?x=0AX-Spoof-Verdict:_accept?=\n\nHello\n",
    );
    let outcome = gate.send(&mail).await;
    for (name, value) in outcome.inserted() {
        assert!(value.lines().skip(1).all(|l| l.starts_with(' ')) && !value.contains('\r'), "{name}: {value:?}");
    }
}

/// Messages sent at once: below what the gateway serves, and few enough for a client that polls them all.
const SENDERS_AT_ONCE: usize = 64;

/// What the milter says is what the expectation says, for every message of the corpus.
#[tokio::test(flavor = "multi_thread")]
async fn every_corpus_message_gets_the_same_verdict_over_the_socket() {
    let gate = Gate::with_dns(|_| {}).await;
    let mut wrong = Vec::new();
    let cases = corpus::load(&corpus::directory());
    for some in cases.chunks(SENDERS_AT_ONCE) {
        let senders = some.iter().filter(|c| carried_exactly(&c.raw)).map(|case| judged(&gate, case)).collect();
        for answer in join_all(senders).await {
            wrong.extend(answer);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Headers with garbage lines or NUL are changed by an MTA before a milter sees them.
fn carried_exactly(raw: &[u8]) -> bool {
    let header = &raw[..raw.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(raw.len())];
    let field = |l: &[u8]| l.starts_with(b" ") || l.starts_with(b"\t") || l.contains(&b':');
    !header.contains(&0) && header.split(|b| *b == b'\n').all(field)
}

async fn judged(gate: &Gate, case: &corpus::Case) -> Option<String> {
    let e = &case.envelope;
    let client = e.client.ip.map_or(SocketInfo::Unknown, |ip| SocketInfo::Inet((ip, 25).into()));
    let mut session = TestConnection::configure().exact_leading_space(true).open_tcp(gate.address()).await.unwrap();
    session.macros(MacroStage::Connect, [("j", OUR_ID)]).await.unwrap();
    session.connect("client", client).await.unwrap();
    session.helo(e.helo.clone()).await.unwrap();
    let mail =
        Mail { from: e.mail_from.clone(), to: e.rcpt_to.clone(), login: e.auth_user.clone(), raw: case.raw.clone() };
    let outcome = send(&mut session, &mail).await;
    let word = if outcome.word() == "passed" { "accept" } else { outcome.word() };
    let signals = outcome.header("X-Spoof-Signals");
    let said = |id: &String| signals.is_empty() || signals.contains(&format!("{id}("));
    let same = word == case.action && case.signals.iter().all(said);
    (!same).then(|| format!("{}: expected {} {:?}, got {outcome:?}", case.name, case.action, case.signals))
}

async fn join_all<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut pending: Vec<_> = futures.into_iter().map(|f| Some(Box::pin(f))).collect();
    let mut done: Vec<Option<T>> = pending.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        for (slot, out) in pending.iter_mut().zip(&mut done) {
            if let Some(std::task::Poll::Ready(value)) = slot.as_mut().map(|f| f.as_mut().poll(cx)) {
                (*slot, *out) = (None, Some(value));
            }
        }
        if pending.iter().all(Option::is_none) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}
