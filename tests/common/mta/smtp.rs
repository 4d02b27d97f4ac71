//! An SMTP client (RFC 5321) that sends a message octet for octet, and may name another client by XCLIENT.
//!
//! It corrects nothing: what the caller gives goes over the wire, with dots stuffed and a final CRLF if there is none.
//! Every reply is kept as it came; a connection that breaks is an error, a refusal is not.

use spoof_milter::mail::Envelope;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than any gateway under test thinks about one message.
const REPLY_TIMEOUT: Duration = Duration::from_secs(90);

/// One reply, its lines joined by a blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The three digits.
    pub code: u16,
    /// The text after them.
    pub text: String,
}

impl Reply {
    /// True for 2xx and 3xx.
    pub fn positive(&self) -> bool {
        (200..400).contains(&self.code)
    }

    /// The queue id in Postfix's or Sendmail's reply to a message it accepted.
    pub fn queue_id(&self) -> Option<String> {
        let mut words = self.text.split_whitespace();
        if self.text.contains("queued as ") {
            return words.skip_while(|w| *w != "as").nth(1).map(str::to_owned);
        }
        // Sendmail: "2.0.0 4BNKJh5T000123 Message accepted for delivery"
        words.nth(1).filter(|_| self.text.contains("accepted for delivery")).map(str::to_owned)
    }
}

/// What came of one message: the reply that decided, and the command it answered.
#[derive(Debug, Clone)]
pub struct Sent {
    /// `CONNECT`, `EHLO`, `XCLIENT`, `MAIL`, `RCPT`, `DATA`, or `.` for the end of the message.
    pub command: &'static str,
    /// The reply to it.
    pub reply: Reply,
}

/// A connection to an MTA on loopback.
#[derive(Debug)]
pub struct Client {
    reader: BufReader<TcpStream>,
    /// Keywords of the last EHLO reply.
    pub extensions: String,
}

impl Client {
    /// Connects, and reads the greeting.
    pub fn connect(port: u16) -> Result<(Client, Reply), String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let stream = TcpStream::connect(address).map_err(|e| format!("cannot connect to {address}: {e}"))?;
        stream.set_read_timeout(Some(REPLY_TIMEOUT)).map_err(|e| e.to_string())?;
        stream.set_nodelay(true).map_err(|e| e.to_string())?;
        let mut client = Client { reader: BufReader::new(stream), extensions: String::new() };
        let greeting = client.reply()?;
        Ok((client, greeting))
    }

    /// Sends one line and reads the reply.
    pub fn command(&mut self, line: &str) -> Result<Reply, String> {
        self.write(format!("{line}\r\n").as_bytes())?;
        self.reply()
    }

    /// EHLO, and the keywords of the reply.
    pub fn ehlo(&mut self, name: &str) -> Result<Reply, String> {
        let reply = self.command(&format!("EHLO {name}"))?;
        self.extensions = reply.text.to_ascii_uppercase();
        Ok(reply)
    }

    /// Sends a message through this connection, up to the reply that decides. `Err` only if the connection breaks.
    pub fn message(&mut self, mail_from: &str, rcpt_to: &[String], raw: &[u8]) -> Result<Sent, String> {
        let reply = self.command(&format!("MAIL FROM:<{mail_from}>"))?;
        if !reply.positive() {
            return Ok(Sent { command: "MAIL", reply });
        }
        for recipient in rcpt_to {
            let reply = self.command(&format!("RCPT TO:<{recipient}>"))?;
            if !reply.positive() {
                return Ok(Sent { command: "RCPT", reply });
            }
        }
        let reply = self.command("DATA")?;
        if reply.code != 354 {
            return Ok(Sent { command: "DATA", reply });
        }
        self.write(&stuffed(raw))?;
        Ok(Sent { command: ".", reply: self.reply()? })
    }

    fn write(&mut self, octets: &[u8]) -> Result<(), String> {
        self.reader.get_mut().write_all(octets).map_err(|e| format!("the MTA closed the connection: {e}"))
    }

    fn reply(&mut self) -> Result<Reply, String> {
        let mut texts: Vec<String> = vec![];
        loop {
            let mut line = String::new();
            let read = self.reader.read_line(&mut line).map_err(|e| format!("no reply from the MTA: {e}"))?;
            if read == 0 {
                return Err("the MTA closed the connection".into());
            }
            let line = line.trim_end();
            let code = line.get(..3).and_then(|c| c.parse().ok()).ok_or_else(|| format!("no SMTP reply: {line:?}"))?;
            texts.push(line.get(4..).unwrap_or_default().to_owned());
            if line.get(3..4) != Some("-") {
                return Ok(Reply { code, text: texts.join(" ") });
            }
        }
    }
}

/// Sends one message in a connection of its own, as the client the envelope names (XCLIENT, Postfix only).
pub fn send(port: u16, envelope: &Envelope, raw: &[u8]) -> Result<Sent, String> {
    let (mut client, reply) = Client::connect(port)?;
    if !reply.positive() {
        return Ok(Sent { command: "CONNECT", reply });
    }
    let helo = if envelope.helo.is_empty() { "client.invalid" } else { &envelope.helo };
    let reply = client.ehlo(helo)?;
    if !reply.positive() {
        return Ok(Sent { command: "EHLO", reply });
    }
    let asked = xclient(envelope, helo);
    if !asked.is_empty() {
        let reply = client.command(&format!("XCLIENT{asked}"))?;
        if !reply.positive() {
            return Ok(Sent { command: "XCLIENT", reply });
        }
        let reply = client.ehlo(helo)?;
        if !reply.positive() {
            return Ok(Sent { command: "EHLO", reply });
        }
    }
    let sent = client.message(&envelope.mail_from, &envelope.rcpt_to, raw)?;
    // The message is the MTA's by now: whether the goodbye arrives is no matter.
    let _ = client.command("QUIT");
    Ok(sent)
}

/// The attributes of Postfix's XCLIENT for this envelope, each after a blank; empty if it names no client.
fn xclient(envelope: &Envelope, helo: &str) -> String {
    let mut asked = String::new();
    if let Some(ip) = envelope.client.ip {
        let address = if ip.is_ipv6() { format!("IPV6:{ip}") } else { ip.to_string() };
        let named = if envelope.client.name.is_empty() { "[UNAVAILABLE]" } else { &envelope.client.name };
        let _ = write!(asked, " ADDR={address} NAME={} HELO={}", xtext(named), xtext(helo));
    }
    if let Some(user) = &envelope.auth_user {
        let _ = write!(asked, " LOGIN={}", xtext(user));
    }
    asked
}

/// RFC 1891 xtext, which XCLIENT's values are written in.
fn xtext(value: &str) -> String {
    let mut text = String::new();
    for octet in value.bytes() {
        if octet.is_ascii_graphic() && octet != b'+' && octet != b'=' {
            text.push(char::from(octet));
        } else {
            let _ = write!(text, "+{octet:02X}");
        }
    }
    text
}

/// The message as DATA carries it (RFC 5321 section 4.5.2), end included.
fn stuffed(raw: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(raw.len() + 64);
    let mut line_start = true;
    for &octet in raw {
        if line_start && octet == b'.' {
            octets.push(b'.');
        }
        octets.push(octet);
        line_start = octet == b'\n';
    }
    if !octets.is_empty() && !octets.ends_with(b"\r\n") {
        octets.extend_from_slice(b"\r\n");
    }
    octets.extend_from_slice(b".\r\n");
    octets
}
