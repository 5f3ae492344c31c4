//! Connections: nobody has too many, and nobody holds one without using it.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use gridnet_node::rpc::auth::Scope;
use gridnet_node::rpc::{Limits, Parts};

use crate::http::{answer, connect, exchange, request};
use crate::run::{Running, run_with};

/// Long enough for a test that is held up between connecting and asking.
const SOON: Duration = Duration::from_secs(2);
/// Long enough for the slowest machine, and much shorter than what a test waits for a socket.
const AT_LAST: Duration = Duration::from_secs(40);

fn impatient() -> Running {
    let limits = Limits { header_time: SOON, body_time: SOON, ..Limits::default() };
    run_with(limits, Parts::default())
}

/// Reads until the other end closes; what it said. A connection that is not closed would be a failure.
fn until_closed(socket: &mut std::net::TcpStream) -> String {
    let begun = Instant::now();
    let mut said = Vec::new();
    let mut buffer = [0; 1_024];
    loop {
        match socket.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => said.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("it was not closed"),
            Err(_) => break,
        }
    }
    assert!(begun.elapsed() < AT_LAST, "it was closed by the test");
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn slow_headers_and_idle_connections_are_cut() {
    let running = impatient();
    for begun in ["", "POST / HTTP/1.1\r\nhost: local"] {
        let mut socket = connect(running.address());
        socket.write_all(begun.as_bytes()).expect("it is open");
        let said = until_closed(&mut socket);
        assert!(!said.contains("200"), "{said}");
    }
    // A byte now and then does not help.
    let mut socket = connect(running.address());
    let drip = "POST / HTTP/1.1\r\nhost: localhost\r\n".bytes().chain(std::iter::repeat(b'a'));
    let begun = Instant::now();
    for byte in drip {
        if socket.write_all(&[byte]).is_err() {
            break;
        }
        assert!(begun.elapsed() < AT_LAST, "it goes on for ever");
        std::thread::sleep(Duration::from_millis(50));
    }
    // One that was used, and is not any more.
    let mut socket = connect(running.address());
    socket.write_all(&request("GET", "/healthy", &[("host", "localhost")], "")).expect("it is open");
    assert_eq!(answer(&mut socket).expect("an answer").status, 200);
    assert_eq!(until_closed(&mut socket), "");
    assert!(running.is_alive());
}

#[test]
fn slow_bodies_are_cut() {
    let running = impatient();
    let cookie = running.cookie(Scope::Control);
    let mut socket = connect(running.address());
    let text = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nauthorization: {cookie}\r\ncontent-length: 99\r\n\r\n{{"
    );
    socket.write_all(text.as_bytes()).expect("it is open");
    let said = until_closed(&mut socket);
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    assert!(running.is_alive());
}

#[test]
fn an_answer_that_nobody_takes_is_given_up() {
    let limits = Limits {
        write_time: Duration::from_millis(300),
        requests_a_second_here: 1_000_000,
        ..Limits::default()
    };
    let running = run_with(limits, Parts::default());
    let mut socket = connect(running.address());
    socket.set_write_timeout(Some(Duration::from_millis(200))).expect("a time");
    let cookie = running.cookie(Scope::Control);
    let call = r#"{"jsonrpc":"2.0","method":"getrpcinfo","id":1}"#;
    let batch = format!("[{}]", vec![call; 100].join(","));
    let asked = request("POST", "/", &[("host", "localhost"), ("authorization", &cookie)], &batch);
    // More and more is asked, and nothing read: the server's side fills up, and it closes.
    let begun = Instant::now();
    let ended = loop {
        match socket.write_all(&asked) {
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => break true,
            _ if begun.elapsed() > AT_LAST => break false,
            _ => {}
        }
    };
    assert!(ended, "it waits for ever");
    assert!(running.is_alive());
}

#[test]
fn nobody_has_all_connections() {
    let limits = Limits { connections_here: 4, ..Limits::default() };
    let running = run_with(limits, Parts::default());
    let ask = || exchange(running.address(), &request("GET", "/healthy", &[("host", "localhost")], ""));
    let mut open: Vec<_> = (0..4).map(|_| connect(running.address())).collect();
    for socket in &mut open {
        // All of them are served, so all are counted.
        socket.write_all(&request("GET", "/healthy", &[("host", "localhost")], "")).expect("it is open");
        assert_eq!(answer(socket).expect("an answer").status, 200);
    }
    for _ in 0..3 {
        assert!(ask().is_none_or(|answer| answer.status == 503));
    }
    drop(open);
    let begun = Instant::now();
    while ask().is_none_or(|answer| answer.status != 200) {
        assert!(begun.elapsed() < AT_LAST, "connections that ended still count");
    }
}
