//! The real spoof-milter as a child process beside a name server that knows only the zone it is given.
//!
//! It refuses nothing but what cannot work: no program, a bad zone, a gateway that ends or does not listen, each with
//! one sentence and the end of its log. A drop sends SIGTERM, waits, and removes the directory.

// Several test binaries and one example include this file and none uses all of it.
#![allow(dead_code, unreachable_pub)]

use super::dns::{self, DnsServer};
use super::mta::{free_port, run, temp_dir, wait, wait_for_port, write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use toml::{Table, Value};

/// A debug build on a loaded machine listens in less.
const START_LIMIT: Duration = Duration::from_secs(20);
/// Somewhat longer than the gateway gives messages in progress (`[milter] drain_secs`).
const STOP_LIMIT: Duration = Duration::from_secs(35);

/// Runs for as long as the value lives.
pub struct Gateway {
    child: Child,
    dir: tempfile::TempDir,
    /// Where it listens for the MTA.
    pub port: u16,
    /// Where its metrics are.
    pub metrics_port: u16,
    // Ended after the gateway, in this order.
    dns: DnsServer,
    runtime: tokio::runtime::Runtime,
}

impl Gateway {
    /// Starts `program` with the embedded defaults, `policy` (TOML) on top, ports of its own, and `zone` as its DNS.
    pub fn start(program: &Path, zone: &str, policy: &str) -> Result<Gateway, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|e| format!("no runtime for the name server: {e}"))?;
        let dns = runtime.block_on(dns::serve(zone, 0))?;
        let (dir, port, metrics_port) = (temp_dir("gateway")?, free_port()?, free_port()?);
        let table: Table = policy.parse().map_err(|e| format!("the policy for the gateway is not TOML: {e}"))?;
        let table = with_own_places(table, dir.path(), port, metrics_port, &dns.addr.to_string())?;
        write(&dir.path().join("spoof-milter.toml"), &table.to_string())?;
        let log = std::fs::File::create(dir.path().join("spoof-milter.log")).map_err(|e| e.to_string())?;
        let child = Command::new(program)
            .arg("-c")
            .arg(dir.path().join("spoof-milter.toml"))
            .arg("run")
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(|e| e.to_string())?)
            .stderr(log)
            // Neither belongs to this gateway: it is told everything by its file.
            .env_remove("NOTIFY_SOCKET")
            .env_remove("LISTEN_FDS")
            .spawn()
            .map_err(|e| format!("cannot start {}: {e}", program.display()))?;
        let mut gateway = Gateway { child, dir, port, metrics_port, dns, runtime };
        gateway.wait_until_ready()?;
        Ok(gateway)
    }

    fn wait_until_ready(&mut self) -> Result<(), String> {
        if let Ok(Some(status)) = self.child.try_wait() {
            return Err(format!("the gateway ended ({status}): {}", self.log_tail()));
        }
        wait_for_port(self.port, START_LIMIT).map_err(|e| format!("the gateway: {e}; {}", self.log_tail()))
    }

    /// Its socket in Postfix's notation.
    pub fn milter(&self) -> String {
        format!("inet:127.0.0.1:{}", self.port)
    }

    /// Its log.
    pub fn log(&self) -> PathBuf {
        self.dir.path().join("spoof-milter.log")
    }

    /// Its configuration.
    pub fn config(&self) -> PathBuf {
        self.dir.path().join("spoof-milter.toml")
    }

    /// The name server it asks.
    pub fn dns(&self) -> std::net::SocketAddr {
        self.dns.addr
    }

    /// True while its process lives.
    pub fn alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The last lines of the log, for error messages.
    pub fn log_tail(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(8).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = run(Command::new("kill").arg(self.child.id().to_string()));
        if wait(STOP_LIMIT, || !matches!(self.child.try_wait(), Ok(None))).is_err() {
            eprintln!("the gateway did not end on SIGTERM; it is killed");
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Sets what must not be the machine's: sockets, resolver and state.
fn with_own_places(mut table: Table, dir: &Path, port: u16, metrics: u16, dns: &str) -> Result<Table, String> {
    let store = format!("sqlite:{}", dir.join("cases.db").display());
    let settings = [
        ("milter", "listen", Value::Array(vec![format!("inet:127.0.0.1:{port}").into()])),
        ("dns", "servers", Value::Array(vec![dns.into()])),
        ("metrics", "listen", format!("127.0.0.1:{metrics}").into()),
        ("review", "listen", format!("127.0.0.1:{}", free_port()?).into()),
        ("store", "url", store.into()),
    ];
    for (section, key, value) in settings {
        let entry = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
        let section = entry.as_table_mut().ok_or_else(|| format!("[{section}] is not a section"))?;
        section.insert(key.to_owned(), value);
    }
    Ok(table)
}
