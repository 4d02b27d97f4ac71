//! The virus scanner: a real clamd with a signature of our own for the EICAR test file, and sockets that misbehave.
//!
//! The signal `virus-found` has its firing cases and near misses here and not in the corpus: it takes a scanner to
//! fire.

#![allow(clippy::unwrap_used, clippy::panic)]

use spoof_milter::auth::Authenticator;
use spoof_milter::disposition::{Circumstances, Outcome, dispose};
use spoof_milter::judge::{judge, policy_of};
use spoof_milter::mail::{Envelope, Message};
use spoof_milter::policy::Action;
use spoof_milter::record::{Metrics, Ruling};
use spoof_milter::scan::Scan;
use spoof_milter::verdict::Verdict;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

const CLAMD: &str = "/usr/sbin/clamd";
/// Time for clamd to read its one signature and open its socket.
const START: Duration = Duration::from_secs(60);
/// What the clamd of the test takes of one message.
const STREAM_MAX: usize = 1 << 20;

/// The EICAR test file, put together here so that no scanner stops at this file.
fn eicar() -> String {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR", "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat()
}

/// A clamd that ends with the test.
struct Clamd {
    process: Child,
    folder: TempDir,
}

impl Clamd {
    fn start() -> Clamd {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("db")).unwrap();
        let hex: String = eicar().bytes().map(|b| format!("{b:02x}")).collect();
        std::fs::write(at("db/test.ndb"), format!("Eicar-Test-Signature:0:*:{hex}\n")).unwrap();
        let path = folder.path().display();
        let configuration = format!(
            "Foreground yes\nLocalSocket {path}/clamd.sock\nDatabaseDirectory {path}/db\nTemporaryDirectory {path}\n\
             LogFile {path}/log\nStreamMaxLength {STREAM_MAX}\n"
        );
        std::fs::write(at("clamd.conf"), configuration).unwrap();
        let mut command = Command::new(CLAMD);
        command.arg("-c").arg(at("clamd.conf")).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().unwrap();
        let clamd = Clamd { process, folder };
        let began = Instant::now();
        while std::os::unix::net::UnixStream::connect(clamd.socket()).is_err() {
            let log = || std::fs::read_to_string(clamd.folder.path().join("log")).unwrap_or_default();
            assert!(began.elapsed() < START, "clamd does not open its socket:\n{}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
        clamd
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("clamd.sock")
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn judged(socket: &Path, more: &str, raw: &[u8]) -> Verdict {
    let text = format!("[attachments]\nclamd = \"unix:{}\"\n{more}", socket.display());
    let policy = policy_of(&text, "test").unwrap();
    let message = Message::parse(raw.to_vec(), true);
    judge(&Envelope::default(), &message, &policy, &Authenticator::offline()).await
}

fn mail(body: &str) -> Vec<u8> {
    format!("From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n{body}\r\n").into_bytes()
}

fn attached(octets: &[u8]) -> Vec<u8> {
    let octets = data_encoding::BASE64.encode(octets);
    mail(&format!(
        "Content-Type: application/octet-stream; name=\"a.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{octets}"
    ))
}

fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_real_clamd_finds_the_test_file() {
    if !Path::new(CLAMD).exists() {
        println!("NOT RUN: clamd is not installed (package clamav-daemon)");
        return;
    }
    let clamd = tokio::task::spawn_blocking(Clamd::start).await.unwrap();
    let virus = eicar();
    for (what, raw) in [
        ("as text", mail(&format!("\r\n{virus}"))),
        ("attached", attached(virus.as_bytes())),
        ("in an archive", attached(&gzip(virus.as_bytes()))),
    ] {
        let verdict = judged(&clamd.socket(), "", &raw).await;
        assert_eq!(verdict.action, Action::Reject, "{what}: {:?}", verdict.scan);
        assert_eq!(verdict.findings[0].signal.id, "virus-found");
        assert!(verdict.findings[0].evidence.contains("Eicar-Test-Signature"), "{}", verdict.findings[0].evidence);
        let held = judged(&clamd.socket(), "[signals.virus-found]\nat_least = \"quarantine\"\n", &raw).await;
        assert_eq!(held.action, Action::Quarantine, "the operator may hold instead");
    }
    for (what, raw) in [
        ("half of it", mail(&format!("\r\n{}", &virus[..33]))),
        ("its name", mail("\r\nThe EICAR test file begins with X5O.")),
        ("an archive without it", attached(&gzip(b"hello"))),
    ] {
        let verdict = judged(&clamd.socket(), "", &raw).await;
        assert_eq!((verdict.action, &verdict.scan), (Action::Accept, &Scan::Clean), "{what}");
        assert!(verdict.findings.iter().all(|f| f.signal.id != "virus-found"));
    }
    let large = judged(&clamd.socket(), "", &mail(&format!("\r\n{}", "0123456\r\n".repeat(STREAM_MAX / 4)))).await;
    assert!(matches!(&large.scan, Scan::Failed(why) if why.contains("size limit")), "{:?}", large.scan);
    assert_eq!(large.action, Action::Accept);
}

/// A socket that reads the message and answers with these octets, or with nothing for ever.
fn scanner(folder: &Path, answer: Option<&'static [u8]>) -> PathBuf {
    let socket = folder.join("stub.sock");
    let _ = std::fs::remove_file(&socket);
    let listener = UnixListener::bind(&socket).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut read = Vec::new();
            while !read.ends_with(&[0; 4]) {
                if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            assert!(read.starts_with(b"zINSTREAM\0"));
            match answer {
                Some(answer) => drop(stream.write_all(answer).await),
                None => std::future::pending().await,
            }
        }
    });
    socket
}

#[tokio::test]
async fn what_clamd_only_suspects_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let raw = mail("\r\nHello");
    for (answer, action) in [
        (&b"stream: Heuristics.Phishing.Email.SpoofedDomain FOUND\0"[..], Action::Quarantine),
        (b"stream: PUA.Win.Packer.X FOUND\0", Action::Quarantine),
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", Action::Reject),
        (b"stream: OK\0", Action::Accept),
    ] {
        let socket = scanner(folder.path(), Some(answer));
        assert_eq!(judged(&socket, "", &raw).await.action, action);
    }
}

#[tokio::test]
async fn a_scanner_in_trouble_loses_no_mail() {
    let folder = tempfile::tempdir().unwrap();
    let raw = mail("\r\nHello");
    let nobody = folder.path().join("nobody.sock");
    let garbage: &[u8] = &[b'x'; 10_000];
    let mut troubled = vec![(nobody, "cannot be asked")];
    for (n, answer) in [Some(&b""[..]), Some(garbage), None].into_iter().enumerate() {
        let inner = folder.path().join(n.to_string());
        std::fs::create_dir(&inner).unwrap();
        troubled.push((scanner(&inner, answer), ["clamd says", "clamd says", "did not answer"][n]));
    }
    for (socket, why) in &troubled {
        let brief = "clamd_timeout_ms = 300\n";
        let began = Instant::now();
        let verdict = judged(socket, brief, &raw).await;
        assert!(began.elapsed() < Duration::from_secs(5));
        assert!(verdict.action == Action::Accept && verdict.deferred.is_none(), "{verdict:?}");
        assert!(verdict.notes.iter().any(|n| n.contains("not scanned") && n.contains(why)), "{:?}", verdict.notes);
        let deferred = judged(socket, &format!("{brief}[failure]\nclamd = \"tempfail\"\n"), &raw).await;
        assert!(dispose(&deferred, &Circumstances::default()).waits());
        let held = judged(socket, &format!("{brief}[failure]\nclamd = \"quarantine\"\n"), &raw).await;
        assert_eq!(held.action, Action::Quarantine);
    }
}

#[tokio::test]
async fn scans_are_counted_and_nobody_is_asked_unless_configured() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = Metrics::new().unwrap();
    let raw = mail("\r\nHello");
    let socket = scanner(folder.path(), Some(b"stream: OK\0"));
    let count = |v: &Verdict| metrics.count(&Ruling::of(v, Circumstances::default()), Outcome::Done, Duration::ZERO);
    count(&judged(&socket, "", &raw).await);
    let policy = policy_of("", "test").unwrap();
    let unasked = judge(&Envelope::default(), &Message::parse(raw, true), &policy, &Authenticator::offline()).await;
    assert_eq!(unasked.scan, Scan::Off);
    count(&unasked);
    let page = metrics.render();
    for line in ["result=\"clean\"} 1", "result=\"found\"} 0", "result=\"failed\"} 0"] {
        assert!(page.contains(&format!("spoof_milter_scans_total{{{line}")), "{page}");
    }
}
