"""Sessions of a made-up ledger, from token pool to claim: every rule holds in them, only that nothing travels."""

from __future__ import annotations

from collections.abc import Sequence

import gridnet

NETWORK = "regtest"
NOW, HEIGHT = 1_800_000_000, 1_000


def signer(name: str) -> gridnet.Signer:
    """Give the key of whoever has this name."""
    return gridnet.Signer.from_seed(gridnet.hash_of("blake2s", name.encode()))


class World:
    """A ledger, an owner with a token pool, a receiver, and whoever carries."""

    def __init__(self, length: int, value: int, banks: int = 8) -> None:
        self.ledger = gridnet.Ledger(NETWORK, height=HEIGHT, median_time=NOW)
        self.owner, self.receiver, self.seals = signer("owner"), signer("receiver"), gridnet.SealSecret.draw()
        plan = gridnet.PoolPlan(banks=banks, length=length, value=value, expiry=2 * HEIGHT)
        proof = self._register(self.owner.address)
        self.pool = gridnet.TokenPool.create(NETWORK, self.owner, plan, proof, master=bytes(32))
        self.ledger.register(self.pool.registration)

    def _register(self, address: bytes) -> gridnet.Identity:
        proof = gridnet.mint_identity(address, NETWORK)
        self.ledger.identities[address] = gridnet.RegisteredIdentity(
            repetitions=proof.repetitions, nonce=proof.nonce, registered=1
        )
        return proof

    def claim(self, carriers: Sequence[str], packets: int) -> gridnet.ClaimedPool:
        """Let these carry a session of so many packets, one hash each, out of a bank that was never used."""
        token, holder = self.pool.issue(
            self.receiver.bind(NETWORK, self.seals),
            bytes(32),
            packets,
            issued=NOW - 100,
            expiry=NOW + 100,
            owner=self.owner,
            persist=lambda change: None,
        )
        custody = gridnet.Custody()
        for name in carriers:
            address = signer(name).address
            if address not in self.ledger.identities:
                self._register(address)
            key = gridnet.Signer.draw()
            hop = gridnet.Candidate.make(NETWORK, token, custody, key, gridnet.Opening.draw(address))
            custody, holder = custody.hand_over(NETWORK, token, holder, hop), key
        custody = custody.hand_over_last(NETWORK, token, holder)
        transit_pool = gridnet.TransitPool.assemble(NETWORK, token, custody, self.receiver, self.seals)
        return gridnet.ClaimedPool.make(transit_pool, packets, self.pool.card(token.body.bank))

    def verdict(self, claim: gridnet.ClaimedPool) -> dict:
        """Judge a claim."""
        return self.ledger.verify([claim]).to_pylist()[0]
