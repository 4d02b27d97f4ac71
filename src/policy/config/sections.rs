//! The sections of the configuration file: section name is field name, everything has a default, unknown keys are
//! errors. Whether a value can work is for `policy::check` to say.
//!
//! Every default here is documented, key by key, in `conf/spoof-milter.toml`; a test holds the two equal.

use crate::policy::action::{Action, Mode};
use crate::policy::config::brand::Brand;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Config {
    pub milter: Milter,
    pub dns: Dns,
    pub auth: Auth,
    pub policy: PolicySection,
    pub attachments: Attachments,
    pub failure: OnFailure,
    pub brand: Vec<Brand>,
    pub links: Links,
    pub signals: BTreeMap<String, SignalSetting>,
    pub review: Review,
    pub metrics: Metrics,
    pub log: Log,
    pub store: Store,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            milter: Milter::default(),
            dns: Dns::default(),
            auth: Auth::default(),
            policy: PolicySection::default(),
            attachments: Attachments::default(),
            failure: OnFailure::default(),
            brand: vec![Brand::elance()],
            links: Links::default(),
            signals: BTreeMap::new(),
            review: Review::default(),
            metrics: Metrics::default(),
            log: Log::default(),
            store: Store::default(),
        }
    }
}

/// `[milter]`: towards the MTA.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Milter {
    /// Sockets: `inet:HOST:PORT` or `unix:/PATH`. Sockets passed by systemd are used instead when there are any.
    pub listen: Vec<String>,
    /// Permissions of unix sockets, octal.
    pub socket_mode: String,
    /// Connections served at once; for more see `failure.overload`. The MTA holds one for each SMTP session.
    pub max_connections: usize,
    /// Time for judging one message, in seconds; then 451.
    pub message_timeout_secs: u64,
    /// Octets of a message that are read; what is longer is judged by its beginning.
    pub max_message_bytes: usize,
    /// Time for messages in progress to finish after SIGTERM, in seconds.
    pub drain_secs: u64,
}

impl Default for Milter {
    fn default() -> Self {
        Milter {
            listen: vec!["inet:127.0.0.1:8891".into()],
            socket_mode: "0660".into(),
            max_connections: 1024,
            message_timeout_secs: 20,
            max_message_bytes: 50 * 1024 * 1024,
            drain_secs: 30,
        }
    }
}

/// `[dns]`: whom to ask, and how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dns {
    /// `IP:PORT` or `IP` of the resolvers; empty: those of /etc/resolv.conf.
    pub servers: Vec<String>,
    /// Time for one answer, in milliseconds.
    pub timeout_ms: u64,
    /// How often one question is asked.
    pub attempts: usize,
    /// Time for all questions of one message, in milliseconds; what is open then is `temperror`.
    pub budget_ms: u64,
    /// Answers kept in memory.
    pub cache_size: usize,
    /// Hours for which the last good keys and records of the brands stand in for a DNS that does not answer; 0: never.
    pub last_good_hours: u64,
}

impl Default for Dns {
    fn default() -> Self {
        Dns { servers: vec![], timeout_ms: 1000, attempts: 2, budget_ms: 8000, cache_size: 10_000, last_good_hours: 72 }
    }
}

/// `[auth]`: whose word counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// Name in our Authentication-Results; empty: the MTA's own name (macro `j`).
    pub authserv_id: String,
    /// ARC sealers whose word on dmarc=pass is believed, by domain.
    pub trusted_sealers: Vec<String>,
    /// Operators of mailing lists, by domain, who let nobody post in other people's names.
    pub list_operators: Vec<String>,
    /// Clients that are not judged as inbound.
    pub trusted_networks: Vec<IpNet>,
    /// Who may hand over mail whose author cannot be proven any more.
    pub forwarder: Vec<Forwarder>,
}

/// `[[auth.forwarder]]`: one exemption, bound to exactly one of `networks`, `host` and `dkim`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forwarder {
    /// Why it is there.
    pub reason: String,
    /// The last day (UTC) it counts, `YYYY-MM-DD`.
    pub expires: String,
    /// The client's address lies in one of these.
    #[serde(default)]
    pub networks: Vec<IpNet>,
    /// The client's name is this or below it, and the name's addresses hold the client's.
    #[serde(default)]
    pub host: String,
    /// A signature of this domain, or one below it, passes.
    #[serde(default)]
    pub dkim: String,
    /// Every recipient is one of these (`a@b.example`, `@b.example`); empty: any.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// What happens instead of refusal; worse only if other signals ask for it.
    #[serde(default = "tag")]
    pub action: Action,
}

fn tag() -> Action {
    Action::Tag
}

impl Default for Auth {
    fn default() -> Self {
        Auth {
            authserv_id: String::new(),
            trusted_sealers: vec![],
            list_operators: vec![],
            trusted_networks: ["127.0.0.0/8", "::1/128"].iter().filter_map(|n| n.parse().ok()).collect(),
            forwarder: vec![],
        }
    }
}

/// `[policy]`: what is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicySection {
    /// `enforce`, or `monitor`: judge and report everything, do nothing.
    pub mode: Mode,
    /// Points from which a message is tagged.
    pub tag: u32,
    /// Points from which it is held.
    pub quarantine: u32,
    /// Points from which it is refused.
    pub reject: u32,
    /// The most that happens to a message that claims no brand.
    pub unclaimed_ceiling: Action,
    /// The least that happens to mail that fails a stranger's published `p=reject`.
    pub dmarc_reject: Action,
    /// The same for `p=quarantine`.
    pub dmarc_quarantine: Action,
    /// The least that happens to mail with a program, script, shortcut or disk image, from whomever.
    pub dangerous_files: Action,
    /// Put before the subject of a tagged message; empty leaves it alone.
    pub subject_prefix: String,
}

impl Default for PolicySection {
    fn default() -> Self {
        PolicySection {
            mode: Mode::Enforce,
            tag: 30,
            quarantine: 60,
            reject: 100,
            unclaimed_ceiling: Action::Tag,
            dmarc_reject: Action::Quarantine,
            dmarc_quarantine: Action::Tag,
            dangerous_files: Action::Quarantine,
            subject_prefix: "[Suspected spoof] ".into(),
        }
    }
}

/// `[attachments]`: who else looks at files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Attachments {
    /// The socket of a clamd that every judged message is shown to, `unix:/PATH` or `inet:HOST:PORT`; empty: none.
    pub clamd: String,
    /// Time for its answer, in milliseconds; then `failure.clamd` applies.
    pub clamd_timeout_ms: u64,
}

impl Default for Attachments {
    fn default() -> Self {
        Attachments { clamd: String::new(), clamd_timeout_ms: 10_000 }
    }
}

/// What is done with mail that cannot be judged as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fallback {
    /// It is delivered as far as it could be judged.
    Accept,
    /// The sender is to try again later (451).
    Tempfail,
    /// It is held.
    Quarantine,
}

/// `[failure]`: what happens to mail of strangers when something fails. Mail that is passed (authenticated clients,
/// trusted networks) never waits for the DNS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OnFailure {
    /// The DNS does not say whether a brand sent what bears its address.
    pub dns_brand: Fallback,
    /// The DNS does not answer about other mail.
    pub dns_stranger: Fallback,
    /// Tries of one message that are answered 451 for want of DNS; then brand mail is held, other mail judged as it is.
    pub dns_tries: u32,
    /// Hours after which the same happens whatever the number of tries.
    pub dns_hours: u64,
    /// A panic or time-out.
    pub error: Fallback,
    /// Failures on the same content from which it is held instead of answered 451.
    pub error_tries: u32,
    /// The least that happens to mail with a brand's address and no proof when a limit cut its reading short.
    pub limit_brand: Action,
    /// The virus scanner does not answer.
    pub clamd: Fallback,
    /// More connections than `milter.max_connections`.
    pub overload: Overload,
}

/// What is done with connections beyond those served at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Overload {
    /// Their mail is answered 451 at once, that of clients that are not judged is passed.
    Tempfail,
    /// They wait for a place; when the MTA tires of it, its own `default_action` applies.
    Wait,
}

impl Default for OnFailure {
    fn default() -> Self {
        OnFailure {
            dns_brand: Fallback::Tempfail,
            dns_stranger: Fallback::Accept,
            dns_tries: 3,
            dns_hours: 4,
            error: Fallback::Tempfail,
            error_tries: 3,
            limit_brand: Action::Quarantine,
            clamd: Fallback::Accept,
            overload: Overload::Tempfail,
        }
    }
}

/// `[links]`: hosts added to the lists in `conf/hosts`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Links {
    /// Hosts that shorten addresses.
    pub shorteners: Vec<String>,
    /// Hosts where anybody puts up a page.
    pub free_hosts: Vec<String>,
    /// Hosts where anybody puts up a picture.
    pub image_hosts: Vec<String>,
    /// Domains where anybody gets a mailbox.
    pub mailboxes: Vec<String>,
    /// Hosts that pass links on to any URL that stands in them.
    pub redirectors: Vec<String>,
}

/// Whether a signal acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignalMode {
    /// Its points count.
    #[default]
    Enforce,
    /// It is reported and counted in metrics, its points are not.
    Shadow,
    /// It does not run.
    Off,
}

/// `[signals.<id>]`: what the operator changes about one signal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignalSetting {
    /// Points instead of its default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
    /// Whether it acts.
    pub mode: SignalMode,
    /// The least that happens when it fires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Action>,
}

/// `[store]`: where held and reported mail is remembered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// `sqlite:/PATH` or `postgres://…`.
    pub url: String,
}

impl Default for Store {
    fn default() -> Self {
        Store { url: "sqlite:/var/lib/spoof-milter/cases.db".into() }
    }
}

/// `[review]`: the reviewers' page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Review {
    /// `IP:PORT`.
    pub listen: String,
}

impl Default for Review {
    fn default() -> Self {
        Review { listen: "127.0.0.1:8892".into() }
    }
}

/// `[metrics]`: Prometheus metrics, `/livez` and `/readyz`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// `IP:PORT`; empty: none.
    pub listen: String,
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics { listen: "127.0.0.1:9891".into() }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line of text on stderr.
    #[default]
    Text,
    /// One JSON object a line on stderr.
    Json,
    /// The systemd journal, with fields.
    Journald,
}

/// `[log]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// How lines look.
    pub format: LogFormat,
}
