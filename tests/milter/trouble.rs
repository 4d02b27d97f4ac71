//! Trouble in one message or in a reload, and that nothing else notices.

use crate::gate::*;
use spoof_milter::auth::Authenticator;
use spoof_milter::judge::{judge, load_policy};
use spoof_milter::milter::Judge;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Judges, unless the subject says what is to go wrong.
fn moody() -> Judge {
    Arc::new(|envelope, message, policy| {
        assert!(message.subject != "panic at once", "as the test wants it");
        Box::pin(async move {
            match message.subject.as_str() {
                "panic" => panic!("as the test wants it"),
                "hang" => std::future::pending().await,
                "slow" => tokio::time::sleep(Duration::from_millis(500)).await,
                _ => {}
            }
            judge(&envelope, &message, &policy, &Authenticator::offline()).await
        })
    })
}

fn about(subject: &str) -> Mail {
    Mail::new(&format!("From: Elance <support@elance.com>\nSubject: {subject}\n\nHello\n"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_panic_is_answered_451_and_touches_nothing_else() {
    let gate = Gate::judged_by(moody(), |_| {}).await;
    let mut other = gate.session().await;
    begin(&mut other, &about("nothing")).await;
    let mut session = gate.session().await;
    for subject in ["panic", "panic at once"] {
        let outcome = send(&mut session, &about(subject)).await;
        assert_eq!(outcome.actions, []);
        assert!(outcome.reply().starts_with("451 4.7.1 Message could not be checked"), "{outcome:?}");
        assert_eq!(send(&mut session, &about("nothing")).await.word(), "reject", "the same connection goes on");
    }
    assert_eq!(end(&mut other).await.word(), "reject");
    assert_eq!((gate.metric("panics_total"), gate.metric("in_progress")), (2, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_judge_that_hangs_is_given_up() {
    let gate = Gate::judged_by(moody(), |c| c.milter.message_timeout_secs = 1).await;
    let mut session = gate.session().await;
    begin(&mut session, &about("hang")).await;
    let (start, slow) = (Instant::now(), about("slow"));
    let (outcome, other) = tokio::join!(end(&mut session), gate.send(&slow));
    assert!(outcome.reply().starts_with("451 4.7.1 "), "{outcome:?}");
    assert!(start.elapsed() < Duration::from_millis(2400), "{:?}", start.elapsed());
    assert_eq!(other.word(), "reject", "others are served meanwhile");
    assert_eq!(send(&mut session, &about("nothing")).await.word(), "reject", "the same connection goes on");
    assert_eq!((gate.metric("timeouts_total"), gate.metric("in_progress")), (1, 0));
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_nothing_counted() {
    let gate = Gate::judged_by(moody(), |_| {}).await;
    for judging in [false, true] {
        let mut session = gate.session().await;
        begin(&mut session, &about("slow")).await;
        assert_eq!((gate.metric("connections"), gate.metric("in_progress")), (1, 1));
        if judging {
            assert!(tokio::time::timeout(Duration::from_millis(100), end(&mut session)).await.is_err());
        }
        drop(session);
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if (gate.metric("connections"), gate.metric("in_progress")) == (0, 0) {
                break;
            }
        }
        assert_eq!((gate.metric("connections"), gate.metric("in_progress")), (0, 0), "judging: {judging}");
    }
}

#[tokio::test]
async fn sessions_at_once_keep_to_their_own() {
    let gate = Gate::with_dns(|_| {}).await;
    let words = ["accept", "tag", "quarantine", "reject", "tempfail", "passed"];
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..60 {
        let address = gate.address();
        tasks.spawn(async move {
            let mut session = session_at(address, STRANGER).await;
            for k in 0..5 {
                let word = words[(n + k * 5) % words.len()];
                assert_eq!(send(&mut session, &for_verdict(word)).await.word(), word);
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn a_reload_counts_for_new_sessions_and_a_bad_one_for_none() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("spoof-milter.toml");
    std::fs::write(&path, config_text(|_| {})).unwrap();
    let gate = Gate::of(load_policy(Some(&path)).unwrap()).await.unwrap();
    let mut old = gate.session().await;
    assert_eq!(send(&mut old, &about("x")).await.word(), "reject");

    for broken in ["[policy]\ntagg = 30\n", "not toml at all [", "[signals.no-such-signal]\npoints = 1\n"] {
        std::fs::write(&path, broken).unwrap();
        gate.running.reload(load_policy(Some(&path)));
        assert_eq!(gate.metric("config_last_reload_success"), 0);
        assert_eq!(gate.send(&about("x")).await.word(), "reject", "the old policy stays");
    }
    std::fs::remove_file(&path).unwrap();
    gate.running.reload(load_policy(Some(&path)));
    assert_eq!(gate.metric("config_last_reload_success"), 0, "a file that is gone is no reason for the defaults");

    std::fs::write(&path, config_text(|c| c.policy.mode = spoof_milter::policy::Mode::Monitor)).unwrap();
    // A session and even a message that began before keep what they began with.
    begin(&mut old, &about("x")).await;
    gate.running.reload(load_policy(Some(&path)));
    assert_eq!(gate.metric("config_last_reload_success"), 1);
    assert_eq!(end(&mut old).await.word(), "reject");
    assert_eq!(send(&mut old, &about("x")).await.word(), "reject");
    let outcome = gate.send(&about("x")).await;
    assert!(outcome.header("X-Spoof-Verdict").contains("mode=monitor"), "{outcome:?}");
}

#[tokio::test]
async fn shutting_down_finishes_what_has_begun() {
    let gate = Gate::judged_by(moody(), |_| {}).await;
    let address = gate.address();
    let (mut idle, mut busy, mut judging) = (gate.session().await, gate.session().await, gate.session().await);
    begin(&mut busy, &about("x")).await;
    begin(&mut judging, &Mail::new("From: a@b.example\nSubject: slow\n\nHello\n")).await;
    let answer = tokio::spawn(async move { end(&mut judging).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let down = tokio::spawn(gate.running.shutdown());
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "new connections go to another gateway");
    assert!(!down.is_finished());
    assert_eq!(answer.await.unwrap().word(), "accept", "all edits and the answer arrive");
    assert_eq!(end(&mut busy).await.word(), "reject");
    tokio::time::timeout(Duration::from_secs(5), down).await.expect("it ends").unwrap();
    assert!(idle.mail(["<a@b.example>"]).await.is_ok() && idle.eom().await.is_err(), "the MTA sees the connection end");
}

#[tokio::test]
async fn shutting_down_does_not_wait_for_ever() {
    let gate = Gate::judged_by(moody(), |c| c.milter.drain_secs = 1).await;
    let mut session = gate.session().await;
    begin(&mut session, &about("x")).await;
    let start = Instant::now();
    gate.running.shutdown().await;
    assert!(start.elapsed() >= Duration::from_secs(1) && start.elapsed() < Duration::from_secs(3));
}
