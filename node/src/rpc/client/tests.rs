use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};

use super::{ANSWER_BYTES_MAX, Client, ClientError, Credential};

const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody who listens, reads one call and answers it with these bytes. What was sent: head and body.
struct Fake {
    address: String,
    heard: JoinHandle<(String, Value)>,
    folder: tempfile::TempDir,
}

impl Fake {
    fn answering(answer: impl Into<Vec<u8>>) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let answer = answer.into();
        let heard = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody calls");
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert!(reader.read_line(&mut head).expect("a head") > 0, "{head}");
            }
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.expect("a length").parse().expect("a number")];
            reader.read_exact(&mut body).expect("a body");
            // Who refuses such an answer hangs up.
            let _ = stream.write_all(&answer);
            (head, serde_json::from_slice(&body).expect("JSON"))
        });
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(".cookie"), "__cookie__:00ff\n").expect("a file");
        Fake { address, heard, folder }
    }

    fn saying(status: &str, body: &Value) -> Fake {
        let body = body.to_string();
        Fake::answering(format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
    }

    fn cookie(&self) -> PathBuf {
        self.folder.path().join(".cookie")
    }

    fn client(&self) -> Client {
        Client::new(&self.address, &Credential::Found(self.cookie()), PATIENCE).expect("a client")
    }

    fn called(self) -> Result<Value, ClientError> {
        let answer = self.client().call("getblockcount", &json!([]));
        self.heard.join().expect("it was called");
        answer
    }
}

#[test]
fn a_call_is_json_rpc_with_the_cookie() {
    let fake = Fake::saying("200 OK", &json!({ "jsonrpc": "2.0", "id": 1, "result": { "height": 7 } }));
    let client = fake.client();
    assert!(!format!("{client:?}").contains("00ff"), "{client:?}");
    assert_eq!(client.call("getblock", &json!(["aa", 2])), Ok(json!({ "height": 7 })));
    let (head, body) = fake.heard.join().expect("it was called");
    assert!(head.starts_with("POST / HTTP/1.1\r\n"), "{head}");
    // base64.b64encode(b"__cookie__:00ff")
    assert!(head.to_lowercase().contains("authorization: basic x19jb29rawvfxzowmgzm\r\n"), "{head}");
    assert!(head.contains("content-type: application/json\r\n"), "{head}");
    assert_eq!(body, json!({ "jsonrpc": "2.0", "id": 1, "method": "getblock", "params": ["aa", 2] }));
}

#[test]
fn what_the_node_says_is_told_whatever_the_status() {
    let error = json!({ "code": -5, "message": "no such block", "data": "aa" });
    for status in ["200 OK", "404 Not Found", "500 Internal Server Error"] {
        let called = Fake::saying(status, &json!({ "error": error, "id": 1 })).called();
        let (message, data) = ("no such block".to_owned(), Some(json!("aa")));
        assert_eq!(called, Err(ClientError::Node { message, code: -5, data }));
    }
    // JSON-RPC 1.0 says null where there is no error, and a result may be null.
    let called = Fake::saying("200 OK", &json!({ "result": null, "error": null, "id": 1 })).called();
    assert_eq!(called, Ok(Value::Null));
    let whole = Fake::saying("200 OK", &json!({ "error": error, "id": 1 }));
    assert_eq!(whole.client().call_whole("x", &json!([])), Ok(json!({ "error": error, "id": 1 })));
}

#[test]
fn whoever_is_no_node_is_told_apart() {
    let unauthorized = Fake::saying("401 Unauthorized", &json!({})).called();
    assert!(matches!(unauthorized, Err(ClientError::Unauthorized { .. })), "{unauthorized:?}");
    for odd in [
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{\"result\":",
        "HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
    ] {
        let called = Fake::answering(odd).called();
        let is_told = matches!(called, Err(ClientError::NoAnswer { .. } | ClientError::Unreachable { .. }));
        assert!(is_told, "{odd:?}: {called:?}");
        assert!(!format!("{called:?}").contains("00ff"), "the cookie is told: {called:?}");
    }
}

#[test]
fn an_answer_is_not_read_without_end() {
    let mut long =
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", ANSWER_BYTES_MAX + 1).into_bytes();
    long.resize(long.len() + ANSWER_BYTES_MAX as usize + 1, b' ');
    let called = Fake::answering(long).called();
    assert!(
        matches!(&called, Err(ClientError::NoAnswer { why, .. }) if why.contains("more than")),
        "{called:?}"
    );
}

#[test]
fn who_does_not_answer_is_not_waited_for_without_end() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let cookie = folder.path().join(".cookie");
    std::fs::write(&cookie, "__cookie__:00").expect("a file");
    let after = Duration::from_millis(300);
    let client = Client::new(&address, &Credential::Found(cookie.clone()), after).expect("a client");
    assert_eq!(client.call("x", &json!([])), Err(ClientError::Timeout { address: address.clone(), after }));
    drop(listener);
    let client = Client::new(&address, &Credential::Found(cookie), PATIENCE).expect("a client");
    let nobody = client.call("x", &json!([])).expect_err("nobody listens");
    assert!(nobody.to_string().contains("nobody listens there. `gridnet node` starts one"), "{nobody}");
}

#[test]
fn a_cookie_stays_on_this_machine_unless_it_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let cookie = folder.path().join(".cookie");
    let new = |address: &str, credential| Client::new(address, &credential, PATIENCE).map(drop);
    let found = || Credential::Found(cookie.clone());
    assert_eq!(new("127.0.0.1:1", found()), Err(ClientError::NoCookie { path: cookie.clone() }));
    for odd in ["", "__cookie__", "a:", ":b", "a:b@c", "a:b c", "a:b\nc:d", &"x".repeat(9_000)] {
        std::fs::write(&cookie, odd).expect("a file");
        let refused = new("127.0.0.1:1", found());
        assert!(matches!(refused, Err(ClientError::Cookie { .. })), "{odd:?}: {refused:?}");
    }
    std::fs::write(&cookie, "__cookie__:00\n").expect("a file");
    for here in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"] {
        assert_eq!(new(here, found()), Ok(()), "{here}");
    }
    for far in ["192.0.2.1:80", "[2001:db8::1]:80", "0.0.0.0:80"] {
        assert_eq!(new(far, found()), Err(ClientError::FarAway(far.to_owned())), "{far}");
        assert_eq!(new(far, Credential::Given(cookie.clone())), Ok(()), "{far}");
    }
    for odd in [
        "",
        "127.0.0.1",
        ":1",
        "127.0.0.1:0",
        "127.0.0.1:99999",
        "http://127.0.0.1:1",
        "a@127.0.0.1:1",
        "127.0.0.1:1/x",
        "a b:1",
    ] {
        assert!(matches!(new(odd, found()), Err(ClientError::Address(_))), "{odd}");
    }
}
