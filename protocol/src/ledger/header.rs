//! A block's header on its chain: the part of the third stage that comes before all that costs anything.

use gridnet_core::proof::asert::Asert;
use gridnet_core::proof::header::Header;
use gridnet_core::{Order, Target, Work};

use super::rejection::{Fault, rejected, require};
use crate::Network;
use crate::network::AHEAD_MAX;
use crate::reason::Rejected;
use crate::state::row::Tip;
use crate::value::{Height, Time};

/// Blocks whose times' median the next one must come after.
pub(crate) const TIMES: usize = 11;

/// The median of some blocks' times.
pub(crate) fn median(times: &[u32]) -> Time {
    let mut times = times.to_vec();
    times.sort_unstable();
    Time(times.get(times.len() / 2).copied().unwrap_or_default().into())
}

/// The bits of the block after one of this height and time, when the network's first block has that time.
pub(crate) fn next_bits(network: Network, first_time: u32, height: Height, time: u32) -> u32 {
    let parameters = network.parameters();
    let Some(rule) = parameters.retarget else { return parameters.limit_bits };
    let limit = Target::from_compact(parameters.limit_bits).expect("the networks' limits are targets");
    let asert = Asert::new(rule.spacing, rule.half_life, limit, limit, first_time);
    let asert = asert.expect("the networks' spacings and half-lives are positive");
    asert.next(height.0.into(), time).to_compact()
}

impl Tip {
    /// The first block as the last one.
    pub fn first(header: &Header) -> Tip {
        let work = header.target().map(Target::work).unwrap_or_default();
        Tip {
            height: Height(0),
            id: header.id(),
            time: header.time,
            first: header.id(),
            first_time: header.time,
            times: vec![header.time],
            work: work.to_be_bytes(),
        }
    }

    /// The tip that a header makes, when it is good: what is known of a block before its transactions are. The cheap rules
    /// come first. `now` is the node's clock.
    ///
    /// # Errors
    /// [`Fault::Rejected`].
    pub fn next(&self, network: Network, header: &Header, now: Time) -> Result<Tip, Fault> {
        check(network, self, header, now)?;
        require(self.height.0 < u32::MAX, Rejected::Height)?;
        worked(network, header)?;
        Ok(self.followed_by(header))
    }

    /// The next block as the last one.
    pub(super) fn followed_by(&self, header: &Header) -> Tip {
        let mut times = self.times.clone();
        times.push(header.time);
        let from = times.len().saturating_sub(TIMES);
        let own = header.target().map(Target::work).unwrap_or_default();
        Tip {
            height: Height(self.height.0.saturating_add(1)),
            id: header.id(),
            time: header.time,
            first: self.first,
            first_time: self.first_time,
            times: times.split_off(from),
            work: Work::from_be_bytes(&self.work).saturating_add(own).to_be_bytes(),
        }
    }

    /// The median of the times of the last eleven blocks.
    pub fn median_time(&self) -> Time {
        median(&self.times)
    }

    /// The bits that the next block must have.
    pub fn next_bits(&self, network: Network) -> u32 {
        next_bits(network, self.first_time, self.height, self.time)
    }
}

/// Whether a header can follow the last block.
pub(super) fn check(network: Network, tip: &Tip, header: &Header, now: Time) -> Result<(), Fault> {
    require(header.previous == tip.id, Rejected::Previous)?;
    require(header.bits == tip.next_bits(network), Rejected::Bits)?;
    let time = u64::from(header.time);
    require(time > tip.median_time().0, Rejected::TooOld)?;
    require(time <= now.0.saturating_add(AHEAD_MAX), Rejected::TooNew)
}

/// Whether enough work was done for a header: as much as it says, and no less than the network asks for.
pub(super) fn worked(network: Network, header: &Header) -> Result<(), Fault> {
    let parameters = network.parameters();
    let limit = Target::from_compact(parameters.limit_bits).expect("the networks' limits are targets");
    let Some(target) = header.target().ok().filter(|target| *target <= limit) else {
        return rejected(Rejected::Bits);
    };
    let hash = parameters.proof_of_work.hash(&header.to_bytes());
    require(target.is_met_by(&hash, Order::Little), Rejected::Work)
}
