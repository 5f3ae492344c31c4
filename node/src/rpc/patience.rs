//! A socket that does not wait for ever: who asks and does not take the answer is let go, and so is who stays and does not
//! ask. The HTTP library looks at the time only while a request is on its way.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// What is being answered on a connection: as long as something is, silence is no idleness.
#[derive(Clone)]
pub(super) struct Busy(Arc<Mutex<Answers>>);

struct Answers {
    count: usize,
    is_socket: bool,
    /// When the last one ended.
    since: Instant,
}

/// One thing that is being answered, until it is dropped.
pub(super) struct Answering(Busy);

impl Busy {
    /// Something is being answered.
    pub(super) fn begin(&self) -> Answering {
        self.answers().count += 1;
        Answering(self.clone())
    }

    /// From now on the connection is a WebSocket, which has pings of its own.
    pub(super) fn for_good(&self) {
        let mut answers = self.answers();
        answers.count += 1;
        answers.is_socket = true;
    }

    /// Since when nothing is answered; `None`: something is.
    fn idle_since(&self) -> Option<Instant> {
        let answers = self.answers();
        (answers.count == 0).then_some(answers.since)
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Busy {
    fn default() -> Busy {
        Busy(Arc::new(Mutex::new(Answers { count: 0, is_socket: false, since: Instant::now() })))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let mut answers = self.0.answers();
        answers.count -= 1;
        answers.since = Instant::now();
    }
}

/// A socket that gives up when nothing could be written for some time, or nothing came and nothing was to be answered.
pub(super) struct Patience {
    socket: TcpStream,
    busy: Busy,
    read_time: Duration,
    write_time: Duration,
    /// When something was written last.
    written: Instant,
    /// When to give up, while reading waits.
    read_until: Option<Pin<Box<Sleep>>>,
    /// When to give up, while writing waits.
    write_until: Option<Pin<Box<Sleep>>>,
    /// Who reads again when writing goes on.
    reader: Option<Waker>,
}

impl Patience {
    /// Waits so long for the next bytes, and for each piece that is written.
    pub(super) fn new(socket: TcpStream, busy: Busy, read_time: Duration, write_time: Duration) -> Patience {
        let written = Instant::now();
        Patience {
            socket,
            busy,
            read_time,
            write_time,
            written,
            read_until: None,
            write_until: None,
            reader: None,
        }
    }

    /// Passes on what writing came to, and watches over it while it waits.
    fn watch<T>(&mut self, poll: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.write_until = None;
            self.written = Instant::now();
            if let Some(reader) = self.reader.take() {
                reader.wake();
            }
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
        // Over a WebSocket all that came is being answered at the same time: who takes no answers is not heard.
        if self.write_until.is_some() && self.busy.answers().is_socket {
            self.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let poll = Pin::new(&mut self.socket).poll_read(context, buffer);
        if poll.is_ready() {
            self.read_until = None;
            return poll;
        }
        let Patience { busy, read_time, written, read_until, write_until, .. } = &mut *self;
        let until = read_until.get_or_insert_with(|| Box::pin(sleep(*read_time)));
        loop {
            ready!(until.as_mut().poll(context));
            let now = Instant::now();
            // Whoever takes an answer bit by bit is not idle, and writing has its own patience.
            let idle_since =
                busy.idle_since().filter(|_| write_until.is_none()).map(|since| since.max(*written));
            let next = idle_since.unwrap_or(now) + *read_time;
            if next <= now {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            until.as_mut().reset(next);
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpSocket, TcpStream};

    use super::{Busy, Patience};

    /// Whoever sends over a WebSocket and takes no answer would have more and more kept for it.
    #[test]
    fn who_takes_no_answers_is_not_heard() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("its address");
            let (client, taken) = tokio::join!(TcpStream::connect(address), listener.accept());
            let (mut client, (socket, _)) = (client.expect("it is open"), taken.expect("it is open"));
            let busy = Busy::default();
            busy.for_good();
            let long = Duration::from_secs(600);
            let (mut reads, mut writes) = tokio::io::split(Patience::new(socket, busy, long, long));
            let answer = vec![7; 64 << 20];
            client.write_all(&[1; 10]).await.expect("it is open");
            assert_eq!(reads.read_u8().await.expect("it is heard"), 1);
            let mut write = std::pin::pin!(writes.write_all(&answer));
            tokio::select! {
                biased;
                _ = &mut write => panic!("nobody takes it"),
                () = tokio::time::sleep(Duration::from_millis(200)) => {}
            }
            tokio::select! {
                biased;
                heard = reads.read_u8() => panic!("{heard:?}"),
                _ = &mut write => panic!("nobody takes it"),
                () = tokio::time::sleep(Duration::from_millis(200)) => {}
            }
            // And is, when it does.
            let mut taken = vec![0; answer.len()];
            let (written, read, heard) = tokio::join!(write, client.read_exact(&mut taken), reads.read_u8());
            written.expect("all of it");
            read.expect("all of it");
            assert_eq!(heard.expect("it is heard"), 1);
        });
    }

    /// An answer of a few megabytes takes twice as long as a connection may be silent.
    #[test]
    fn who_takes_an_answer_bit_by_bit_is_not_cut() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("its address");
            let client = TcpSocket::new_v4().expect("a socket");
            client.set_recv_buffer_size(1 << 16).expect("a small one");
            let (client, taken) = tokio::join!(client.connect(address), listener.accept());
            let (mut client, (socket, _)) = (client.expect("it is open"), taken.expect("it is open"));
            let (read_time, write_time) = (Duration::from_secs(3), Duration::from_secs(60));
            let busy = Busy::default();
            // The answer has been made, and is on its way.
            drop(busy.begin());
            let patience = Patience::new(socket, busy, read_time, write_time);
            let (mut reads, mut writes) = tokio::io::split(patience);
            let answer = vec![7; 16 << 20];
            let steps = 60;
            let takes = async {
                let mut piece = vec![0; answer.len() / steps];
                for _ in 0..steps {
                    tokio::time::sleep(read_time * 2 / 60).await;
                    client.read_exact(&mut piece).await.expect("it goes on");
                }
            };
            tokio::select! {
                silence = reads.read_u8() => panic!("it was cut: {silence:?}"),
                (written, ()) = async { tokio::join!(writes.write_all(&answer), takes) } => written.expect("all of it"),
            }
            // And now it says nothing any more.
            let cut = reads.read_u8().await.expect_err("it is cut");
            assert_eq!(cut.kind(), std::io::ErrorKind::TimedOut);
        });
    }
}
