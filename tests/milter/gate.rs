//! What every milter test needs: a gateway that serves, a client that speaks like an MTA, and messages for each
//! verdict.

use crate::{corpus, dns};
pub(crate) use indymilter_test::{Actions, EomAction, MacroStage, ProtoOpts, SocketInfo, Status, TestConnection};
use spoof_milter::auth::Authenticator;
use spoof_milter::judge::{judge, policy_of};
use spoof_milter::milter::Judge;
use spoof_milter::milter::listener::Address;
use spoof_milter::policy::{Config, Policy};
use spoof_milter::serve::{Gateway, Running, ServeError};
use std::net::SocketAddr;
use std::sync::Arc;

/// A client nobody knows.
pub(crate) const STRANGER: [u8; 4] = [198, 51, 100, 9];
/// The authserv-id of every gateway here.
pub(crate) const OUR_ID: &str = "mx.example.net";

/// A gateway that serves on loopback, and the name server it asks, if any.
pub(crate) struct Gate {
    pub(crate) running: Running,
    _dns: Option<dns::DnsServer>,
}

/// The default policy on a free port, without a metrics page, and with the test's changes.
pub(crate) fn policy(edit: impl FnOnce(&mut Config)) -> Policy {
    policy_of(&config_text(edit), "test").unwrap()
}

pub(crate) fn config_text(edit: impl FnOnce(&mut Config)) -> String {
    let mut config = Config::default();
    config.milter.listen = vec!["inet:127.0.0.1:0".into()];
    config.metrics.listen = String::new();
    config.auth.authserv_id = OUR_ID.into();
    edit(&mut config);
    toml::to_string(&config).unwrap()
}

impl Gate {
    /// A gateway that asks no DNS.
    pub(crate) async fn offline(edit: impl FnOnce(&mut Config)) -> Gate {
        Gate::of(policy(edit)).await.unwrap()
    }

    /// A gateway over this policy that asks no DNS, if it can serve.
    pub(crate) async fn of(policy: Policy) -> Result<Gate, ServeError> {
        Ok(Gate { running: Gateway::new().with_judge(offline()).start(policy).await?, _dns: None })
    }

    /// A gateway with something else in the place of the judge.
    pub(crate) async fn judged_by(judge: Judge, edit: impl FnOnce(&mut Config)) -> Gate {
        Gate { running: Gateway::new().with_judge(judge).start(policy(edit)).await.unwrap(), _dns: None }
    }

    /// A gateway that lives in the corpus's DNS.
    pub(crate) async fn with_dns(edit: impl FnOnce(&mut Config)) -> Gate {
        let zone = std::fs::read_to_string(corpus::directory().join("zone.txt")).unwrap();
        let server = dns::serve(&zone, 0).await.unwrap();
        let policy = policy(|c| {
            c.dns.servers = vec![server.addr.to_string()];
            (c.dns.timeout_ms, c.dns.attempts, c.dns.budget_ms) = (1000, 1, 3000);
            edit(c);
        });
        Gate { running: Gateway::new().start(policy).await.unwrap(), _dns: Some(server) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        match self.running.addresses.first() {
            Some(Address::Inet(address)) => *address,
            other => panic!("{other:?}"),
        }
    }

    /// A session of the stranger's, greeted.
    pub(crate) async fn session(&self) -> TestConnection {
        session_at(self.address(), STRANGER).await
    }

    /// Sends one message in a session of its own.
    pub(crate) async fn send(&self, mail: &Mail) -> Outcome {
        let mut session = self.session().await;
        let outcome = send(&mut session, mail).await;
        session.close().await.unwrap();
        outcome
    }

    /// The value of a counter or gauge, as the metrics page writes it.
    pub(crate) fn metric(&self, name: &str) -> i64 {
        metric_in(&self.running.metrics().render(), name)
    }
}

/// The judge, without DNS.
pub(crate) fn offline() -> Judge {
    Arc::new(|envelope, message, policy| {
        Box::pin(async move { judge(&envelope, &message, &policy, &Authenticator::offline()).await })
    })
}

/// The value of `spoof_milter_<name>` in a metrics page.
pub(crate) fn metric_in(page: &str, name: &str) -> i64 {
    let line = page.lines().find_map(|l| l.strip_prefix(&format!("spoof_milter_{name} ")));
    line.unwrap_or_else(|| panic!("no metric {name} in {page}")).parse().unwrap()
}

/// A session with a client at `ip`, greeted.
pub(crate) async fn session_at(address: SocketAddr, ip: [u8; 4]) -> TestConnection {
    let mut session = TestConnection::configure().exact_leading_space(true).open_tcp(address).await.unwrap();
    greet(&mut session, ip.into_info()).await;
    session
}

/// CONNECT and HELO.
pub(crate) async fn greet(session: &mut TestConnection, client: SocketInfo) {
    session.macros(MacroStage::Connect, [("j", OUR_ID)]).await.unwrap();
    session.connect("client.mailhub.example", client).await.unwrap();
    session.helo("mail.mailhub.example").await.unwrap();
}

/// A client address as the milter protocol has it.
pub(crate) trait IntoInfo {
    fn into_info(self) -> SocketInfo;
}

impl IntoInfo for [u8; 4] {
    fn into_info(self) -> SocketInfo {
        SocketInfo::Inet(SocketAddr::from((self, 4321)))
    }
}

/// The octets of a field's name and value.
type Field = (Vec<u8>, Vec<u8>);

/// One message as an SMTP client would hand it over.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) login: Option<String>,
    pub(crate) raw: Vec<u8>,
}

impl Mail {
    /// A message with CRLF line ends from text with LF.
    pub(crate) fn new(text: &str) -> Mail {
        Mail::raw(text.replace('\n', "\r\n").into_bytes())
    }

    pub(crate) fn raw(raw: Vec<u8>) -> Mail {
        let to = vec!["member@example.net".to_owned()];
        Mail { from: "bounce@mailhub.example".into(), to, login: None, raw }
    }

    pub(crate) fn to(mut self, to: &[&str]) -> Mail {
        self.to = to.iter().map(|t| (*t).to_owned()).collect();
        self
    }

    pub(crate) fn from(mut self, from: &str) -> Mail {
        self.from = from.into();
        self
    }

    pub(crate) fn login(mut self, user: &str) -> Mail {
        self.login = Some(user.into());
        self
    }

    /// The header fields (names, and values with LF for the CRLF inside) and the body, as an MTA cuts a message.
    pub(crate) fn cut(&self) -> (Vec<Field>, &[u8]) {
        let end = self.raw.windows(4).position(|w| w == b"\r\n\r\n");
        let (header, body) = match (self.raw.strip_prefix(b"\r\n"), end) {
            (Some(body), _) => (&[][..], body),
            (None, Some(n)) => (&self.raw[..n + 2], &self.raw[n + 4..]),
            (None, None) => (&self.raw[..], &[][..]),
        };
        let mut fields: Vec<Field> = Vec::new();
        for line in header.split_inclusive(|b| *b == b'\n') {
            // A bare LF ends a line too, as it does for Postfix.
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match (line.first(), fields.last_mut()) {
                (Some(b' ' | b'\t'), Some((_, value))) => {
                    value.push(b'\n');
                    value.extend_from_slice(line);
                }
                _ => {
                    let colon = line.iter().position(|b| *b == b':').expect("a header line has a colon");
                    fields.push((line[..colon].to_vec(), line[colon + 1..].to_vec()));
                }
            }
        }
        (fields, body)
    }
}

/// What became of a message.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) actions: Vec<EomAction>,
    pub(crate) status: Status,
}

impl Outcome {
    /// Fields put on top, topmost first: the last one inserted at 0 stands highest.
    pub(crate) fn inserted(&self) -> Vec<(String, String)> {
        let on_top = self.actions.iter().filter_map(|a| match a {
            EomAction::InsertHeader { index: 0, name, value } => {
                Some((name.to_str().unwrap().to_owned(), value.to_str().unwrap().to_owned()))
            }
            _ => None,
        });
        on_top.collect::<Vec<_>>().into_iter().rev().collect()
    }

    /// The value of an inserted field, unfolded and without its leading blank.
    pub(crate) fn header(&self, name: &str) -> String {
        let field = self.inserted().into_iter().find(|(n, _)| n == name);
        field.map(|(_, v)| v.replace('\n', "").trim_start().to_owned()).unwrap_or_default()
    }

    /// Fields deleted, names in lower case: an MTA compares them without regard to it.
    pub(crate) fn deleted(&self) -> Vec<(String, i32)> {
        let gone = self.actions.iter().filter_map(|a| match a {
            EomAction::DeleteHeader { name, index } => Some((name.to_str().unwrap().to_lowercase(), *index)),
            _ => None,
        });
        gone.collect()
    }

    pub(crate) fn subject(&self) -> Option<String> {
        self.actions.iter().find_map(|a| match a {
            EomAction::ChangeHeader { name, value, .. } | EomAction::InsertHeader { name, value, .. }
                if name.as_bytes() == b"Subject" =>
            {
                Some(value.to_str().unwrap().to_owned())
            }
            _ => None,
        })
    }

    pub(crate) fn held(&self) -> Option<String> {
        self.actions.iter().find_map(|a| match a {
            EomAction::Quarantine { reason } => Some(reason.to_str().unwrap().to_owned()),
            _ => None,
        })
    }

    /// The SMTP reply of a refusal.
    pub(crate) fn reply(&self) -> String {
        match &self.status {
            Status::Reject { message: Some(m) } | Status::Tempfail { message: Some(m) } => m.to_str().unwrap().into(),
            other => format!("{other:?}"),
        }
    }

    /// What an MTA would do, in one word.
    pub(crate) fn word(&self) -> &'static str {
        match &self.status {
            Status::Reject { .. } => "reject",
            Status::Tempfail { .. } => "tempfail",
            Status::Accept if self.held().is_some() => "quarantine",
            Status::Accept if self.subject().is_some() => "tag",
            Status::Accept if self.header("X-Spoof-Verdict").contains("passed=") => "passed",
            Status::Accept if self.header("X-Spoof-Verdict").is_empty() => "passed",
            Status::Accept => "accept",
            other => panic!("no answer to a message: {other:?}"),
        }
    }

    /// The case id in the verdict header, or the reference of the reply.
    pub(crate) fn case_id(&self) -> String {
        let said = format!("{} {}", self.header("X-Spoof-Verdict"), self.reply());
        let found = said.split_once("case=").or(said.split_once("reference ")).expect("a case id").1;
        found.chars().take_while(char::is_ascii_alphanumeric).collect()
    }
}

/// MAIL, RCPT, header and body; the end of the message is left to the caller.
pub(crate) async fn begin(session: &mut TestConnection, mail: &Mail) {
    if let Some(user) = &mail.login {
        let kind = if user.is_empty() { "" } else { "PLAIN" };
        let macros = [("{auth_type}", kind), ("{auth_authen}", user.as_str())];
        session.macros(MacroStage::Mail, macros).await.unwrap();
    }
    session.mail([format!("<{}>", mail.from), "SIZE=1000".into()]).await.unwrap();
    for to in &mail.to {
        session.rcpt([format!("<{to}>")]).await.unwrap();
    }
    let (fields, body) = mail.cut();
    let exact = session.negotiated_opts().contains(ProtoOpts::LEADING_SPACE);
    for (name, value) in fields {
        let value = if exact { &value[..] } else { value.strip_prefix(b" ").unwrap_or(&value) };
        let c = |octets: &[u8]| std::ffi::CString::new(octets).expect("an MTA has no NUL in a header");
        session.header(c(&name), c(value)).await.unwrap();
    }
    session.eoh().await.unwrap();
    if !body.is_empty() {
        session.body(body.to_vec()).await.unwrap();
    }
}

/// The end of a message and what became of it.
pub(crate) async fn end(session: &mut TestConnection) -> Outcome {
    session.macros(MacroStage::Eom, [("i", "4bTest1234")]).await.unwrap();
    let (actions, status) = session.eom().await.unwrap();
    Outcome { actions: actions.actions, status }
}

/// One whole message.
pub(crate) async fn send(session: &mut TestConnection, mail: &Mail) -> Outcome {
    begin(session, mail).await;
    end(session).await
}

/// A message that gets this verdict from the stranger's address in the corpus's DNS.
pub(crate) fn for_verdict(word: &str) -> Mail {
    let honest = "From: Ines <ines@mailhub.example>\nSubject: Lunch\n\nAt noon?\n";
    let forged = "From: Elance <support@elance.com>\nSubject: Your account\n\nPlease read this.\n";
    let named = "From: \"Jo Brandt, Elance\" <help@mailhub.example>\nSubject: Your account\n\nHello.\n";
    let posing = "From: Elance Support <help@mailhub.example>\nSubject: Your account\n\n\
                  Hello Ines,\n\nthe notes of our call are ready.\n";
    match word {
        "accept" => Mail::new(honest),
        "tag" => Mail::new(named),
        "quarantine" => Mail::new(posing),
        "reject" => Mail::new(forged),
        "tempfail" => Mail::new(forged).from("bounce@ill.elance.com"),
        "passed" => Mail::new(forged).to(&["spoof@elance.com"]),
        other => panic!("no verdict {other}"),
    }
}
