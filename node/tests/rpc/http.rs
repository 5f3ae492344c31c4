//! As little HTTP as a test needs, so that it can also speak it badly.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.headers.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// A connection, which nobody waits for without end.
pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).expect("somebody listens");
    socket.set_read_timeout(Some(Duration::from_secs(60))).expect("a time");
    socket.set_write_timeout(Some(Duration::from_secs(60))).expect("a time");
    socket
}

/// Reads an answer; `None`: the connection ended instead.
pub(crate) fn answer(socket: &mut impl Read) -> Option<Answer> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match socket.read(&mut byte) {
            Ok(1) => bytes.push(byte[0]),
            _ => return None,
        }
    }
    let headers = String::from_utf8(bytes).expect("headers are ASCII");
    let status = headers.split(' ').nth(1)?.parse().ok()?;
    let mut answer = Answer { status, headers, body: String::new() };
    let length: usize = answer.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    socket.read_exact(&mut body).ok()?;
    answer.body = String::from_utf8(body).expect("bodies are text");
    Some(answer)
}

/// Sends a request that is written out, and reads the answer.
pub(crate) fn exchange(address: SocketAddr, request: &[u8]) -> Option<Answer> {
    let mut socket = connect(address);
    // The server may close before it has read everything.
    let _ = socket.write_all(request);
    answer(&mut socket)
}

/// A request with these headers.
pub(crate) fn request(verb: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{verb} {path} HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    format!("{text}\r\n{body}").into_bytes()
}
