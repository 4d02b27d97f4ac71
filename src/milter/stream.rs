//! One connection of the MTA from the door to its end: counted while it lives, and cut if it says nothing at first.
//!
//! It is accepted on one thread and served on another ([`super::workers`]). On the way it is a [`Accepted`], which no
//! runtime watches; where it is served it becomes a [`Stream`].

use super::permit::Permit;
use std::future::Future;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Sleep, sleep};

/// Time for the first octets of a connection; MTAs negotiate at once.
const NEGOTIATION_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection just accepted.
#[derive(Debug)]
pub(crate) enum Accepted {
    Inet(std::net::TcpStream),
    Unix(std::os::unix::net::UnixStream),
}

impl Accepted {
    pub(super) fn inet(stream: TcpStream) -> io::Result<Accepted> {
        // Our answers are several small packets; waiting to fill one costs 40 ms a message.
        let _ = stream.set_nodelay(true);
        stream.into_std().map(Accepted::Inet)
    }

    pub(super) fn unix(stream: UnixStream) -> io::Result<Accepted> {
        stream.into_std().map(Accepted::Unix)
    }
}

#[derive(Debug)]
enum Transport {
    Inet(TcpStream),
    Unix(UnixStream),
}

/// A connection that is served.
#[derive(Debug)]
pub(super) struct Stream {
    transport: Transport,
    deadline: Option<Pin<Box<Sleep>>>,
    _permit: Permit,
}

impl Stream {
    /// Lets this thread's runtime watch the connection.
    pub(super) fn open(accepted: Accepted, permit: Permit) -> io::Result<Stream> {
        let transport = match accepted {
            Accepted::Inet(stream) => Transport::Inet(TcpStream::from_std(stream)?),
            Accepted::Unix(stream) => Transport::Unix(UnixStream::from_std(stream)?),
        };
        Ok(Stream { transport, deadline: Some(Box::pin(sleep(NEGOTIATION_TIMEOUT))), _permit: permit })
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = match &mut self.transport {
            Transport::Inet(stream) => Pin::new(stream).poll_read(cx, buf),
            Transport::Unix(stream) => Pin::new(stream).poll_read(cx, buf),
        };
        if read.is_ready() {
            self.deadline = None;
        } else if self.deadline.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready()) {
            return Poll::Ready(Err(ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.transport {
            Transport::Inet(stream) => Pin::new(stream).poll_write(cx, buf),
            Transport::Unix(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.transport {
            Transport::Inet(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Transport::Unix(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.transport {
            Transport::Inet(stream) => Pin::new(stream).poll_flush(cx),
            Transport::Unix(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.transport {
            Transport::Inet(stream) => Pin::new(stream).poll_shutdown(cx),
            Transport::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
