//! From what a command was told to the action that is signed.

use gridnet_protocol::Network;
use gridnet_protocol::encoding::List;
use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::ledger::fraud_commitment;
use gridnet_protocol::meter::{Area, Source};
use gridnet_protocol::pool::{OwnedPool, Registration};
use gridnet_protocol::transaction::{Action, CloseReadings, Subject, SubventionTerms};
use gridnet_protocol::value::{ContractId, Height, MeterId, PoolId, SubventionId};
use gridnet_protocol::{Address, Error, PublicKey};

use super::objects::{decoded, listed};
use super::sending::Author;
use crate::cli::tx::{
    AddStake, AnswerContract, CloseContract, CloseSubvention, CommitFraud, CreditSubvention, EndContract,
    EnergySource, Mark, Marked, OpenContract, OpenSubvention, ProveEquivocation, ProveFraud, ReclaimPool,
    RegisterMeter, RegisterPool, Transfer, Unmark,
};
use crate::commands::reach;
use crate::files;
use crate::outcome::Failure;

/// The longest file of a pool, as its owner keeps it.
const POOL_BYTES_MAX: u64 = 4 << 20;

/// What is wrong with an argument.
fn of(argument: &'static str) -> impl Fn(Error) -> Failure {
    move |error| Failure::argument(argument, error.to_string())
}

impl Transfer {
    pub(super) fn action(&self, author: &Author) -> Result<Action, Failure> {
        let to = reach::address("--to", author.network, &self.to)?;
        Ok(Action::Transfer { to, amount: self.amount })
    }
}

impl AddStake {
    pub(super) fn action(&self, author: &Author) -> Result<Action, Failure> {
        let identity = author.address_or_own("--identity", self.identity.as_deref())?;
        Ok(Action::AddStake { identity, amount: self.amount })
    }
}

impl RegisterPool {
    pub(super) fn action(&self, author: &Author) -> Result<Action, Failure> {
        let pool = self.registration(author.network)?;
        if pool.owner != author.address() {
            let (owner, own) = (pool.owner, author.address());
            let [owner, own] = [owner, own].map(|address| address.to_text(author.network));
            return Err(Failure::argument(
                "--pool",
                format!("it is {owner}'s to register, and the account is {own}"),
            ));
        }
        Ok(Action::RegisterPool { pool })
    }

    /// Of its owner's file, or of its own encoding.
    fn registration(&self, network: Network) -> Result<Registration, Failure> {
        let path = std::path::Path::new(&self.pool);
        if !path.exists() {
            return decoded("--pool", "a registration", &self.pool);
        }
        let bytes = files::read("--pool", path, POOL_BYTES_MAX)?;
        match OwnedPool::resume(&bytes) {
            Ok(pool) if pool.network() == network => Ok(pool.registration().clone()),
            Ok(pool) => {
                let (is, asked) = (pool.network().name(), network.name());
                Err(Failure::argument("--pool", format!("{path:?} is of the {is} network, not of {asked}")))
            }
            // What begins as an owner's file is none of its encoding.
            Err(error) if bytes.starts_with(b"GN-") => {
                Err(Failure::argument("--pool", format!("{path:?}: {error}")))
            }
            Err(_) => decoded("--pool", "a registration", &self.pool),
        }
    }
}

impl ReclaimPool {
    pub(super) fn action(&self) -> Action {
        Action::ReclaimPool { pool: PoolId(self.pool) }
    }
}

impl CommitFraud {
    pub(super) fn action(&self, author: &Author) -> Result<Action, Failure> {
        let proof: FraudProof = decoded("--proof", "a fraud proof", &self.proof)?;
        proof.check(author.network).map_err(|why| {
            Failure::argument(
                "--proof",
                format!("it proves nothing on the {} network: {why}", author.network.name()),
            )
        })?;
        Ok(Action::CommitFraud { commitment: fraud_commitment(&proof, &author.address()) })
    }
}

impl ProveFraud {
    pub(super) fn action(&self) -> Result<Action, Failure> {
        Ok(Action::ProveFraud { proof: Box::new(decoded("--proof", "a fraud proof", &self.proof)?) })
    }
}

impl RegisterMeter {
    pub(super) fn action(&self) -> Result<Action, Failure> {
        let certificate = decoded("--certificate", "a signed certificate", &self.certificate)?;
        Ok(Action::RegisterMeter { certificate: Box::new(certificate) })
    }
}

impl ProveEquivocation {
    pub(super) fn action(&self) -> Result<Action, Failure> {
        let proof = decoded("--proof", "a proof of equivocation", &self.proof)?;
        Ok(Action::ProveEquivocation { proof: Box::new(proof) })
    }
}

impl OpenSubvention {
    pub(super) fn action(&self) -> Result<Action, Failure> {
        let keys: Vec<PublicKey> = self.certifier.iter().map(|&key| PublicKey(key)).collect();
        keys.iter().try_for_each(PublicKey::admit).map_err(of("--certifier"))?;
        let area = self.area.as_deref().map(Area::new).transpose().map_err(of("--area"))?;
        let terms = SubventionTerms {
            budget: self.budget,
            rate: self.rate,
            certifiers: List::new("the certifiers of a subvention", keys).map_err(of("--certifier"))?,
            area,
            source: self.source.map(|source| match source {
                EnergySource::Green => Source::Green,
                EnergySource::Grey => Source::Grey,
            }),
            net: self.net,
            expiry: Height(self.expiry),
        };
        Ok(Action::OpenSubvention { terms: Box::new(terms) })
    }
}

impl CreditSubvention {
    pub(super) fn action(&self) -> Action {
        Action::CreditSubvention { subvention: SubventionId(self.subvention), meter: MeterId(self.meter) }
    }
}

impl CloseSubvention {
    pub(super) fn action(&self) -> Action {
        Action::CloseSubvention { subvention: SubventionId(self.subvention) }
    }
}

impl Marked {
    fn subject(&self, author: &Author) -> Result<Subject, Failure> {
        let identity =
            |text: &str| -> Result<Address, Failure> { reach::address("--identity", author.network, text) };
        Ok(match (self.meter, &self.identity, self.pool) {
            (Some(meter), ..) => Subject::Meter(MeterId(meter)),
            (_, Some(text), _) => Subject::Identity(identity(text)?),
            (.., Some(pool)) => Subject::Pool(PoolId(pool)),
            (None, None, None) => {
                return Err(Failure::argument("--meter", "or --identity or --pool is needed"));
            }
        })
    }
}

impl Mark {
    pub(super) fn action(&self, author: &Author) -> Result<Action, Failure> {
        let reason = List::new("a reason", self.reason.clone().into_bytes()).map_err(of("--reason"))?;
        let subject = self.subject.subject(author)?;
        Ok(Action::Mark { subject, reason, effective: Height(self.effective) })
    }
}

impl Unmark {
    pub(super) fn action(&self, author: &Author) -> Result<Action, Failure> {
        Ok(Action::Unmark { subject: self.subject.subject(author)? })
    }
}

impl OpenContract {
    pub(super) fn action(&self) -> Result<Action, Failure> {
        let contract = decoded("--contract", "a signed contract", &self.contract)?;
        Ok(Action::OpenContract { contract: Box::new(contract) })
    }
}

impl CloseContract {
    pub(super) fn action(&self) -> Result<Action, Failure> {
        let state =
            self.state.as_deref().map(|state| decoded("--state", "a signed state", state)).transpose()?;
        let readings = close_readings(&self.reading)?;
        Ok(Action::CloseContract {
            contract: ContractId(self.contract),
            state: state.map(Box::new),
            readings,
        })
    }
}

impl AnswerContract {
    pub(super) fn action(&self) -> Result<Action, Failure> {
        let state = decoded("--state", "a signed state", &self.state)?;
        Ok(Action::AnswerContract { state: Box::new(state), readings: close_readings(&self.reading)? })
    }
}

impl EndContract {
    pub(super) fn action(&self) -> Result<Action, Failure> {
        Ok(Action::EndContract { state: Box::new(decoded("--state", "a signed state", &self.state)?) })
    }
}

fn close_readings(texts: &[String]) -> Result<CloseReadings, Failure> {
    List::new("readings", listed("--reading", "a reading", texts)?).map_err(of("--reading"))
}
