//! Asking a node: one call, one answer. It waits for it, and is lost without it.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::net::{IpAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Uri;
use zeroize::Zeroizing;

/// Bytes of an answer, at most: a block in hex, with room.
pub const ANSWER_BYTES_MAX: u64 = 64 << 20;
/// Bytes of a cookie's file, at most.
const COOKIE_BYTES_MAX: u64 = 1 << 10;
/// How long a node is waited for until it listens.
const CONNECT: Duration = Duration::from_secs(5);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// It is no address of a node.
    #[error("{0:?} is no address of a node: expected host:port")]
    Address(String),
    /// The cookie cannot be used.
    #[error("the cookie {}: {why}", path.display())]
    Cookie {
        /// Its file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// There is no cookie, which a node makes when it starts.
    #[error("there is no node that runs with this data directory, or it runs elsewhere: {} is missing. `gridnet node` starts one; --cookie names another one's cookie", path.display())]
    NoCookie {
        /// Its file.
        path: PathBuf,
    },
    /// A cookie would cross a network in clear.
    #[error(
        "{0} is not this machine, and the cookie would cross the network as it is: give --cookie FILE if you want that"
    )]
    FarAway(String),
    /// Nobody listens.
    #[error("no node answers at {address}: {why}. `gridnet node` starts one; --rpc names another address")]
    Unreachable {
        /// Where.
        address: String,
        /// What the system says.
        why: String,
    },
    /// The node does not know us.
    #[error("the node at {address} does not take our cookie: it is another node's, or an older one")]
    Unauthorized {
        /// Where.
        address: String,
    },
    /// It took too long.
    #[error("the node at {address} did not answer in {} s", after.as_secs())]
    Timeout {
        /// Where.
        address: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// It is no answer of a node.
    #[error("what answers at {address} is no node: {why}")]
    NoAnswer {
        /// Where.
        address: String,
        /// What is wrong with what it said.
        why: String,
    },
    /// The node says no.
    #[error("the node says: {message} ({code})")]
    Node {
        /// What, in its words.
        message: String,
        /// Which error it is.
        code: i64,
        /// What it adds.
        data: Option<Value>,
    },
}

/// How a node knows us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// By the cookie of its data directory, which is sent to this machine only.
    Found(PathBuf),
    /// By a cookie that was named, wherever it is sent.
    Given(PathBuf),
}

/// A node that can be asked.
pub struct Client {
    agent: Agent,
    address: String,
    timeout: Duration,
    /// With the cookie in it.
    url: Zeroizing<String>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Client {
    /// The node at `host:port`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError::Address`], [`ClientError::FarAway`], [`ClientError::NoCookie`], [`ClientError::Cookie`].
    pub fn new(address: &str, credential: &Credential, timeout: Duration) -> Result<Client, ClientError> {
        let wrong = || ClientError::Address(address.chars().take(80).collect());
        let uri: Uri = format!("http://{address}/").parse().map_err(|_| wrong())?;
        let is_bare = uri.authority().is_some_and(|authority| authority.as_str() == address);
        let has_port = uri.port_u16().is_some_and(|port| port > 0);
        let host =
            uri.host().filter(|host| is_bare && has_port && !host.is_empty() && !address.contains('@'));
        let host = host.ok_or_else(wrong)?;
        let path = match credential {
            Credential::Found(_) if !is_here(host) => return Err(ClientError::FarAway(address.to_owned())),
            Credential::Found(path) | Credential::Given(path) => path,
        };
        let cookie = cookie(path)?;
        let url = Zeroizing::new(format!("http://{}@{address}/", cookie.as_str()));
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(timeout))
            // A node that says no does so in words, and is the one that was asked: no proxy, no other place.
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .build();
        Ok(Client { agent: config.into(), address: address.to_owned(), timeout, url })
    }

    /// Calls a method.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::Node`] is what the node said.
    pub fn call(&self, method: &str, params: &Value) -> Result<Value, ClientError> {
        let mut answer = self.call_whole(method, params)?;
        match answer.get_mut("error") {
            None | Some(Value::Null) => Ok(answer.get_mut("result").map(Value::take).unwrap_or_default()),
            Some(error) => Err(ClientError::Node {
                message: error["message"].as_str().unwrap_or("no reason").to_owned(),
                code: error["code"].as_i64().unwrap_or_default(),
                data: error.get_mut("data").map(Value::take).filter(|data| !data.is_null()),
            }),
        }
    }

    /// Calls a method, and gives the whole answer, an error too: a JSON object.
    ///
    /// # Errors
    /// [`ClientError`], but for [`ClientError::Node`].
    pub fn call_whole(&self, method: &str, params: &Value) -> Result<Value, ClientError> {
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let sent = self.agent.post(self.url.as_str()).content_type("application/json").send(call.to_string());
        let mut response = sent.map_err(|error| self.failed(&error))?;
        let status = response.status().as_u16();
        if status == 401 {
            return Err(ClientError::Unauthorized { address: self.address.clone() });
        }
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let body = body.map_err(|error| self.failed(&error))?;
        let answer = serde_json::from_slice::<Value>(&body).ok();
        let is_answer = |answer: &Value| answer.get("result").is_some() || answer.get("error").is_some();
        answer.filter(is_answer).ok_or_else(|| {
            self.no_answer(format!(
                "its {} bytes (HTTP status {status}) are no answer of JSON-RPC",
                body.len()
            ))
        })
    }

    fn no_answer(&self, why: String) -> ClientError {
        ClientError::NoAnswer { address: self.address.clone(), why }
    }

    /// In words of ours: the library's may have the address with the cookie in it.
    fn failed(&self, error: &ureq::Error) -> ClientError {
        let address = self.address.clone();
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
                ClientError::Unreachable { address, why: "it took too long to reach it".to_owned() }
            }
            ureq::Error::Timeout(_) => ClientError::Timeout { address, after: self.timeout },
            ureq::Error::HostNotFound => {
                ClientError::Unreachable { address, why: "there is no such host".to_owned() }
            }
            ureq::Error::Io(error) => match error.kind() {
                io::ErrorKind::ConnectionRefused => {
                    ClientError::Unreachable { address, why: "nobody listens there".to_owned() }
                }
                _ => ClientError::Unreachable { address, why: error.to_string() },
            },
            ureq::Error::ConnectionFailed => {
                ClientError::Unreachable { address, why: "the connection failed".to_owned() }
            }
            ureq::Error::BodyExceedsLimit(_) => {
                self.no_answer(format!("it says more than {ANSWER_BYTES_MAX} bytes"))
            }
            ureq::Error::BadUri(_) => ClientError::Address(address),
            other => self.no_answer(other.to_string()),
        }
    }
}

/// Whether a host is this machine, whatever the network is asked.
fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        // A name is as good as every address that it stands for.
        Err(_) => (bare, 0).to_socket_addrs().is_ok_and(|all| {
            let mut all = all.peekable();
            all.peek().is_some() && all.all(|address| address.ip().is_loopback())
        }),
    }
}

/// What a cookie's file holds: a name, a colon and hex digits.
fn cookie(path: &Path) -> Result<Zeroizing<String>, ClientError> {
    let failed = |why: String| ClientError::Cookie { path: path.to_owned(), why };
    let mut text = Zeroizing::new(String::with_capacity(COOKIE_BYTES_MAX as usize));
    let read = File::open(path).and_then(|file| file.take(COOKIE_BYTES_MAX).read_to_string(&mut text));
    read.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ClientError::NoCookie { path: path.to_owned() },
        _ => failed(error.to_string()),
    })?;
    let cookie = text.trim();
    let is_plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match cookie.split_once(':') {
        Some((name, secret)) if is_plain(name) && is_plain(secret) => Ok(Zeroizing::new(cookie.to_owned())),
        _ => Err(failed("this is no cookie of a node".to_owned())),
    }
}

#[cfg(test)]
mod tests;
