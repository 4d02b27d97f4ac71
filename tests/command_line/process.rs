//! The program as a process: signals, reload, the limit of open files, exit codes.

use indymilter_test::{MacroStage, ProtoOpts, Status, TestConnection};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Long enough for a busy machine; nothing here takes a second on an idle one.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process under test, ended when dropped, and what it has logged.
struct Process {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts the program with at most `files` open files.
    fn start(config: &Path, files: u32) -> Process {
        let program = env!("CARGO_BIN_EXE_spoof-milter");
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(format!("ulimit -n {files}; exec '{program}' -c '{}' run", config.display()))
            .env_remove("RUST_LOG")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (sink, stderr) = (Arc::clone(&log), BufReader::new(child.stderr.take().unwrap()));
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).for_each(|line| sink.lock().unwrap().push(line))
        });
        Process { child, log }
    }

    /// Waits for a log line with these words.
    fn line_with(&self, words: &str) -> String {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(line) = self.log.lock().unwrap().iter().find(|l| l.contains(words)) {
                return line.clone();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("no {words:?} in {:#?}", self.log.lock().unwrap());
    }

    fn address(&self) -> SocketAddr {
        let line = self.line_with("listens on inet:");
        let (_, rest) = line.split_once("inet:").unwrap();
        rest.split([',', ' ']).next().unwrap().parse().unwrap()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status().unwrap().success());
    }

    fn exit_code(&mut self) -> Option<i32> {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not end: {:#?}", self.log.lock().unwrap());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A configuration file that needs no DNS: nobody answers, and soon.
fn configuration(folder: &Path, more: &str) -> PathBuf {
    let file = folder.join("spoof-milter.toml");
    let text = format!(
        "[milter]\nlisten = [\"inet:127.0.0.1:0\"]\n[metrics]\nlisten = \"\"\n\
         [dns]\nservers = [\"127.0.0.1:9\"]\ntimeout_ms = 50\nattempts = 1\nbudget_ms = 200\n{more}\n"
    );
    std::fs::write(&file, text).unwrap();
    file
}

async fn begin(address: SocketAddr) -> TestConnection {
    // An MTA that wants every answer: what was sent has been seen.
    let answered = TestConnection::configure().available_opts(ProtoOpts::SKIP);
    let mut mta = answered.open_tcp(address).await.unwrap();
    mta.macros(MacroStage::Connect, [("j", "mx.example.net")]).await.unwrap();
    mta.connect("client.example.org", [192, 0, 2, 1]).await.unwrap();
    mta.helo("client.example.org").await.unwrap();
    mta.mail(["<sender@example.org>"]).await.unwrap();
    mta.rcpt(["<secret-person@example.net>"]).await.unwrap();
    mta.header("From", "Some One <someone@example.org>").await.unwrap();
    mta
}

async fn end(mta: &mut TestConnection) -> Status {
    mta.eoh().await.unwrap();
    mta.body(&b"Hello\r\n"[..]).await.unwrap();
    mta.macros(MacroStage::Eom, [("i", "4bXqueue")]).await.unwrap();
    mta.eom().await.unwrap().1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_reload_is_logged_and_a_signal_drains() {
    let folder = tempfile::tempdir().unwrap();
    let file = configuration(folder.path(), "");
    let mut process = Process::start(&file, 1024);
    let address = process.address();

    std::fs::write(&file, "[policy]\ntagg = 3\n").unwrap();
    process.signal("HUP");
    let line = process.line_with("not reloaded");
    assert!(line.contains("tagg"), "{line}");
    // The folder beside the file is read anew as well.
    configuration(folder.path(), "");
    let brands = folder.path().join("brands.d");
    std::fs::create_dir(&brands).unwrap();
    std::fs::write(brands.join("bad.toml"), "[[brand]]\nname = \"A\"\n").unwrap();
    process.signal("HUP");
    let line = process.line_with("brands.d/bad.toml:1:");
    assert!(line.contains("not reloaded") && line.contains("missing field `domains`"), "{line}");
    std::fs::write(brands.join("bad.toml"), "[[brand]]\nname = \"A\"\ndomains = [\"a.example\"]\n").unwrap();
    configuration(folder.path(), "[policy]\nmode = \"monitor\"");
    process.signal("HUP");
    process.line_with("configuration reloaded");

    let mut mta = begin(address).await;
    process.signal("TERM");
    process.line_with("shutting down");
    assert_eq!(end(&mut mta).await, Status::Accept);
    assert_eq!(process.exit_code(), Some(0));
    let line = process.line_with("4bXqueue: action=accept score=0 from=example.org client=192.0.2.1 spf=");
    assert!(line.contains(" time_ms=") && line.contains(" policy=") && line.contains("mode=monitor"), "{line}");
    let log = process.log.lock().unwrap().join("\n");
    assert!(!log.contains("someone") && !log.contains("secret-person"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_does_not_wait() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(&configuration(folder.path(), ""), 1024);
    let _mta = begin(process.address()).await;
    process.signal("TERM");
    process.line_with("shutting down");
    process.signal("TERM");
    process.line_with("ended at once");
    assert_eq!(process.exit_code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn running_out_of_files_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(&configuration(folder.path(), ""), 40);
    let address = process.address();
    let crowd: Vec<_> = (0..80).filter_map(|_| std::net::TcpStream::connect(address).ok()).collect();
    process.line_with("cannot be accepted");
    drop(crowd);
    let mut mta = begin(address).await;
    assert_eq!(end(&mut mta).await, Status::Accept);
}

#[test]
fn exit_codes_tell_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.toml");
    std::fs::write(&bad, "[milter]\nlissen = []\n").unwrap();
    assert_eq!(Process::start(&bad, 1024).exit_code(), Some(78));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let text = format!("[milter]\nlisten = [\"inet:{}\"]\n[metrics]\nlisten = \"\"\n", taken.local_addr().unwrap());
    std::fs::write(&bad, text).unwrap();
    let mut process = Process::start(&bad, 1024);
    assert_eq!(process.exit_code(), Some(69));
    process.line_with("cannot listen on");
    // A metrics port that is taken is told and does no harm.
    let text =
        format!("[milter]\nlisten = [\"inet:127.0.0.1:0\"]\n[metrics]\nlisten = \"{}\"\n", taken.local_addr().unwrap());
    std::fs::write(&bad, text).unwrap();
    let process = Process::start(&bad, 1024);
    process.line_with("no metrics");
    process.address();
}

#[test]
fn passed_sockets_and_json_lines_work() {
    let folder = tempfile::tempdir().unwrap();
    let file = configuration(folder.path(), "[log]\nformat = \"json\"");
    let program = env!("CARGO_BIN_EXE_spoof-milter");
    // Standard input, a listening socket, takes the place of descriptor 3.
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 3<&0 0</dev/null; LISTEN_FDS=1 exec '{program}' -c '{}' run", file.display()))
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(socket)))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    log.read_line(&mut line).unwrap();
    let _ = child.kill();
    let _ = child.wait();
    let _ = log.read_to_string(&mut String::new());
    let event: serde_json::Value = serde_json::from_str(&line).unwrap();
    let message = event["message"].as_str().unwrap();
    assert!(message.contains(&format!("listens on inet:{address},")), "{line}");
}

/// The whole table through the socket: what the MTA is told is what the log says, in both modes, whether the MTA can
/// hold or not, to a report mailbox or a member.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_what_the_mta_was_told() {
    use indymilter_test::Actions;
    let folder = tempfile::tempdir().unwrap();
    let mail = [
        ("accept", "ines@stranger.example", "Hello"),
        ("tag", "ines@stranger.example", "Dear Elance member, your invoice"),
        ("quarantine", "elance@stranger.example", "Attention Elance Member: confirm your password"),
        ("reject", "jobs@elance.com", "Attention Elance Member: confirm your password"),
    ];
    for mode in ["enforce", "monitor"] {
        // No resolver answers here: what could prove the brand is taken as missing, not waited for.
        let more = format!("[policy]\nmode = \"{mode}\"\n[failure]\ndns_brand = \"accept\"\n");
        let mut process = Process::start(&configuration(folder.path(), &more), 1024);
        let address = process.address();
        for can_hold in [true, false] {
            for to in ["member@example.net", "spoof@elance.com"] {
                for (n, (_, from, subject)) in mail.iter().enumerate() {
                    let queue_id = format!("4b{n}{}{}", u8::from(can_hold), &to[..2]);
                    let all = Actions::ADD_HEADER | Actions::CHANGE_HEADER;
                    let actions = if can_hold { all | Actions::QUARANTINE } else { all };
                    let told = told(address, actions, from, subject, to, &queue_id).await;
                    let line = process.line_with(&format!("{queue_id}: "));
                    let logged = line.split("action=").nth(1).unwrap().split(' ').next().unwrap().to_owned();
                    let done = if mode == "monitor" { "accept" } else { &logged };
                    assert_eq!(told, done, "{mode}, can hold {can_hold}: {line}");
                    assert_eq!(line.contains("mode=monitor"), mode == "monitor", "{line}");
                    assert_eq!(line.contains("passed=report-mailbox"), to.starts_with("spoof"), "{line}");
                    assert!(can_hold || logged != "quarantine", "{line}");
                }
            }
        }
        process.signal("TERM");
        assert_eq!(process.exit_code(), Some(0));
    }
}

/// Sends a message and says in the log's words what the MTA was told.
async fn told(
    address: SocketAddr,
    actions: indymilter_test::Actions,
    from: &str,
    subject: &str,
    to: &str,
    queue_id: &str,
) -> &'static str {
    use indymilter_test::EomAction;
    let open = TestConnection::configure().available_actions(actions).available_opts(ProtoOpts::SKIP);
    let mut mta = open.open_tcp(address).await.unwrap();
    mta.macros(MacroStage::Connect, [("j", "mx.example.net")]).await.unwrap();
    mta.connect("client.example.org", [192, 0, 2, 1]).await.unwrap();
    mta.helo("client.example.org").await.unwrap();
    mta.mail(["<sender@stranger.example>"]).await.unwrap();
    mta.rcpt([format!("<{to}>")]).await.unwrap();
    mta.header("From", format!("Someone <{from}>")).await.unwrap();
    mta.header("Subject", subject).await.unwrap();
    mta.eoh().await.unwrap();
    let text = "Attention Elance Member,\r\nplease confirm your password or your Elance account will be suspended.\r\n";
    let text = if subject == "Hello" { "Hello\r\n" } else { text };
    mta.body(text.as_bytes()).await.unwrap();
    mta.macros(MacroStage::Eom, [("i", queue_id)]).await.unwrap();
    let (done, status) = mta.eom().await.unwrap();
    let held = done.actions.iter().any(|a| matches!(a, EomAction::Quarantine { .. }));
    let tagged =
        done.actions.iter().any(|a| matches!(a, EomAction::ChangeHeader { name, .. } if name.to_bytes() == b"Subject"));
    match status {
        Status::Accept | Status::Continue if held => "quarantine",
        Status::Accept | Status::Continue if tagged => "tag",
        Status::Accept | Status::Continue => "accept",
        Status::Reject { .. } => "reject",
        _ => "tempfail",
    }
}
