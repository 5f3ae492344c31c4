"""Transit pools: the last token of a session with those who carried, and what goes to the ledger for one."""

from __future__ import annotations

from collections.abc import Sequence

from . import _arguments, _native
from ._encoded import Encoded, held
from .custody import Custody, Opening, opened
from .errors import Invalid
from .keys import SealSecret, Signer, seal_secret, signer
from .pools import PoolCard
from .proofs import Network, network_id
from .tokens import Token

__all__ = ["ClaimedPool", "TransitPool"]


class TransitPool(Encoded):
    """A transit pool.

    >>> custody = gridnet.Custody().hand_over_last("regtest", token, first_key)
    >>> transit_pool = TransitPool.assemble("regtest", token, custody, receiver_key, seals)
    >>> transit_pool.verify("regtest")
    >>> transit_pool.openings
    ()
    """

    __slots__ = ()
    _holds = _native.TransitPool
    _raw: _native.TransitPool

    @staticmethod
    def assemble(network: Network, token: Token, custody: Custody, receiver: Signer, secret: SealSecret) -> TransitPool:
        """End a session, as its receiver: open the seals, and sign.

        A seal that does not open leaves its hop unopened.
        """
        return TransitPool._of(
            _native.TransitPool.assemble(
                network_id(network),
                held("token", token, Token),
                held("custody", custody, Custody),
                signer("receiver", receiver),
                seal_secret("secret", secret),
            )
        )

    @staticmethod
    def assemble_with_receipt(
        network: Network, token: Token, custody: Custody, receipt: bytes, openings: Sequence[Opening | None]
    ) -> TransitPool:
        """End a session that the receiver gave a receipt for, as anybody.

        Args:
            network: of the token.
            token: the last one of the session.
            custody: who carried.
            receipt: what the receiver signed.
            openings: what the hops say themselves: an opening, or none, for each.
        """
        said = [None if of is None else opened(f"openings[{at}]", of) for at, of in enumerate(openings)]
        return TransitPool._of(
            _native.TransitPool.assemble_with_receipt(
                network_id(network),
                held("token", token, Token),
                held("custody", custody, Custody),
                _arguments.octets("receipt", receipt, 64),
                said,
            )
        )

    @property
    def token(self) -> Token:
        """The last token of its session."""
        return Token._of(self._raw.token())

    @property
    def openings(self) -> tuple[Opening | None, ...]:
        """Who the hops are, as far as they are opened."""
        return tuple(None if opening is None else Opening(*opening) for opening in self._raw.openings())

    def verify(self, network: Network) -> None:
        """Verify all that can be said of it without the ledger.

        Raises:
            Invalid: with the reason, a name of docs/reasons.md.
        """
        reason = self._raw.check(network_id(network))
        if reason is not None:
            raise Invalid("the transit pool", reason)


class ClaimedPool(Encoded):
    """A transit pool as it goes to the ledger.

    >>> custody = gridnet.Custody().hand_over_last("regtest", token, first_key)
    >>> transit_pool = TransitPool.assemble("regtest", token, custody, receiver_key, seals)
    >>> claim = ClaimedPool.make(transit_pool, token.body.depth, pool.card(token.body.bank))
    >>> claim.steps, claim.weight > len(claim.to_bytes())
    (20, True)
    """

    __slots__ = ()
    _holds = _native.ClaimedPool
    _raw: _native.ClaimedPool

    @staticmethod
    def make(pool: TransitPool, steps: int, card: PoolCard | None = None) -> ClaimedPool:
        """Claim a transit pool.

        Args:
            pool: what is claimed.
            steps: hashes from the token's word to the one that the ledger keeps; of a bank that nothing was claimed
                from, the token's depth.
            card: of a bank that nothing was claimed from: it proves that the token's chain is its pool's bank.
        """
        number = _arguments.integer("steps", steps, 0, 2**32 - 1)
        proof = None if card is None else held("card", card, PoolCard)
        return ClaimedPool._of(_native.ClaimedPool.make(held("pool", pool, TransitPool), number, proof))

    @property
    def pool(self) -> TransitPool:
        """What is claimed."""
        return TransitPool._of(self._raw.pool())

    @property
    def steps(self) -> int:
        """Hashes to the kept word."""
        return self._raw.steps()

    @property
    def weight(self) -> int:
        """What it costs the ledger: its bytes, a sixteenth of its steps, 64 for each signature."""
        return self._raw.weight()
