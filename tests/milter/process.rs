//! The program itself as a process: signals, file descriptors that run out, sockets that systemd passes.

use crate::gate::*;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_spoof-milter");
/// Longest time to wait for something a process does.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program as a child of this test; it is ended with the test.
struct Process {
    child: Child,
    log: BufReader<ChildStderr>,
    sockets: Vec<String>,
}

impl Process {
    /// Starts a command that becomes the program, and waits until it says where it serves.
    fn start(command: &mut Command) -> Process {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut process = Process { child, log, sockets: vec![] };
        let line = process.wait_for("serving on ");
        let rest = line.split_once("serving on ").unwrap().1.split(',').next().unwrap();
        process.sockets = rest.split(' ').map(str::to_owned).collect();
        process
    }

    fn with_config(path: &Path) -> Process {
        Process::start(Command::new(PROGRAM).arg("-c").arg(path).arg("run"))
    }

    /// The next line of its log that holds `words`.
    fn wait_for(&mut self, words: &str) -> String {
        let mut line = String::new();
        while self.log.read_line(&mut line).unwrap() > 0 {
            if line.contains(words) {
                return line;
            }
            line.clear();
        }
        panic!("the log ended without {words:?}");
    }

    fn address(&self) -> SocketAddr {
        self.sockets[0].strip_prefix("inet:").unwrap().parse().unwrap()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn config(dir: &Path, edit: impl FnOnce(&mut spoof_milter::policy::Config)) -> std::path::PathBuf {
    let path = dir.join("spoof-milter.toml");
    // A resolver that refuses at once: these tests are about other things.
    let text = config_text(|c| {
        (c.dns.servers, c.dns.attempts, c.dns.timeout_ms) = (vec!["127.0.0.1:1".into()], 1, 200);
        edit(c);
    });
    std::fs::write(&path, text).unwrap();
    path
}

fn named() -> Mail {
    Mail::new("From: Elance <help@mailhub.example>\nSubject: x\n\nHello\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_finishes_the_message_and_takes_no_new_connection() {
    let dir = tempfile::tempdir().unwrap();
    let mut process = Process::with_config(&config(dir.path(), |_| {}));
    let address = process.address();
    let mut session = session_at(address, STRANGER).await;
    begin(&mut session, &named()).await;
    process.signal("TERM");
    process.wait_for("stopping");
    let start = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(start.elapsed() < PATIENCE, "it still takes connections");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(process.child.try_wait().unwrap().is_none(), "a message is in progress");
    assert_eq!(end(&mut session).await.word(), "tag");
    assert_eq!(process.ended().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_is_not_held_up_by_idle_connections() {
    let dir = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut process = Process::with_config(&config(dir.path(), |c| c.metrics.listen = free.to_string()));
    let _idle = session_at(process.address(), STRANGER).await;
    let _silent = TcpStream::connect(process.address()).unwrap();
    let _no_request = TcpStream::connect(free).unwrap();
    let mut half_a_request = TcpStream::connect(free).unwrap();
    std::io::Write::write_all(&mut half_a_request, b"GET /metrics HT").unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    process.signal("TERM");
    assert_eq!(process.ended().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_sigterm_does_not_wait() {
    let dir = tempfile::tempdir().unwrap();
    let mut process = Process::with_config(&config(dir.path(), |_| {}));
    let mut session = session_at(process.address(), STRANGER).await;
    begin(&mut session, &named()).await;
    process.signal("TERM");
    process.wait_for("stopping");
    process.signal("TERM");
    process.wait_for("stopped at once");
    assert_eq!(process.ended().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_reloads_and_survives_a_bad_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = config(dir.path(), |_| {});
    let mut process = Process::with_config(&path);
    std::fs::write(&path, "[policy]\nmod = \"monitor\"\n").unwrap();
    process.signal("HUP");
    let line = process.wait_for("not reloaded");
    assert!(line.contains("spoof-milter.toml:2") && line.contains("mode"), "where and what it could be: {line}");
    let mut session = session_at(process.address(), STRANGER).await;
    assert_eq!(send(&mut session, &named()).await.word(), "tag");
    config(dir.path(), |c| c.policy.mode = spoof_milter::policy::Mode::Monitor);
    process.signal("HUP");
    process.wait_for("reloaded: policy");
    let mut session = session_at(process.address(), STRANGER).await;
    assert!(send(&mut session, &named()).await.header("X-Spoof-Verdict").contains("mode=monitor"));
}

#[test]
fn a_bad_configuration_ends_the_start_with_78_and_a_taken_port_with_69() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("inet:{}", taken.local_addr().unwrap());
    let good = config(dir.path(), |c| c.milter.listen = vec![listen]);
    let bad = dir.path().join("bad.toml");
    std::fs::write(&bad, "[milter]\nlisten = 5\n").unwrap();
    for (path, code) in [(&good, 69), (&bad, 78), (&dir.path().join("none.toml"), 78)] {
        let output = Command::new(PROGRAM).arg("-c").arg(path).arg("run").output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", path.display());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "one sentence: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn running_out_of_file_descriptors_is_waited_out() {
    let dir = tempfile::tempdir().unwrap();
    let path = config(dir.path(), |_| {});
    let script = "ulimit -n 32; exec \"$0\" -c \"$1\" run";
    let mut process = Process::start(Command::new("sh").args(["-c", script, PROGRAM]).arg(&path));
    let mut session = session_at(process.address(), STRANGER).await;
    let many: Vec<TcpStream> = (0..60).map(|_| TcpStream::connect(process.address()).unwrap()).collect();
    process.wait_for("a connection could not be accepted");
    assert_eq!(send(&mut session, &named()).await.word(), "tag", "those who are connected are served");
    drop(many);
    let mut session = session_at(process.address(), STRANGER).await;
    assert_eq!(send(&mut session, &named()).await.word(), "tag");
    assert!(process.child.try_wait().unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_does_not_touch_the_mail() {
    let dir = tempfile::tempdir().unwrap();
    let mut process = Process::with_config(&config(dir.path(), |_| {}));
    let (address, mut elsewhere) = (process.address(), Command::new("true").stderr(Stdio::piped()).spawn().unwrap());
    // Nobody holds the other end of the pipe any more.
    process.log = BufReader::new(elsewhere.stderr.take().unwrap());
    elsewhere.wait().unwrap();
    let mut session = session_at(address, STRANGER).await;
    for _ in 0..2 {
        assert_eq!(send(&mut session, &named()).await.word(), "tag");
    }
    process.signal("HUP");
    process.signal("TERM");
    assert_eq!(process.ended().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_passed_by_systemd_is_used() {
    if Command::new("systemd-socket-activate").arg("--version").output().is_err() {
        eprintln!("systemd-socket-activate is not installed: not tested");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (config, socket) = (config(dir.path(), |_| {}), dir.path().join("passed.sock"));
    let mut command = Command::new("systemd-socket-activate");
    command.arg("-l").arg(&socket).arg(PROGRAM).arg("-c").arg(&config).arg("run");
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    let mut process = Process { child, log, sockets: vec![] };
    process.wait_for("Listening on");
    let mut session = TestConnection::configure().exact_leading_space(true).open_unix(&socket).await.unwrap();
    assert!(process.wait_for("serving on").contains("unix:"), "not the socket of the configuration");
    greet(&mut session, STRANGER.into_info()).await;
    assert_eq!(send(&mut session, &named()).await.word(), "tag");
    session.close().await.unwrap();
    process.signal("TERM");
    assert_eq!(process.ended().code(), Some(0));
    assert!(socket.exists(), "who made the socket keeps it");
}
