//! What the node says to programs: JSON-RPC over HTTP and WebSocket, figures, and whether all is well, on one listener.
//!
//! From the outside in: a socket is taken as far as `clients` allows (`server`), its requests are looked at by `gate` and
//! `auth` (`http`), a body becomes calls (`calls`), each of which counts (`counted`), a call becomes a method with its
//! arguments (`method`), and the methods, a file a subject, ask the node (`methods`). Nothing here knows rules, and nothing
//! here changes anything: it asks the node to.

mod arguments;
pub mod auth;
mod calls;
pub mod client;
mod clients;
mod counted;
mod failure;
pub mod fuzz;
mod gate;
mod http;
pub mod json;
mod method;
mod methods;
mod past;
mod patience;
mod server;
mod settings;
mod traffic;

pub use self::failure::{Code, Failure};
pub use self::http::Pages;
pub use self::method::{Answer, Arguments, Method, Param, Wait};
pub use self::methods::{
    Accounts, Context, DeviceRate, Mining, MiningStatus, Parts, Test, WalletAccount, all, serve,
};
pub use self::server::{Server, ServerError};
pub use self::settings::{Limits, Settings, default_address};
