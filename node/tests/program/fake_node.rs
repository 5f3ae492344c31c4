//! Somebody who answers calls as a node would, with a fixed account each, and remembers what was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use gridnet_core::HashFunction;
use serde_json::{Value, json};

/// What every account has: units, and transactions that it sent; three more wait.
pub(crate) const BALANCE: &str = "123456789012345678";
pub(crate) const SEQUENCE: &str = "4";
pub(crate) const NEXT_SEQUENCE: &str = "7";

/// A node that knows no rules.
pub(crate) struct FakeNode {
    address: String,
    folder: tempfile::TempDir,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl FakeNode {
    /// One that listens, until the test's process ends.
    pub(crate) fn start() -> FakeNode {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(".cookie"), "__cookie__:00ff").expect("a file");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                // Whoever hangs up early has asked nothing.
                let _ = answer(&stream.expect("a connection"), &heard);
            }
        });
        FakeNode { address, folder, asked }
    }

    /// Its data folder, with its cookie.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Tells a program where it is, as people's environments do.
    pub(crate) fn tell(&self, command: &mut Command) {
        command.env("GRIDNET_RPC_LISTEN", &self.address).env("GRIDNET_DATA_DIR", self.folder());
    }

    /// The calls since it was asked last: methods and parameters.
    pub(crate) fn asked(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut *self.asked.lock().expect("nobody panicked"))
    }
}

fn answer(mut stream: &TcpStream, asked: &Mutex<Vec<(String, Value)>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let call: Value = serde_json::from_slice(&body)?;
    let method = call["method"].as_str().unwrap_or_default().to_owned();
    let answer = match said(&method, &call["params"]) {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": call["id"], "result": result }),
        Err(error) => json!({ "jsonrpc": "2.0", "id": call["id"], "error": error }),
    };
    asked.lock().expect("nobody panicked").push((method, call["params"].clone()));
    // base64.b64encode(b"__cookie__:00ff")
    let is_known = head.contains("Basic X19jb29raWVfXzowMGZm");
    let status = if is_known { "200 OK" } else { "401 Unauthorized" };
    let text = answer.to_string();
    write!(stream, "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{text}", text.len())
}

fn said(method: &str, params: &Value) -> Result<Value, Value> {
    Ok(match method {
        "ledger.account" => {
            json!({ "balance": BALANCE, "sequence": SEQUENCE, "next_sequence": NEXT_SEQUENCE })
        }
        "sendrawtransaction" => {
            let bytes = hex::decode(params[0].as_str().unwrap_or_default()).unwrap_or_default();
            let mut id = HashFunction::Sha256d.hash(&bytes);
            id.reverse();
            json!(hex::encode(id))
        }
        "getblockcount" => json!(9),
        "getblockhash" => json!("00".repeat(32)),
        "stop" => Value::Null,
        _ => return Err(json!({ "code": -32601, "message": "there is no such method" })),
    })
}
