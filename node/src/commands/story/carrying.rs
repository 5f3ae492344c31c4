//! Data carried by strangers: a token pool, ten datagrams of one stream over four hops, and one claim for all of them.

use std::fmt::Write as _;

use gridnet_core::Control;
use gridnet_protocol::custody::{Candidate, Custody, Opening};
use gridnet_protocol::datagram::{Datagram, Payload};
use gridnet_protocol::payout::{Payrate, Terms};
use gridnet_protocol::pool::owner::{Ask, Issued, Master, Owner, Plan, Source};
use gridnet_protocol::pool::{ChainFunction, OwnedPool};
use gridnet_protocol::receiver::{Receiver, SealSecret};
use gridnet_protocol::token::Token;
use gridnet_protocol::transaction::{Action, Claims, Posted, Transaction};
use gridnet_protocol::transit::{ClaimedPool, TransitPool};
use gridnet_protocol::value::{Content, Depth, Height, Time, Units};
use serde::Serialize;

use super::stage::{Coins, NETWORK, Stage, address, good, key, secret};
use crate::outcome::Failure;
use crate::output::Hex;

/// Who carries. Cora is the courier: she rides by, and nobody answers her.
const CARRIERS: [&str; 4] = ["ann", "ben", "cora", "dan"];
const COURIER: &str = "cora";
/// Datagrams of the stream, and hashes that each offers.
const DATAGRAMS: u32 = 10;
const HASHES: u32 = 10;

/// What is told.
#[derive(Serialize)]
pub(super) struct Told {
    pool: Pool,
    datagrams: Vec<Sent>,
    hops: Vec<Hop>,
    claim: Claim,
}

#[derive(Serialize)]
struct Pool {
    id: Hex,
    banks: u16,
    length: u32,
    hash_value: Coins,
    deposit: Coins,
    payrate: String,
}

#[derive(Serialize)]
struct Sent {
    bytes: usize,
    depth: u32,
    content: Hex,
}

#[derive(Serialize)]
struct Hop {
    name: &'static str,
    one_time_key: Hex,
    by_bearer: bool,
    /// What it is given when the data come to it.
    given: Coins,
    /// What of that it keeps.
    paid: Coins,
}

#[derive(Serialize)]
struct Claim {
    transaction: Hex,
    block: u32,
    bytes: usize,
    weight: u64,
    steps: u32,
    total: Coins,
    fee: Coins,
    receiver: Coins,
    hops: Coins,
    pool_deposit_left: Coins,
}

/// The paper's example: three quarters are passed on.
fn terms() -> Terms {
    Terms::payrate(Payrate::new(3, 4).expect("1 <= a < b"))
}

/// What of a pool is its owner's to choose: a hash is a hundredth of a coin.
fn plan(stage: &Stage, owner: &str) -> Result<Plan, Failure> {
    Ok(Plan {
        sequence: good(stage.chain.account(&address(owner)))?.sequence,
        function: ChainFunction::Blake2s,
        banks: 4,
        length: 500,
        value: Units(Units::PER_GNC / 100),
        expiry: Height(stage.chain.height().0 + 1_000),
        minimum_stake: Units::ZERO,
        terms: terms(),
    })
}

/// A pool in its owner's hands. It is the same whenever it is computed from the same secrets: so a lost file is no loss, and
/// so somebody can cheat.
pub(super) fn owned(stage: &Stage, name: &str) -> Result<OwnedPool, Failure> {
    let owner = Owner {
        network: NETWORK,
        key: key(name).into(),
        proof: stage.minted(name)?.proof,
        master: Master::from_bytes(secret(&format!("{name}'s master"))),
    };
    good(OwnedPool::create(&stage.engine, owner, plan(stage, name)?, &Control::default()))
}

/// Somebody who receives, and how it is named to senders.
pub(super) fn receiver(name: &str) -> (Receiver, SealSecret) {
    let seals = SealSecret::from_bytes(secret(&format!("{name}'s seals")));
    (Receiver::new(NETWORK, &key(name), seals.public()), seals)
}

/// A token of a pool, down to a depth, for what is carried.
pub(super) fn issue(
    stage: &Stage,
    pool: &mut OwnedPool,
    receiver: Receiver,
    content: Content,
    depth: u32,
) -> Result<Issued, Failure> {
    let issued = stage.median_time()?;
    let ask = Ask {
        receiver,
        content,
        terms: terms(),
        issued,
        expiry: Time(issued.0 + 86_400),
        depth: Depth(depth),
        source: Source::Session,
    };
    good(pool.issue(&ask, |_| Ok::<(), std::convert::Infallible>(())))
}

/// The next in line takes part.
fn carry(
    token: &Token,
    custody: &mut Custody,
    holder: &gridnet_protocol::SecretKey,
    name: &str,
) -> Result<gridnet_protocol::SecretKey, Failure> {
    let own = key(&format!("{name}, this once"));
    let opening = Opening { identity: address(name), blind: secret(&format!("{name}'s blind")) };
    let entropy = secret(&format!("{name}'s entropy"));
    let bearer = key(&format!("whoever carries after {name} was heard of"));
    if name == COURIER {
        good(custody.offer_to_bearer(NETWORK, token, holder, &bearer))?;
    }
    // Whoever joins looks at the whole chain so far first.
    good(custody.check(NETWORK, token))?;
    let candidate = good(Candidate::new(NETWORK, token, custody, &own, &opening, entropy))?;
    let joined = if name == COURIER {
        custody.join_by_bearer(NETWORK, token, candidate)
    } else {
        custody.hand_over(NETWORK, token, holder, candidate)
    };
    good(joined)?;
    Ok(own)
}

/// Registers a pool, carries, and claims.
pub(super) fn act(stage: &mut Stage) -> Result<Told, Failure> {
    stage.fund(&[("olga", 100)])?;
    let mut pool = owned(stage, "olga")?;
    let registration = pool.registration().clone();
    stage.act("olga", Action::RegisterPool { pool: registration.clone() })?;

    let (rita, seals) = receiver("rita");
    let (destination, mut stream) = (address("rita"), Content::STREAM_START);
    let (mut datagrams, mut last) = (Vec::new(), None);
    let mut route: Option<Custody> = None;
    for number in 1..=DATAGRAMS {
        let payload = sealed(number);
        let expiry = Time(stage.median_time()?.0 + 3_600);
        let before = stream;
        stream = stream.and(Content::of_bundle(&destination, expiry, payload.as_bytes()));
        let issued = issue(stage, &mut pool, rita, stream, number * HASHES)?;
        let token = issued.token;
        // A stream has one route: who carries signs once, for all that follows.
        let custody = match route.take() {
            Some(custody) => custody,
            None => {
                let mut custody = Custody::default();
                let mut holder = issued.first_key;
                for name in CARRIERS {
                    holder = carry(&token, &mut custody, &holder, name)?;
                }
                good(custody.hand_over_last(NETWORK, &token, &holder))?;
                custody
            }
        };
        let bytes = payload.as_bytes().len();
        let card = Some(good(pool.card(token.bank))?);
        let datagram = Datagram { token, card, custody, destination, expiry, payload };
        let arrived = good(Datagram::from_file(&datagram.to_file()))?;
        good(arrived.check(NETWORK, stage.chain.now(), Some(before)).map_err(|refusal| refusal.name()))?;
        datagrams.push(Sent { bytes, depth: token.depth.0, content: Hex(stream.0) });
        route = Some(arrived.custody);
        last = Some(token);
    }
    let (token, custody) = (last.expect("ten were sent"), route.expect("and carried"));
    let transit = good(TransitPool::assemble(NETWORK, token, &custody, &key("rita"), &seals))?;
    let (hops, claim) = claim(stage, &pool, &custody, transit)?;
    let pool = Pool {
        id: Hex(pool.id().0),
        banks: registration.banks,
        length: registration.length,
        hash_value: Coins(registration.value),
        deposit: Coins(good(registration.coins())?),
        payrate: "3/4".to_owned(),
    };
    Ok(Told { pool, datagrams, hops, claim })
}

/// What only Rita could read: here nobody can.
fn sealed(number: u32) -> Payload {
    let bytes = secret(&format!("datagram {number}")).repeat(32);
    Payload::new(bytes).expect("a kilobyte")
}

/// Puts the transit pool on the ledger, and looks at who has more than before.
fn claim(
    stage: &mut Stage,
    pool: &OwnedPool,
    custody: &Custody,
    transit: TransitPool,
) -> Result<(Vec<Hop>, Claim), Failure> {
    let bank = Some(good(pool.card(transit.token.bank))?.proof);
    let steps = transit.token.depth.0;
    let claimed = ClaimedPool { steps, bank, pool: transit };
    let bytes = claimed.to_bytes().len();
    let transaction = Transaction::Posted(Posted::Claim(good(Claims::new(vec![claimed]))?));
    let before = balances(stage)?;
    let deposit = stage.row::<gridnet_protocol::state::row::Pool>(&pool.id())?.deposit;
    stage.mine(std::slice::from_ref(&transaction))?;
    let gained: Vec<Units> =
        balances(stage)?.iter().zip(&before).map(|(now, before)| Units(now.0 - before.0)).collect();
    let left = stage.row::<gridnet_protocol::state::row::Pool>(&pool.id())?.deposit;
    let (receiver, shares) = gained.split_first().expect("Rita and those who carried");
    let split: u64 = shares.iter().map(|share| share.0).sum();
    let total = Units(deposit.0 - left.0);
    let mut given = split;
    let mut hops = Vec::new();
    for ((name, link), paid) in CARRIERS.into_iter().zip(custody.links()).zip(shares) {
        let one_time_key = Hex(link.hop.key.0);
        let by_bearer = link.bearer.is_some();
        hops.push(Hop { name, one_time_key, by_bearer, given: Coins(Units(given)), paid: Coins(*paid) });
        given -= paid.0;
    }
    let claim = Claim {
        transaction: Hex::reversed(transaction.id()),
        block: stage.chain.height().0,
        bytes,
        weight: transaction.weight(),
        steps,
        total: Coins(total),
        fee: Coins(Units(total.0 - receiver.0 - split)),
        receiver: Coins(*receiver),
        hops: Coins(Units(split)),
        pool_deposit_left: Coins(left),
    };
    Ok((hops, claim))
}

/// What the receiver has, and those who carried.
fn balances(stage: &Stage) -> Result<Vec<Units>, Failure> {
    ["rita"].into_iter().chain(CARRIERS).map(|name| stage.balance(name)).collect()
}

impl Told {
    pub(super) fn text(&self) -> String {
        let Pool { banks, length, hash_value, deposit, payrate, .. } = &self.pool;
        let Claim { block, bytes, weight, steps, total, fee, receiver, hops, pool_deposit_left, .. } =
            &self.claim;
        let sent: usize = self.datagrams.iter().map(|sent| sent.bytes).sum();
        let mut text = format!(
            "Olga deposits {deposit} as a token pool: {banks} chains of {length} hashes, {hash_value} each. She sends Rita a stream\n\
             of {} sealed datagrams, {sent} bytes. Each has a token that reveals {HASHES} hashes more than the one before,\n\
             and a list of who carries, by keys that are used once. Cora is a courier on a bicycle: she hears Ben once and\n\
             never answers, so he gives what he carries to whoever bears it on.\n\n",
            self.datagrams.len()
        );
        for Hop { name, one_time_key, by_bearer, .. } in &self.hops {
            let how = if *by_bearer { "as a bearer, one way" } else { "handed over, both ways" };
            let key = one_time_key.to_string();
            let _ = writeln!(text, "  {name:<6} signs as {}...  {how}", &key[..16]);
        }
        let _ = write!(
            text,
            "\nWhen the stream ends, Rita opens the seals and makes one transit pool of it: the last token and the list,\n\
             {bytes} bytes for all ten. Block {block} walks {steps} hashes back to the ceiling (weight {weight}) and pays {total}:\n\
             {fee} to who mined it, {receiver} to Rita, and {hops} to those who carried, of which each passes {payrate} on:\n\n"
        );
        for Hop { name, given, paid, .. } in &self.hops {
            let _ = writeln!(text, "  {name:<6} is given {:<18} and keeps {paid}", given.to_string());
        }
        let _ = writeln!(
            text,
            "\nThe last keeps all that it is given: the paper's Figure 2. Of Olga's deposit {pool_deposit_left} are left, for others\n\
             who will carry."
        );
        text
    }
}
