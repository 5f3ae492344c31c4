"""One party's own state of a contract, and whoever watches contracts without any key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from . import _arguments, _native
from ._encoded import held
from .contracts import (
    Contract,
    Filling,
    Offer,
    SignedContract,
    SignedState,
    Standing,
    StateOffer,
    lowered_fillings,
    lowered_standing,
)
from .keys import Signer, signer
from .meters import Certificate, KeptReading, Reading, kept_reading
from .proofs import Network, network_id

__all__ = ["Advice", "Bounds", "Metered", "Party", "Watcher"]

_U32 = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Metered:
    """A meter of a contract, and the reading of it that further ones are counted from: the one that the ledger kept."""

    certificate: Certificate
    kept: KeptReading | None = None


def _metered(name: str, of: object) -> tuple[_native.Certificate, _native._KeptReading | None]:
    if not isinstance(of, Metered):
        raise _arguments.wrong_type(name, "a gridnet.Metered", of)
    certificate: _native.Certificate = held(f"{name}.certificate", of.certificate, Certificate)
    return certificate, kept_reading(f"{name}.kept", of.kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a party agrees to without asking anybody. As they are here, to whatever can be opened."""

    last: int = 2**64 - 1
    """The last slot that it binds itself for."""
    watch_fee_max: int = 2**64 - 1
    """Most that it puts in when it closes."""
    price_max: int = 2**64 - 1
    """As a buyer: most that it pays for a kWh, to all others together."""
    deposit_max: int = 2**64 - 1
    """As a buyer: most that it deposits."""
    rate_min: int = 0
    """As any other: least that it is paid for a kWh."""
    covered_min: int = 0
    """As any other: least energy that the deposit must pay for."""


def _bounds(bounds: object) -> tuple[int, int, int, int, int, int]:
    if not isinstance(bounds, Bounds):
        raise _arguments.wrong_type("bounds", "a gridnet.Bounds", bounds)
    return (
        _arguments.integer("bounds.last", bounds.last),
        _arguments.integer("bounds.watch_fee_max", bounds.watch_fee_max),
        _arguments.integer("bounds.price_max", bounds.price_max),
        _arguments.integer("bounds.deposit_max", bounds.deposit_max),
        _arguments.integer("bounds.rate_min", bounds.rate_min),
        _arguments.integer("bounds.covered_min", bounds.covered_min),
    )


@dataclass(frozen=True, slots=True)
class Advice:
    """What is best done on the ledger."""

    action: Literal["nothing", "answer", "close"]
    state: SignedState | None = None
    """What to answer or to close with; none: with the state before any was signed."""


class Party:
    """One party's own state of a contract. It holds no key, and signs only what it recomputes from the readings.

    Write its bytes down before anything that it signed is sent. One that is read back signs nothing until it has heard
    the newest state, and so it is with one in a forked child: there it is refused (`forked`, 303).

    >>> maker, roof, home = (gridnet.Signer.draw() for _ in range(3))
    >>> certificates = [
    ...     gridnet.Certificate.sign("regtest", meter.public_key, maker, whose, area="north", rating=10_000)
    ...     for meter, whose in ((roof, owner), (home, receiver_key))]
    >>> contract = Contract(
    ...     parties=(
    ...         gridnet.Signatory(owner.public_key, "seller", 100),
    ...         gridnet.Signatory(receiver_key.public_key, "buyer")),
    ...     seller_meter=certificates[0].id("regtest"), buyer_meter=certificates[1].id("regtest"),
    ...     first=2_000_000, last=2_000_007, limit=1_000, deposit=10_000, watch_fee=300, window=6, expiry=500)
    >>> meters = [Metered(certificate) for certificate in certificates]
    >>> sue = Party.propose("regtest", contract, Bounds(rate_min=90), *meters, owner)
    >>> bob = Party.accept("regtest", sue.offer, Bounds(price_max=110), *meters, receiver_key)
    >>> sue.gather(bob.offer)
    >>> bob.gather_state(sue.counter_sign(owner, bob.sign_next(receiver_key)))
    True
    >>> bob.newest.body.sequence
    1
    """

    __slots__ = ("_network", "_raw")
    _raw: _native.Party
    _network: int

    def __init__(self) -> None:
        raise TypeError("a Party is made by propose or accept, or read by from_bytes")

    @classmethod
    def _of(cls, network: int, raw: _native.Party) -> Party:
        new = object.__new__(cls)
        new._network, new._raw = network, raw
        return new

    @staticmethod
    def propose(
        network: Network, contract: Contract, bounds: Bounds, seller: Metered, buyer: Metered, key: Signer
    ) -> Party:
        """Sign a contract as the first: `offer` goes to the others. Arguments as those of `accept`."""
        return Party.accept(network, Offer.make(contract), bounds, seller, buyer, key)

    @staticmethod
    def accept(network: Network, offer: Offer, bounds: Bounds, seller: Metered, buyer: Metered, key: Signer) -> Party:
        """Sign a contract that somebody sent, if it is what one agrees to.

        Args:
            network: of the contract.
            offer: the contract, with the signatures that are there.
            bounds: what one agrees to.
            seller: the seller's meter.
            buyer: the buyer's meter.
            key: one's own.

        Raises:
            Invalid: with the reason why not, one of `CONTRACT_REASONS`.
        """
        number = network_id(network)
        party = _native.Party.accept(
            number,
            held("offer", offer, Offer),
            _bounds(bounds),
            *_metered("seller", seller),
            *_metered("buyer", buyer),
            signer("key", key),
        )
        return Party._of(number, party)

    @staticmethod
    def from_bytes(network: Network, written: bytes) -> Party:
        """Read what was written down. It signs nothing until it has heard the newest state."""
        number = network_id(network)
        return Party._of(number, _native.Party.from_bytes(_arguments.octets("written", written)))

    def to_bytes(self) -> bytes:
        """Give what is to be written down."""
        return self._raw.to_bytes()

    @property
    def id(self) -> bytes:
        """The contract's id."""
        return self._raw.id()

    @property
    def offer(self) -> Offer:
        """The contract with the signatures that are there: what others are sent."""
        return Offer._of(self._raw.offer())

    @property
    def contract(self) -> SignedContract | None:
        """The contract, when all have signed it: what goes to the ledger."""
        contract = self._raw.contract()
        return None if contract is None else SignedContract._of(contract)

    def gather(self, offer: Offer) -> None:
        """Take further signatures of the contract."""
        self._raw.gather(self._network, held("offer", offer, Offer))

    def read(
        self, side: Literal["seller", "buyer"], reading: Reading, fillings: Iterable[Filling], *, now: int
    ) -> None:
        """Take a further reading of either meter, in their order.

        Args:
            side: whose meter it is.
            reading: what it signed.
            fillings: the contracts that the ledger has for this meter in this direction (`Regtest.fillings`).
            now: the clock, in seconds since 1970.

        Raises:
            Invalid: with the reason, one of `READING_REASONS`; nothing is changed then.
        """
        is_seller = _arguments.text("side", side, ("seller", "buyer")) == "seller"
        self._raw.read(
            self._network,
            is_seller,
            held("reading", reading, Reading),
            lowered_fillings(fillings),
            _arguments.integer("now", now),
        )

    @property
    def recomputed(self) -> int:
        """What was delivered by the readings so far, as far as it is certain."""
        return self._raw.recomputed()

    @property
    def is_complete(self) -> bool:
        """Whether both meters were read to the contract's end."""
        return self._raw.is_complete()

    @property
    def newest(self) -> SignedState | None:
        """The newest state that all have signed."""
        newest = self._raw.newest()
        return None if newest is None else SignedState._of(newest)

    @property
    def is_restored(self) -> bool:
        """Whether it was read back, and has not heard since what was signed last."""
        return self._raw.is_restored()

    def end(self) -> None:
        """Agree to end the contract before its time: the next state that it signs is final."""
        self._raw.end()

    def sign_next(self, key: Signer) -> StateOffer:
        """Sign the next state, for the others to sign.

        Raises:
            Invalid: with the reason for which it signs nothing, one of `CONTRACT_REASONS`.
        """
        return StateOffer._of(self._raw.sign_next(self._network, signer("key", key)))

    def counter_sign(self, key: Signer, proposal: StateOffer) -> StateOffer:
        """Sign a state that another party has signed, if it is what this one would sign.

        Raises:
            Invalid: with the reason why not, one of `CONTRACT_REASONS`.
        """
        proposed = held("proposal", proposal, StateOffer)
        return StateOffer._of(self._raw.counter_sign(self._network, signer("key", key), proposed))

    def gather_state(self, state: StateOffer) -> bool:
        """Take further signatures of the state that is being signed, and say whether all have signed it now."""
        return self._raw.gather_state(self._network, held("state", state, StateOffer))

    def hear(self, state: SignedState) -> bool:
        """Take a state that all have signed, and say whether it is newer than what was known."""
        return self._raw.hear(self._network, held("state", state, SignedState))

    def hear_of_none(self) -> None:
        """Hear that there is no state that all have signed: believed if none was written down either."""
        self._raw.hear_of_none()

    def advise(self, height: int, standing: Standing) -> Advice:
        """Say what is best done in the block of a height, given where the contract stands."""
        what, state = self._raw.advise(_arguments.integer("height", height, 0, _U32), lowered_standing(standing))
        actions: tuple[Literal["nothing", "answer", "close"], ...] = ("nothing", "answer", "close")
        return Advice(actions[what], None if state is None else SignedState._of(state))


class Watcher:
    """Looks after contracts without any key: it keeps the newest state of each, to answer an older one with.

    >>> watcher = Watcher("regtest", 1_000)
    >>> watcher.newest(bytes(32)) is None
    True
    """

    __slots__ = ("_network", "_raw")

    def __init__(self, network: Network, most: int) -> None:
        """Begin to watch, at most so many contracts."""
        self._network = network_id(network)
        self._raw = _native.Watcher(_arguments.integer("most", most, 0, _U32))

    def watch(self, contract: SignedContract) -> bytes:
        """Begin to watch a contract, and give its id.

        Raises:
            Invalid: with the reason when it is bad, one of `CONTRACT_REASONS`.
        """
        return self._raw.watch(self._network, held("contract", contract, SignedContract))

    def forget(self, contract: bytes) -> None:
        """Watch a contract no longer, by its id."""
        self._raw.forget(_arguments.octets("contract", contract, 32))

    def hear(self, state: SignedState) -> bool:
        """Take a state that somebody sends, and say whether it is newer than what was known.

        Raises:
            Invalid: `other-contract` when its contract is not watched, `signature` when not all have signed it.
        """
        return self._raw.hear(self._network, held("state", state, SignedState))

    def newest(self, contract: bytes) -> SignedState | None:
        """Give the newest state of a contract."""
        newest = self._raw.newest(_arguments.octets("contract", contract, 32))
        return None if newest is None else SignedState._of(newest)

    def advise(self, contract: bytes, standing: Standing) -> SignedState | None:
        """Give the state to answer with, when somebody closes a contract with an older one."""
        state = self._raw.advise(_arguments.octets("contract", contract, 32), lowered_standing(standing))
        return None if state is None else SignedState._of(state)
