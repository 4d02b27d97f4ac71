//! Asks a clamd whether a message carries a virus (`attachments.clamd`; nobody is asked unless it is set).
//!
//! The only I/O is that one socket: the message goes there whole by INSTREAM (clamd(8)), the answer is one line. A
//! scanner that is down, slow, or refuses the size is [`Scan::Failed`], in words; what that means is the operator's
//! choice (`failure.clamd`). Nothing a scanner answers can do more than that: its words are cut and cleaned.

use crate::policy::config::Attachments;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// Octets sent at once.
const CHUNK_BYTES: usize = 64 << 10;
/// Octets of an answer: a virus's name fits, and nothing endless does.
const MAX_REPLY_BYTES: u64 = 1_000;
/// Characters kept of a virus's name.
const MAX_NAME_CHARS: usize = 100;

/// What the scanner says of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scan {
    /// No scanner is configured.
    #[default]
    Off,
    /// It knows nothing bad.
    Clean,
    /// It knows this, by its name.
    Found(String),
    /// It did not say, and why.
    Failed(String),
}

impl Scan {
    /// The word in metrics; nothing if nobody was asked.
    pub fn as_str(&self) -> Option<&'static str> {
        match self {
            Scan::Off => None,
            Scan::Clean => Some("clean"),
            Scan::Found(_) => Some("found"),
            Scan::Failed(_) => Some("failed"),
        }
    }

    /// All words.
    pub const WORDS: [&'static str; 3] = ["clean", "found", "failed"];
}

/// Has the message scanned, if a scanner is configured. Never fails and never takes longer than configured.
pub async fn scan(config: &Attachments, message: &[u8]) -> Scan {
    if config.clamd.is_empty() {
        return Scan::Off;
    }
    let patience = Duration::from_millis(config.clamd_timeout_ms);
    match tokio::time::timeout(patience, ask(&config.clamd, message)).await {
        Ok(Ok(reply)) => meaning(&reply),
        Ok(Err(e)) => Scan::Failed(format!("clamd cannot be asked: {e}")),
        Err(_) => Scan::Failed(format!("clamd did not answer within {} ms", config.clamd_timeout_ms)),
    }
}

async fn ask(address: &str, message: &[u8]) -> io::Result<Vec<u8>> {
    match address.split_once(':') {
        Some(("unix", path)) => exchange(UnixStream::connect(path).await?, message).await,
        Some(("inet", host)) => exchange(TcpStream::connect(host).await?, message).await,
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "its address is not a socket address")),
    }
}

/// `zINSTREAM`, the message in chunks with their length in front, an empty one; the answer ends with a NUL.
async fn exchange(mut clamd: impl AsyncRead + AsyncWrite + Unpin, message: &[u8]) -> io::Result<Vec<u8>> {
    // clamd hangs up on what is longer than its StreamMaxLength, after it has said so.
    let sent = send(&mut clamd, message).await;
    let mut reply = Vec::new();
    let read = clamd.take(MAX_REPLY_BYTES).read_to_end(&mut reply).await;
    if reply.is_empty() {
        sent.and(read)?;
    }
    Ok(reply)
}

async fn send(clamd: &mut (impl AsyncWrite + Unpin), message: &[u8]) -> io::Result<()> {
    clamd.write_all(b"zINSTREAM\0").await?;
    for chunk in message.chunks(CHUNK_BYTES) {
        // A chunk is far below what 32 bits hold.
        clamd.write_all(&u32::try_from(chunk.len()).unwrap_or_default().to_be_bytes()).await?;
        clamd.write_all(chunk).await?;
    }
    clamd.write_all(&0_u32.to_be_bytes()).await?;
    clamd.flush().await
}

/// `stream: OK`, `stream: NAME FOUND`, or something else that ends with `ERROR`.
fn meaning(reply: &[u8]) -> Scan {
    let line = reply.split(|b| *b == 0 || *b == b'\n').next().unwrap_or_default();
    let clean: String = String::from_utf8_lossy(line).chars().filter(|c| matches!(c, ' '..='~')).collect();
    let said = clean.strip_prefix("stream:").unwrap_or(&clean).trim();
    let cut = |text: &str| text.chars().take(MAX_NAME_CHARS).collect::<String>();
    match said.strip_suffix(" FOUND") {
        Some(name) => Scan::Found(cut(name)),
        None if said == "OK" => Scan::Clean,
        None => Scan::Failed(format!("clamd says {:?}", cut(said))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;

    #[test]
    fn answers_have_three_meanings() {
        assert_eq!(meaning(b"stream: OK\0"), Scan::Clean);
        assert_eq!(meaning(b"stream: Win.Test.EICAR_HDB-1 FOUND\0"), Scan::Found("Win.Test.EICAR_HDB-1".into()));
        assert_eq!(meaning(b"stream: a\r\nX: y FOUND"), Scan::Failed("clamd says \"a\"".into()));
        assert!(
            matches!(meaning(b"INSTREAM size limit exceeded. ERROR\0"), Scan::Failed(why) if why.contains("limit"))
        );
        assert!(matches!(meaning(b""), Scan::Failed(_)));
        let Scan::Found(name) = meaning(&[&b"stream: "[..], &b"x".repeat(900), b" FOUND"].concat()) else { panic!() };
        assert_eq!(name.len(), MAX_NAME_CHARS);
    }
}
