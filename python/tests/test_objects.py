"""Keys, pools, tokens, custody: what a session goes through, what is written down, and what is refused."""

import copy
import gc
import os
import pickle
import stat
import subprocess
import sys
import threading
import time
import weakref

import pytest

import gridnet

NETWORK = "regtest"
NOW = 1_800_000_000


def forget(change):
    """For those who have nothing to lose."""


def refused(call, code: int, name: str, *words: str) -> None:
    with pytest.raises(gridnet.Error) as caught:
        call()
    assert (caught.value.code, caught.value.name) == (code, name), caught.value
    for word in words:
        assert word in str(caught.value), caught.value


@pytest.fixture
def pool(world):
    """One of its own, which nothing was issued of."""
    plan = gridnet.PoolPlan(banks=3, length=30, value=100_000, expiry=1_500)
    return gridnet.TokenPool.create(NETWORK, world.owner, plan, master=bytes(32), engine=world.engine)


@pytest.fixture
def issue(world):
    def issue(pool, depth=20, owner=world.owner, persist=forget, **more):
        times = {"issued": NOW - 100, "expiry": NOW + 100}
        return pool.issue(world.receiver, bytes(32), depth, owner=owner, persist=persist, **times, **more)

    return issue


class Session:
    """A datagram's way."""

    def __init__(self, issued):
        self.token, self.holder = issued
        self.custody, self.openings = gridnet.Custody(), []

    def carry(self, identity: bytes, by_bearer=False):
        key, opening = gridnet.Signer.draw(), gridnet.Opening.draw(identity)
        if by_bearer:
            self.custody = self.custody.offer_to_bearer(NETWORK, self.token, self.holder)
            assert self.custody.has_offer
        hop = gridnet.Candidate.make(NETWORK, self.token, self.custody, key, opening)
        if by_bearer:
            self.custody = self.custody.join_by_bearer(NETWORK, self.token, hop)
        else:
            self.custody = self.custody.hand_over(NETWORK, self.token, self.holder, hop)
        self.holder = key
        self.openings.append(opening)

    def arrive(self):
        self.custody = self.custody.hand_over_last(NETWORK, self.token, self.holder)


@pytest.fixture
def session(pool, issue):
    session = Session(issue(pool))
    for carrier in (b"a", b"b", b"c"):
        session.carry(32 * carrier, by_bearer=carrier == b"b")
    session.arrive()
    return session


@pytest.fixture
def ledger(world, pool):
    ledger = gridnet.Ledger(NETWORK, 1_000, NOW)
    ledger.register(pool.registration)
    proof = gridnet.mint_identity(world.owner.address, engine=world.engine)
    for address in (world.owner.address, 32 * b"a", 32 * b"b"):
        ledger.identities[address] = gridnet.RegisteredIdentity(
            repetitions=proof.repetitions, nonce=proof.nonce, registered=100
        )
    return ledger


def test_a_session_from_its_token_to_its_payout(world, pool, session, ledger):
    session.token.verify(NETWORK)
    session.custody.verify(NETWORK, session.token)
    assert session.custody.open(session.token, world.seals) == tuple(session.openings)
    transit = gridnet.TransitPool.assemble(NETWORK, session.token, session.custody, world.receiver_key, world.seals)
    transit.verify(NETWORK)
    assert transit.openings == tuple(session.openings)
    assert transit.token == session.token
    body = session.token.body
    claim = gridnet.ClaimedPool.make(transit, body.depth, pool.card(body.bank))
    (verdict,) = ledger.verify([claim], engine=world.engine).to_pylist()
    assert (verdict["valid"], verdict["total"]) == (True, 20 * 100_000)
    assert [hop["void"] for hop in verdict["hops"]] == [None, None, "unregistered"]
    assert tuple(hop["share"] for hop in verdict["hops"]) == gridnet.payout(2_000_000, 3, weight=claim.weight).hops
    # Without the card nobody can tell that the chain is the pool's.
    bare = gridnet.ClaimedPool.make(transit, body.depth)
    assert ledger.verify([bare], engine=world.engine)["reason"].to_pylist() == ["bank"]


def test_anybody_claims_with_a_receipt(world, pool, session, ledger):
    receipt = session.custody.receipt(NETWORK, session.token, world.receiver_key)
    openings = [*session.openings[:2], None]
    transit = gridnet.TransitPool.assemble_with_receipt(NETWORK, session.token, session.custody, receipt, openings)
    assert transit.openings == tuple(openings)
    body = session.token.body
    claim = gridnet.ClaimedPool.make(transit, body.depth, pool.card(body.bank))
    (verdict,) = ledger.verify([claim], engine=world.engine).to_pylist()
    assert [hop["void"] for hop in verdict["hops"]] == [None, None, "unopened"]


def test_custody_names_the_element_that_is_wrong(world, session, issue, pool):
    other = issue(pool).token
    with pytest.raises(gridnet.Invalid) as caught:
        session.custody.verify(NETWORK, other)
    assert (caught.value.reason, caught.value.what) == ("custody", "element 1 of the custody chain")
    refused(lambda: session.custody.hand_over_last(NETWORK, session.token, session.holder), 111, "order", "handed over")
    refused(lambda: gridnet.Custody().hand_over_last(NETWORK, session.token, world.owner), 111, "order")


def test_a_datagram_carries_what_its_token_is_for(world, pool, issue):
    destination, expiry, payload = bytes(32), NOW + 50, b"sealed"
    content = gridnet.bundle_content(destination, expiry, payload)
    issued = pool.issue(world.receiver, content, 5, issued=NOW, expiry=NOW + 99, owner=world.owner, persist=forget)
    card = pool.card(issued.token.body.bank)
    datagram = gridnet.Datagram.make(issued.token, gridnet.Custody(), destination, expiry, payload, card)
    datagram.verify(NETWORK, NOW)
    read = gridnet.Datagram.from_file(datagram.to_file())
    assert read == datagram
    assert (read.token, read.card, read.custody) == (issued.token, card, gridnet.Custody())
    assert (read.destination, read.expiry, read.payload) == (destination, expiry, payload)
    with pytest.raises(gridnet.Invalid, match="expiry"):
        datagram.verify(NETWORK, NOW + 60)
    other = gridnet.Datagram.make(issued.token, gridnet.Custody(), destination, expiry, b"else")
    assert other.card is None
    with pytest.raises(gridnet.Invalid, match="content"):
        other.verify(NETWORK, NOW)
    refused(
        lambda: gridnet.Datagram.make(issued.token, gridnet.Custody(), destination, expiry, bytes(65_536)),
        102,
        "too-many",
    )


def test_hashes_that_are_sold_twice_are_proven(world, pool, issue):
    copy = gridnet.TokenPool.resume(pool.file)
    other = gridnet.Signer.draw().bind(NETWORK, world.seals)
    one = issue(pool, source="session").token
    two = copy.issue(other, bytes(32), 10, issued=NOW, expiry=NOW + 9, owner=world.owner, persist=forget).token
    proof = gridnet.prove_fraud(NETWORK, one, two)
    assert gridnet.check_fraud(NETWORK, proof) == gridnet.Fraud(world.owner.address, pool.id, 0)
    with pytest.raises(gridnet.Invalid, match="same-session"):
        gridnet.check_fraud(NETWORK, gridnet.prove_fraud(NETWORK, one, issue(pool, 25, source="session").token))


def test_a_token_is_written_down_before_anybody_sees_it(pool, issue):
    written = []
    token = issue(pool, persist=written.append).token
    (change,) = written
    assert change.bank == token.body.bank == 0
    assert change.file == pool.file
    assert gridnet.TokenPool.resume(change.file).issued == (20, 0, 0)
    assert len(change.bytes) < 2_048


def test_what_could_not_be_written_down_was_not_issued(pool, issue):
    def full(change):
        raise OSError(28, "no space is left")

    before = pool.file
    with pytest.raises(OSError, match="no space") as caught:
        issue(pool, persist=full)
    assert caught.value.errno == 28
    assert (pool.issued, pool.file) == ((0, 0, 0), before)


def test_a_change_is_put_in_after_its_file(pool, issue):
    changes, old = [], pool.file
    issue(pool, persist=changes.append)
    issue(pool, 25, source="session", persist=changes.append)
    again = gridnet.TokenPool.resume(old)
    for change in changes:
        again.apply(change.bytes)
    assert again.file == pool.file
    refused(lambda: again.apply(b"no change"), 101, "encoding")


def test_an_old_copy_touches_what_was_never_used(pool, issue):
    old = pool.file
    issue(pool)
    restored = gridnet.TokenPool.restore(old, 1)
    assert restored.issued == (30, 0, 0)
    assert issue(restored).token.body.bank == 1


def test_sources(pool, issue):
    assert issue(pool).token.body.bank == 0
    stream = issue(pool, source="session").token.body
    assert (stream.bank, stream.start, stream.depth) == (1, 0, 20)
    stream = issue(pool, 24, source="session").token.body
    assert (stream.bank, stream.start, stream.depth) == (1, 0, 24)
    named = issue(pool, 25, source=0).token.body
    assert (named.bank, named.start, named.depth) == (0, 20, 25)
    assert issue(pool).token.body.bank == 2
    refused(lambda: issue(pool), 114, "exhausted")
    refused(lambda: issue(pool, 20, source=0), 108, "out-of-range", "26 to 30")
    refused(lambda: issue(pool, source=9), 113, "bank")
    refused(lambda: issue(pool, source="elsewhere"), 301, "type", "source")
    refused(lambda: issue(pool, source=True), 301, "type", "source")


def test_a_pool_that_is_at_work_refuses_a_second_call(pool, issue):
    said = []

    def reentered(change):
        with pytest.raises(gridnet.Error) as caught:
            pool.issued  # noqa: B018
        said.append((caught.value.code, caught.value.name))

    issue(pool, persist=reentered)
    assert said == [(307, "busy")]
    assert pool.issued == (20, 0, 0)


def test_threads_that_issue_give_no_hash_away_twice(world):
    plan = gridnet.PoolPlan(banks=64, length=2, value=1, expiry=1)
    pool = gridnet.TokenPool.create(NETWORK, world.owner, plan, master=bytes(32), engine=world.engine)
    banks, others = [], []

    def work():
        for _ in range(8):
            while True:
                try:
                    issued = pool.issue(
                        world.receiver, bytes(32), 1, issued=0, expiry=1, owner=world.owner, persist=forget
                    )
                except gridnet.Error as error:
                    if error.name != "busy":
                        others.append(error)
                        return
                else:
                    banks.append(issued.token.body.bank)
                    break

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert others == []
    assert sorted(banks) == list(range(64))


def test_files_of_secrets(world, pool, tmp_path):
    key, seal, file = tmp_path / "key", tmp_path / "seal", tmp_path / "pool"
    world.owner.write(key)
    world.seals.write(seal)
    pool.write(file)
    assert gridnet.Signer.read(key).public_key == world.owner.public_key
    assert gridnet.SealSecret.read(seal).public_key == world.seals.public_key
    assert gridnet.TokenPool.read(file).file == pool.file
    for path in (key, seal, file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        before = path.read_bytes()
        with pytest.raises(FileExistsError):
            world.owner.write(path)
        assert path.read_bytes() == before
    refused(lambda: gridnet.Signer.read(seal), 101, "encoding")
    key.write_bytes(bytes(5_000))
    refused(lambda: gridnet.Signer.read(key), 302, "value", "path")
    with pytest.raises(FileNotFoundError):
        gridnet.Signer.read(tmp_path / "none")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key", "pool", "seal"]


def test_an_open_pool_writes_to_its_file(pool, issue, tmp_path):
    file = tmp_path / "pool"
    pool.write(file)
    link = tmp_path / "link"
    link.symlink_to(file)
    with gridnet.TokenPool.open(link) as opened:
        issue(opened, persist=None)
        assert gridnet.TokenPool.read(file).issued == (20, 0, 0)
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # Not open any more, nothing is issued that nobody writes down.
    refused(lambda: issue(opened, persist=None), 301, "type", "persist")
    refused(lambda: issue(pool, persist=None), 301, "type", "persist")
    assert opened.issued == (20, 0, 0)
    os.link(file, tmp_path / "second name")
    with pytest.raises(gridnet.ArgumentError, match="one name"), gridnet.TokenPool.open(file):
        pass


def test_an_open_pool_and_its_file_say_the_same(pool, issue, tmp_path):
    file, changes = tmp_path / "pool", []
    pool.write(file)
    issue(pool, persist=changes.append)
    with gridnet.TokenPool.open(file) as opened:
        refused(lambda: issue(opened, persist=forget), 302, "value", "persist")
        opened.apply(changes[0].bytes)
        assert gridnet.TokenPool.read(file).issued == opened.issued == (20, 0, 0)
        with pytest.raises(TypeError, match="not copied"):
            copy.copy(opened)


def test_what_is_being_written_is_written_before_the_lock_is_gone(pool, issue, tmp_path, monkeypatch):
    file, replace, begun = tmp_path / "pool", gridnet._files.replace, threading.Event()
    pool.write(file)

    def slowly(path, secret):
        begun.set()
        time.sleep(0.3)
        replace(path, secret)

    monkeypatch.setattr(gridnet._files, "replace", slowly)
    with gridnet.TokenPool.open(file) as opened:
        thread = threading.Thread(target=lambda: issue(opened, persist=None))
        thread.start()
        begun.wait()
    with gridnet.TokenPool.open(file) as again:
        assert again.issued == (20, 0, 0)
    thread.join()


def test_a_forked_child_issues_nothing(pool, issue):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            issue(pool)
        except gridnet.Error as error:
            code = 0 if error.code == 303 else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert issue(pool).token.body.bank == 0


def test_secrets_are_not_shown(pool, issue):
    changes = []
    issue(pool, persist=changes.append)
    assert repr(changes[0]) == "Change(bank=0)"
    with pytest.raises(TypeError, match="secret"):
        pickle.dumps(changes[0])
    assert "blind" not in repr(gridnet.Opening.draw(bytes(32)))


def test_a_callable_that_leads_back_is_collected(world):
    class Element:
        def __init__(self):
            self.signer = gridnet.Signer.elsewhere(world.owner.public_key, self.sign)

        def sign(self, digest):
            return world.owner.sign(digest)

    gone = weakref.ref(Element())
    gc.collect()
    assert gone() is None


def test_no_second_program_opens_a_pool_meanwhile(pool, tmp_path):
    file = tmp_path / "pool"
    pool.write(file)
    program = (
        "import gridnet\nprint('ready', flush=True)\n"
        f"with gridnet.TokenPool.open({str(file)!r}):\n    print('opened', flush=True)"
    )
    with gridnet.TokenPool.open(file):
        child = subprocess.Popen([sys.executable, "-P", "-c", program], stdout=subprocess.PIPE, text=True)
        assert child.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(1)
    assert child.communicate(timeout=30)[0] == "opened\n"


def test_a_key_that_is_elsewhere_signs(world, pool, issue, tmp_path):
    asked = []

    def element(digest):
        asked.append(digest)
        return world.owner.sign(digest)

    elsewhere = gridnet.Signer.elsewhere(world.owner.public_key, element)
    assert issue(pool, owner=elsewhere).token.body.depth == 20
    assert [len(digest) for digest in asked] == [32]
    refused(lambda: elsewhere.write(tmp_path / "key"), 308, "elsewhere")

    class LockedElementError(Exception):
        pass

    def locked(digest):
        raise LockedElementError("the element is locked")

    with pytest.raises(LockedElementError):
        issue(pool, owner=gridnet.Signer.elsewhere(world.owner.public_key, locked))
    lying = gridnet.Signer.elsewhere(world.owner.public_key, lambda digest: bytes(64))
    refused(lambda: issue(pool, owner=lying), 117, "signer")
    for given in (bytes(63), None, "x" * 64, [0] * 64):
        short = gridnet.Signer.elsewhere(world.owner.public_key, lambda digest, given=given: given)
        refused(lambda short=short: issue(pool, owner=short), 117, "signer", "64 bytes")
    assert pool.issued == (20, 0, 0)
    refused(lambda: issue(pool, owner=gridnet.Signer.draw()), 111, "order")
    refused(lambda: issue(pool, owner=None), 111, "order")
    refused(lambda: gridnet.Signer.elsewhere(bytes(32), element), 104, "bad-key")


def test_values_are_pickled_compared_and_hashed(world, session, pool):
    card = pool.card(0)
    transit = gridnet.TransitPool.assemble(NETWORK, session.token, session.custody, world.receiver_key, world.seals)
    claim = gridnet.ClaimedPool.make(transit, 20, card)
    datagram = gridnet.Datagram.make(session.token, session.custody, bytes(32), NOW, b"")
    for value in (session.token, session.custody, card, transit, claim, datagram, pool.registration, world.receiver):
        again = pickle.loads(pickle.dumps(value))
        assert again == value
        assert hash(again) == hash(value)
        assert value != pickle.dumps(value)
    assert gridnet.Custody() != session.custody
    # Secrets are not.
    for secret in (world.owner, world.seals, pool):
        with pytest.raises(TypeError):
            pickle.dumps(secret)


@pytest.mark.parametrize(
    "kind",
    [gridnet.Token, gridnet.PoolCard, gridnet.Candidate, gridnet.TransitPool, gridnet.ClaimedPool],
)
def test_values_are_made_by_what_they_come_of(kind):
    with pytest.raises(TypeError, match=kind.__name__):
        kind()
    refused(lambda: kind.from_bytes(b"short"), 101, "encoding")
    refused(lambda: kind.from_bytes("text"), 301, "type", "encoded")


def test_arguments_are_named(world, pool, session, tmp_path):
    token, custody = session.token, session.custody
    refused(lambda: gridnet.Signer.from_seed(bytes(31)), 302, "value", "seed", "32 bytes")
    refused(lambda: gridnet.Signer(b"raw"), 301, "type", "from_seed")
    refused(lambda: gridnet.SealSecret.from_bytes("x"), 301, "type", "secret")
    refused(lambda: token.verify("mainnet"), 302, "value", "network", "regtest")
    refused(lambda: custody.verify(NETWORK, b"token"), 301, "type", "token", "gridnet.Token")
    refused(lambda: custody.receipt(NETWORK, token, world.seals), 301, "type", "receiver", "gridnet.Signer")
    refused(lambda: custody.open(token, world.owner), 301, "type", "secret", "gridnet.SealSecret")
    refused(lambda: custody.hand_over(NETWORK, token, world.owner, custody), 301, "type", "next", "Candidate")
    refused(lambda: gridnet.ClaimedPool.make(token, 1), 301, "type", "pool", "gridnet.TransitPool")
    refused(lambda: pool.card(-1), 302, "value", "bank")
    refused(lambda: pool.card(3), 113, "bank")
    refused(lambda: gridnet.Opening.draw(bytes(20)), 302, "value", "identity")
    refused(lambda: gridnet.address_from_text("main", "grid1nonsense"), 105, "address")
    refused(lambda: gridnet.Ledger(NETWORK, 1, 1).claims_table([token]), 301, "type", "claims[0]", "ClaimedPool")
    refused(lambda: gridnet.Ledger(NETWORK, 1.0, 1).claims_table([]), 301, "type", "height")
    ledger = gridnet.Ledger(NETWORK, 1, 1)
    ledger.registrations[bytes(32)] = pool.registration
    refused(lambda: ledger.claims_table([]), 301, "type", "registrations")
    ledger.kept[bytes(32), 1] = (1, 2)
    refused(lambda: ledger.claims_table([]), 301, "type", "kept")
    of = gridnet.RegisteredIdentity(repetitions=1, nonce=1, registered=1, revoked="no")
    ledger.identities[bytes(32)] = of
    refused(ledger.identities_table, 301, "type", "revoked")
    other = gridnet.Identity(bytes(32), 1, 1, bytes(32))
    plan = gridnet.PoolPlan(banks=1, length=1, value=1, expiry=1)
    refused(
        lambda: gridnet.TokenPool.create(NETWORK, world.owner, plan, other, engine=world.engine), 302, "value", "proof"
    )
    for path in (3, None, True, b"path"):
        refused(lambda path=path: gridnet.Signer.read(path), 301, "type", "path")
        refused(lambda path=path: world.owner.write(path), 301, "type", "path")

    def create(**of):
        plan = gridnet.PoolPlan(**{"banks": 1, "length": 1, "value": 1, "expiry": 1} | of)
        return gridnet.TokenPool.create(NETWORK, world.owner, plan, engine=world.engine)

    refused(lambda: create(banks=0), 108, "out-of-range", "banks")
    refused(lambda: create(banks=True), 301, "type", "plan.banks")
    refused(lambda: create(length=2**24 + 1), 108, "out-of-range")
    refused(lambda: create(value=2**64 - 1, length=2), 103, "overflow")
    refused(lambda: create(value=1.5), 301, "type", "plan.value")
    refused(lambda: create(function="md5"), 302, "value", "plan.function")
    refused(lambda: create(terms=(3, 4)), 301, "type", "plan.terms")
    refused(lambda: create(terms=gridnet.Terms((4, 3))), 302, "value", "payrate")
