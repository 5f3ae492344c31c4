//! A socket that does not wait for ever: who asks and does not take the answer is let go, and so is who stays and does not
//! ask. The HTTP library looks at the time only while a request is on its way.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// What is being answered on a connection: as long as something is, silence is no idleness.
#[derive(Clone, Default)]
pub(super) struct Busy(Arc<AtomicUsize>);

/// One thing that is being answered, until it is dropped.
pub(super) struct Answering(Busy);

impl Busy {
    /// Something is being answered.
    pub(super) fn begin(&self) -> Answering {
        self.0.fetch_add(1, Ordering::Relaxed);
        Answering(self.clone())
    }

    /// From now on the connection is a WebSocket, which has pings of its own.
    pub(super) fn for_good(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A socket that gives up when nothing could be written for some time, or nothing came and nothing was to be answered.
pub(super) struct Patience {
    socket: TcpStream,
    busy: Busy,
    read_time: Duration,
    write_time: Duration,
    /// When to give up, while reading waits.
    read_until: Option<Pin<Box<Sleep>>>,
    /// When to give up, while writing waits.
    write_until: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    /// Waits so long for the next bytes, and for each piece that is written.
    pub(super) fn new(socket: TcpStream, busy: Busy, read_time: Duration, write_time: Duration) -> Patience {
        Patience { socket, busy, read_time, write_time, read_until: None, write_until: None }
    }

    /// Passes on what writing came to, and watches over it while it waits.
    fn watch<T>(&mut self, poll: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.write_until = None;
            return poll;
        }
        let until = self.write_until.get_or_insert_with(|| Box::pin(sleep(self.write_time)));
        ready!(until.as_mut().poll(context));
        // Whoever asks again waits again.
        until.as_mut().reset(Instant::now() + self.write_time);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patience {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.socket).poll_read(context, buffer);
        if poll.is_ready() {
            self.read_until = None;
            return poll;
        }
        let Patience { busy, read_time, read_until, .. } = &mut *self;
        let until = read_until.get_or_insert_with(|| Box::pin(sleep(*read_time)));
        loop {
            ready!(until.as_mut().poll(context));
            until.as_mut().reset(Instant::now() + *read_time);
            if busy.0.load(Ordering::Relaxed) == 0 {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
    }
}

impl AsyncWrite for Patience {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.watch(poll, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.socket).poll_write_vectored(context, pieces);
        self.watch(poll, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.socket).poll_flush(context);
        self.watch(poll, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.socket).poll_shutdown(context);
        self.watch(poll, context)
    }
}
