"""What the examples in the package's documentation find there, and the tests' engine."""

import hashlib

import numpy as np
import pytest

import gridnet

NOW = 1_800_000_000


class World:
    """Somebody with a token pool, somebody who receives, and a token between them."""

    def __init__(self, engine: gridnet.Engine) -> None:
        def signer(name: str) -> gridnet.Signer:
            return gridnet.Signer.from_seed(hashlib.sha256(name.encode()).digest())

        self.engine = engine
        self.owner, self.receiver_key = signer("owner"), signer("receiver")
        self.seals = gridnet.SealSecret.from_bytes(hashlib.sha256(b"seals").digest())
        self.receiver = self.receiver_key.bind("regtest", self.seals)
        plan = gridnet.PoolPlan(banks=6, length=60, value=100_000, expiry=1_500, minimum_stake=10, sequence=5)
        self.pool = gridnet.TokenPool.create("regtest", self.owner, plan, master=bytes(32), engine=engine)
        issued = self.pool.issue(
            self.receiver,
            bytes(32),
            20,
            issued=NOW - 100,
            expiry=NOW + 100,
            owner=self.owner,
            persist=lambda change: None,
        )
        self.token, self.first_key = issued


@pytest.fixture(scope="session")
def engine() -> gridnet.Engine:
    return gridnet.Engine(device="cpu", threads=2)


@pytest.fixture(scope="session")
def world(engine: gridnet.Engine) -> World:
    return World(engine)


@pytest.fixture(autouse=True)
def _examples(doctest_namespace: dict[str, object], world: World) -> None:
    doctest_namespace.update(vars(world), gridnet=gridnet, np=np)
