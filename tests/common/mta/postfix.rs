//! A private Postfix: own configuration, queue, mailboxes and log in a temporary directory, one loopback port.
//!
//! It refuses to run without root or without Postfix installed, and never reads or changes /etc/postfix/main.cf or a
//! queue that is not its own. A failed start says what Postfix said; a drop stops it and removes everything.

use super::smtp::{self, Sent};
use super::{HOST, Kept, LOCAL_DOMAINS, MESSAGE_SIZE_LIMIT, free_port, need_root, run, temp_dir, wait_for_port, write};
use serde::Deserialize;
use spoof_milter::mail::Envelope;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Mail is delivered by this user, which owns nothing else (Debian's nobody).
const MAILBOX_USER: u32 = 65534;
/// A loaded machine with two cores starts Postfix in less.
const START_LIMIT: Duration = Duration::from_secs(20);

/// Runs for as long as the value lives.
#[derive(Debug)]
pub struct Postfix {
    base: tempfile::TempDir,
    /// SMTP on loopback.
    pub port: u16,
    running: bool,
}

/// What became of a message that Postfix took.
#[derive(Debug, Clone)]
pub enum Fate {
    /// It lies in a mailbox; one copy for each recipient.
    Delivered(Vec<Kept>),
    /// It lies in the hold queue.
    Held(Kept),
    /// It is nowhere: discarded, or lost.
    Gone,
}

/// A line of `postqueue -j`.
#[derive(Debug, Clone, Deserialize)]
pub struct Queued {
    /// `hold`, `active`, `incoming`, `deferred`, …
    pub queue_name: String,
    /// As in the reply and the log.
    pub queue_id: String,
}

impl Postfix {
    /// Starts one whose mail passes the milter, in Postfix's notation (`inet:127.0.0.1:8891`); empty: no milter.
    pub fn start(milter: &str) -> Result<Postfix, String> {
        if !Path::new("/usr/sbin/postfix").exists() {
            return Err("Postfix is not installed: apt-get install postfix (type: No configuration)".into());
        }
        need_root()?;
        let postfix = Postfix { base: temp_dir("postfix")?, port: free_port()?, running: true };
        postfix.configure(milter)?;
        run(postfix.tool("postfix").arg("start"))?;
        wait_for_port(postfix.port, START_LIMIT).map_err(|e| format!("Postfix: {e}; {}", postfix.log_tail()))?;
        Ok(postfix)
    }

    fn configure(&self, milter: &str) -> Result<(), String> {
        let base = self.base.path();
        for name in ["etc", "spool", "data", "mail", "log"] {
            std::fs::create_dir(base.join(name)).map_err(|e| e.to_string())?;
        }
        let owner = run(Command::new("id").args(["-u", "postfix"]))?;
        let owner = owner.trim().parse().map_err(|_| format!("the user postfix has an odd id: {owner:?}"))?;
        chown(base.join("data"), Some(owner), None).map_err(|e| e.to_string())?;
        chown(base.join("mail"), Some(MAILBOX_USER), Some(MAILBOX_USER)).map_err(|e| e.to_string())?;
        write(&base.join("etc/main.cf"), &main_cf(base, milter))?;
        write(&base.join("etc/master.cf"), &master_cf(self.port))
    }

    /// Sends a message as the client of the envelope.
    pub fn send(&self, envelope: &Envelope, raw: &[u8]) -> Result<Sent, String> {
        smtp::send(self.port, envelope, raw)
    }

    /// Waits until every message is where it stays: delivered or held.
    pub fn settle(&self, limit: Duration) -> Result<(), String> {
        let end = Instant::now() + limit;
        loop {
            let moving: Vec<Queued> = self.queue()?.into_iter().filter(|q| q.queue_name != "hold").collect();
            if moving.is_empty() {
                return Ok(());
            }
            if Instant::now() > end {
                return Err(format!("Postfix has not delivered after {} s: {moving:?}", limit.as_secs()));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// All that is in the queue.
    pub fn queue(&self) -> Result<Vec<Queued>, String> {
        let listing = run(self.tool("postqueue").arg("-j"))?;
        listing.lines().map(|l| serde_json::from_str(l).map_err(|e| format!("postqueue -j said {l:?}: {e}"))).collect()
    }

    /// What became of a message, once [`settle`](Self::settle) has returned.
    pub fn fate(&self, queue_id: &str) -> Result<Fate, String> {
        if self.queue()?.iter().any(|q| q.queue_id == queue_id && q.queue_name == "hold") {
            let mut show = self.tool("postcat");
            let text = run(show.args(["-h", "-b", "-q", queue_id]))?;
            return Ok(Fate::Held(Kept { text }));
        }
        let copies = self.delivered(queue_id)?;
        Ok(if copies.is_empty() { Fate::Gone } else { Fate::Delivered(copies) })
    }

    /// Sends, waits, and tells what became of it; a refusal is the `Err` of the inner result.
    pub fn send_and_see(&self, envelope: &Envelope, raw: &[u8]) -> Result<Result<Fate, Sent>, String> {
        let sent = self.send(envelope, raw)?;
        match sent.reply.queue_id().filter(|_| sent.command == "." && sent.reply.positive()) {
            None => Ok(Err(sent)),
            Some(id) => {
                self.settle(START_LIMIT)?;
                self.fate(&id).map(Ok)
            }
        }
    }

    /// The copies in the mailboxes whose own Received field names the queue id.
    fn delivered(&self, queue_id: &str) -> Result<Vec<Kept>, String> {
        let mut copies = vec![];
        let Ok(listing) = std::fs::read_dir(self.mailbox().join("new")) else { return Ok(copies) };
        for file in listing.flatten() {
            let octets = std::fs::read(file.path()).map_err(|e| format!("{}: {e}", file.path().display()))?;
            let kept = Kept { text: String::from_utf8_lossy(&octets).into_owned() };
            let here = format!("by {HOST} (Postfix)");
            // Ours stands above those the message brought along.
            let ours = kept.fields("Received").into_iter().find(|r| r.contains(&here));
            let words = ours.unwrap_or_default();
            let id = words.split_whitespace().skip_while(|w| *w != "id").nth(1);
            if id.is_some_and(|id| id.trim_end_matches(';') == queue_id) {
                copies.push(kept);
            }
        }
        Ok(copies)
    }

    /// The maildir into which all mail is delivered.
    pub fn mailbox(&self) -> PathBuf {
        self.base.path().join("mail/all")
    }

    /// Postfix's log.
    pub fn log(&self) -> PathBuf {
        self.base.path().join("log/mail.log")
    }

    /// The configuration directory, for `-c` of Postfix's commands.
    pub fn config(&self) -> PathBuf {
        self.base.path().join("etc")
    }

    /// The last lines of the log, for error messages.
    pub fn log_tail(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(8).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Stops it; a second call does nothing.
    pub fn stop(&mut self) -> Result<(), String> {
        if !std::mem::take(&mut self.running) {
            return Ok(());
        }
        run(self.tool("postfix").arg("stop")).or_else(|_| run(self.tool("postfix").arg("abort"))).map(|_| ())
    }

    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(format!("/usr/sbin/{name}"));
        // The path must be absolute: with a relative one Postfix ends with 1 and says nothing.
        command.arg("-c").arg(self.config());
        // Postfix reads these instead of what it is told.
        command.env_remove("MAIL_CONFIG").env_remove("MAIL_DEBUG").current_dir("/");
        command
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        if let Err(e) = self.stop() {
            eprintln!("a private Postfix could not be stopped: {e}");
        }
    }
}

fn main_cf(base: &Path, milter: &str) -> String {
    let milter = if milter.is_empty() {
        String::new()
    } else {
        format!("{{ {milter}, default_action=tempfail, connect_timeout=5s, command_timeout=10s, content_timeout=60s }}")
    };
    let (base, domains) = (base.display(), LOCAL_DOMAINS.join(", "));
    format!(
        "compatibility_level = 3.6
queue_directory = {base}/spool
data_directory = {base}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
# There may be no syslog.
maillog_file = {base}/log/mail.log
maillog_file_prefixes = {base}
# Queue ids that are never used twice, so that a message is found again by its own.
enable_long_queue_ids = yes
myhostname = {HOST}
mydestination =
inet_interfaces = 127.0.0.1
# IPv6 is for XCLIENT's addresses; nothing listens there.
inet_protocols = all
mynetworks = 127.0.0.99/32
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_error_sleep_time = 0
smtpd_forbid_bare_newline = no
smtputf8_enable = no
local_header_rewrite_clients =
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {base}/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{MAILBOX_USER}
virtual_gid_maps = static:{MAILBOX_USER}
virtual_transport = virtual
default_transport = error:no outbound mail
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_milters = {milter}
non_smtpd_milters =
milter_protocol = 6
message_size_limit = {MESSAGE_SIZE_LIMIT}
virtual_mailbox_limit = 0
bounce_queue_lifetime = 0
header_size_limit = 1048576
"
    )
}

/// No chroot anywhere: a private queue directory holds no copies of the system's files.
fn master_cf(port: u16) -> String {
    format!(
        "127.0.0.1:{port} inet n - n - 50 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"
    )
}
