//! Tables of transit pools: a claimed pool a row, with what the ledger holds of its token pool and bank.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::types::{UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use arrow_array::{Array, RecordBatch, StructArray};
use arrow_schema::SchemaRef;

use super::arrays::{Made, fixed};
use super::columns::{Bytes, Columns, Copied, Form, Lists, Malformed, Numbers, structs};
use super::ledger::Ledger;
use crate::custody::{Bearer, Opening};
use crate::encoding::limits;
use crate::payout::{Payrate, Rule, Terms};
use crate::pool::{BankProof, ChainFunction, Registration};
use crate::receiver::{Receiver, SealKey};
use crate::settlement::Kept;
use crate::token::{self, Sender, Token};
use crate::transit::{self, ClaimedPool, Disclosure, Hop, ReceiverProof, TransitPool};
use crate::value::{Commitment, Content, Depth, Height, PoolId, Session, Time, Units, Word};
use crate::verify::{BankId, Context};
use crate::{Address, Error, PublicKey, Signature};

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransitRow {
    /// The claimed pool. `None`: the row is malformed, and its verdict is
    /// [`Reason::Shape`](crate::reason::Reason::Shape).
    pub claim: Option<ClaimedPool>,
    /// The registration of its token pool, where there is one.
    pub registration: Option<Registration>,
    /// What is kept of its bank, where something is.
    pub kept: Option<Kept>,
}

/// What the rows of a table said of the ledger so far. Of a pool, and of a bank, the first row that names it speaks, also
/// when it says that nothing is registered or kept: so verdicts do not depend on how a table is cut.
#[derive(Clone, Debug, Default)]
pub struct Said {
    pools: HashSet<PoolId>,
    banks: HashSet<BankId>,
}

impl Said {
    /// Puts into the context what further rows say of the ledger.
    pub fn enter(&mut self, context: &mut Context, rows: &[TransitRow]) {
        for row in rows {
            let Some(claim) = &row.claim else { continue };
            let token = &claim.pool.token;
            let bank = (token.pool, token.bank);
            if self.pools.insert(token.pool)
                && let Some(registration) = &row.registration
                && registration.id(context.network) == token.pool
            {
                context.pools.insert(token.pool, registration.clone());
            }
            if self.banks.insert(bank)
                && let Some(kept) = row.kept
            {
                context.kept.insert(bank, kept);
            }
        }
    }
}

/// The columns as they are written, and what they say of the ledger.
///
/// # Errors
/// [`Error::Table`], in theory: they are those of a table without rows.
pub fn schema(ledger: &Ledger) -> Result<SchemaRef, Error> {
    write(&[], ledger).map(|batch| batch.schema())
}

/// The rows of a table. [`Ledger::read`] reads what it says of the ledger.
///
/// # Errors
/// [`Error::Table`] names a column that is missing or cannot be read.
pub fn read(batch: &RecordBatch) -> Result<Vec<TransitRow>, Error> {
    let claims = Claims::of(&Columns::of_table(batch))?;
    Ok((0..batch.num_rows()).map(|row| claims.row(row)).collect())
}

/// The columns of a token's sharing, and of a registration's.
struct Sharing<'a> {
    payrate_a: Numbers<'a, u16>,
    payrate_b: Numbers<'a, u16>,
    rule: Numbers<'a, u8>,
}

impl<'a> Sharing<'a> {
    fn of(columns: &Columns<'a>) -> Result<Self, Error> {
        let (payrate_a, payrate_b) = (columns.read("payrate_a")?, columns.read("payrate_b")?);
        Ok(Sharing { payrate_a, payrate_b, rule: columns.read("rule")? })
    }

    fn get(&self, row: usize) -> Result<Terms, Malformed> {
        let payrate = Payrate::new(self.payrate_a.get(row)?, self.payrate_b.get(row)?).ok_or(Malformed)?;
        let rule = Rule::from_number(self.rule.get(row)?).ok_or(Malformed)?;
        Ok(Terms { payrate, rule })
    }
}

/// The columns of tokens.
struct Tokens<'a> {
    network: Numbers<'a, u32>,
    pool: Bytes<'a, 32>,
    bank: Numbers<'a, u16>,
    from: Numbers<'a, u32>,
    depth: Numbers<'a, u32>,
    word: Bytes<'a, 32>,
    sharing: Sharing<'a>,
    receiver_key: Bytes<'a, 32>,
    receiver_seal_key: Bytes<'a, 32>,
    receiver_binding: Bytes<'a, 64>,
    content: Bytes<'a, 32>,
    issued: Numbers<'a, u64>,
    expiry: Numbers<'a, u64>,
    first_key: Bytes<'a, 32>,
    sender_key: Bytes<'a, 32>,
    sender_repetitions: Numbers<'a, u32>,
    sender_nonce: Numbers<'a, u32>,
    signature: Bytes<'a, 64>,
}

impl<'a> Tokens<'a> {
    fn of(columns: &Columns<'a>) -> Result<Self, Error> {
        Ok(Tokens {
            network: columns.read("network")?,
            pool: columns.read("pool")?,
            bank: columns.read("bank")?,
            from: columns.read("from")?,
            depth: columns.read("depth")?,
            word: columns.read("word")?,
            sharing: Sharing::of(columns)?,
            receiver_key: columns.read("receiver_key")?,
            receiver_seal_key: columns.read("receiver_seal_key")?,
            receiver_binding: columns.read("receiver_binding")?,
            content: columns.read("content")?,
            issued: columns.read("issued")?,
            expiry: columns.read("expiry")?,
            first_key: columns.read("first_key")?,
            sender_key: columns.read("sender_key")?,
            sender_repetitions: columns.read("sender_repetitions")?,
            sender_nonce: columns.read("sender_nonce")?,
            signature: columns.read("token_signature")?,
        })
    }

    fn get(&self, row: usize) -> Result<Token, Malformed> {
        let receiver = Receiver {
            key: PublicKey(*self.receiver_key.get(row)?),
            seal_key: SealKey(*self.receiver_seal_key.get(row)?),
            binding: Signature(*self.receiver_binding.get(row)?),
        };
        let sender = Sender {
            key: PublicKey(*self.sender_key.get(row)?),
            repetitions: self.sender_repetitions.get(row)?,
            nonce: self.sender_nonce.get(row)?,
        };
        let body = token::Body {
            network: self.network.get(row)?,
            pool: PoolId(*self.pool.get(row)?),
            bank: self.bank.get(row)?,
            from: Depth(self.from.get(row)?),
            depth: Depth(self.depth.get(row)?),
            word: Word(*self.word.get(row)?),
            terms: self.sharing.get(row)?,
            receiver,
            content: Content(*self.content.get(row)?),
            issued: Time(self.issued.get(row)?),
            expiry: Time(self.expiry.get(row)?),
            first_key: PublicKey(*self.first_key.get(row)?),
            sender,
        };
        Ok(Token { body, signature: Signature(*self.signature.get(row)?) })
    }
}

/// The columns of hops, of which a row of the table has several.
struct Hops<'a> {
    hops: &'a StructArray,
    bearer_key: Option<Bytes<'a, 32>>,
    bearer_signature: Option<Bytes<'a, 64>>,
    key: Bytes<'a, 32>,
    seal_hash: Bytes<'a, 32>,
    signature: Bytes<'a, 64>,
    commitment: Option<Bytes<'a, 32>>,
    identity: Option<Bytes<'a, 32>>,
    blind: Option<Bytes<'a, 32>>,
}

impl<'a> Form<'a> for Hops<'a> {
    type Value = Hop;

    fn of(path: &str, array: &'a dyn Array) -> Result<Self, Error> {
        let hops = structs(path, array)?;
        let columns = Columns::of_struct(path, hops);
        Ok(Hops {
            hops,
            bearer_key: columns.read("bearer_key")?,
            bearer_signature: columns.read("bearer_signature")?,
            key: columns.read("key")?,
            seal_hash: columns.read("seal_hash")?,
            signature: columns.read("signature")?,
            commitment: columns.read("commitment")?,
            identity: columns.read("identity")?,
            blind: columns.read("blind")?,
        })
    }

    fn value(&self, row: usize) -> Result<Option<Hop>, Malformed> {
        if self.hops.is_null(row) {
            return Ok(None);
        }
        let bearer = match (self.bearer_key.value(row)?, self.bearer_signature.value(row)?) {
            (None, None) => None,
            (Some(key), Some(signature)) => {
                Some(Bearer { key: PublicKey(*key), signature: Signature(*signature) })
            }
            _ => return Err(Malformed),
        };
        let opening = (self.identity.value(row)?, self.blind.value(row)?);
        let disclosure = match (self.commitment.value(row)?, opening) {
            (Some(commitment), (None, None)) => Disclosure::Unopened(Commitment(*commitment)),
            (None, (Some(identity), Some(blind))) => {
                Disclosure::Opened(Opening { identity: Address(*identity), blind: *blind })
            }
            _ => return Err(Malformed),
        };
        let (key, signature) = (PublicKey(*self.key.get(row)?), Signature(*self.signature.get(row)?));
        Ok(Some(Hop { bearer, key, seal_hash: *self.seal_hash.get(row)?, signature, disclosure }))
    }
}

/// The columns of registrations.
struct Registrations<'a> {
    registrations: &'a StructArray,
    owner: Bytes<'a, 32>,
    sequence: Numbers<'a, u64>,
    function: Numbers<'a, u8>,
    banks: Numbers<'a, u16>,
    length: Numbers<'a, u32>,
    value: Numbers<'a, u64>,
    expiry: Numbers<'a, u32>,
    minimum_stake: Numbers<'a, u64>,
    sharing: Sharing<'a>,
    root: Bytes<'a, 32>,
}

impl<'a> Form<'a> for Registrations<'a> {
    type Value = Registration;

    fn of(path: &str, array: &'a dyn Array) -> Result<Self, Error> {
        let registrations = structs(path, array)?;
        let columns = Columns::of_struct(path, registrations);
        Ok(Registrations {
            registrations,
            owner: columns.read("owner")?,
            sequence: columns.read("sequence")?,
            function: columns.read("function")?,
            banks: columns.read("banks")?,
            length: columns.read("length")?,
            value: columns.read("value")?,
            expiry: columns.read("expiry")?,
            minimum_stake: columns.read("minimum_stake")?,
            sharing: Sharing::of(&columns)?,
            root: columns.read("root")?,
        })
    }

    fn value(&self, row: usize) -> Result<Option<Registration>, Malformed> {
        if self.registrations.is_null(row) {
            return Ok(None);
        }
        Ok(Some(Registration {
            owner: Address(*self.owner.get(row)?),
            sequence: self.sequence.get(row)?,
            function: ChainFunction::from_number(self.function.get(row)?).ok_or(Malformed)?,
            banks: self.banks.get(row)?,
            length: self.length.get(row)?,
            value: Units(self.value.get(row)?),
            expiry: Height(self.expiry.get(row)?),
            minimum_stake: Units(self.minimum_stake.get(row)?),
            terms: self.sharing.get(row)?,
            root: *self.root.get(row)?,
        }))
    }
}

/// The columns of what is kept.
struct Keeps<'a> {
    keeps: &'a StructArray,
    depth: Numbers<'a, u32>,
    word: Bytes<'a, 32>,
    session: Option<Bytes<'a, 32>>,
}

impl<'a> Form<'a> for Keeps<'a> {
    type Value = Kept;

    fn of(path: &str, array: &'a dyn Array) -> Result<Self, Error> {
        let keeps = structs(path, array)?;
        let columns = Columns::of_struct(path, keeps);
        let (depth, word) = (columns.read("depth")?, columns.read("word")?);
        Ok(Keeps { keeps, depth, word, session: columns.read("session")? })
    }

    fn value(&self, row: usize) -> Result<Option<Kept>, Malformed> {
        if self.keeps.is_null(row) {
            return Ok(None);
        }
        let (depth, word) = (Depth(self.depth.get(row)?), Word(*self.word.get(row)?));
        Ok(Some(Kept { depth, word, session: self.session.value(row)?.copied().map(Session) }))
    }
}

/// All columns.
struct Claims<'a> {
    tokens: Tokens<'a>,
    hops: Lists<'a, Hops<'a>, { limits::HOPS }>,
    last_hand_over: Bytes<'a, 64>,
    receiver_proof: Numbers<'a, u8>,
    receiver_signature: Bytes<'a, 64>,
    steps: Numbers<'a, u32>,
    ceiling: Option<Bytes<'a, 32>>,
    prefix: Option<Bytes<'a, 8>>,
    branch: Option<Lists<'a, Copied<'a, 32>, { limits::BANK_BRANCH }>>,
    registration: Option<Registrations<'a>>,
    kept: Option<Keeps<'a>>,
}

impl<'a> Claims<'a> {
    fn of(columns: &Columns<'a>) -> Result<Self, Error> {
        Ok(Claims {
            tokens: Tokens::of(columns)?,
            hops: columns.read("hops")?,
            last_hand_over: columns.read("last_hand_over")?,
            receiver_proof: columns.read("receiver_proof")?,
            receiver_signature: columns.read("receiver_signature")?,
            steps: columns.read("steps")?,
            ceiling: columns.read("ceiling")?,
            prefix: columns.read("prefix")?,
            branch: columns.read("branch")?,
            registration: columns.read("registration")?,
            kept: columns.read("kept")?,
        })
    }

    fn row(&self, row: usize) -> TransitRow {
        let (registration, kept) = (self.registration.value(row), self.kept.value(row));
        // Without what the ledger holds there is no saying whether the claim is good.
        let is_judgeable = registration.is_ok() && kept.is_ok();
        let claim = if is_judgeable { self.claim(row).ok() } else { None };
        TransitRow { claim, registration: registration.ok().flatten(), kept: kept.ok().flatten() }
    }

    fn claim(&self, row: usize) -> Result<ClaimedPool, Malformed> {
        let signature = Signature(*self.receiver_signature.get(row)?);
        let proof = match self.receiver_proof.get(row)? {
            0 => ReceiverProof::Signature(signature),
            1 => ReceiverProof::Receipt(signature),
            _ => return Err(Malformed),
        };
        let body = transit::Body {
            token: self.tokens.get(row)?,
            hops: self.hops.get(row)?,
            last_hand_over: Signature(*self.last_hand_over.get(row)?),
        };
        let pool = TransitPool { body, proof };
        Ok(ClaimedPool { steps: self.steps.get(row)?, bank: self.bank(row)?, pool })
    }

    fn bank(&self, row: usize) -> Result<Option<BankProof>, Malformed> {
        match (self.ceiling.value(row)?, self.prefix.value(row)?, self.branch.value(row)?) {
            (None, None, None) => Ok(None),
            (Some(&ceiling), Some(&prefix), Some(branch)) => Ok(Some(BankProof { ceiling, prefix, branch })),
            _ => Err(Malformed),
        }
    }
}

/// A table of these rows.
///
/// # Errors
/// [`Error::Table`] names the first row whose claim is malformed; [`Error::TooMany`] for more than 2³¹ hops together.
pub fn write(rows: &[TransitRow], ledger: &Ledger) -> Result<RecordBatch, Error> {
    let claims = rows.iter().enumerate().map(|(row, TransitRow { claim, .. })| {
        let malformed = || Error::Table {
            what: format!("row {row}"),
            expected: "a claimed pool".into(),
            got: "malformed".into(),
        };
        claim.as_ref().ok_or_else(malformed)
    });
    let claims = claims.collect::<Result<Vec<&ClaimedPool>, Error>>()?;
    let mut made = Made::of(claims.into_iter().map(Some));
    write_tokens(&mut made)?;
    write_hops(&mut made, rows)?;
    let proof = |claim: &ClaimedPool| match claim.pool.proof {
        ReceiverProof::Signature(signature) => (0, signature),
        ReceiverProof::Receipt(signature) => (1, signature),
    };
    made.bytes("last_hand_over", |claim| claim.pool.last_hand_over.0)?
        .numbers::<UInt8Type>("receiver_proof", |claim| proof(claim).0)
        .bytes("receiver_signature", |claim| proof(claim).1.0)?
        .numbers::<UInt32Type>("steps", |claim| claim.steps)
        .maybe_bytes("ceiling", |claim| claim.bank.as_ref().map(|bank| bank.ceiling))?
        .maybe_bytes("prefix", |claim| claim.bank.as_ref().map(|bank| bank.prefix))?;
    write_branches(&mut made, rows)?;
    made.maybe_structs("registration", registrations(rows)?)?.maybe_structs("kept", keeps(rows)?)?;
    made.into_table(ledger.metadata())
}

fn write_tokens(made: &mut Made<'_, ClaimedPool>) -> Result<(), Error> {
    made.numbers::<UInt32Type>("network", |claim| claim.pool.token.network)
        .bytes("pool", |claim| claim.pool.token.pool.0)?
        .numbers::<UInt16Type>("bank", |claim| claim.pool.token.bank)
        .numbers::<UInt32Type>("from", |claim| claim.pool.token.from.0)
        .numbers::<UInt32Type>("depth", |claim| claim.pool.token.depth.0)
        .bytes("word", |claim| claim.pool.token.word.0)?;
    write_sharing(made, |claim| claim.pool.token.terms)
        .bytes("receiver_key", |claim| claim.pool.token.receiver.key.0)?
        .bytes("receiver_seal_key", |claim| claim.pool.token.receiver.seal_key.0)?
        .bytes("receiver_binding", |claim| claim.pool.token.receiver.binding.0)?
        .bytes("content", |claim| claim.pool.token.content.0)?
        .numbers::<UInt64Type>("issued", |claim| claim.pool.token.issued.0)
        .numbers::<UInt64Type>("expiry", |claim| claim.pool.token.expiry.0)
        .bytes("first_key", |claim| claim.pool.token.first_key.0)?
        .bytes("sender_key", |claim| claim.pool.token.sender.key.0)?
        .numbers::<UInt32Type>("sender_repetitions", |claim| claim.pool.token.sender.repetitions)
        .numbers::<UInt32Type>("sender_nonce", |claim| claim.pool.token.sender.nonce)
        .bytes("token_signature", |claim| claim.pool.token.signature.0)?;
    Ok(())
}

fn write_sharing<'m, 'a, R>(made: &'m mut Made<'a, R>, terms: impl Fn(&R) -> Terms) -> &'m mut Made<'a, R> {
    made.numbers::<UInt16Type>("payrate_a", |row| terms(row).payrate.a())
        .numbers::<UInt16Type>("payrate_b", |row| terms(row).payrate.b())
        .numbers::<UInt8Type>("rule", |row| terms(row).rule as u8)
}

fn write_hops(made: &mut Made<'_, ClaimedPool>, rows: &[TransitRow]) -> Result<(), Error> {
    let claims = rows.iter().flat_map(|row| &row.claim);
    let mut hops = Made::of(claims.flat_map(|claim| claim.pool.hops.as_slice()).map(Some));
    let opening = |hop: &Hop| match hop.disclosure {
        Disclosure::Opened(opening) => Some(opening),
        Disclosure::Unopened(_) => None,
    };
    let commitment = |hop: &Hop| match hop.disclosure {
        Disclosure::Opened(_) => None,
        Disclosure::Unopened(commitment) => Some(commitment.0),
    };
    hops.maybe_bytes("bearer_key", |hop| hop.bearer.map(|bearer| bearer.key.0))?
        .maybe_bytes("bearer_signature", |hop| hop.bearer.map(|bearer| bearer.signature.0))?
        .bytes("key", |hop| hop.key.0)?
        .bytes("seal_hash", |hop| hop.seal_hash)?
        .bytes("signature", |hop| hop.signature.0)?
        .maybe_bytes("commitment", commitment)?
        .maybe_bytes("identity", |hop| opening(hop).map(|opening| opening.identity.0))?
        .maybe_bytes("blind", |hop| opening(hop).map(|opening| opening.blind))?;
    let hops = Arc::new(hops.into_structs("hops")?);
    made.lists("hops", false, hops, |claim| Some(claim.pool.hops.as_slice().len()))?;
    Ok(())
}

fn write_branches(made: &mut Made<'_, ClaimedPool>, rows: &[TransitRow]) -> Result<(), Error> {
    let banks = rows.iter().flat_map(|row| &row.claim).flat_map(|claim| &claim.bank);
    let hashes = banks.flat_map(|bank| bank.branch.as_slice()).flatten().copied().collect();
    let hashes = Arc::new(fixed::<32>("branch", hashes, None)?);
    made.lists("branch", true, hashes, |claim| claim.bank.as_ref().map(|bank| bank.branch.as_slice().len()))?;
    Ok(())
}

fn registrations(rows: &[TransitRow]) -> Result<Made<'_, Registration>, Error> {
    let mut made = Made::of(rows.iter().map(|row| row.registration.as_ref()));
    made.bytes("owner", |registration| registration.owner.0)?
        .numbers::<UInt64Type>("sequence", |registration| registration.sequence)
        .numbers::<UInt8Type>("function", |registration| registration.function as u8)
        .numbers::<UInt16Type>("banks", |registration| registration.banks)
        .numbers::<UInt32Type>("length", |registration| registration.length)
        .numbers::<UInt64Type>("value", |registration| registration.value.0)
        .numbers::<UInt32Type>("expiry", |registration| registration.expiry.0)
        .numbers::<UInt64Type>("minimum_stake", |registration| registration.minimum_stake.0);
    write_sharing(&mut made, |registration| registration.terms)
        .bytes("root", |registration| registration.root)?;
    Ok(made)
}

fn keeps(rows: &[TransitRow]) -> Result<Made<'_, Kept>, Error> {
    let mut made = Made::of(rows.iter().map(|row| row.kept.as_ref()));
    made.numbers::<UInt32Type>("depth", |kept| kept.depth.0)
        .bytes("word", |kept| kept.word.0)?
        .maybe_bytes("session", |kept| kept.session.map(|session| session.0))?;
    Ok(made)
}
