//! Messages signed by dkimpy, a DKIM implementation that shares no code with ours, verify after Postfix and after
//! Sendmail carried them: `simple` and `relaxed`, RSA and Ed25519, bodies and header fields with odd blanks.
//!
//! It fails, and never skips, where Postfix, Sendmail's packages, Python or root are missing.

use crate::gateway::Gateway;
use crate::mta::postfix::{self, Postfix};
use crate::mta::sendmail::{self, Sendmail};
use crate::mta::{HOST, Kept, run};
use spoof_milter::mail::{Client, Envelope};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// Combinations of the signing script: 2 algorithms, 2 × 2 canonicalizations, 8 bodies.
const MESSAGES: usize = 64;
/// The client is loopback where there is no XCLIENT, and must be judged all the same.
const POLICY: &str = "[auth]\ntrusted_networks = []\n";
/// Both tests share the Python environment.
static PREPARING: Mutex<()> = Mutex::new(());

fn cache() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// Signs everything anew into a directory of this test; `zone.txt` there holds the keys.
fn sign(purpose: &str) -> PathBuf {
    let _alone = PREPARING.lock().unwrap();
    let venv = cache().join("dkimpy-venv");
    let python = venv.join("bin/python");
    if !venv.join(".complete").exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv)).expect("python3-venv is installed");
        let mut install = Command::new(&python);
        install.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "dkimpy==1.1.8",
            "pynacl>=1.5",
        ]);
        run(&mut install).expect("dkimpy can be installed");
        std::fs::write(venv.join(".complete"), "").unwrap();
    }
    let directory = cache().join(format!("dkimpy-{purpose}"));
    let _ = std::fs::remove_dir_all(&directory);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mta/dkimpy_sign.py");
    run(Command::new(&python).arg(script).arg(&directory)).expect("dkimpy signs");
    directory
}

/// Names and octets of the signed messages.
fn messages(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "eml"))
        .map(|p| (p.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read(&p).unwrap()))
        .collect();
    all.sort();
    assert_eq!(all.len(), MESSAGES);
    all
}

fn gateway(directory: &Path) -> Gateway {
    let zone = std::fs::read_to_string(directory.join("zone.txt")).unwrap();
    Gateway::start(Path::new(env!("CARGO_BIN_EXE_spoof-milter")), &zone, POLICY).unwrap()
}

/// What is wrong with the results in a delivered copy, if anything.
fn fault(name: &str, copy: &Kept) -> Option<String> {
    let results = copy.fields("Authentication-Results");
    let ours = results.iter().find(|r| r.starts_with(HOST));
    match ours {
        Some(ours) if ours.contains("dkim=pass") && ours.contains("header.d=signer.test") => None,
        Some(ours) => Some(format!("{name}: {ours}")),
        None => Some(format!("{name}: no Authentication-Results of {HOST}, but {results:?}")),
    }
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} of {MESSAGES} did not verify:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn verify_after_postfix() {
    let directory = sign("postfix");
    let gateway = gateway(&directory);
    let postfix = Postfix::start(&gateway.milter()).unwrap();
    let envelope = Envelope {
        client: Client { ip: Some("192.0.2.53".parse().unwrap()), name: String::new() },
        helo: "signer.test".into(),
        mail_from: "someone@signer.test".into(),
        rcpt_to: vec!["member@example.net".into()],
        ..Envelope::default()
    };
    let mut faults = vec![];
    for (name, raw) in messages(&directory) {
        match postfix.send_and_see(&envelope, &raw).unwrap() {
            Ok(postfix::Fate::Delivered(copies)) => faults.extend(fault(&name, &copies[0])),
            other => faults.push(format!("{name}: {other:?}; {}", gateway.log_tail())),
        }
    }
    report(&faults);
}

#[test]
fn verify_after_sendmail() {
    if !sendmail::inside_namespaces("dkimpy::verify_after_sendmail", &cache(), || {
        sign("sendmail");
    }) {
        return;
    }
    let directory = cache().join("dkimpy-sendmail");
    let gateway = gateway(&directory);
    let sendmail = Sendmail::start(&cache(), gateway.port).unwrap();
    let mut faults = vec![];
    for (name, raw) in messages(&directory) {
        let sent = sendmail.send("signer.test", "someone@signer.test", "member@example.net", &raw).unwrap();
        let fate = sent.reply.queue_id().filter(|_| sent.command == ".").map(|id| sendmail.fate(&id).unwrap());
        match fate {
            Some(sendmail::Fate::Delivered(copy)) => faults.extend(fault(&name, &copy)),
            other => faults.push(format!("{name}: {sent:?} {other:?}; {}", gateway.log_tail())),
        }
    }
    report(&faults);
}
