//! The gateway over real sockets, with a judge of the test's choice: what it reads, what it answers, what it survives.

use crate::bench::{Bench, begin, by_subject, end, held, inserted, introduce, policy, reply, send, send_to, text};
use indymilter_test::{EomAction, MacroStage, ProtoOpts, Status, TestConnection};
use spoof_milter::judge::policy_of;
use spoof_milter::policy::ConfigError;
use spoof_milter::serve::Gateway;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn two_messages_of_a_connection_know_nothing_of_each_other() {
    let bench = Bench::start("").await;
    let mut mta = bench.stranger().await;
    begin(&mut mta, &["one@example.net"], &[("X-Spoof-Verdict", "accept"), ("Subject", "quarantine")]).await;
    let (actions, status) = end(&mut mta).await;
    assert!(held(&actions) && status == Status::Accept);
    let (actions, status) = send_to(&mut mta, &["two@example.net"], "good").await;
    assert!(!held(&actions) && status == Status::Accept);
    assert!(!actions.iter().any(|a| matches!(a, EomAction::DeleteHeader { .. })));
    let (envelope, message) = bench.last();
    assert_eq!(envelope.rcpt_to, ["two@example.net"]);
    assert_eq!(envelope.mail_from, "sender@example.org");
    assert_eq!(envelope.queue_id, "4bXqueue");
    assert_eq!((envelope.mta_name.as_str(), envelope.helo.as_str()), ("mx.example.net", "client.example.org"));
    assert_eq!(message.raw(), b"From: a@example.org\r\nSubject: good\r\n\r\nbody\r\n");
    assert_eq!(bench.metric("in_progress"), "0");
}

#[tokio::test]
async fn an_aborted_message_leaves_nothing_behind() {
    let bench = Bench::start("").await;
    let mut mta = bench.stranger().await;
    begin(&mut mta, &["one@example.net"], &[("Subject", "reject")]).await;
    mta.abort().await.unwrap();
    // Another RSET, and a MAIL without any abort before it.
    mta.abort().await.unwrap();
    begin(&mut mta, &["two@example.net"], &[("Subject", "tag")]).await;
    let (actions, status) = send_to(&mut mta, &["three@example.net"], "good").await;
    assert_eq!(status, Status::Accept);
    assert!(inserted(&actions, "X-Spoof-Signals").is_none());
    assert_eq!(bench.last().0.rcpt_to, ["three@example.net"]);
    assert_eq!((bench.judged(), bench.metric("in_progress")), (1, "0".to_owned()));
}

#[tokio::test]
async fn forged_results_are_deleted_backwards_before_ours_are_put_on_top() {
    let bench = Bench::start("").await;
    let mut mta = bench.stranger().await;
    let fields = [
        ("Authentication-Results", "mx.example.net; spf=pass"),
        ("X-Spoof-Verdict", "accept"),
        ("AUTHENTICATION-RESULTS", "other.example; spf=pass"),
        ("authentication-results", "MX.Example.NET. 1; dkim=pass"),
        ("Authentication-Results", "(c) \"mx.example.net\"\n ; dmarc=pass"),
        ("x-spoof-verdict", "accept"),
        ("Subject", "tag"),
    ];
    begin(&mut mta, &["one@example.net"], &fields).await;
    let (actions, status) = end(&mut mta).await;
    assert_eq!(status, Status::Accept);
    let deleted: Vec<(String, i32)> = actions
        .iter()
        .map_while(|a| match a {
            EomAction::DeleteHeader { name, index } => Some((text(name).to_ascii_lowercase(), *index)),
            _ => None,
        })
        .collect();
    let numbers = |name: &str| deleted.iter().filter(|d| d.0 == name).map(|d| d.1).collect::<Vec<_>>();
    assert_eq!(numbers("authentication-results"), [4, 3, 1]);
    assert_eq!(numbers("x-spoof-verdict"), [2, 1]);
    let rest = &actions[deleted.len()..];
    assert!(matches!(&rest[0], EomAction::ChangeHeader { name, index: 1, value }
        if text(name) == "Subject" && text(value) == " [Suspected spoof] tag"));
    let names: Vec<String> = rest[1..]
        .iter()
        .map(|a| match a {
            EomAction::InsertHeader { index: 0, name, .. } => text(name),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["X-Spoof-Reason", "X-Spoof-Signals", "X-Spoof-Verdict", "Authentication-Results"]);
    assert!(inserted(&actions, "Authentication-Results").unwrap().starts_with(" mx.example.net;"));
}

#[tokio::test]
async fn a_flood_of_forged_fields_is_bounded_and_held() {
    let bench = Bench::start("").await;
    let mut mta = bench.stranger().await;
    let mut fields = vec![("X-Spoof-Verdict", "accept"); 3000];
    fields.push(("Authentication-Results", "mx.example.net; dmarc=pass"));
    begin(&mut mta, &["one@example.net"], &fields).await;
    let (actions, status) = end(&mut mta).await;
    assert!(held(&actions) && status == Status::Accept);
    assert_eq!(actions.iter().filter(|a| matches!(a, EomAction::DeleteHeader { .. })).count(), 501);
    // Many of one kind do not shield the other.
    assert!(
        matches!(&actions[0], EomAction::DeleteHeader { name, index: 1 } if text(name) == "Authentication-Results")
    );
    assert!(inserted(&actions, "X-Spoof-Verdict").unwrap().replace('\n', "").contains("limits="));
}

#[tokio::test]
async fn our_fields_say_why_and_cannot_be_injected_into() {
    let bench = Bench::start("").await;
    let (actions, _) = send(&mut bench.stranger().await, "quarantine").await;
    let verdict = inserted(&actions, "X-Spoof-Verdict").unwrap().replace('\n', "");
    let begin = " quarantine; score=100; ladder=30/60/100; brand=Elance; case=case0123456789ab; policy=";
    assert!(verdict.starts_with(begin), "{verdict}");
    assert_eq!(inserted(&actions, "X-Spoof-Signals").unwrap(), " brand-from-unproven(100)");
    let reason = inserted(&actions, "X-Spoof-Reason").unwrap();
    assert!(reason.contains("says elance.com") && reason.contains("\\u{202e}"));
    assert!(reason.is_ascii() && !reason.contains('\r'));
    assert!(reason.split('\n').skip(1).all(|line| line.starts_with(' ')));
    let hold = actions.iter().find_map(|a| match a {
        EomAction::Quarantine { reason } => Some(text(reason)),
        _ => None,
    });
    assert!(hold.is_some_and(|r| r.contains("case=case0123456789ab") && r.len() <= 200 && !r.contains('%')));
}

#[tokio::test]
async fn refusals_are_generic_and_name_the_case() {
    let bench = Bench::start("").await;
    let mut mta = bench.stranger().await;
    let (actions, status) = send(&mut mta, "reject").await;
    assert!(actions.is_empty() && matches!(status, Status::Reject { .. }));
    let refused = reply(&status);
    assert!(refused.starts_with("550 5.7.26 Message refused") && refused.ends_with("case0123456789ab"));
    let (actions, status) = send(&mut mta, "defer").await;
    assert!(actions.is_empty() && matches!(status, Status::Tempfail { .. }));
    assert!(reply(&status).starts_with("451 4.7.0 Sender could not be verified"));
    assert_eq!(bench.metric("deferred_total"), "1");
    assert_eq!(bench.metric("messages_total{action=\"reject\",mode=\"enforce\"}"), "1");
}

#[tokio::test]
async fn monitor_mode_only_adds_headers() {
    let bench = Bench::start("[policy]\nmode = \"monitor\"").await;
    let mut mta = bench.stranger().await;
    for subject in ["tag", "quarantine", "reject", "defer", "panic"] {
        let (actions, status) = send(&mut mta, subject).await;
        assert_eq!(status, Status::Accept, "{subject}");
        assert!(actions.iter().all(|a| matches!(a, EomAction::InsertHeader { .. })), "{subject}: {actions:?}");
        let verdict = inserted(&actions, "X-Spoof-Verdict").unwrap();
        assert!(verdict.contains("mode=monitor"), "{verdict}");
    }
}

#[tokio::test]
async fn octets_are_rebuilt_exactly() {
    let bench = Bench::start("").await;
    let mut mta = TestConnection::configure().exact_leading_space(true).open_tcp(bench.address()).await.unwrap();
    introduce(&mut mta, crate::bench::STRANGER).await;
    let fields =
        [("From", " a@example.org"), ("X-A", "tight"), ("X-B", "\ttab\n\tfold"), ("X-C", ""), ("Subject", "  s ")];
    begin(&mut mta, &["one@example.net"], &fields).await;
    mta.eoh().await.unwrap();
    mta.body(&b"a\r"[..]).await.unwrap();
    mta.body(&b"\nb\0\xff"[..]).await.unwrap();
    mta.eom().await.unwrap();
    let expected =
        b"From: a@example.org\r\nX-A:tight\r\nX-B:\ttab\r\n\tfold\r\nX-C:\r\nSubject:  s \r\n\r\na\r\nb\0\xff";
    assert_eq!(bench.last().1.raw(), expected);
}

#[tokio::test]
async fn an_mta_that_offers_little_is_served() {
    let bench = Bench::start("").await;
    let offered = ProtoOpts::NO_CONNECT | ProtoOpts::NO_HELO;
    let mut mta = TestConnection::configure().available_opts(offered).open_tcp(bench.address()).await.unwrap();
    introduce(&mut mta, crate::bench::STRANGER).await;
    let (actions, status) = send(&mut mta, "tag").await;
    assert_eq!(status, Status::Accept);
    assert_eq!(bench.last().1.raw(), b"From: a@example.org\r\nSubject: tag\r\n\r\nbody\r\n");
    assert!(inserted(&actions, "X-Spoof-Verdict").unwrap().starts_with("tag;"));
    let tagged =
        |a: &EomAction| matches!(a, EomAction::ChangeHeader { value, .. } if text(value) == "[Suspected spoof] tag");
    assert!(actions.iter().any(tagged));
}

#[tokio::test]
async fn what_cannot_be_held_is_not_delivered() {
    let bench = Bench::start("").await;
    let few = indymilter_test::Actions::ADD_HEADER;
    let mut mta = TestConnection::configure().available_actions(few).open_tcp(bench.address()).await.unwrap();
    introduce(&mut mta, crate::bench::STRANGER).await;
    let (actions, status) = send(&mut mta, "quarantine").await;
    assert!(actions.is_empty() && matches!(status, Status::Tempfail { .. }));
}

#[tokio::test]
async fn a_long_message_is_skipped_cut_and_answered() {
    let bench = Bench::start("[milter]\nmax_message_bytes = 100000").await;
    let mut mta = bench.stranger().await;
    begin(&mut mta, &["one@example.net"], &[("Subject", "good")]).await;
    mta.eoh().await.unwrap();
    assert_eq!(mta.body(vec![b'x'; 60_000]).await.unwrap(), Status::Continue);
    assert_eq!(mta.body(vec![b'x'; 60_000]).await.unwrap(), Status::Skip);
    let (_, status) = mta.eom().await.unwrap();
    assert_eq!(status, Status::Accept);
    let (_, message) = bench.last();
    assert!(!message.complete && message.raw().len() == 100_000);
    // The next one is whole again.
    send(&mut mta, "good").await;
    assert!(bench.last().1.complete);
}

#[tokio::test]
async fn trusted_and_authenticated_clients_are_passed() {
    let bench = Bench::start("[auth]\ntrusted_networks = [\"198.51.100.0/24\"]").await;
    let fields =
        [("X-Spoof-Verdict", "accept"), ("Authentication-Results", "mx.example.net; spf=pass"), ("Subject", "reject")];

    let mut mta = TestConnection::open(bench.address()).await.unwrap();
    introduce(&mut mta, [198, 51, 100, 7]).await;
    begin(&mut mta, &["one@example.net"], &fields).await;
    assert_eq!(end(&mut mta).await, (vec![], Status::Accept));
    assert_eq!(bench.metric("passed_total{why=\"trusted-network\"}"), "1");

    let mut mta = bench.stranger().await;
    mta.macros(MacroStage::Mail, [("{auth_authen}", "user"), ("{auth_type}", "PLAIN")]).await.unwrap();
    begin(&mut mta, &["one@example.net"], &fields).await;
    let (actions, status) = end(&mut mta).await;
    assert_eq!(status, Status::Accept);
    assert!(actions.len() == 2 && actions.iter().all(|a| matches!(a, EomAction::DeleteHeader { index: 1, .. })));
    assert_eq!(bench.metric("passed_total{why=\"authenticated-client\"}"), "1");

    let mut mta = TestConnection::open(bench.address()).await.unwrap();
    mta.connect("localhost", "/run/mta.sock").await.unwrap();
    assert_eq!(send(&mut mta, "reject").await, (vec![], Status::Accept));
    assert_eq!(bench.judged(), 0);

    // An MTA that never said who the client is gets no trust for it.
    let mut mta = TestConnection::open(bench.address()).await.unwrap();
    assert!(matches!(send(&mut mta, "reject").await.1, Status::Reject { .. }));
}

#[tokio::test]
async fn reports_arrive_whatever_they_quote() {
    let bench = Bench::start("").await;
    let mut mta = bench.stranger().await;
    for subject in ["tag", "quarantine", "reject", "defer"] {
        let (actions, status) = send_to(&mut mta, &["Spoof@elance.com"], subject).await;
        assert_eq!(status, Status::Accept, "{subject}");
        assert!(actions.iter().all(|a| matches!(a, EomAction::InsertHeader { .. })), "{subject}");
        assert!(inserted(&actions, "X-Spoof-Verdict").unwrap().replace('\n', "").contains("passed=report-mailbox"));
    }
    // As one of several recipients it opens no door, but the report is not lost.
    for subject in ["reject", "quarantine"] {
        let (actions, status) = send_to(&mut mta, &["spoof@elance.com", "member@example.net"], subject).await;
        assert!(held(&actions) && status == Status::Accept);
    }
}

#[tokio::test]
async fn a_judge_that_panics_or_hangs_costs_one_message_a_retry() {
    let bench = Bench::start("[milter]\nmessage_timeout_secs = 1").await;
    let mut mta = bench.stranger().await;
    for (subject, metric) in [("panic", "panics_total"), ("hang", "timeouts_total")] {
        for _ in 0..2 {
            let (actions, status) = send(&mut mta, subject).await;
            assert!(actions.is_empty(), "{subject}");
            assert!(reply(&status).starts_with("451 4.7.1 "), "{subject}");
            assert_eq!(send(&mut mta, "good").await.1, Status::Accept);
        }
        // The third time a person looks at it.
        let (actions, status) = send(&mut mta, subject).await;
        assert!(held(&actions) && status == Status::Accept, "{subject}");
        let verdict = inserted(&actions, "X-Spoof-Verdict").unwrap();
        assert!(verdict.starts_with(" quarantine; policy=") && verdict.contains("; error="), "{verdict}");
        assert_eq!(bench.metric(metric), "3");
    }
    assert_eq!(bench.metric("in_progress"), "0");
}

#[tokio::test]
async fn a_unix_socket_has_its_mode_replaces_a_stale_one_and_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("milter.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let text =
        format!("[milter]\nlisten = [\"unix:{}\"]\nsocket_mode = \"0620\"\n[metrics]\nlisten = \"\"", path.display());
    let start = || Gateway::new().with_judge(by_subject().0).start(policy_of(&text, "test").unwrap());
    let running = start().await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o620);
    let in_use = start().await.err().unwrap();
    assert!(in_use.to_string().contains("another process listens there"), "{in_use}");
    let mut mta = TestConnection::configure().open_unix(&path).await.unwrap();
    introduce(&mut mta, crate::bench::STRANGER).await;
    assert!(held(&send(&mut mta, "quarantine").await.0));
    running.shutdown().await;
    assert!(!path.exists());
    std::fs::write(&path, "precious").unwrap();
    assert!(start().await.is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test]
async fn a_reload_concerns_the_next_connection_and_a_bad_file_nobody() {
    let bench = Bench::start("").await;
    let (old, mut before) = (bench.running.policy().id.clone(), bench.stranger().await);
    bench.running.reload(Err(ConfigError("line 3: no".to_owned())));
    assert_eq!((bench.running.policy().id.clone(), bench.metric("config_last_reload_success")), (old, "0".to_owned()));
    bench.running.reload(Ok(policy("[policy]\nmode = \"monitor\"")));
    assert_eq!(bench.metric("config_last_reload_success"), "1");
    assert!(held(&send(&mut before, "quarantine").await.0));
    assert!(!held(&send(&mut bench.stranger().await, "quarantine").await.0));
}

#[tokio::test]
async fn shutdown_lets_a_message_in_progress_finish_and_no_other_begin() {
    let bench = Bench::start("[metrics]\nlisten = \"127.0.0.1:0\"").await;
    let (address, http) = (bench.address(), bench.running.http.unwrap());
    assert!(get(http, "/readyz").await.starts_with("HTTP/1.1 200"));
    assert!(get(http, "/metrics").await.contains("spoof_milter_build_info{version=\""));
    let mut mta = bench.stranger().await;
    begin(&mut mta, &["one@example.net"], &[("Subject", "quarantine")]).await;
    let mut in_progress = bench.running.in_progress();
    in_progress.wait_for(|n| *n == 1).await.unwrap();
    let down = tokio::spawn(bench.running.shutdown());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(get(http, "/readyz").await.starts_with("HTTP/1.1 503"));
    assert!(get(http, "/livez").await.starts_with("HTTP/1.1 200"));
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert!(!down.is_finished());
    let (actions, status) = end(&mut mta).await;
    assert!(held(&actions) && status == Status::Accept);
    tokio::time::timeout(Duration::from_secs(5), down).await.unwrap().unwrap();
}

#[tokio::test]
async fn strange_octets_on_the_port_disturb_nobody() {
    let bench = Bench::start("").await;
    let mut mta = bench.stranger().await;
    for noise in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xff; 64], &[0; 64], &[0, 0, 0, 1, b'Z']] {
        let mut stream = tokio::net::TcpStream::connect(bench.address()).await.unwrap();
        stream.write_all(noise).await.unwrap();
        stream.shutdown().await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    assert!(held(&send(&mut mta, "quarantine").await.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_message_holds_up_no_other_connection() {
    let (by_subject, seen) = by_subject();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    // Keeps its thread busy, as reading and hashing do, until the others have their answers.
    let judge: spoof_milter::milter::Judge = std::sync::Arc::new(move |envelope, message, policy| {
        if message.raw().len() > 256 * 1024 {
            let _ = released.lock().unwrap().recv();
        }
        by_subject(envelope, message, policy)
    });
    let bench = Bench::judged_by(judge, seen, "").await;
    let mut large = bench.stranger().await;
    let large = tokio::spawn(async move {
        begin(&mut large, &["one@example.net"], &[("Subject", "quarantine")]).await;
        large.eoh().await.unwrap();
        for _ in 0..10 {
            large.body(vec![b'x'; 60_000]).await.unwrap();
        }
        large.eom().await.unwrap()
    });
    let more_than_workers = 2 * std::thread::available_parallelism().unwrap().get() + 1;
    for _ in 0..more_than_workers {
        let mut mta = bench.stranger().await;
        let answered = tokio::time::timeout(Duration::from_secs(10), send(&mut mta, "good")).await;
        assert!(answered.is_ok(), "a small message waited for a large one");
    }
    assert!(!large.is_finished());
    release.send(()).unwrap();
    assert!(held(&large.await.unwrap().0.actions));
}

async fn get(address: std::net::SocketAddr, path: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
