//! The SMTP envelope (RFC 5321) and the client it came from, as the MTA reported them.

use std::net::IpAddr;

/// The SMTP client that handed the message to the MTA.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// Its address in canonical form (IPv4-mapped IPv6 is IPv4). `None`: the MTA did not say, or a local process.
    pub ip: Option<IpAddr>,
    /// Its host name as the MTA found it; never trusted, only logged.
    pub name: String,
}

/// The envelope of one message: who handed it over, from whom, to whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The SMTP client.
    pub client: Client,
    /// The HELO or EHLO argument, as sent.
    pub helo: String,
    /// The reverse-path without angle brackets; empty for the null sender `<>` (RFC 5321 section 4.5.5).
    pub mail_from: String,
    /// The forward-paths without angle brackets.
    pub rcpt_to: Vec<String>,
    /// The SASL login when the client authenticated (RFC 4954).
    pub auth_user: Option<String>,
    /// The MTA's queue id; empty until known.
    pub queue_id: String,
    /// When the MTA received it (at MAIL), in seconds since 1970-01-01 UTC; `None` if nobody knows. What expires is
    /// looked at as of then.
    pub received_at: Option<i64>,
    /// The MTA's own name (macro `j`), used as authserv-id unless configured.
    pub mta_name: String,
}
