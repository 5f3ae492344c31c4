//! What the one listener serves: calls at `/`, figures at `/metrics`, and whether all is well at `/healthy` and `/ready`.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method as Verb, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use jsonrpsee::server::{TowerService, ws};
use prometheus_client::registry::Registry;
use tower::Service as _;
use tower::layer::util::{Identity, Stack};

use super::auth::{Cookies, Scope};
use super::calls::{self, Asked, Body, Malformed};
use super::clients::{Clients, Visit};
use super::counted::{Counts, too_many};
use super::failure::{Code, Failure};
use super::gate;
use super::method::{Caller, busy};
use super::patience::Busy;
use super::settings::Limits;
use super::traffic::Traffic;

/// What is served beside calls.
pub trait Pages: Send + Sync {
    /// Why the node does not work any more, if it does not.
    fn failure(&self) -> Option<String>;

    /// Why the node cannot serve yet, or not any more.
    fn unready(&self) -> Option<String>;

    /// Its figures of this moment. It may wait for the disk.
    fn figures(&self) -> Registry;
}

/// Who is at the other end of a connection.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) visit: Arc<Visit>,
    pub(super) is_here: bool,
    pub(super) busy: Busy,
}

/// What all requests share.
pub(super) struct Shared {
    pub(super) cookies: Arc<Cookies>,
    pub(super) limits: Limits,
    pub(super) traffic: Arc<Traffic>,
    pub(super) clients: Arc<Clients>,
    pub(super) pages: Arc<dyn Pages>,
    /// What answers calls.
    pub(super) calls: TowerService<Stack<Counts, Identity>, Identity>,
    /// Methods that are for WebSockets only.
    pub(super) subscriptions: &'static [&'static str],
    /// Whether only this machine's programs can connect.
    pub(super) is_private: bool,
}

/// Everything that is served.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let gate = middleware::from_fn_with_state(Arc::clone(&shared), guarded);
    Router::new()
        .route("/", any(rpc))
        .route("/metrics", get(metrics))
        .route("/healthy", get(healthy))
        .route("/ready", get(ready))
        .layer(gate)
        .with_state(shared)
}

/// What comes before everything else: who should not ask, or asks too often, is told so.
async fn guarded(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if let Some(why) = gate::refusal(&request, shared.is_private) {
        shared.traffic.refused("foreign");
        return text(StatusCode::FORBIDDEN, why);
    }
    match request.extensions().get::<Peer>() {
        Some(peer) if peer.visit.asks() => {
            let _answering = peer.busy.begin();
            next.run(request).await
        }
        _ => {
            shared.traffic.refused("too many requests");
            let answer = text(StatusCode::TOO_MANY_REQUESTS, "too many requests: ask again in a second");
            with(answer, header::RETRY_AFTER, "1")
        }
    }
}

/// What the request's cookie is good for.
fn scope(shared: &Shared, headers: &HeaderMap) -> Option<Scope> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(cookie), None) = (given.next(), given.next()) else { return None };
    shared.cookies.scope(cookie.as_bytes())
}

fn unauthorized(shared: &Shared) -> Response {
    shared.traffic.refused("no cookie");
    let why = "this needs the cookie that stands in the data directory's .cookie, or .cookie-readonly, by HTTP basic";
    with(text(StatusCode::UNAUTHORIZED, why), header::WWW_AUTHENTICATE, "Basic realm=\"gridnet\"")
}

/// Calls, by POST or over a WebSocket.
async fn rpc(State(shared): State<Arc<Shared>>, mut request: Request) -> Response {
    let Some(scope) = scope(&shared, request.headers()) else { return unauthorized(&shared) };
    let Some(Peer { visit, busy, .. }) = request.extensions().get::<Peer>().cloned() else {
        return unauthorized(&shared);
    };
    let caller = Caller { scope, visit };
    // It has been looked at; what comes next may log what it is given.
    request.headers_mut().remove(header::AUTHORIZATION);
    if ws::is_upgrade_request(&request) {
        busy.for_good();
        request.extensions_mut().insert(caller);
        return match shared.calls.clone().call(request).await {
            Ok(answer) => answer.map(HttpBody::new),
            Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        };
    }
    if request.method() != Verb::POST {
        let answer = text(StatusCode::METHOD_NOT_ALLOWED, "calls are sent by POST");
        return with(answer, header::ALLOW, "POST");
    }
    let Limits { body_bytes, body_time, depth, batch, .. } = shared.limits;
    let bytes = match body(request.into_body(), body_bytes, body_time).await {
        Ok(bytes) => bytes,
        Err(answer) => {
            shared.traffic.refused("body");
            return answer;
        }
    };
    let answer = match calls::read(&bytes, depth, batch) {
        Ok(Body::One(asked)) => one(&shared, &caller, asked).await,
        Ok(Body::Many(asked)) => many(&shared, &caller, asked).await,
        // The request was counted.
        Err(malformed) => Some(malformed.answer()),
    };
    match answer {
        Some(answer) => with(text(StatusCode::OK, answer), header::CONTENT_TYPE, "application/json"),
        // Nobody waits for an answer.
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

/// The whole body of a request, if it is small enough and comes soon enough.
async fn body(body: HttpBody, most: usize, time: Duration) -> Result<Bytes, Response> {
    match tokio::time::timeout(time, Limited::new(body, most).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let why = format!("a request has {most} bytes at most");
            Err(closing(text(StatusCode::PAYLOAD_TOO_LARGE, why)))
        }
        Ok(Err(_)) => Err(closing(text(StatusCode::BAD_REQUEST, "the request ended before its body did"))),
        Err(_) => Err(closing(text(StatusCode::REQUEST_TIMEOUT, "the request's body took too long"))),
    }
}

async fn one(shared: &Shared, caller: &Caller, asked: Result<Asked, Malformed>) -> Option<String> {
    let asked = match asked {
        Ok(asked) => asked,
        Err(malformed) if caller.visit.asks() => return Some(malformed.answer()),
        Err(malformed) => return Some(malformed.refused(too_many())),
    };
    // Other calls are counted where they are answered.
    if shared.subscriptions.contains(&asked.method.as_str()) {
        if !caller.visit.asks() {
            return asked.fail(&too_many());
        }
        let message =
            format!("{} is answered over a WebSocket, where there is somebody to tell", asked.method);
        return asked.fail(&Failure::new(Code::Method, message));
    }
    let mut request = Request::new(HttpBody::from(asked.request.clone()));
    *request.method_mut() = Verb::POST;
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::CONTENT_TYPE, json);
    request.extensions_mut().insert(caller.clone());
    let answered = match shared.calls.clone().call(request).await {
        Ok(answer) => answer.into_body().collect().await,
        Err(error) => return asked.fail(&Failure::internal(error)),
    };
    match answered {
        Ok(answer) => asked.answer(&answer.to_bytes()),
        Err(error) => asked.fail(&Failure::internal(error)),
    }
}

/// A batch, one call after the other: it takes no more of the machine than one client should.
async fn many(shared: &Shared, caller: &Caller, batch: Vec<Result<Asked, Malformed>>) -> Option<String> {
    let (mut answers, mut bytes) = (Vec::new(), 0);
    for asked in batch {
        let full = Failure::new(Code::AnswerSize, "the batch's answers before this one are too large");
        let answer = match &asked {
            Ok(asked) if bytes > shared.limits.answer_bytes => asked.fail(&full),
            _ => one(shared, caller, asked).await,
        };
        bytes += answer.as_ref().map_or(0, String::len);
        answers.extend(answer);
    }
    (!answers.is_empty()).then(|| format!("[{}]", answers.join(",")))
}

/// Figures. This machine's programs need no cookie, if they ask by a name of this machine: figures tell nothing that a cookie
/// guards.
async fn metrics(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let Some(Peer { visit, is_here, .. }) = request.extensions().get::<Peer>() else {
        return unauthorized(&shared);
    };
    // A browser on this machine could be led here by a stranger's name, whose page could read the answer then.
    let is_open = *is_here && gate::is_named_here(&request);
    if !is_open && scope(&shared, request.headers()).is_none() {
        return unauthorized(&shared);
    }
    let Some(place) = visit.call() else {
        return text(StatusCode::SERVICE_UNAVAILABLE, busy("requests").message);
    };
    let pages = Arc::clone(&shared.pages);
    let figures = tokio::task::spawn_blocking(move || {
        let _place = place;
        pages.figures()
    });
    let figures = figures.await;
    let written = figures.ok().and_then(|more| shared.traffic.text(shared.clients.connections(), &more).ok());
    match written {
        Some(figures) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            with(text(StatusCode::OK, figures), header::CONTENT_TYPE, kind)
        }
        None => text(StatusCode::INTERNAL_SERVER_ERROR, "the figures could not be gathered"),
    }
}

async fn healthy(State(shared): State<Arc<Shared>>) -> Response {
    state(shared.pages.failure(), "healthy")
}

async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    state(shared.pages.failure().or_else(|| shared.pages.unready()), "ready")
}

fn state(trouble: Option<String>, well: &'static str) -> Response {
    match trouble {
        Some(trouble) => text(StatusCode::SERVICE_UNAVAILABLE, trouble),
        None => text(StatusCode::OK, well),
    }
}

fn text(status: StatusCode, text: impl Into<String>) -> Response {
    let mut text = text.into();
    text.push('\n');
    (status, text).into_response()
}

fn with(mut response: Response, name: header::HeaderName, value: &'static str) -> Response {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}

/// What is left of the request is not waited for.
fn closing(response: Response) -> Response {
    with(response, header::CONNECTION, "close")
}
