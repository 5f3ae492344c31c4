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


class Street:
    """People on a chain of their own: a seller with a roof, a buyer with a home, the owner of the line between them."""

    MINER = bytes(31) + b"m"

    def __init__(self, engine: gridnet.Engine) -> None:
        self.engine = engine
        self.chain = gridnet.Regtest(engine=engine)
        self.rich = gridnet.regtest_key()
        names = ("sue", "bob", "lin", "maker", "ann", "ben", "gov")
        self.proofs: dict[str, gridnet.Identity] = {}
        coins = 1_000 * gridnet.UNITS_OF_GNC
        paid = [gridnet.Action.transfer(self.key(name).address, coins) for name in names]
        self.mine(*(self.chain.sign(self.rich, action, ahead) for ahead, action in enumerate(paid)))

    @staticmethod
    def key(name: str) -> gridnet.Signer:
        return gridnet.Signer.from_seed(hashlib.sha256(name.encode()).digest())

    def mine(self, *transactions: gridnet.Transaction) -> gridnet.Block:
        return self.chain.mine(transactions, self.MINER)

    def act(self, name: str, action: gridnet.Action) -> gridnet.Block:
        return self.mine(self.chain.sign(self.key(name), action))

    def wait(self, blocks: int) -> None:
        for _ in range(blocks):
            self.mine()

    def balance(self, name: str) -> int:
        return self.chain.account(self.key(name).address).balance

    def proof(self, name: str) -> gridnet.Identity:
        if name not in self.proofs:
            self.proofs[name] = gridnet.mint_identity(self.key(name).address, "regtest", engine=self.engine)
        return self.proofs[name]

    def settle_in(self, *names: str) -> None:
        """Register identities for nothing, and wait until they are old enough to be paid."""
        self.mine(*(gridnet.Transaction.register_identity(self.proof(name)) for name in names))
        self.wait(6)

    @property
    def slot(self) -> int:
        """The slot that the ledger takes the present to be in."""
        return self.chain.median_time // gridnet.SLOT_SECONDS

    def wait_for_slot(self, slot: int) -> None:
        self.chain.now = max(self.chain.now, slot * gridnet.SLOT_SECONDS)
        while self.slot < slot:
            self.mine()

    def certificate(self, meter: str, owner: str) -> gridnet.Certificate:
        people = self.key(meter).public_key, self.key("maker"), self.key(owner)
        return gridnet.Certificate.sign("regtest", *people, area="north", rating=10_000)

    def meters(self) -> tuple[bytes, bytes]:
        """Register the roof's meter and the home's, and read them once."""
        self.settle_in("sue", "bob")
        self.act("maker", gridnet.Action.register_certifier())
        certificates = self.certificate("roof", "sue"), self.certificate("home", "bob")
        for certificate in certificates:
            self.act("ann", gridnet.Action.register_meter(certificate))
        roof, home = (certificate.id("regtest") for certificate in certificates)
        first = [self.reading("roof", roof, self.slot, 0, 0), self.reading("home", home, self.slot, 0, 0)]
        self.act("ann", gridnet.Action.read(first))
        return roof, home

    def reading(self, name: str, meter: bytes, slot: int, imported: int, exported: int) -> gridnet.Reading:
        row = self.chain.meter(meter)
        about = row.kept if row else None, "regtest", self.key(name), meter
        return gridnet.Reading.after(*about, slot=slot, imported=imported, exported=exported)

    def terms(self, roof: bytes, home: bytes) -> gridnet.Contract:
        """100 units for a kWh to the seller, 10 to the owner of the line, for eight slots of 1 kWh."""
        return gridnet.Contract(
            parties=(
                gridnet.Signatory(self.key("sue").public_key, "seller", 100),
                gridnet.Signatory(self.key("bob").public_key, "buyer"),
                gridnet.Signatory(self.key("lin").public_key, "line-owner", 10),
            ),
            seller_meter=roof,
            buyer_meter=home,
            first=self.slot + 1,
            last=self.slot + 8,
            limit=1_000,
            deposit=10_000,
            watch_fee=300,
            window=6,
            expiry=self.chain.height + 200,
        )

    @property
    def parties(self) -> tuple[gridnet.Signer, gridnet.Signer, gridnet.Signer]:
        return self.key("sue"), self.key("bob"), self.key("lin")

    def sale(self) -> tuple[bytes, list[gridnet.Reading]]:
        """A contract of 6.2 kWh on which the parties no longer agreed, settled by the meters; and its last readings."""
        roof, home = self.meters()
        terms, slot = self.terms(roof, home), self.slot
        self.act("bob", gridnet.Action.open_contract(terms.sign("regtest", *self.parties)))
        self.wait_for_slot(slot + 9)
        readings = [self.reading("roof", roof, slot + 8, 0, 6_500), self.reading("home", home, slot + 8, 6_200, 0)]
        self.act("sue", gridnet.Action.close_contract(terms.id("regtest"), None, readings))
        self.wait(7)
        return terms.id("regtest"), readings


@pytest.fixture(scope="session")
def engine() -> gridnet.Engine:
    return gridnet.Engine(device="cpu", threads=2)


@pytest.fixture(scope="session")
def world(engine: gridnet.Engine) -> World:
    return World(engine)


@pytest.fixture
def street(engine: gridnet.Engine) -> Street:
    return Street(engine)


@pytest.fixture(autouse=True)
def _examples(doctest_namespace: dict[str, object], world: World) -> None:
    doctest_namespace.update(vars(world), gridnet=gridnet, np=np)
