//! What a table's metadata says of the ledger that its rows are judged against.

use std::collections::HashMap;
use std::str::FromStr;

use arrow_schema::Schema;

use crate::value::{Height, Time};
use crate::{Error, Network};

const NETWORK: &str = "gridnet.network";
const HEIGHT: &str = "gridnet.height";
const MEDIAN_TIME: &str = "gridnet.median_time";

const NETWORKS: &str = "main, test or regtest";
const NUMBER: &str = "a number in decimal digits";
const MISSING: &str = "missing";

/// Of which network, and when, the rows of a transit table are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The network.
    pub network: Network,
    /// The height of the block that would take the claims.
    pub height: Height,
    /// The median time past of its parent.
    pub median_time: Time,
}

/// What is given from elsewhere, and stands instead of what metadata say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The network.
    pub network: Option<Network>,
    /// The height.
    pub height: Option<Height>,
    /// The median time past.
    pub median_time: Option<Time>,
}

impl Ledger {
    /// Reads a table's metadata, but for what is given: that is not looked at.
    ///
    /// # Errors
    /// [`Error::Table`] names the first key that is missing or wrong.
    pub fn read(schema: &Schema, given: &Given) -> Result<Ledger, Error> {
        let network = match given.network {
            Some(network) => network,
            None => network(schema)?.ok_or_else(|| wrong(NETWORK, NETWORKS, MISSING))?,
        };
        let height = match given.height {
            Some(height) => height,
            None => number(schema, HEIGHT)?.map(Height).ok_or_else(|| wrong(HEIGHT, NUMBER, MISSING))?,
        };
        let median_time = match given.median_time {
            Some(time) => time,
            None => {
                number(schema, MEDIAN_TIME)?.map(Time).ok_or_else(|| wrong(MEDIAN_TIME, NUMBER, MISSING))?
            }
        };
        Ok(Ledger { network, height, median_time })
    }

    pub(super) fn metadata(&self) -> HashMap<String, String> {
        let mut metadata = network_metadata(Some(self.network));
        metadata.insert(HEIGHT.into(), self.height.0.to_string());
        metadata.insert(MEDIAN_TIME.into(), self.median_time.0.to_string());
        metadata
    }
}

/// The network that a table's metadata name, if they do.
///
/// # Errors
/// [`Error::Table`] when there is no such network.
pub fn network(schema: &Schema) -> Result<Option<Network>, Error> {
    let name = |text: &String| Network::from_name(text).map_err(|_| wrong(NETWORK, NETWORKS, &quoted(text)));
    schema.metadata().get(NETWORK).map(name).transpose()
}

pub(super) fn network_metadata(network: Option<Network>) -> HashMap<String, String> {
    network.into_iter().map(|network| (NETWORK.to_owned(), network.name().to_owned())).collect()
}

fn number<T: FromStr>(schema: &Schema, key: &str) -> Result<Option<T>, Error> {
    let parse = |text: &String| text.parse().map_err(|_| wrong(key, NUMBER, &quoted(text)));
    schema.metadata().get(key).map(parse).transpose()
}

/// The beginning of a stranger's text, for an error.
fn quoted(text: &str) -> String {
    format!("{:?}", text.chars().take(40).collect::<String>())
}

fn wrong(key: &str, expected: &str, got: &str) -> Error {
    Error::Table { what: format!("the metadata {key}"), expected: expected.into(), got: got.into() }
}
