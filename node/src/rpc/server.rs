//! The listener: takes connections as far as limits allow, hands them to what is served, and ends them all when it is told to.
//! It has a small runtime of its own, so that whoever starts it needs none.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use jsonrpsee::core::middleware::RpcServiceBuilder;
use jsonrpsee::server::{
    BatchRequestConfig, Methods, PingConfig, ServerConfig, ServerHandle, StopHandle, stop_channel,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::auth::Cookies;
use super::clients::{Client, Clients};
use super::counted::Counts;
use super::http::{self, Pages, Peer, Shared};
use super::patience::{Busy, Patience};
use super::settings::{Limits, Settings};
use super::traffic::Traffic;

/// Threads that move bytes.
const THREADS: usize = 2;
/// How long to wait when no connection can be taken.
const REST: Duration = Duration::from_millis(100);
/// HTTP headers of a request, at most.
const HEADERS_MAX: usize = 64;
/// Notifications that wait for a WebSocket whose other end is slow.
pub(super) const WAITING_MAX: u32 = 64;
/// How long threads may take to end after everything else did.
const LAST: Duration = Duration::from_millis(200);

/// What keeps a server from starting.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address is none, or something else listens there.
    #[error("--rpc {address}: {why}")]
    Address {
        /// The address.
        address: String,
        /// What the system says.
        why: String,
    },
    /// A cookie's file cannot be written.
    #[error("the cookie files cannot be written to {}: {why}", folder.display())]
    Cookies {
        /// Where.
        folder: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The system gives no threads.
    #[error("the RPC server's threads cannot be started: {0}")]
    Threads(String),
}

/// What a server serves.
pub(super) struct Service {
    /// Calls.
    pub(super) methods: Methods,
    /// Those of them that are for WebSockets only.
    pub(super) subscriptions: &'static [&'static str],
    /// What is beside them.
    pub(super) pages: Arc<dyn Pages>,
    /// Figures of the server itself.
    pub(super) traffic: Arc<Traffic>,
}

/// A running server. It ends when it is dropped.
pub struct Server {
    address: SocketAddr,
    cookies: Arc<Cookies>,
    stop: ServerHandle,
    stop_time: Duration,
    /// Says nothing, and ends with the last connection.
    connections: mpsc::Receiver<()>,
    runtime: Option<Runtime>,
}

impl Server {
    /// Listens, and serves what it is given. What is served hears from the handle when the server stops.
    ///
    /// # Errors
    /// [`ServerError`].
    pub(super) fn start(
        settings: &Settings,
        service: impl FnOnce(StopHandle) -> Service,
    ) -> Result<Server, ServerError> {
        let Settings { address: wanted, folder, limits } = settings;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .max_blocking_threads(limits.workers)
            .thread_name("rpc")
            .enable_all()
            .build()
            .map_err(|error| ServerError::Threads(error.to_string()))?;
        let no_address = |why: String| ServerError::Address { address: wanted.clone(), why };
        let listener = runtime.block_on(listen(wanted)).map_err(|error| no_address(error.to_string()))?;
        let address = listener.local_addr().map_err(|error| no_address(error.to_string()))?;
        let is_private = address.ip().to_canonical().is_loopback();
        if !is_private {
            tracing::warn!(
                %address,
                "RPC LISTENS BEYOND THIS MACHINE. It is not encrypted: whoever listens on the way sees the cookie, and \
                 with it can do everything that this node can. Use 127.0.0.1 and a tunnel unless the network is yours."
            );
        }
        let cookies = Cookies::create(folder)
            .map_err(|error| ServerError::Cookies { folder: folder.clone(), why: error.to_string() })?;
        let cookies = Arc::new(cookies);
        let (stopping, stop) = stop_channel();
        let clients = Clients::new(limits.clone());
        let service = service(stopping.clone());
        let shared = shared(service, Arc::clone(&cookies), clients, limits, stopping.clone(), is_private);
        let (open, connections) = mpsc::channel(1);
        runtime.spawn(accept(listener, shared, stopping, open));
        tracing::info!(%address, "RPC is served");
        let runtime = Some(runtime);
        Ok(Server { address, cookies, stop, stop_time: limits.stop_time, connections, runtime })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it: no connections are taken any more, running calls have a few seconds, then everything is closed and the
    /// cookies' files are removed. It waits for that, and must not be called by a task of an async runtime.
    pub fn stop(mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        let _ = self.stop.stop();
        let _ =
            runtime.block_on(async { tokio::time::timeout(self.stop_time, self.connections.recv()).await });
        runtime.shutdown_timeout(LAST);
        self.cookies.remove();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            let _ = self.stop.stop();
            runtime.shutdown_background();
            self.cookies.remove();
        }
    }
}

/// What all requests share.
pub(super) fn shared(
    service: Service,
    cookies: Arc<Cookies>,
    clients: Arc<Clients>,
    limits: &Limits,
    stopping: StopHandle,
    is_private: bool,
) -> Arc<Shared> {
    let Service { methods, subscriptions, pages, traffic } = service;
    let builder = jsonrpsee::server::Server::builder().set_config(config(limits)).to_service_builder();
    let counted = RpcServiceBuilder::new().layer(Counts);
    let calls = builder.set_rpc_middleware(counted).build(methods, stopping);
    let limits = limits.clone();
    Arc::new(Shared { cookies, limits, traffic, clients, pages, calls, subscriptions, is_private })
}

async fn listen(address: &str) -> io::Result<TcpListener> {
    let addresses: Vec<SocketAddr> = address.to_socket_addrs()?.collect();
    TcpListener::bind(addresses.as_slice()).await
}

/// What the library behind calls is told. Connections are counted before it.
fn config(limits: &Limits) -> ServerConfig {
    let bytes = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    ServerConfig::builder()
        .max_connections(u32::from(u16::MAX))
        // A call is handed on with a few bytes around it.
        .max_request_body_size(bytes(limits.body_bytes.saturating_add(256)))
        .max_response_body_size(bytes(limits.answer_bytes))
        .max_subscriptions_per_connection(limits.subscriptions)
        .set_batch_request_config(BatchRequestConfig::Limit(bytes(limits.batch)))
        .set_message_buffer_capacity(WAITING_MAX)
        .enable_ws_ping(PingConfig::new())
        .build()
}

/// Takes connections until the server stops.
async fn accept(listener: TcpListener, shared: Arc<Shared>, stopping: StopHandle, open: mpsc::Sender<()>) {
    let router = http::router(Arc::clone(&shared));
    let stopped = stopping.clone().shutdown();
    tokio::pin!(stopped);
    loop {
        let taken = tokio::select! {
            taken = listener.accept() => taken,
            () = &mut stopped => return,
        };
        match taken {
            Ok((socket, address)) => take(socket, address, &shared, &router, &stopping, &open),
            Err(error) => {
                // There are no more files, say: others must end first.
                tracing::debug!(%error, "a connection was not taken");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// Serves a connection, unless there are enough.
fn take(
    socket: TcpStream,
    address: SocketAddr,
    shared: &Arc<Shared>,
    router: &Router,
    stopping: &StopHandle,
    open: &mpsc::Sender<()>,
) {
    let client = Client::of(address.ip());
    let Some(visit) = shared.clients.enter(client) else {
        shared.traffic.refused("too many connections");
        tracing::debug!(%address, "there are enough connections");
        // Said if it can be said at once.
        let _ = socket
            .try_write(b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        return;
    };
    let _ = socket.set_nodelay(true);
    let busy = Busy::default();
    let peer = Peer { visit: Arc::new(visit), is_here: client == Client::Here, busy: busy.clone() };
    let Limits { header_time, body_time, write_time, .. } = shared.limits;
    // A body has a time of its own, which is not to be cut short here.
    let socket = Patience::new(socket, busy, header_time.max(body_time), write_time);
    let served = serve(socket, router.clone(), peer, header_time, stopping.clone());
    let open = open.clone();
    tokio::spawn(async move {
        if let Err(error) = served.await {
            tracing::debug!(%address, %error, "a connection ended");
        }
        drop(open);
    });
}

async fn serve(
    socket: Patience,
    router: Router,
    peer: Peer,
    header_time: Duration,
    stopping: StopHandle,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let service = TowerToHyperService::new(router.layer(Extension(peer)));
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(header_time).max_headers(HEADERS_MAX);
    let connection = http.serve_connection_with_upgrades(TokioIo::new(socket), service);
    tokio::pin!(connection);
    let stopped = stopping.shutdown();
    tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}
