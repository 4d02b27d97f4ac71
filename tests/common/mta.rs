//! Real MTAs for tests and for `packaging/try`: a private [`postfix::Postfix`], a private [`sendmail::Sendmail`], and
//! the small SMTP client that speaks to them.
//!
//! It refuses to listen anywhere but on loopback and to touch a system's own MTA: everything lives in a directory of
//! its own below the system's temporary one, and is stopped and removed when the value is dropped. What fails says why
//! in one sentence; nothing is skipped silently.

// Several test binaries and one example include this file and none uses all of it.
#![allow(dead_code, unreachable_pub)]

#[path = "mta/postfix.rs"]
pub mod postfix;
#[path = "mta/sendmail.rs"]
pub mod sendmail;
#[path = "mta/smtp.rs"]
pub mod smtp;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The private MTAs' own name; their authserv-id too.
pub const HOST: &str = "mx.example.net";
/// Domains whose every mailbox is local: the members' and the one of spoof@.
pub const LOCAL_DOMAINS: [&str; 2] = ["example.net", "elance.com"];
/// Octets a test message may have; more than the gateway's own limit, so that the gateway's is the one that is met.
pub const MESSAGE_SIZE_LIMIT: usize = 104_857_600;

/// A loopback port that is free now.
pub fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| format!("no free port on loopback: {e}"))?;
    Ok(listener.local_addr().map_err(|e| e.to_string())?.port())
}

/// Waits until something listens on a loopback port.
pub fn wait_for_port(port: u16, limit: Duration) -> Result<(), String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    wait(limit, || TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
        .map_err(|()| format!("nothing listens on 127.0.0.1:{port} after {} s", limit.as_secs()))
}

/// Waits until `done` says so.
pub fn wait(limit: Duration, mut done: impl FnMut() -> bool) -> Result<(), ()> {
    let end = Instant::now() + limit;
    while !done() {
        if Instant::now() > end {
            return Err(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Runs a command to its end; its standard output, or one sentence with what it said.
pub fn run(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("cannot run {command:?}: {e}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{command:?} failed ({}): {}", output.status, String::from_utf8_lossy(&said).trim()))
}

/// An error unless this process is root: the MTAs change users for delivery.
pub fn need_root() -> Result<(), String> {
    let id = run(Command::new("id").arg("-u"))?;
    if id.trim() == "0" { Ok(()) } else { Err("a private MTA needs root: run this as root or with sudo".into()) }
}

/// Makes a directory tree for a private MTA whose every part other users may pass through.
pub fn temp_dir(purpose: &str) -> Result<tempfile::TempDir, String> {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::Builder::new()
        .prefix(&format!("spoof-milter-{purpose}-"))
        .permissions(std::fs::Permissions::from_mode(0o755))
        .tempdir()
        .map_err(|e| format!("no temporary directory: {e}"))?;
    // The umask may have taken the permissions away again.
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).map_err(|e| e.to_string())?;
    Ok(dir)
}

/// Writes a file, with the path in the error.
pub fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))
}

/// A message as the MTA keeps it: delivered, or held.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its text; octets that are not UTF-8 are replaced, which tests of headers can bear.
    pub text: String,
}

impl Kept {
    /// Values of the header fields of that name, unfolded and trimmed, first field first.
    pub fn fields(&self, name: &str) -> Vec<String> {
        let mut values: Vec<String> = vec![];
        let mut ours = false;
        for line in self.text.lines().take_while(|l| !l.trim_end_matches('\r').is_empty()) {
            if line.starts_with([' ', '\t']) {
                if let (true, Some(last)) = (ours, values.last_mut()) {
                    last.push(' ');
                    last.push_str(line.trim());
                }
                continue;
            }
            let Some((found, value)) = line.split_once(':') else { continue };
            ours = found.trim_end().eq_ignore_ascii_case(name);
            if ours {
                values.push(value.trim().to_owned());
            }
        }
        values
    }

    /// The first field of that name.
    pub fn field(&self, name: &str) -> Option<String> {
        self.fields(name).into_iter().next()
    }
}
