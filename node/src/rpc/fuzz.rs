//! The way of a request's body to its answer without a socket, so that fuzzing can ask as often as it likes.

use std::sync::{Arc, LazyLock};

use axum::Extension;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method as Verb, StatusCode, header};
use gridnet_core::Engine;
use gridnet_protocol::{Address, Network};
use http_body_util::BodyExt as _;
use jsonrpsee::server::{ServerHandle, stop_channel};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use super::auth::{Cookies, Scope, authorization};
use super::clients::{Client, Clients};
use super::failure::Code;
use super::http::{self, Peer};
use super::methods::{Parts, service};
use super::patience::Busy;
use super::server::shared;
use super::settings::Limits;
use crate::node::{Node, Settings};
use crate::storage::Storage;

/// A server that nobody connects to, of a node in memory.
struct Rehearsal {
    runtime: Runtime,
    router: Router,
    cookie: String,
    _stop: ServerHandle,
    _folder: TempDir,
}

impl Rehearsal {
    fn new() -> Rehearsal {
        let engine = Engine::builder().device("cpu").threads(1).build().expect("the CPU's paths are good");
        let storage = Storage::in_memory(Network::Regtest).expect("memory");
        let node = Node::start(Settings::new(storage, Arc::new(engine))).expect("an empty database");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a thread");
        let folder = tempfile::tempdir().expect("a folder");
        let limits = Limits { requests_a_second_here: u32::MAX, ..Limits::default() };
        let (stopping, stop) = stop_channel();
        let parts = Parts { payout: Some(Address([7; 32])), ..Parts::default() };
        let service = service(node, parts, &limits, stopping.clone());
        let cookies = Arc::new(Cookies::create(folder.path()).expect("a folder that can be written"));
        let cookie =
            std::fs::read_to_string(folder.path().join(Scope::Control.file())).expect("it was written");
        let clients = Clients::new(limits.clone());
        let visit = Arc::new(clients.enter(Client::Here).expect("nobody else is there"));
        let shared = shared(service, cookies, clients, &limits, stopping, true);
        let peer = Peer { visit, is_here: true, busy: Busy::default() };
        let router = http::router(shared).layer(Extension(peer));
        Rehearsal { runtime, router, cookie: authorization(&cookie), _stop: stop, _folder: folder }
    }

    fn ask(&self, body: &[u8]) -> (StatusCode, Vec<u8>) {
        let mut request = Request::new(Body::from(body.to_vec()));
        *request.method_mut() = Verb::POST;
        let cookie = self.cookie.parse().expect("base64 is a header's value");
        request.headers_mut().insert(header::AUTHORIZATION, cookie);
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.expect("a router does not fail");
            let status = answer.status();
            let body = answer.into_body().collect().await.expect("it is in memory");
            (status, body.to_bytes().to_vec())
        })
    }
}

/// Sends a body to a node in memory, and looks at the answer: it is JSON of a known form, and errors have known codes.
/// Whether anything was answered with a result.
///
/// # Panics
/// When an answer is none.
pub fn bodies(body: &[u8]) -> bool {
    static ONE: LazyLock<Rehearsal> = LazyLock::new(Rehearsal::new);
    let (status, answer) = ONE.ask(body);
    match status {
        StatusCode::OK => {
            let answer: Value = serde_json::from_slice(&answer).expect("an answer is JSON");
            match &answer {
                Value::Array(answers) => {
                    assert!(!answers.is_empty(), "an empty answer to a batch");
                    answers.iter().filter(|answer| is_result(answer)).count() > 0
                }
                answer => is_result(answer),
            }
        }
        StatusCode::NO_CONTENT => answer.is_empty(),
        StatusCode::PAYLOAD_TOO_LARGE => false,
        status => panic!("{status} to a body"),
    }
}

/// Whether an answer to one call has a result. It has an error otherwise.
fn is_result(answer: &Value) -> bool {
    let answer = answer.as_object().expect("an answer is an object");
    assert!(answer.contains_key("id"), "{answer:?}");
    match answer.get("error") {
        None | Some(Value::Null) => {
            assert!(answer.contains_key("result"), "{answer:?}");
            true
        }
        Some(error) => {
            let code = error["code"].as_i64().expect("an error has a code");
            assert!(Code::ALL.iter().any(|known| i64::from(*known as i32) == code), "{error}");
            assert!(error["message"].is_string() && code != i64::from(Code::Internal as i32), "{error}");
            false
        }
    }
}
