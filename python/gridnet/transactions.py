"""Transactions and blocks: what changes the ledger (docs/protocol.md). Money is in units, energy in watt-hours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from . import _arguments, _native
from ._encoded import Encoded, held
from .contracts import SignedContract, SignedState
from .custody import Opening, opened
from .keys import Signer, signer
from .meters import SOURCES, Certificate, Equivocation, Reading, Source, held_readings
from .pools import Registration, lowered_plan
from .proofs import Identity, Network, network_id
from .transit import ClaimedPool

__all__ = [
    "Action",
    "Block",
    "Subject",
    "Transaction",
    "TransactionBody",
    "fraud_commitment",
    "held_id",
    "subvention_id",
]

_U32 = 2**32 - 1

Subject = tuple[Literal["meter", "identity", "pool"], bytes]
"""What a mark is about: what kind of thing, and its id, or the address of an identity."""

_SUBJECTS: tuple[Literal["meter", "identity", "pool"], ...] = ("meter", "identity", "pool")


def _subject(subject: object) -> tuple[int, bytes]:
    if not isinstance(subject, tuple) or len(subject) != 2:
        raise _arguments.wrong_type("subject", "a kind and an id", subject)
    kind, id = subject  # noqa: A001
    number = _SUBJECTS.index(_arguments.text("subject[0]", kind, _SUBJECTS))
    return number, _arguments.octets("subject[1]", id, 32)


def subject_of(of: tuple[int, bytes]) -> Subject:
    """Give a subject of what the extension says."""
    kind, id = of  # noqa: A001
    return _SUBJECTS[kind], id


def _identity(identity: object) -> tuple[bytes, int, int]:
    if not isinstance(identity, Identity):
        raise _arguments.wrong_type("identity", "a gridnet.Identity", identity)
    return (
        _arguments.octets("identity.address", identity.address, 32),
        _arguments.integer("identity.repetitions", identity.repetitions, 0, _U32),
        _arguments.integer("identity.nonce", identity.nonce, 0, _U32),
    )


class Action(Encoded):
    """What an account does.

    >>> Action.transfer(owner.address, 5) == Action.from_bytes(Action.transfer(owner.address, 5).to_bytes())
    True
    """

    __slots__ = ()
    _holds = _native.Action
    _raw: _native.Action

    @staticmethod
    def transfer(to: bytes, amount: int) -> Action:
        """Give coins to another account."""
        return Action._of(
            _native.Action.transfer(_arguments.octets("to", to, 32), _arguments.integer("amount", amount))
        )

    @staticmethod
    def register_identity(identity: Identity, stake: int = 0) -> Action:
        """Register an identity, whoever's, and pay for it; `stake` is added to its coin stake."""
        return Action._of(_native.Action.register_identity(*_identity(identity), _arguments.integer("stake", stake)))

    @staticmethod
    def add_stake(identity: bytes, amount: int) -> Action:
        """Add to the coin stake of an identity, by its address."""
        address = _arguments.octets("identity", identity, 32)
        return Action._of(_native.Action.add_stake(address, _arguments.integer("amount", amount)))

    @staticmethod
    def withdraw_stake(amount: int) -> Action:
        """Give notice of a part of one's own coin stake."""
        return Action._of(_native.Action.withdraw_stake(_arguments.integer("amount", amount)))

    @staticmethod
    def register_pool(registration: Registration) -> Action:
        """Deposit the coins of a token pool. The registration's sequence is the transaction's."""
        if not isinstance(registration, Registration):
            raise _arguments.wrong_type("registration", "a gridnet.Registration", registration)
        return Action._of(_native.Action.register_pool(lowered_plan("registration", registration)))

    @staticmethod
    def reclaim_pool(pool: bytes) -> Action:
        """Take back what of a pool was never revealed, long after it expired."""
        return Action._of(_native.Action.reclaim_pool(_arguments.octets("pool", pool, 32)))

    @staticmethod
    def commit_fraud(commitment: bytes) -> Action:
        """Commit to a proof of fraud (`fraud_commitment`)."""
        return Action._of(_native.Action.commit_fraud(_arguments.octets("commitment", commitment, 32)))

    @staticmethod
    def prove_fraud(proof: bytes) -> Action:
        """Prove that an owner sold the same hashes twice (`gridnet.prove_fraud`)."""
        return Action._of(_native.Action.prove_fraud(_arguments.octets("proof", proof)))

    @staticmethod
    def register_certifier() -> Action:
        """Become one who certifies meters."""
        return Action._of(_native.Action.register_certifier())

    @staticmethod
    def register_meter(certificate: Certificate) -> Action:
        """Register a meter."""
        return Action._of(_native.Action.register_meter(held("certificate", certificate, Certificate)))

    @staticmethod
    def read(readings: Iterable[Reading]) -> Action:
        """Put readings on the ledger, whoever's they are, each meter's in their order."""
        return Action._of(_native.Action.read(held_readings("readings", readings)))

    @staticmethod
    def prove_equivocation(proof: Equivocation) -> Action:
        """Prove that a meter said two things at once."""
        return Action._of(_native.Action.prove_equivocation(held("proof", proof, Equivocation)))

    @staticmethod
    def open_subvention(
        budget: int,
        rate: int,
        certifiers: Iterable[bytes],
        *,
        expiry: int,
        area: str | None = None,
        source: Source | None = None,
        net: bool = False,
    ) -> Action:
        """Set coins aside for what meters will export.

        Args:
            budget: all that there is.
            rate: units for a kWh.
            certifiers: the keys of those whose meters are paid.
            expiry: the last height at which it pays.
            area: where; everywhere by default.
            source: of which source; of any by default.
            net: whether what is imported counts against what is exported.
        """
        if not isinstance(net, bool):
            raise _arguments.wrong_type("net", "a bool", net)
        return Action._of(
            _native.Action.open_subvention(
                _arguments.integer("budget", budget),
                _arguments.integer("rate", rate),
                [_arguments.octets(f"certifiers[{at}]", key, 32) for at, key in enumerate(certifiers)],
                None if area is None else _arguments.text("area", area),
                None if source is None else SOURCES.index(_arguments.text("source", source, SOURCES)),
                net,
                _arguments.integer("expiry", expiry, 0, _U32),
            )
        )

    @staticmethod
    def credit_subvention(subvention: bytes, meter: bytes) -> Action:
        """Have a meter join a subvention, or be paid what it is due of it."""
        return Action._of(
            _native.Action.credit_subvention(
                _arguments.octets("subvention", subvention, 32), _arguments.octets("meter", meter, 32)
            )
        )

    @staticmethod
    def close_subvention(subvention: bytes) -> Action:
        """Take back what is left of one's own subvention, after its expiry."""
        return Action._of(_native.Action.close_subvention(_arguments.octets("subvention", subvention, 32)))

    @staticmethod
    def register_authority() -> Action:
        """Become an authority, whom others may trust."""
        return Action._of(_native.Action.register_authority())

    @staticmethod
    def mark(subject: Subject, reason: str, effective: int) -> Action:
        """Say of something that it is not to be trusted.

        Args:
            subject: of what.
            reason: why, in at most 64 bytes.
            effective: from which height on.
        """
        words = _arguments.text("reason", reason).encode()
        return Action._of(
            _native.Action.mark(_subject(subject), words, _arguments.integer("effective", effective, 0, _U32))
        )

    @staticmethod
    def unmark(subject: Subject) -> Action:
        """Take that back."""
        return Action._of(_native.Action.unmark(_subject(subject)))

    @staticmethod
    def open_contract(contract: SignedContract) -> Action:
        """Open a contract, as its buyer: the deposit is locked."""
        return Action._of(_native.Action.open_contract(held("contract", contract, SignedContract)))

    @staticmethod
    def close_contract(contract: bytes, state: SignedState | None = None, readings: Iterable[Reading] = ()) -> Action:
        """Begin to close a contract.

        Args:
            contract: its id.
            state: the newest that one knows; that before any was signed by default.
            readings: of both meters.
        """
        newest = None if state is None else held("state", state, SignedState)
        taken = held_readings("readings", readings)
        return Action._of(_native.Action.close_contract(_arguments.octets("contract", contract, 32), newest, taken))

    @staticmethod
    def answer_contract(state: SignedState, readings: Iterable[Reading] = ()) -> Action:
        """Outdo the state that a contract is being closed with."""
        taken = held_readings("readings", readings)
        return Action._of(_native.Action.answer_contract(held("state", state, SignedState), taken))

    @staticmethod
    def end_contract(state: SignedState) -> Action:
        """End a contract at once, with a final state."""
        return Action._of(_native.Action.end_contract(held("state", state, SignedState)))


class TransactionBody(NamedTuple):
    """What an account signed of a transaction."""

    sender: bytes
    """Its key."""
    sequence: int
    """Transactions that it sent before."""
    fee: int
    action: Action


class Transaction(Encoded):
    """Something that changes the ledger: signed by an account, or posted by anybody.

    >>> transaction = Transaction.sign("regtest", owner, 0, Action.transfer(bytes(32), 5))
    >>> transaction.body.fee == transaction.least_fee("regtest")
    True
    >>> transaction.weight > len(transaction.to_bytes())
    True
    """

    __slots__ = ()
    _holds = _native.Transaction
    _raw: _native.Transaction

    @staticmethod
    def sign(network: Network, key: Signer, sequence: int, action: Action, fee: int | None = None) -> Transaction:
        """Have an account sign; `Regtest.sign` knows the sequence.

        Args:
            network: where it is to be sent.
            key: the account's.
            sequence: transactions that the account sent before.
            action: what is done.
            fee: what the block's producer is paid; just what it must by default.
        """
        return Transaction._of(
            _native.Transaction.sign(
                network_id(network),
                signer("key", key),
                _arguments.integer("sequence", sequence),
                None if fee is None else _arguments.integer("fee", fee),
                held("action", action, Action),
            )
        )

    @staticmethod
    def claim(pools: Iterable[ClaimedPool]) -> Transaction:
        """Claim transit pools, at least one. Each pays its fee out of what it is worth."""
        return Transaction._of(
            _native.Transaction.claim([held(f"pools[{at}]", pool, ClaimedPool) for at, pool in enumerate(pools)])
        )

    @staticmethod
    def open(held_id: bytes, opening: Opening) -> Transaction:
        """Say who a hop is that a claim left unopened: its share pays the fee."""
        return Transaction._of(
            _native.Transaction.open(_arguments.octets("held_id", held_id, 32), opened("opening", opening))
        )

    @staticmethod
    def register_identity(identity: Identity) -> Transaction:
        """Register an identity whose proof is its price. A block takes a few of them."""
        return Transaction._of(_native.Transaction.register_identity(*_identity(identity)))

    @property
    def id(self) -> bytes:
        """SHA-256d of all its bytes."""
        return self._raw.id()

    @property
    def weight(self) -> int:
        """What it takes of a block: its bytes, and what verifying it costs."""
        return self._raw.weight()

    @property
    def body(self) -> TransactionBody | None:
        """What an account signed; none of what anybody may post, and of a coinbase."""
        body = self._raw.body()
        if body is None:
            return None
        sender, sequence, fee, action = body
        return TransactionBody(sender, sequence, fee, Action._of(action))

    def least_fee(self, network: Network) -> int:
        """Give what it must pay at least, if somebody pays for it."""
        return self._raw.least_fee(network_id(network))


class Block(Encoded):
    """A block. Its bytes are framed as Bitcoin's are."""

    __slots__ = ()
    _holds = _native.Block
    _raw: _native.Block

    @property
    def id(self) -> bytes:
        """SHA-256d of its header."""
        return self._raw.id()

    @property
    def header(self) -> bytes:
        """Its 80 bytes."""
        return self._raw.header()

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """The coinbase, and what it is paid for."""
        return tuple(Transaction._of(of) for of in self._raw.transactions())


def held_id(pool: bytes, bank: int, depth: int) -> bytes:
    """Give what names the shares that a claim left to hops which did not say who they are.

    Args:
        pool: the pool's id.
        bank: the bank that was claimed from.
        depth: down to which depth.

    >>> len(held_id(token.body.pool, token.body.bank, token.body.depth))
    32
    """
    return _native.held_id(
        _arguments.octets("pool", pool, 32),
        _arguments.integer("bank", bank, 0, 2**16 - 1),
        _arguments.integer("depth", depth, 0, _U32),
    )


def subvention_id(sponsor: bytes, sequence: int) -> bytes:
    """Give what names a subvention: who opened it, by which of its transactions.

    >>> len(subvention_id(owner.address, 0))
    32
    """
    return _native.subvention_id(_arguments.octets("sponsor", sponsor, 32), _arguments.integer("sequence", sequence))


def fraud_commitment(proof: bytes, reporter: bytes) -> bytes:
    """Give what a reporter, by its address, commits to before it proves fraud.

    >>> len(fraud_commitment(gridnet.prove_fraud("regtest", token, token), owner.address))
    32
    """
    return _native.fraud_commitment(_arguments.octets("proof", proof), _arguments.octets("reporter", reporter, 32))
