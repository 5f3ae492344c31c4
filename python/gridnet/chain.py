"""A chain of one's own in memory, on the regtest network: what stories and simulations play with.

Every rule of the ledger holds (docs/protocol.md), and time is what one sets it to.

A street, from coins to the receipt for what its roof sold:

>>> chain, rich = gridnet.Regtest(engine=engine), gridnet.regtest_key()
>>> maker, sue, bob, roof, home = (gridnet.Signer.draw() for _ in range(5))
>>> paid = [Action.transfer(whose.address, 10**9) for whose in (maker, sue, bob)]
>>> block = chain.mine(chain.sign(rich, action, ahead) for ahead, action in enumerate(paid))
>>> block = chain.mine([chain.sign(maker, Action.register_certifier())])

Owners of meters have proven their identities. The meters are registered, and read a first time:

>>> proofs = [gridnet.mint_identity(whose.address, engine=engine) for whose in (sue, bob)]
>>> block = chain.mine(map(Transaction.register_identity, proofs))
>>> meters = [
...     gridnet.Certificate.sign("regtest", meter.public_key, maker, whose, area="north", rating=10_000)
...     for meter, whose in ((roof, sue), (home, bob))]
>>> registered = map(Action.register_meter, meters)
>>> block = chain.mine(chain.sign(rich, action, ahead) for ahead, action in enumerate(registered))
>>> slot = chain.median_time // gridnet.SLOT_SECONDS
>>> first = [
...     gridnet.Reading.after(None, "regtest", key, meter.id("regtest"), slot=slot, imported=0, exported=0)
...     for key, meter in zip((roof, home), meters)]
>>> block = chain.mine([chain.sign(rich, Action.read(first))])

Sue sells to Bob, and in the end both agree that it was 6.2 kWh:

>>> contract = gridnet.Contract(
...     parties=(gridnet.Signatory(sue.public_key, "seller", 100), gridnet.Signatory(bob.public_key, "buyer")),
...     seller_meter=meters[0].id("regtest"), buyer_meter=meters[1].id("regtest"), first=slot + 1, last=slot + 8,
...     limit=1_000, deposit=10_000, watch_fee=300, window=6, expiry=500)
>>> block = chain.mine([chain.sign(rich, Action.open_contract(contract.sign("regtest", sue, bob)))])
>>> state = gridnet.State(contract.id("regtest"), 1, 6_200, is_final=True).sign("regtest", contract, sue, bob)
>>> block = chain.mine([chain.sign(rich, Action.end_contract(state))])

Six blocks later anybody can be shown it:

>>> evidence, following = chain.evidence(contract.id("regtest")), chain.mine()
>>> blocks = [chain.mine() for _ in range(6)]
>>> receipt = gridnet.Receipt.assemble("regtest", chain.headers(), following, evidence)
>>> facts = receipt.verify("regtest", now=chain.now, engine=engine)
>>> facts.delivered, facts.paid, facts.objections
(6200, (620, 9380), ())
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from . import _arguments, _native
from ._encoded import held
from .contracts import Contract, Filling, Standing, contract_of, standing_of
from .engine import Engine, raw
from .keys import Signer, signer
from .ledger import Kept, RegisteredIdentity
from .meters import CertificateBody, KeptReading, certificate_body
from .pools import Registration, registration
from .receipts import Evidence, registered_identity
from .transactions import Action, Block, Transaction

__all__ = ["Account", "LedgerContract", "LedgerMeter", "LedgerPool", "Regtest", "StateTable", "regtest_key"]

StateTable = Literal[
    "tip",
    "totals",
    "accounts",
    "identities",
    "pools",
    "banks",
    "held",
    "commitments",
    "due-counts",
    "due",
    "certifiers",
    "meters",
    "fillings",
    "contracts",
    "subventions",
    "credits",
    "authorities",
    "marks",
]
_TABLES: tuple[StateTable, ...] = get_args(StateTable)
"""In the order of their numbers."""


def regtest_key() -> Signer:
    """Give the key that owns a million GNC on regtest from the beginning. Everybody knows it.

    >>> Regtest(engine=engine).account(regtest_key().address).balance // gridnet.UNITS_OF_GNC
    1000000
    """
    return Signer(_native.regtest_key())


class Account(NamedTuple):
    """An account."""

    balance: int
    """Units that it has."""
    sequence: int
    """Transactions that it sent."""


@dataclass(frozen=True, slots=True)
class LedgerPool:
    """A token pool as the ledger holds it."""

    registration: Registration
    deposit: int
    """Units of its hashes that were never revealed."""
    revealed: int
    """Hashes that were."""
    opened: tuple[int, ...]
    """Banks that were claimed from."""
    banned: bool
    """Whether its owner gets nothing back."""


@dataclass(frozen=True, slots=True)
class LedgerMeter:
    """A meter as the ledger holds it."""

    certificate: CertificateBody
    registered: int
    """When it was."""
    kept: KeptReading | None
    """Its latest reading."""
    baseline: tuple[int, int]
    """Its registers at its first reading: imported, exported."""
    allotted: tuple[int, int]
    """What its contracts got of what it measured since: imported, exported."""
    equivocated: int | None
    """The sequence that it gave twice, if that was proven: it is not read any more."""
    replaced_by: bytes | None
    """The meter that took its place: it is not read any more."""


@dataclass(frozen=True, slots=True)
class LedgerContract:
    """A contract as the ledger holds it."""

    contract: Contract
    opened: int
    """When it was."""
    standing: Standing


class Regtest:
    """A chain in memory, where every second nonce is good. Calls change it, one at a time.

    What is not taken raises `Rejected`, and changes nothing.

    Args:
        engine: what computes; on all devices by default.

    >>> chain, rich = Regtest(engine=engine), regtest_key()
    >>> block = chain.mine([chain.sign(rich, Action.transfer(owner.address, 5))], payout=rich.address)
    >>> chain.height, chain.account(owner.address)
    (1, Account(balance=5, sequence=0))
    >>> chain.undo() == block, chain.account(owner.address).balance
    (True, 0)
    >>> chain.apply(block)
    >>> chain.account(owner.address).balance
    5
    """

    __slots__ = ("_engine", "_raw")

    def __init__(self, *, engine: Engine | None = None) -> None:
        if engine is not None:
            raw(engine)
        self._engine = engine
        self._raw = _native.Regtest()

    def __repr__(self) -> str:
        return f"<gridnet.Regtest at {self.height}>"

    @property
    def height(self) -> int:
        """The last block's height."""
        return self._raw.height()

    @property
    def now(self) -> int:
        """What the clock says, in seconds since 1970. Blocks are two minutes apart, or as much as it is set ahead."""
        return self._raw.now()

    @now.setter
    def now(self, now: int) -> None:
        self._raw.set_now(_arguments.integer("now", now))

    @property
    def median_time(self) -> int:
        """The median of the last eleven blocks' times: what the ledger takes for the present."""
        return self._raw.tip()[1]

    @property
    def tip(self) -> bytes:
        """The last block's id."""
        return self._raw.tip()[0]

    @property
    def root(self) -> bytes:
        """The root over all that the ledger holds."""
        return self._raw.root()

    @property
    def rewarded(self) -> int:
        """Units that were given to producers beside fees, ever, or were there from the beginning."""
        return self._raw.totals()[0]

    @property
    def burnt(self) -> int:
        """Units that were lost to everybody, ever."""
        return self._raw.totals()[1]

    def account(self, address: bytes) -> Account:
        """Give an account; one that nobody ever paid has nothing."""
        return Account(*self._raw.account(_arguments.octets("address", address, 32)))

    def sign(self, key: Signer, action: Action, ahead: int = 0) -> Transaction:
        """Sign the next transaction of an account, which pays just what it must.

        Args:
            key: the account's.
            action: what is done.
            ahead: the account's others that are still to be mined before.
        """
        return Transaction._of(
            self._raw.sign(signer("key", key), held("action", action, Action), _arguments.integer("ahead", ahead))
        )

    def mine(self, transactions: Iterable[Transaction] = (), payout: bytes = bytes(32)) -> Block:
        """Mine a block of these transactions; `payout` is the producer's address.

        Raises:
            Rejected: which of them is not good, counted from 1, and why.
        """
        taken = [held(f"transactions[{at}]", of, Transaction) for at, of in enumerate(transactions)]
        return Block._of(self._raw.mine(raw(self._engine), taken, _arguments.octets("payout", payout, 32)))

    def apply(self, block: Block) -> None:
        """Take a block that somebody else mined.

        Raises:
            Rejected: why it is not taken.
        """
        self._raw.apply(raw(self._engine), held("block", block, Block))

    def undo(self) -> Block | None:
        """Take back the last block, and give it; none when only the first one is left."""
        block = self._raw.undo()
        return None if block is None else Block._of(block)

    def blocks(self) -> list[Block]:
        """Give its blocks, from the second one on."""
        return [Block._of(block) for block in self._raw.blocks()]

    def headers(self) -> bytes:
        """Give its headers one after the other, 80 bytes each, the first block's first."""
        return self._raw.headers()

    def identity(self, address: bytes) -> RegisteredIdentity | None:
        """Give a registered identity."""
        return registered_identity(self._raw.identity(_arguments.octets("address", address, 32)))

    def pool(self, pool: bytes) -> LedgerPool | None:
        """Give a token pool, by its id."""
        row = self._raw.pool(_arguments.octets("pool", pool, 32))
        if row is None:
            return None
        registered, deposit, revealed, opened, banned = row
        return LedgerPool(registration(registered), deposit, revealed, tuple(opened), banned)

    def bank(self, pool: bytes, bank: int) -> Kept | None:
        """Give what is kept of a bank; none where nothing was claimed from it."""
        row = self._raw.bank(_arguments.octets("pool", pool, 32), _arguments.integer("bank", bank, 0, 2**16 - 1))
        return None if row is None else Kept(*row)

    def meter(self, meter: bytes) -> LedgerMeter | None:
        """Give a meter, by its id."""
        row = self._raw.meter(_arguments.octets("meter", meter, 32))
        if row is None:
            return None
        certificate, registered, kept, baseline, allotted, retired = row
        return LedgerMeter(
            certificate_body(certificate),
            registered,
            None if kept is None else KeptReading(*kept),
            baseline,
            allotted,
            *((None, None) if retired is None else retired),
        )

    def fillings(self, meter: bytes, direction: Literal["import", "export"]) -> list[Filling]:
        """Give the contracts that a meter fills, in the order of their opening."""
        exports = _arguments.text("direction", direction, ("import", "export")) == "export"
        return [Filling(*of) for of in self._raw.fillings(_arguments.octets("meter", meter, 32), exports)]

    def contract(self, contract: bytes) -> LedgerContract | None:
        """Give a contract, by its id."""
        row = self._raw.contract(_arguments.octets("contract", contract, 32))
        if row is None:
            return None
        terms, opened, standing = row
        return LedgerContract(contract_of(terms), opened, standing_of(standing))

    def row(self, table: StateTable, key: bytes) -> bytes | None:
        """Give the bytes of a row of any table, by the bytes of its key (docs/protocol.md)."""
        number = _TABLES.index(_arguments.text("table", table, _TABLES))
        return self._raw.row_bytes(number, _arguments.octets("key", key))

    def evidence(self, contract: bytes, authorities: Iterable[bytes] = ()) -> Evidence:
        """Gather what stands here about a contract that is settled, and what authorities say: see `Receipt.assemble`.

        Raises:
            Rejected: `unknown` when there is no such contract, `too-early` when it is not settled.
        """
        listened = [_arguments.octets(f"authorities[{at}]", of, 32) for at, of in enumerate(authorities)]
        return Evidence._of(self._raw.evidence(_arguments.octets("contract", contract, 32), listened))
