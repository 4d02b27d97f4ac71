//! The sockets towards the MTA, and the pages of the metrics listener.

use crate::gate::*;
use spoof_milter::policy::config::Overload;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn start(path: &Path) -> Result<Gate, String> {
    let listen = format!("unix:{}", path.display());
    let policy = policy(|c| {
        c.milter.listen = vec![listen];
        c.milter.socket_mode = "0640".into();
    });
    Gate::of(policy).await.map_err(|e| e.to_string())
}

#[tokio::test]
async fn a_unix_socket_has_its_mode_and_goes_with_the_gateway() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("milter.sock");
    let gate = start(&path).await.unwrap();
    assert_eq!(gate.running.addresses[0].to_string(), format!("unix:{}", path.display()));
    let there = std::fs::metadata(&path).unwrap();
    assert!(there.file_type().is_socket());
    assert_eq!(there.permissions().mode() & 0o777, 0o640);
    let mut session = TestConnection::configure().exact_leading_space(true).open_unix(&path).await.unwrap();
    greet(&mut session, STRANGER.into_info()).await;
    assert_eq!(send(&mut session, &for_verdict("reject")).await.word(), "reject");
    session.close().await.unwrap();
    gate.running.shutdown().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn a_socket_left_behind_is_replaced_and_a_live_one_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("milter.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let first = start(&path).await.unwrap();
    let error = start(&path).await.err().expect("somebody serves it");
    assert!(error.contains("another process listens there") && error.contains("milter.sock"), "{error}");
    let mut session = TestConnection::configure().exact_leading_space(true).open_unix(&path).await.unwrap();
    greet(&mut session, STRANGER.into_info()).await;
    assert_eq!(send(&mut session, &for_verdict("reject")).await.word(), "reject", "the first one was not disturbed");
    drop(first);
}

#[tokio::test]
async fn a_file_or_a_link_in_the_place_of_a_socket_is_not_removed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("milter.sock");
    std::fs::write(&path, "precious").unwrap();
    assert!(start(&path).await.err().expect("it is a file").contains("not a socket"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    let link = dir.path().join("link.sock");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(start(&link).await.is_err() && link.exists());
    assert!(start(&dir.path().join("no/such/folder.sock")).await.is_err());
}

#[tokio::test]
async fn several_sockets_are_served_and_a_taken_port_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("milter.sock");
    let unix = format!("unix:{}", path.display());
    let gate = Gate::offline(|c| c.milter.listen = vec!["inet:127.0.0.1:0".into(), unix, "inet:[::1]:0".into()]).await;
    assert_eq!(gate.running.addresses.len(), 3);
    assert_eq!(gate.send(&for_verdict("reject")).await.word(), "reject");
    assert!(TestConnection::configure().open_unix(&path).await.is_ok());
    let taken = gate.running.addresses[0].to_string();
    let error = Gate::of(policy(|c| c.milter.listen = vec![taken.clone()])).await.err().expect("it is taken");
    assert!(error.to_string().contains(&taken), "{error}");
}

async fn page(address: std::net::SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

#[tokio::test]
async fn the_pages_tell_how_it_is() {
    let gate = Gate::with_dns(|c| c.metrics.listen = "127.0.0.1:0".into()).await;
    let address = gate.running.http.unwrap();
    assert_eq!(page(address, "/livez").await.0, 200);
    assert_eq!(page(address, "/readyz").await.0, 200);
    assert_eq!(page(address, "/nothing").await.0, 404);
    let mut session = gate.session().await;
    begin(&mut session, &for_verdict("accept")).await;
    let (status, text) = page(address, "/metrics").await;
    assert_eq!((status, metric_in(&text, "in_progress"), metric_in(&text, "connections")), (200, 1, 1));
    end(&mut session).await;
    for word in ["tag", "quarantine", "reject", "tempfail"] {
        send(&mut session, &for_verdict(word)).await;
    }
    session.close().await.unwrap();
    let (_, text) = page(address, "/metrics").await;
    for word in ["accept", "tag", "quarantine", "reject"] {
        assert_eq!(metric_in(&text, &format!("messages_total{{action=\"{word}\",mode=\"enforce\"}}")), 1, "{word}");
    }
    assert_eq!((metric_in(&text, "deferred_total"), metric_in(&text, "in_progress")), (1, 0));
    assert_eq!(metric_in(&text, "signals_total{mode=\"enforce\",signal=\"brand-from-unproven\"}"), 1);
    assert!(!text.contains('@'), "no address gets into a label");
}

#[tokio::test]
async fn more_connections_than_allowed_wait_their_turn_if_that_is_wanted() {
    let gate = Gate::offline(|c| (c.milter.max_connections, c.failure.overload) = (2, Overload::Wait)).await;
    let (first, _second) = (gate.session().await, gate.session().await);
    let waiting = tokio::spawn(session_at(gate.address(), STRANGER));
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    first.close().await.unwrap();
    let mut third = waiting.await.unwrap();
    assert_eq!(send(&mut third, &for_verdict("reject")).await.word(), "reject");
}

#[tokio::test]
async fn more_connections_than_allowed_are_told_to_come_back() {
    let gate = Gate::offline(|c| c.milter.max_connections = 2).await;
    let (first, mut second) = (gate.session().await, gate.session().await);
    let mut third = gate.session().await;
    let answer = third.mail(["<sender@example.org>"]).await.unwrap();
    assert!(
        matches!(&answer, Status::Tempfail { message: Some(text) } if text.to_bytes().starts_with(b"451 4.3.2 ")),
        "{answer:?}"
    );
    // Those who have a place keep it, and those who are not judged need none.
    assert_eq!(send(&mut second, &for_verdict("reject")).await.word(), "reject");
    let mut trusted = session_at(gate.address(), [127, 0, 0, 1]).await;
    assert_eq!(send(&mut trusted, &for_verdict("reject")).await.word(), "passed");
    assert_eq!(metric_in(&gate.running.metrics().render(), "shed_total"), 1);
    trusted.close().await.unwrap();
    first.close().await.unwrap();
    // The connection that was turned away has a place now.
    while metric_in(&gate.running.metrics().render(), "connections") > 2 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(send(&mut third, &for_verdict("reject")).await.word(), "reject");
}
