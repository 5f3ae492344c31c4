"""Contracts for energy: what parties agree on, the states that they sign, and where a contract stands.

Money is in units, energy in watt-hours, and rates are units for a kWh.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from . import _arguments, _native
from ._encoded import Encoded
from .errors import ArgumentError
from .keys import Signer, signer
from .proofs import Network, network_id

__all__ = [
    "Contract",
    "Filling",
    "Offer",
    "Signatory",
    "SignedContract",
    "SignedState",
    "Standing",
    "State",
    "StateOffer",
]

Role = Literal["seller", "buyer", "line-owner", "broker"]
_ROLES: tuple[Role, ...] = ("seller", "buyer", "line-owner", "broker")
_U32 = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Signatory:
    """A party of a contract."""

    key: bytes
    """What it signs with; it is paid at this key's address."""
    role: Role
    rate: int = 0
    """Units that it is paid for a kWh; none for the buyer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What parties agree on.

    >>> contract = Contract(
    ...     parties=(Signatory(owner.public_key, "seller", 100), Signatory(receiver_key.public_key, "buyer")),
    ...     seller_meter=bytes(32), buyer_meter=bytes(31) + b"1", first=2_000_000, last=2_000_007, limit=1_000,
    ...     deposit=10_000, watch_fee=300, window=6, expiry=500)
    >>> contract.verify("regtest")
    >>> contract.balances(6_200), contract.cap
    ((620, 9380), 100009)
    >>> contract.sign("regtest", owner, receiver_key).contract == contract
    True
    """

    parties: tuple[Signatory, ...]
    """Two to eight, in the order in which they sign: one seller, one buyer."""
    seller_meter: bytes
    """What measures the energy that is given."""
    buyer_meter: bytes
    """What measures the energy that is taken."""
    first: int
    """The first slot."""
    last: int
    """The last one."""
    limit: int
    """Most that is delivered in a slot."""
    deposit: int
    """What the buyer puts in."""
    watch_fee: int
    """Least that whoever closes puts in, for a watcher that knows better."""
    window: int
    """Blocks in which a close can be answered."""
    expiry: int
    """From this height on anybody may close."""
    nonce: int = 0
    """What tells contracts apart that are the same otherwise."""

    @property
    def _raw(self) -> _native.Contract:
        if not isinstance(self.parties, (tuple, list)):
            raise _arguments.wrong_type("parties", "a tuple of gridnet.Signatory", self.parties)
        parties = []
        for at, party in enumerate(self.parties):
            if not isinstance(party, Signatory):
                raise _arguments.wrong_type(f"parties[{at}]", "a gridnet.Signatory", party)
            role = _ROLES.index(_arguments.text(f"parties[{at}].role", party.role, _ROLES))
            key = _arguments.octets(f"parties[{at}].key", party.key, 32)
            parties.append((key, role, _arguments.integer(f"parties[{at}].rate", party.rate)))
        return _native.Contract.make(
            (
                parties,
                _arguments.octets("seller_meter", self.seller_meter, 32),
                _arguments.octets("buyer_meter", self.buyer_meter, 32),
                _arguments.integer("first", self.first),
                _arguments.integer("last", self.last),
                _arguments.integer("limit", self.limit),
                _arguments.integer("deposit", self.deposit),
                _arguments.integer("watch_fee", self.watch_fee),
                _arguments.integer("window", self.window, 0, _U32),
                _arguments.integer("expiry", self.expiry, 0, _U32),
                _arguments.integer("nonce", self.nonce),
            )
        )

    @staticmethod
    def from_bytes(encoded: bytes) -> Contract:
        """Read the canonical encoding."""
        return contract_of(_native.Contract.from_bytes(_arguments.octets("encoded", encoded)))

    def to_bytes(self) -> bytes:
        """Give the canonical encoding."""
        return self._raw.to_bytes()

    def id(self, network: Network) -> bytes:
        """Give the contract's id."""
        return self._raw.id(network_id(network))

    def verify(self, network: Network) -> None:
        """Verify that it could be opened, by all that can be said without the ledger.

        Raises:
            Invalid: with the reason, one of `CONTRACT_REASONS`.
        """
        self._raw.check(network_id(network))

    @property
    def price(self) -> int:
        """What the buyer pays for a kWh, to all others together."""
        return self._raw.price()

    @property
    def cap(self) -> int:
        """The most energy that the deposit pays for."""
        return self._raw.cap()

    @property
    def bond(self) -> int:
        """What whoever closes puts in."""
        return self._raw.bond()

    def balances(self, delivered: int) -> tuple[int, ...]:
        """Give what each party has when so much was delivered, in their order: all together the deposit."""
        return tuple(self._raw.balances(_arguments.integer("delivered", delivered)))

    def sign(self, network: Network, *signers: Signer) -> SignedContract:
        """Have all parties sign at once, where one has all their keys. Otherwise an `Offer` goes round."""
        offer = Offer.make(self)
        for party in signers:
            offer = offer.sign(network, party)
        whole = offer.whole
        if whole is None:
            raise _missing(len(signers), len(self.parties))
        return whole


def _missing(signers: int, parties: int) -> ArgumentError:
    return _arguments.wrong_value("signers", f"all {parties} parties", f"{signers}")


def contract_of(of: _native.Contract) -> Contract:
    """Give a contract of what the extension holds."""
    parties, seller, buyer, first, last, limit, deposit, watch_fee, window, expiry, nonce = _native.Contract.terms(of)
    return Contract(
        parties=tuple(Signatory(key, _ROLES[role], rate) for key, role, rate in parties),
        seller_meter=seller,
        buyer_meter=buyer,
        first=first,
        last=last,
        limit=limit,
        deposit=deposit,
        watch_fee=watch_fee,
        window=window,
        expiry=expiry,
        nonce=nonce,
    )


def held_contract(name: str, contract: object) -> _native.Contract:
    """Take a contract, as the extension does."""
    if not isinstance(contract, Contract):
        raise _arguments.wrong_type(name, "a gridnet.Contract", contract)
    return contract._raw


class SignedContract(Encoded):
    """A contract that all parties have signed: what goes to the ledger."""

    __slots__ = ()
    _holds = _native.SignedContract
    _raw: _native.SignedContract

    @property
    def contract(self) -> Contract:
        """What they agree on."""
        return contract_of(self._raw.contract())

    def verify(self, network: Network) -> None:
        """Verify all that can be said of it without the ledger.

        Raises:
            Invalid: with the reason, one of `CONTRACT_REASONS`.
        """
        self._raw.check(network_id(network))


class Offer(Encoded):
    """A contract that not all parties have signed yet. What signs it gives the next one."""

    __slots__ = ()
    _holds = _native.Offer
    _raw: _native.Offer

    @staticmethod
    def make(contract: Contract) -> Offer:
        """Begin one that nobody has signed."""
        return Offer._of(_native.Offer.make(held_contract("contract", contract)))

    @property
    def contract(self) -> Contract:
        """What is offered."""
        return contract_of(self._raw.contract())

    def sign(self, network: Network, key: Signer) -> Offer:
        """Have a party sign it.

        Raises:
            Invalid: `stranger` when the key is no party's.
        """
        return Offer._of(self._raw.sign(network_id(network), signer("key", key)))

    def verify(self, network: Network) -> None:
        """Verify the signatures that are there.

        Raises:
            Invalid: `signature`.
        """
        self._raw.check(network_id(network))

    @property
    def whole(self) -> SignedContract | None:
        """The contract, when all have signed it."""
        whole = self._raw.whole()
        return None if whole is None else SignedContract._of(whole)


@dataclass(frozen=True, slots=True)
class State:
    """How much was delivered under a contract so far."""

    contract: bytes
    """The contract's id."""
    sequence: int
    """The higher one outdoes."""
    delivered: int
    """All of it since the beginning."""
    is_final: bool = False
    """Whether it ends the contract at once."""

    def sign(self, network: Network, contract: Contract, *signers: Signer) -> SignedState:
        """Have all parties of its contract sign at once, where one has all their keys."""
        offer = StateOffer.make(contract, self)
        for party in signers:
            offer = offer.sign(network, contract, party)
        whole = offer.whole
        if whole is None:
            raise _missing(len(signers), len(contract.parties))
        return whole


class SignedState(Encoded):
    """A state that all parties have signed."""

    __slots__ = ()
    _holds = _native.SignedState
    _raw: _native.SignedState

    @property
    def body(self) -> State:
        """What it says."""
        return State(*self._raw.body())

    def verify(self, network: Network, contract: Contract) -> None:
        """Verify that it is a state of this contract that all parties have signed.

        Raises:
            Invalid: `other-contract` or `signature`.
        """
        self._raw.check(network_id(network), held_contract("contract", contract))


class StateOffer(Encoded):
    """A state that not all parties have signed yet. What signs it gives the next one."""

    __slots__ = ()
    _holds = _native.StateOffer
    _raw: _native.StateOffer

    @staticmethod
    def make(contract: Contract, state: State) -> StateOffer:
        """Begin one that nobody has signed."""
        if not isinstance(state, State):
            raise _arguments.wrong_type("state", "a gridnet.State", state)
        if not isinstance(state.is_final, bool):
            raise _arguments.wrong_type("state.is_final", "a bool", state.is_final)
        said = (
            _arguments.octets("state.contract", state.contract, 32),
            _arguments.integer("state.sequence", state.sequence),
            _arguments.integer("state.delivered", state.delivered),
            state.is_final,
        )
        return StateOffer._of(_native.StateOffer.make(held_contract("contract", contract), said))

    @property
    def body(self) -> State:
        """What is offered."""
        return State(*self._raw.body())

    def sign(self, network: Network, contract: Contract, key: Signer) -> StateOffer:
        """Have a party of its contract sign it.

        Raises:
            Invalid: `stranger` when the key is no party's.
        """
        terms = held_contract("contract", contract)
        return StateOffer._of(self._raw.sign(network_id(network), terms, signer("key", key)))

    def verify(self, network: Network, contract: Contract) -> None:
        """Verify the signatures that are there.

        Raises:
            Invalid: `signature`.
        """
        self._raw.check(network_id(network), held_contract("contract", contract))

    @property
    def whole(self) -> SignedState | None:
        """The state, when all have signed it."""
        whole = self._raw.whole()
        return None if whole is None else SignedState._of(whole)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a contract stands on the ledger."""

    stage: Literal["open", "closing", "settled"] = "open"
    sequence: int = 0
    """While it is closing: of the state that it is being closed with; 0 before any was signed."""
    delivered: int = 0
    """While it is closing: by that state. Once it is settled: what was paid for."""
    height: int = 0
    """While it is closing: the last block that takes an answer. Once it is settled: since when."""


_STAGES: tuple[Literal["open", "closing", "settled"], ...] = ("open", "closing", "settled")


def standing_of(of: _native._Standing) -> Standing:
    """Give a standing of what the extension says."""
    stage, sequence, delivered, height = of
    return Standing(_STAGES[stage], sequence, delivered, height)


def lowered_standing(standing: object) -> _native._Standing:
    """Take a standing, as the extension does."""
    if not isinstance(standing, Standing):
        raise _arguments.wrong_type("standing", "a gridnet.Standing", standing)
    return (
        _STAGES.index(_arguments.text("standing.stage", standing.stage, _STAGES)),
        _arguments.integer("standing.sequence", standing.sequence),
        _arguments.integer("standing.delivered", standing.delivered),
        _arguments.integer("standing.height", standing.height, 0, _U32),
    )


@dataclass(frozen=True, slots=True)
class Filling:
    """A contract as one of those that a meter fills, in one direction."""

    contract: bytes
    first: int
    """Its first slot."""
    last: int
    """Its last one."""
    limit: int
    """Most that it takes of a slot."""


def lowered_fillings(fillings: Iterable[Filling]) -> list[tuple[bytes, int, int, int]]:
    """Take what a meter fills, as the extension does."""
    taken = []
    for at, of in enumerate(fillings):
        name = f"fillings[{at}]"
        if not isinstance(of, Filling):
            raise _arguments.wrong_type(name, "a gridnet.Filling", of)
        first, last = _arguments.integer(f"{name}.first", of.first), _arguments.integer(f"{name}.last", of.last)
        contract = _arguments.octets(f"{name}.contract", of.contract, 32)
        taken.append((contract, first, last, _arguments.integer(f"{name}.limit", of.limit)))
    return taken
