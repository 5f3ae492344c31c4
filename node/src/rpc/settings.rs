//! Where the server listens, and what it lets others take of this machine.

use std::path::PathBuf;
use std::time::Duration;

use gridnet_protocol::Network;

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen, `host:port`; port 0 is any free one. See [`default_address`].
    pub address: String,
    /// Where the cookie files go.
    pub folder: PathBuf,
    /// What others may take.
    pub limits: Limits,
}

impl Settings {
    /// Those of a network, on this machine alone.
    pub fn new(network: Network, folder: PathBuf) -> Settings {
        Settings { address: default_address(network).to_owned(), folder, limits: Limits::default() }
    }
}

/// Where a network's server listens unless told otherwise.
pub const fn default_address(network: Network) -> &'static str {
    match network {
        Network::Main => "127.0.0.1:9332",
        Network::Test => "127.0.0.1:19332",
        Network::Regtest => "127.0.0.1:29332",
    }
}

/// What others may take of this machine. A client is an IPv4 address, 64 bits of an IPv6 address, or this machine.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Open connections of all clients.
    pub connections: usize,
    /// Open connections of all clients elsewhere: some are kept for this machine's programs.
    pub connections_elsewhere: usize,
    /// Open connections of a client elsewhere.
    pub connections_each: usize,
    /// Open connections of this machine's programs.
    pub connections_here: usize,
    /// Requests a second of a client elsewhere, on the average. An HTTP request is one, and so is each call in it.
    pub requests_a_second: u32,
    /// The same of this machine's programs.
    pub requests_a_second_here: u32,
    /// Seconds' worth of requests that may come at once.
    pub burst_seconds: u32,
    /// How long a request's headers may take, and how long a connection may wait for its next request.
    pub header_time: Duration,
    /// How long a request's body may take.
    pub body_time: Duration,
    /// How long nothing of an answer may be taken before the connection is closed.
    pub write_time: Duration,
    /// Bytes of a request's body, or of a WebSocket message: the largest block in hex, and some room.
    pub body_bytes: usize,
    /// Lists and objects within each other.
    pub depth: usize,
    /// Calls of a batch.
    pub batch: usize,
    /// Bytes of an answer.
    pub answer_bytes: usize,
    /// Bytes of rows that a proof of an older state takes back.
    pub undo_bytes: usize,
    /// Subscriptions of a WebSocket.
    pub subscriptions: u32,
    /// Calls that work at the same time; others wait for their turn.
    pub workers: usize,
    /// Calls that work or wait for their turn, of all connections.
    pub calls: usize,
    /// The same of a connection.
    pub calls_each: usize,
    /// Long polls of a client that wait.
    pub polls_each: usize,
    /// How long calls may go on after the server was told to stop.
    pub stop_time: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 256,
            connections_elsewhere: 192,
            connections_each: 16,
            connections_here: 192,
            requests_a_second: 50,
            requests_a_second_here: 2_000,
            burst_seconds: 4,
            header_time: Duration::from_secs(20),
            body_time: Duration::from_secs(30),
            write_time: Duration::from_secs(30),
            body_bytes: 5 << 20,
            depth: 64,
            batch: 128,
            answer_bytes: 32 << 20,
            undo_bytes: 64 << 20,
            subscriptions: 16,
            workers: 8,
            calls: 128,
            calls_each: 32,
            polls_each: 32,
            stop_time: Duration::from_secs(3),
        }
    }
}

impl Limits {
    /// The usual ones with so many connections in all: neither this machine's programs nor all others take all of them.
    pub fn of_connections(connections: usize) -> Limits {
        let kept = connections.div_ceil(4);
        Limits {
            connections,
            connections_elsewhere: connections - kept,
            connections_each: (connections / 16).max(1),
            connections_here: (connections - connections / 4).max(1),
            ..Limits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn shares_grow_and_shrink_with_what_there_is() {
        let shares = |connections| {
            let Limits { connections_elsewhere, connections_each, connections_here, .. } =
                Limits::of_connections(connections);
            [connections_here, connections_elsewhere, connections_each]
        };
        let Limits { connections, connections_elsewhere, connections_each, connections_here, .. } =
            Limits::default();
        assert_eq!(shares(connections), [connections_here, connections_elsewhere, connections_each]);
        assert_eq!(shares(4_096), [3_072, 3_072, 256]);
        assert_eq!(shares(8), [6, 6, 1]);
        // Whom the last one is for.
        assert_eq!(shares(1), [1, 0, 1]);
    }
}
