//! A chain of headers from a block that is trusted. The rules of the ledger that need nothing but headers are looked at: the
//! cheap ones first, so that made-up headers cost nobody a hash.

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_core::proof::header::{HEADER_BYTES, Header};
use gridnet_core::proof::headers::{self, Retarget};
use gridnet_core::{Control, Engine, Work};

use super::{Part, bytes, require};
use crate::encoding::List;
use crate::ledger::genesis;
use crate::ledger::header::{TIMES, median, next_bits};
use crate::network::AHEAD_MAX;
use crate::reason::SpvFault;
use crate::value::{Height, Time};
use crate::{Error, Network};

/// Headers of a proof, at most: those of four years, 80 MiB. That is as much as a verifier must be ready to hold for a
/// stranger; who proves something that is longer ago than the first block's four years is given a later checkpoint.
pub const HEADERS_MAX: u32 = 1 << 20;

/// A block that the verifier trusts, and where headers begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its height.
    pub height: Height,
    /// Its id.
    pub id: [u8; 32],
}

impl Checkpoint {
    /// A network's first block, which everybody knows.
    pub fn first(network: Network) -> Checkpoint {
        Checkpoint { height: Height(0), id: genesis(network).id() }
    }

    /// Whether it is a first block: then anybody can have made the chain, see [`HEADERS`](crate::limit::HEADERS).
    pub fn is_first(&self) -> bool {
        self.height == Height(0)
    }
}

/// Headers one after the other, about which nothing is known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Headers(List<[u8; HEADER_BYTES], HEADERS_MAX>);

bytes!(Headers, "headers");

impl Headers {
    /// These.
    ///
    /// # Errors
    /// [`Error::TooMany`] beyond [`HEADERS_MAX`].
    pub fn new(headers: impl IntoIterator<Item = Header>) -> Result<Headers, Error> {
        List::new("headers", headers.into_iter().map(|header| header.to_bytes()).collect()).map(Headers)
    }

    /// The id of the first one: what a checkpoint is held against.
    pub fn first_id(&self) -> Option<[u8; 32]> {
        self.0.as_slice().first().map(|header| Header::from_bytes(header).id())
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.as_slice().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.as_slice().is_empty()
    }
}

/// Headers that follow each other by the network's rules from a block that is trusted, with the work that was done for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderChain {
    network: Network,
    start: Checkpoint,
    headers: Vec<[u8; HEADER_BYTES]>,
    tip: [u8; 32],
    work: Work,
}

impl HeaderChain {
    /// The chain of these headers, the first of which is that of `start`. `now` is the verifier's clock.
    ///
    /// The median of times is looked at where the eleven blocks that it is of are known: after a checkpoint, from the
    /// eleventh header on.
    ///
    /// # Errors
    /// [`Error::Spv`] with the first fault from [`SpvFault::Start`] to [`SpvFault::Work`]; the engine's own.
    pub fn verify(
        engine: &Engine,
        network: Network,
        start: Checkpoint,
        headers: &Headers,
        now: Time,
        control: &Control,
    ) -> Result<HeaderChain, Error> {
        let headers = headers.0.as_slice();
        let at_start = Part::Header(start.height);
        let (Some(first), Some(last)) = (headers.first(), headers.last()) else {
            return Err(Error::Spv { fault: SpvFault::Start, part: at_start });
        };
        let (first, tip) = (Header::from_bytes(first), Header::from_bytes(last).id());
        let heights = u32::try_from(headers.len()).ok().and_then(|count| start.height.0.checked_add(count));
        require(first.id() == start.id && heights.is_some(), SpvFault::Start, at_start)?;
        follow(network, start.height, headers, now)?;
        let function = network.parameters().proof_of_work;
        let verdict =
            headers::verify(engine, function, headers.as_flattened(), Retarget::None, control)?.value;
        if verdict.interrupted {
            return Err(gridnet_core::Error::Cancelled.into());
        }
        if let Some((place, fault)) = verdict.first_bad {
            let fault = if fault == headers::Fault::Link { SpvFault::Link } else { SpvFault::Work };
            return Err(Error::Spv { fault, part: Part::Header(after(start.height, place)) });
        }
        Ok(HeaderChain { network, start, headers: headers.to_vec(), tip, work: verdict.total_work })
    }

    /// The network.
    pub fn network(&self) -> Network {
        self.network
    }

    /// Where it begins.
    pub fn start(&self) -> Checkpoint {
        self.start
    }

    /// The last block's height.
    pub fn height(&self) -> Height {
        after(self.start.height, self.headers.len() - 1)
    }

    /// The last block's id.
    pub fn tip(&self) -> [u8; 32] {
        self.tip
    }

    /// The work of all its headers, the first one's included.
    pub fn work(&self) -> Work {
        self.work
    }

    /// The header of a height, if it is among them.
    pub fn header(&self, height: Height) -> Option<Header> {
        let place = height.0.checked_sub(self.start.height.0)?;
        self.headers.get(place as usize).map(Header::from_bytes)
    }

    /// How many blocks are on top of that of a height; `None` when it is not among them.
    pub fn depth(&self, height: Height) -> Option<u32> {
        self.header(height).map(|_| self.height().0 - height.0)
    }
}

/// The height that a place among headers is at; that there are such heights was looked at.
fn after(start: Height, place: usize) -> Height {
    Height(start.0 + place as u32)
}

/// Whether the bits and times of headers follow by the network's rules. Their work is not looked at, nor their links.
fn follow(network: Network, start: Height, headers: &[[u8; HEADER_BYTES]], now: Time) -> Result<(), Error> {
    let first_time = genesis(network).header.time;
    let times: Vec<u32> = headers.iter().map(|header| Header::from_bytes(header).time).collect();
    for (place, header) in headers.iter().enumerate().skip(1) {
        let (header, part) = (Header::from_bytes(header), Part::Header(after(start, place)));
        let bits = next_bits(network, first_time, after(start, place - 1), times[place - 1]);
        require(header.bits == bits, SpvFault::Bits, part)?;
        let before = &times[place.saturating_sub(TIMES)..place];
        let are_all = start == Height(0) || before.len() == TIMES;
        let time = Time(header.time.into());
        require(!are_all || time > median(before), SpvFault::TooOld, part)?;
        require(time.0 <= now.0.saturating_add(AHEAD_MAX), SpvFault::TooNew, part)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use gridnet_core::Target;
    use gridnet_core::proof::asert::Asert;
    use gridnet_core::proof::header::{HEADER_BYTES, Header, LIMIT_BITS};

    use super::follow;
    use crate::ledger::genesis;
    use crate::reason::SpvFault;
    use crate::spv::Part;
    use crate::value::{Height, Time};
    use crate::{Error, Network};

    const FAR: Time = Time(u64::MAX);

    /// Headers of the test network from its first block on, some seconds apart, whose bits are good and whose work is none.
    fn made_up(network: Network, seconds: &[u32]) -> Vec<Header> {
        let first = genesis(network).header;
        let limit = Target::from_compact(LIMIT_BITS).expect("a target");
        let asert = Asert::new(120, 21_600, limit, limit, first.time).expect("good numbers");
        let mut headers = vec![first];
        for (height, seconds) in seconds.iter().enumerate() {
            let parent = headers[height];
            let bits = asert.next(height as u64, parent.time).to_compact();
            headers.push(Header { time: parent.time + seconds, bits, ..parent });
        }
        headers
    }

    fn bytes(headers: &[Header]) -> Vec<[u8; HEADER_BYTES]> {
        headers.iter().map(Header::to_bytes).collect()
    }

    fn fault(fault: SpvFault, height: u32) -> Result<(), Error> {
        Err(Error::Spv { fault, part: Part::Header(Height(height)) })
    }

    #[test]
    fn bits_follow_the_time_that_blocks_take() {
        for network in [Network::Main, Network::Test] {
            // Twice as fast as they should be, then slower.
            let seconds: Vec<u32> = (0..60).map(|place| if place < 40 { 60 } else { 200 }).collect();
            let headers = made_up(network, &seconds);
            assert!(headers[30].bits < LIMIT_BITS && headers[50].bits != headers[51].bits);
            // From the first block, and from any other.
            for start in [0, 1, 17, 60] {
                let checked = follow(network, Height(start), &bytes(&headers[start as usize..]), FAR);
                assert_eq!(checked, Ok(()), "{start}");
            }
            for (height, bits) in [(20, headers[20].bits - 1), (20, LIMIT_BITS), (60, headers[60].bits + 1)] {
                let mut bad = headers.clone();
                bad[height].bits = bits;
                assert_eq!(
                    follow(network, Height(0), &bytes(&bad), FAR),
                    fault(SpvFault::Bits, height as u32)
                );
            }
            // The same headers said to be of other heights.
            let elsewhere = follow(network, Height(16), &bytes(&headers[17..]), FAR);
            assert_eq!(elsewhere, fault(SpvFault::Bits, 17));
            // A time that is not true shows in the bits of the next block.
            let mut bad = headers.clone();
            bad[30].time += 3_000;
            assert_eq!(follow(network, Height(0), &bytes(&bad), FAR), fault(SpvFault::Bits, 31));
        }
    }

    #[test]
    fn times_are_after_the_median_where_that_is_known() {
        let network = Network::Regtest;
        let first = genesis(network).header;
        let mut headers: Vec<Header> =
            (0..40).map(|place| Header { time: first.time + 120 * place, ..first }).collect();
        // The median of 15 to 25 is that of 20.
        headers[26].time = headers[20].time + 1;
        assert_eq!(follow(network, Height(0), &bytes(&headers), FAR), Ok(()));
        headers[26].time = headers[20].time;
        assert_eq!(follow(network, Height(0), &bytes(&headers), FAR), fault(SpvFault::TooOld, 26));
        assert_eq!(follow(network, Height(15), &bytes(&headers[15..]), FAR), fault(SpvFault::TooOld, 26));
        // One of the eleven stands before the checkpoint: nobody knows.
        assert_eq!(follow(network, Height(16), &bytes(&headers[16..]), FAR), Ok(()));
        // From the first block on fewer than eleven are all that there are.
        headers[26].time = headers[27].time;
        headers[1].time = first.time;
        assert_eq!(follow(network, Height(0), &bytes(&headers), FAR), fault(SpvFault::TooOld, 1));
    }

    #[test]
    fn no_time_is_far_ahead_of_now() {
        let headers = made_up(Network::Test, &[120; 5]);
        let last = u64::from(headers[5].time);
        assert_eq!(follow(Network::Test, Height(0), &bytes(&headers), Time(last - 600)), Ok(()));
        let early = follow(Network::Test, Height(0), &bytes(&headers), Time(last - 601));
        assert_eq!(early, fault(SpvFault::TooNew, 5));
    }
}
