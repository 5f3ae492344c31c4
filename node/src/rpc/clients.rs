//! Who is connected, and how much each asks for. Nobody can take all connections, all of the time, or all threads.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::settings::Limits;

/// Clients that are remembered after their last connection, at most.
const REMEMBERED_MAX: usize = 4_096;

/// A client: what one person can easily have many addresses of is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Client {
    /// A program on this machine.
    Here,
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// The first half of an IPv6 address: what a household or a server is given.
    V6([u8; 8]),
}

impl Client {
    /// That of an address.
    pub(super) fn of(address: IpAddr) -> Client {
        match address.to_canonical() {
            address if address.is_loopback() => Client::Here,
            IpAddr::V4(address) => Client::V4(address),
            IpAddr::V6(address) => {
                Client::V6(*address.octets().first_chunk().expect("an address has sixteen bytes"))
            }
        }
    }
}

/// What is known of a client.
struct Known {
    connections: usize,
    /// Requests that it may make at once, and when that was so.
    requests: f64,
    at: Instant,
    /// Places for long polls.
    polls: Arc<Semaphore>,
}

#[derive(Default)]
struct Table {
    known: HashMap<Client, Known>,
    connections: usize,
    /// Of them, those of clients elsewhere.
    elsewhere: usize,
}

/// Everybody.
pub(super) struct Clients {
    limits: Limits,
    table: Mutex<Table>,
    /// Places for calls, of all of them together.
    calls: Arc<Semaphore>,
}

impl Clients {
    /// Nobody yet.
    pub(super) fn new(limits: Limits) -> Arc<Clients> {
        let calls = Arc::new(Semaphore::new(limits.calls));
        Arc::new(Clients { limits, table: Mutex::default(), calls })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Numbers are whole whatever a thread died of.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests a second.
    fn rate(&self, client: Client) -> f64 {
        let Limits { requests_a_second, requests_a_second_here, .. } = self.limits;
        f64::from(if client == Client::Here { requests_a_second_here } else { requests_a_second })
    }

    /// Requests at once.
    fn burst(&self, client: Client) -> f64 {
        self.rate(client) * f64::from(self.limits.burst_seconds)
    }

    /// A connection more; `None` when the client, or all of them, have enough.
    pub(super) fn enter(self: &Arc<Clients>, client: Client) -> Option<Visit> {
        let Limits { connections, connections_elsewhere, connections_each, connections_here, .. } =
            self.limits;
        let is_here = client == Client::Here;
        let each = if is_here { connections_here } else { connections_each };
        let mut table = self.table();
        if table.connections >= connections || (!is_here && table.elsewhere >= connections_elsewhere) {
            return None;
        }
        self.forget(&mut table);
        let requests = self.burst(client);
        let polls = self.limits.polls_each;
        let fresh =
            || Known { connections: 0, requests, at: Instant::now(), polls: Arc::new(Semaphore::new(polls)) };
        let known = table.known.entry(client).or_insert_with(fresh);
        if known.connections >= each {
            return None;
        }
        known.connections += 1;
        let polls = Arc::clone(&known.polls);
        table.connections += 1;
        table.elsewhere += usize::from(!is_here);
        let calls = Arc::new(Semaphore::new(self.limits.calls_each));
        Some(Visit { clients: Arc::clone(self), client, calls, polls })
    }

    /// Makes room: clients without a connection are dropped when there are many.
    fn forget(&self, table: &mut Table) {
        if table.known.len() < REMEMBERED_MAX {
            return;
        }
        let rested = f64::from(self.limits.burst_seconds);
        table.known.retain(|_, known| known.connections > 0 || known.at.elapsed().as_secs_f64() < rested);
        if table.known.len() >= REMEMBERED_MAX {
            table.known.retain(|_, known| known.connections > 0);
        }
    }

    /// Open connections.
    pub(super) fn connections(&self) -> usize {
        self.table().connections
    }
}

/// An open connection.
pub(super) struct Visit {
    clients: Arc<Clients>,
    client: Client,
    /// Places for its calls.
    calls: Arc<Semaphore>,
    /// Places for its client's long polls.
    polls: Arc<Semaphore>,
}

/// A place that something takes until it is dropped.
pub(super) struct Place {
    _permits: [Option<OwnedSemaphorePermit>; 2],
}

impl Visit {
    /// Counts a request; `false` when there were too many.
    pub(super) fn asks(&self) -> bool {
        let (rate, burst) = (self.clients.rate(self.client), self.clients.burst(self.client));
        let mut table = self.clients.table();
        let Some(known) = table.known.get_mut(&self.client) else { return false };
        let now = Instant::now();
        let rested = now.saturating_duration_since(known.at).as_secs_f64();
        known.requests = (known.requests + rested * rate).min(burst);
        known.at = now;
        let may = known.requests >= 1.0;
        if may {
            known.requests -= 1.0;
        }
        may
    }

    /// A place for a call that is to be answered at once; `None` when the connection, or all of them, have enough.
    pub(super) fn call(&self) -> Option<Place> {
        let own = Arc::clone(&self.calls).try_acquire_owned().ok()?;
        let of_all = Arc::clone(&self.clients.calls).try_acquire_owned().ok()?;
        Some(Place { _permits: [Some(own), Some(of_all)] })
    }

    /// A place for a call that waits for something, and keeps no thread meanwhile; `None` when the client has enough.
    pub(super) fn poll(&self) -> Option<Place> {
        let own = Arc::clone(&self.polls).try_acquire_owned().ok()?;
        Some(Place { _permits: [Some(own), None] })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut table = self.clients.table();
        table.connections -= 1;
        table.elsewhere -= usize::from(self.client != Client::Here);
        if let Some(known) = table.known.get_mut(&self.client) {
            known.connections -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Client, Clients, Limits, REMEMBERED_MAX};

    fn of(text: &str) -> Client {
        Client::of(text.parse().expect("an address"))
    }

    #[test]
    fn many_addresses_of_one_are_one_client() {
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        // However it is written.
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        for here in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(of(here), Client::Here, "{here}");
        }
    }

    #[test]
    fn connections_are_counted_of_each_and_of_all() {
        let limits = Limits { connections: 5, connections_each: 2, connections_here: 4, ..Limits::default() };
        let clients = Clients::new(limits);
        let one = of("192.0.2.1");
        let (first, _second) = (clients.enter(one), clients.enter(one));
        assert!(first.is_some() && clients.enter(one).is_none());
        let here: Vec<_> = (0..3).map(|_| clients.enter(Client::Here)).collect();
        assert!(here.iter().all(Option::is_some) && clients.connections() == 5);
        assert!(clients.enter(of("192.0.2.2")).is_none(), "all are taken");
        drop(first);
        assert!(clients.enter(of("192.0.2.2")).is_some());
        assert!(clients.enter(one).is_some());
    }

    #[test]
    fn some_connections_are_kept_for_this_machine() {
        let clients = Clients::new(Limits::of_connections(8));
        let elsewhere: Vec<_> =
            (1..=8).map(|last| clients.enter(Client::V4([192, 0, 2, last].into()))).collect();
        assert_eq!(elsewhere.iter().flatten().count(), 6);
        let here: Vec<_> = (0..8).map(|_| clients.enter(Client::Here)).collect();
        assert_eq!(here.iter().flatten().count(), 2);
        drop(elsewhere);
        let more: Vec<_> = (0..8).map(|_| clients.enter(Client::Here)).collect();
        assert_eq!(more.iter().flatten().count(), 4, "nor has this machine all of them");
        assert!(clients.enter(of("192.0.2.1")).is_some());
    }

    #[test]
    fn calls_at_a_time_are_counted_of_each_connection_and_of_all() {
        let limits = Limits { calls: 3, calls_each: 2, polls_each: 1, ..Limits::default() };
        let clients = Clients::new(limits);
        let [one, two] = [(); 2].map(|()| clients.enter(Client::Here).expect("room"));
        let (first, _second) = (one.call(), one.call());
        assert!(first.is_some() && one.call().is_none());
        let _third = two.call();
        assert!(two.call().is_none(), "all are taken");
        drop(first);
        assert!(two.call().is_some());
        // Long polls are a client's, not a connection's, and none of those.
        let poll = one.poll();
        assert!(poll.is_some() && two.poll().is_none());
        drop(poll);
        assert!(two.poll().is_some());
    }

    #[test]
    fn requests_are_counted_of_each() {
        let limits = Limits { requests_a_second: 1, burst_seconds: 600, ..Limits::default() };
        let clients = Clients::new(limits);
        let [one, two] = ["192.0.2.1", "192.0.2.2"].map(|text| clients.enter(of(text)).expect("room"));
        let asked = (0..700).filter(|_| one.asks()).count();
        // A few more where the test is slow.
        assert!((600..700).contains(&asked), "{asked}");
        assert!(two.asks());
        // Going and coming back does not help.
        drop(one);
        let back = clients.enter(of("192.0.2.1")).expect("room");
        assert!((0..100).filter(|_| back.asks()).count() < 100);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let clients = Clients::new(Limits::default());
        let stays = clients.enter(of("192.0.2.1"));
        for number in 0..3 * REMEMBERED_MAX as u64 {
            clients.enter(Client::V6(number.to_be_bytes()));
        }
        let table = clients.table();
        assert!(table.known.len() <= REMEMBERED_MAX && table.connections == 1);
        drop(table);
        assert!(stays.is_some_and(|stays| stays.asks()));
    }
}
