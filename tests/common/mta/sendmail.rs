//! A private Sendmail: Debian's packages unpacked beside the build (the packages themselves would replace Postfix), own
//! configuration, queue and mailbox in a temporary directory, one loopback port, in private namespaces.
//!
//! It refuses to start outside of [`inside_namespaces`], since it takes its name from the host and asks DNS, and both
//! must not be the machine's. A missing package or library is an error that names it.

use super::smtp::Sent;
use super::{
    HOST, Kept, LOCAL_DOMAINS, MESSAGE_SIZE_LIMIT, free_port, need_root, run, smtp, temp_dir, wait, wait_for_port,
    write,
};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

/// A loaded machine with two cores starts Sendmail, and delivers a message, in less.
const LIMIT: Duration = Duration::from_secs(20);
/// Debian's packages with what is needed to run.
const PACKAGES: [&str; 3] = ["sendmail-bin", "sendmail-base", "sendmail-cf"];
/// Libraries and tools that may or may not be installed; names differ between releases.
const EXTRAS: [&str; 9] =
    ["m4", "libsigsegv2", "libwrap0", "libdb5.3", "libdb5.3t64", "libsasl2-2", "libnsl2", "libtirpc3", "libtirpc3t64"];
/// Set in the process that runs inside the namespaces.
const INSIDE: &str = "SPOOF_MILTER_TEST_INSIDE";

/// One test unpacks at a time.
static UNPACKING: Mutex<()> = Mutex::new(());

/// True in private namespaces (network with loopback only, host name, mounts). Elsewhere it unpacks Sendmail into
/// `cache` (in there is no net), runs the named test of this test program in such namespaces, passes its failure on by
/// panicking, and returns false: the caller has nothing left to do.
#[allow(clippy::panic)]
pub fn inside_namespaces(test: &str, cache: &Path, prepare: impl FnOnce()) -> bool {
    let inside = std::env::var_os(INSIDE).is_some();
    let done = if inside { own_the_namespaces() } else { run_inside(test, cache, prepare) };
    if let Err(e) = done {
        panic!("{e}");
    }
    inside
}

fn run_inside(test: &str, cache: &Path, prepare: impl FnOnce()) -> Result<(), String> {
    need_root()?;
    unpacked(cache)?;
    prepare();
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let status = Command::new("unshare")
        .args(["-n", "-u", "-m"])
        .arg(program)
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .status()
        .map_err(|e| format!("cannot run unshare: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{test} failed in its private namespaces ({status})")) }
}

/// Runs for as long as the value lives.
#[derive(Debug)]
pub struct Sendmail {
    base: tempfile::TempDir,
    root: PathBuf,
    /// SMTP on loopback.
    pub port: u16,
    child: Option<Child>,
}

/// What became of a message that Sendmail took.
#[derive(Debug, Clone)]
pub enum Fate {
    /// It lies in the mailbox.
    Delivered(Kept),
    /// It lies in quarantine, for this reason.
    Held {
        /// As the milter gave it.
        reason: String,
        /// The queue's control file: header fields as `H??Name: value`.
        control: String,
    },
}

impl Sendmail {
    /// Starts one whose mail passes the milter on a loopback port. `cache` keeps the unpacked packages.
    pub fn start(cache: &Path, milter_port: u16) -> Result<Sendmail, String> {
        let root = unpacked(cache)?;
        if std::env::var_os(INSIDE).is_none() {
            return Err("Sendmail runs in private namespaces only: begin the test with inside_namespaces()".into());
        }
        let mut sendmail = Sendmail { base: temp_dir("sendmail")?, root, port: free_port()?, child: None };
        sendmail.configure(milter_port)?;
        let log = std::fs::File::create(sendmail.base.path().join("log")).map_err(|e| e.to_string())?;
        let mut command = sendmail.tool(&sendmail.root.join("usr/libexec/sendmail/sendmail"));
        command.arg(format!("-C{}", sendmail.etc("sendmail.cf"))).arg("-bD");
        command.stdin(Stdio::null()).stdout(log.try_clone().map_err(|e| e.to_string())?).stderr(log);
        sendmail.child = Some(command.spawn().map_err(|e| format!("cannot start Sendmail: {e}"))?);
        wait_for_port(sendmail.port, LIMIT).map_err(|e| format!("Sendmail: {e}; {}", sendmail.log()))?;
        Ok(sendmail)
    }

    fn configure(&self, milter_port: u16) -> Result<(), String> {
        let base = self.base.path();
        for name in ["etc", "queue", "mail"] {
            std::fs::create_dir(base.join(name)).map_err(|e| e.to_string())?;
        }
        set_mode(&base.join("mail"), 0o777)?;
        set_mode(&base.join("queue"), 0o700)?;
        let script = base.join("deliver.sh");
        // Complete under its final name only.
        let mail = base.join("mail").display().to_string();
        write(&script, &format!("#!/bin/sh\nt=$(mktemp -p {mail}) && cat >$t && chmod 644 $t && mv $t $t.eml\n"))?;
        set_mode(&script, 0o755)?;
        write(&base.join("etc/service.switch"), "hosts files\naliases files\n")?;
        write(&base.join("etc/private.mc"), &self.mc(milter_port))?;
        let own = self.root.join("usr/bin/m4");
        let m4 = if Path::new("/usr/bin/m4").exists() { Path::new("/usr/bin/m4") } else { &own };
        let cf = self.root.join("usr/share/sendmail/cf/");
        let made = run(self.tool(m4).arg(format!("-D_CF_DIR_={}/", cf.display())).arg(self.etc("private.mc")))?;
        write(&base.join("etc/sendmail.cf"), &self.adjusted(&made))
    }

    fn mc(&self, milter_port: u16) -> String {
        let (base, root, port) = (self.base.path().display(), self.root.display(), self.port);
        let domains: String = LOCAL_DOMAINS.iter().map(|d| format!("LOCAL_DOMAIN(`{d}')dnl\n")).collect();
        format!(
            "divert(0)dnl
include(`{root}/usr/share/sendmail/cf/m4/cf.m4')dnl
OSTYPE(`linux')dnl
DOMAIN(`generic')dnl
define(`confDOMAIN_NAME', `{HOST}')dnl
define(`QUEUE_DIR', `{base}/queue')dnl
define(`STATUS_FILE', `{base}/etc/statistics')dnl
define(`confPID_FILE', `{base}/etc/sendmail.pid')dnl
define(`confDONT_BLAME_SENDMAIL', `GroupWritableDirPathSafe,IncludeFileInUnsafeDirPath,\
NonRootSafeAddr,MapInUnsafeDirPath')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confLOG_LEVEL', `14')dnl
define(`confMAX_MESSAGE_SIZE', `{MESSAGE_SIZE_LIMIT}')dnl
define(`ALIAS_FILE', `')dnl
FEATURE(`no_default_msa')dnl
DAEMON_OPTIONS(`Name=MTA, Family=inet, Addr=127.0.0.1, Port={port}')dnl
INPUT_MAIL_FILTER(`spoof-milter', `S=inet:{milter_port}@127.0.0.1, F=T, T=C:5s;S:10s;R:10s;E:60s')dnl
define(`confINPUT_MAIL_FILTERS', `spoof-milter')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
{domains}define(`LOCAL_MAILER_PATH', `{base}/deliver.sh')dnl
define(`LOCAL_MAILER_ARGS', `deliver.sh $u')dnl
MAILER(`local')dnl
MAILER(`smtp')dnl
"
        )
    }

    /// What no macro of sendmail-cf sets: no files of the machine, and a local mailer that needs no such user.
    fn adjusted(&self, cf: &str) -> String {
        let line = |line: &str| -> Option<String> {
            if line.starts_with("Fw") || line.starts_with("O HelpFile") || line.starts_with("O AliasFile") {
                return None;
            }
            if line.starts_with("#O ServiceSwitchFile=") {
                return Some(format!("O ServiceSwitchFile={}", self.etc("service.switch")));
            }
            match line.split_once("F=").filter(|_| line.starts_with("Mlocal")) {
                Some((before, after)) => {
                    let rest = after.split_once(',').map_or("", |(_, rest)| rest);
                    Some(format!("{before}F=lsDFM:/|@qn9,{rest}"))
                }
                None => Some(line.to_owned()),
            }
        };
        cf.lines().filter_map(line).collect::<Vec<_>>().join("\n") + "\n"
    }

    /// Sends one message in a connection of its own; Sendmail knows no XCLIENT, so the client is loopback.
    pub fn send(&self, helo: &str, mail_from: &str, rcpt_to: &str, raw: &[u8]) -> Result<Sent, String> {
        let (mut client, reply) = smtp::Client::connect(self.port)?;
        if !reply.positive() {
            return Ok(Sent { command: "CONNECT", reply });
        }
        let reply = client.ehlo(helo)?;
        if !reply.positive() {
            return Ok(Sent { command: "EHLO", reply });
        }
        let sent = client.message(mail_from, &[rcpt_to.to_owned()], raw)?;
        let _ = client.command("QUIT");
        Ok(sent)
    }

    /// Waits until a message that was taken is delivered or held, and tells which.
    pub fn fate(&self, queue_id: &str) -> Result<Fate, String> {
        let mut fate = None;
        let _ = wait(LIMIT, || {
            fate = self.held(queue_id).or_else(|| self.delivered(queue_id));
            fate.is_some()
        });
        fate.ok_or_else(|| format!("Sendmail neither delivered nor held {queue_id}: {}", self.log()))
    }

    fn held(&self, queue_id: &str) -> Option<Fate> {
        let control = std::fs::read(self.base.path().join("queue").join(format!("hf{queue_id}"))).ok()?;
        let control = String::from_utf8_lossy(&control).into_owned();
        let reason = control.lines().find_map(|l| l.strip_prefix('q')).unwrap_or_default().to_owned();
        Some(Fate::Held { reason, control })
    }

    fn delivered(&self, queue_id: &str) -> Option<Fate> {
        let here = format!("by {HOST} (8.");
        let files = std::fs::read_dir(self.base.path().join("mail")).ok()?;
        files.flatten().filter(|f| f.path().extension().is_some_and(|e| e == "eml")).find_map(|file| {
            let octets = std::fs::read(file.path()).ok()?;
            let kept = Kept { text: String::from_utf8_lossy(&octets).into_owned() };
            let ours = kept.fields("Received").into_iter().find(|r| r.contains(&here))?;
            ours.split_whitespace().any(|w| w.trim_end_matches(';') == queue_id).then_some(Fate::Delivered(kept))
        })
    }

    /// What Sendmail said, for error messages.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.base.path().join("log")).unwrap_or_default()
    }

    /// Stops it; a second call does nothing.
    pub fn stop(&mut self) -> Result<(), String> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        run(Command::new("kill").arg(child.id().to_string()))?;
        child.wait().map(|_| ()).map_err(|e| e.to_string())
    }

    fn etc(&self, name: &str) -> String {
        self.base.path().join("etc").join(name).display().to_string()
    }

    fn tool(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("LD_LIBRARY_PATH", library_path(&self.root)).current_dir("/");
        command
    }
}

impl Drop for Sendmail {
    fn drop(&mut self) {
        if let Err(e) = self.stop() {
            eprintln!("a private Sendmail could not be stopped: {e}");
        }
    }
}

fn set_mode(path: &Path, mode: u32) -> Result<(), String> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
        .map_err(|e| format!("{}: {e}", path.display()))
}

/// Brings up loopback and names the host, so that Sendmail does not wait a minute for a full name, and asks no one.
fn own_the_namespaces() -> Result<(), String> {
    run(Command::new("ip").args(["link", "set", "lo", "up"]))?;
    run(Command::new("hostname").arg(HOST))?;
    let hosts = std::env::temp_dir().join(format!("spoof-milter-hosts-{}", std::process::id()));
    write(&hosts, &format!("127.0.0.1 {HOST} mx localhost\n"))?;
    let mounted = run(Command::new("mount").arg("--bind").arg(&hosts).arg("/etc/hosts"));
    // The mount keeps the file; its name is not needed.
    let _ = std::fs::remove_file(&hosts);
    mounted.map(|_| ())
}

fn library_path(root: &Path) -> String {
    let mut paths = vec![];
    for folder in ["usr/lib", "lib"] {
        let entries = std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
        paths.extend(entries.map(|e| e.path().display().to_string()).filter(|p| p.ends_with("-linux-gnu")));
    }
    paths.join(":")
}

/// Fetches and unpacks the packages, once for each build directory.
fn unpacked(cache: &Path) -> Result<PathBuf, String> {
    let _alone = UNPACKING.lock().map_err(|_| "unpacking Sendmail failed in another test")?;
    let root = cache.join("sendmail-root");
    let done = root.join(".complete");
    if done.exists() {
        return Ok(root);
    }
    let debs = cache.join(format!("sendmail-debs-{}", std::process::id()));
    std::fs::create_dir_all(&debs).map_err(|e| format!("{}: {e}", debs.display()))?;
    run(Command::new("apt-get").args(["-q", "download"]).args(PACKAGES).current_dir(&debs))?;
    for extra in EXTRAS {
        // Not every release has each of them; what is missing in the end is named below.
        let _ = run(Command::new("apt-get").args(["-q", "download", extra]).current_dir(&debs));
    }
    for deb in std::fs::read_dir(&debs).map_err(|e| e.to_string())?.flatten() {
        run(Command::new("dpkg").arg("-x").arg(deb.path()).arg(&root))?;
    }
    std::fs::remove_dir_all(&debs).map_err(|e| e.to_string())?;
    let program = root.join("usr/libexec/sendmail/sendmail");
    if !program.exists() {
        // Releases before Debian 12.
        let old = root.join("usr/lib/sm.bin/sendmail");
        std::fs::create_dir_all(root.join("usr/libexec/sendmail")).map_err(|e| e.to_string())?;
        std::fs::copy(&old, &program).map_err(|e| format!("no sendmail program in Debian's packages: {e}"))?;
    }
    // For a set-gid program the loader ignores LD_LIBRARY_PATH.
    set_mode(&program, 0o755)?;
    let needs = run(Command::new("ldd").arg(&program).env("LD_LIBRARY_PATH", library_path(&root)))?;
    if let Some(missing) = needs.lines().find(|l| l.contains("not found")) {
        return Err(format!("Sendmail lacks a library here: {}", missing.trim()));
    }
    write(&done, "")?;
    Ok(root)
}
