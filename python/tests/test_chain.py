"""A chain of one's own: what it takes, what it does not, and that it can be taken back to its beginning."""

import copy
import hashlib
import pickle

import pytest

import gridnet
from gridnet import Action, Transaction

NETWORK = "regtest"
GNC = gridnet.UNITS_OF_GNC


def rejected(call, reason: str, detail: str | None = None, **more) -> gridnet.Rejected:
    with pytest.raises(gridnet.Rejected) as caught:
        call()
    error = caught.value
    assert (error.code, error.name, error.reason, error.detail) == (309, "rejected", reason, detail), error
    for name, value in more.items():
        assert getattr(error, name) == value, name
    assert reason in gridnet.REJECTION_REASONS
    return error


def refused(call, code: int, *words: str) -> None:
    with pytest.raises(gridnet.Error) as caught:
        call()
    assert caught.value.code == code, caught.value
    for word in words:
        assert word in str(caught.value), caught.value


def code(street, name: str, action: Action) -> str:
    """Why an action is not taken; that nothing is changed by it."""
    before = street.chain.root, street.chain.height
    with pytest.raises(gridnet.Rejected) as caught:
        street.act(name, action)
    assert (street.chain.root, street.chain.height) == before
    assert caught.value.transaction == 1
    return caught.value.reason


class Market:
    """Somebody with a pool, and those who carry for it."""

    def __init__(self, street, lifetime: int = 500, minimum_stake: int = 0):
        self.street, self.chain = street, street.chain
        street.settle_in("sue", "ann", "ben")
        self.owner, chain = street.key("sue"), street.chain
        plan = gridnet.PoolPlan(
            banks=4,
            length=60,
            value=100_000,
            expiry=chain.height + lifetime,
            sequence=chain.account(self.owner.address).sequence,
            minimum_stake=minimum_stake,
        )
        self.pool = gridnet.TokenPool.create(NETWORK, self.owner, plan, street.proof("sue"), engine=street.engine)
        street.act("sue", Action.register_pool(self.pool.registration))
        self.id = self.pool.registration.id(NETWORK)
        self.receiver_key, self.seals = street.key("receiver"), gridnet.SealSecret.from_bytes(bytes(31) + b"s")
        self.receiver = self.receiver_key.bind(NETWORK, self.seals)

    def token(self, receiver=None):
        return self.pool.issue(
            receiver or self.receiver,
            bytes(32),
            40,
            issued=self.chain.now - 5_000,
            expiry=self.chain.now + 1_000_000,
            owner=self.owner,
            persist=lambda change: None,
        )

    def carried(self, *names: str, unsealed=()):
        """A claim of a session over some carriers, and their openings. Some are not opened to the ledger."""
        token, holder = self.token()
        custody, openings = gridnet.Custody(), []
        for name in names:
            key, opening = gridnet.Signer.draw(), gridnet.Opening.draw(self.street.key(name).address)
            hop = gridnet.Candidate.make(NETWORK, token, custody, key, opening)
            custody, holder = custody.hand_over(NETWORK, token, holder, hop), key
            openings.append(opening)
        custody = custody.hand_over_last(NETWORK, token, holder)
        if unsealed:
            receipt = custody.receipt(NETWORK, token, self.receiver_key)
            said = [None if name in unsealed else of for name, of in zip(names, openings, strict=True)]
            transit = gridnet.TransitPool.assemble_with_receipt(NETWORK, token, custody, receipt, said)
        else:
            transit = gridnet.TransitPool.assemble(NETWORK, token, custody, self.receiver_key, self.seals)
        claim = gridnet.ClaimedPool.make(transit, token.body.depth, self.pool.card(token.body.bank))
        return claim, openings


def test_coins_go_from_hand_to_hand(street):
    chain, ann, ben = street.chain, street.key("ann"), street.key("ben")
    before = street.balance("ann"), street.balance("ben")
    sent = chain.sign(ann, Action.transfer(ben.address, 7))
    assert sent.body[:3] == (ann.public_key, 0, sent.least_fee(NETWORK))
    assert sent.body.action == Action.transfer(ben.address, 7)
    block = street.mine(sent)
    assert (street.balance("ann"), street.balance("ben")) == (before[0] - 7 - sent.body.fee, before[1] + 7)
    assert chain.account(ann.address).sequence == 1
    assert block.transactions[1] == sent
    assert block.transactions[0].body is None
    assert (block.id, block.header) == (chain.tip, chain.headers()[-80:])
    assert hashlib.sha256(hashlib.sha256(block.header).digest()).digest() == block.id
    assert hashlib.sha256(hashlib.sha256(sent.to_bytes()).digest()).digest() == sent.id
    # A fee that is more than it must be is the producer's, a block later.
    more = Transaction.sign(NETWORK, ann, 1, Action.transfer(ben.address, 1), fee=10 * sent.body.fee)
    assert (more.body.fee, more.weight) == (10 * sent.body.fee, sent.weight)
    street.mine(more)
    before = chain.account(street.MINER).balance
    street.mine()
    assert chain.account(street.MINER).balance - before == 50 * GNC + more.body.fee


def test_money_is_neither_made_nor_lost(street):
    chain, names = street.chain, ("sue", "bob", "lin", "maker", "ann", "ben", "gov")
    assert chain.rewarded == 1_000_000 * GNC + 50 * GNC * chain.height
    assert chain.burnt == 0
    street.act("ann", Action.register_identity(street.proof("ann"), stake=1_000))
    assert chain.identity(street.key("ann").address).stake == 1_000
    street.wait(2)
    held = sum(street.balance(name) for name in names) + chain.account(street.rich.address).balance
    # The last block's pay is not due yet.
    paid = chain.account(street.MINER).balance + 50 * GNC
    assert held + paid + 1_000 + chain.burnt == chain.rewarded


def test_all_is_taken_back_and_played_again(street):
    chain, fresh = street.chain, gridnet.Regtest(engine=street.engine)
    market = Market(street)
    claim, _ = market.carried("ann", "ben")
    street.mine(Transaction.claim([claim]))
    # To the beginning: the same root, and nothing left of anybody.
    root, blocks, headers = chain.root, chain.blocks(), chain.headers()
    assert len(blocks) == chain.height > 8
    undone = []
    while (block := chain.undo()) is not None:
        undone.append(block)
    assert (undone[::-1], chain.height, chain.root) == (blocks, 0, fresh.root)
    assert chain.pool(market.id) is chain.identity(street.key("ann").address) is None
    assert chain.root != root
    # And again: by the blocks' bytes, on a chain that somebody else has.
    fresh.now = chain.now
    for block in blocks:
        fresh.apply(gridnet.Block.from_bytes(block.to_bytes()))
    assert (fresh.root, fresh.headers(), fresh.blocks()) == (root, headers, blocks)


def test_a_block_with_any_byte_changed_is_not_taken(street):
    chain = street.chain
    root = chain.root
    street.act("ann", Action.transfer(bytes(32), 5))
    block = chain.undo()
    encoded, fates = block.to_bytes(), []
    for place in range(len(encoded)):
        for bit in (1, 0x80):
            bad = bytearray(encoded)
            bad[place] ^= bit
            try:
                chain.apply(gridnet.Block.from_bytes(bytes(bad)))
            except gridnet.Rejected as error:
                fates.append(error.reason)
            except gridnet.ArgumentError as error:
                fates.append(error.name)
            else:
                # Half of all nonces are good, and some times and versions are: the header's own say, no transaction's.
                assert place < 4 or 68 <= place < 72 or 76 <= place < 80, place
                fates.append("taken")
                chain.undo()
            assert chain.root == root
    assert {"encoding", "merkle-root", "high-hash", "previous"} <= set(fates), set(fates)
    chain.apply(block)
    assert chain.root != root


def test_a_transaction_with_any_byte_changed_is_not_taken(street):
    chain = street.chain
    good = chain.sign(street.key("ann"), Action.transfer(bytes(32), 5))
    root, encoded, fates = chain.root, good.to_bytes(), set()
    for place in range(len(encoded)):
        bad = bytearray(encoded)
        bad[place] ^= 1
        try:
            street.mine(Transaction.from_bytes(bytes(bad)))
        except gridnet.Rejected as error:
            fates.add(error.reason)
        except gridnet.ArgumentError as error:
            fates.add(error.name)
        else:
            pytest.fail(f"byte {place} does not matter")
    assert chain.root == root
    assert {"signature", "sequence", "encoding"} <= fates, fates
    street.mine(good)


def test_what_is_not_taken_says_why_and_where(street):
    chain, ann, ben = street.chain, street.key("ann"), street.key("ben")
    good = chain.sign(ann, Action.transfer(ben.address, 5))
    late = Transaction.sign(NETWORK, ann, 7, Action.transfer(ben.address, 5))
    error = rejected(lambda: street.mine(good, late), "sequence", transaction=2, entry=None, is_transient=True)
    assert str(error) == "transaction 2 is not taken: sequence"
    zero = chain.sign(ann, Action.transfer(ben.address, 0))
    rejected(lambda: street.mine(zero), "amount", transaction=1, is_transient=False)
    poor = chain.sign(gridnet.Signer.draw(), Action.transfer(ben.address, 5))
    rejected(lambda: street.mine(poor), "balance", is_transient=True)
    cheap = Transaction.sign(NETWORK, ann, 0, Action.transfer(ben.address, 5), fee=good.body.fee - 1)
    rejected(lambda: street.mine(cheap), "fee", is_transient=False)
    other = Transaction.sign("main", ann, 0, Action.transfer(ben.address, 5))
    rejected(lambda: street.mine(other), "signature", is_transient=False)
    copied = pickle.loads(pickle.dumps(error))
    assert (type(copied), copied.reason, copied.transaction, copied.is_transient) == (
        gridnet.Rejected,
        "sequence",
        2,
        True,
    )
    # A block that does not follow can, on another chain.
    block = street.mine(good)
    rejected(lambda: chain.apply(block), "previous", transaction=None, is_transient=True)
    assert str(copy.copy(error)) == str(error)


def test_time_is_what_one_sets(street):
    chain = street.chain
    now = chain.now
    chain.mine()
    assert chain.now == now + 120
    chain.now = now + 10_000
    chain.mine()
    assert chain.now == now + 10_000
    ahead = chain.mine()
    chain.undo()
    chain.now = 0
    rejected(lambda: chain.apply(ahead), "time-too-new", is_transient=True)
    chain.now = now + 10_120
    chain.apply(ahead)


def test_the_edges_of_what_numbers_hold(street):
    chain = street.chain
    block = street.act("ann", Action.transfer(bytes(32), 1))
    # The last moment there is: blocks have 32 bits for it.
    chain.now = 2**64 - 1
    rejected(chain.mine, "time-too-new")
    chain.undo()
    chain.apply(block)
    most = chain.sign(street.key("ann"), Action.transfer(bytes(32), 2**64 - 1), ahead=2**64 - 1)
    assert most.body.sequence == 2**64 - 1
    chain.undo()
    chain.now = int.from_bytes(block.header[68:72], "little")
    rejected(lambda: street.mine(most), "sequence", transaction=1, is_transient=True)
    rich = chain.sign(street.key("ann"), Action.transfer(bytes(32), 2**64 - 1))
    with pytest.raises(gridnet.Rejected) as caught:
        street.mine(rich)
    assert caught.value.reason in ("amount", "balance")
    # Nobody mines a coinbase but a block's own.
    rejected(lambda: street.mine(block.transactions[0]), "coinbase", transaction=1)


def test_identities_and_stake(street):
    chain, address = street.chain, street.key("ann").address
    street.mine(Transaction.register_identity(street.proof("ann")))
    row = chain.identity(address)
    proof = street.proof("ann")
    assert row == gridnet.RegisteredIdentity(
        repetitions=proof.repetitions, nonce=proof.nonce, registered=chain.height, revoked=False, stake=0
    )
    again = Transaction.register_identity(proof)
    rejected(lambda: street.mine(again), "duplicate", transaction=1)
    forged = gridnet.Identity(street.key("ben").address, proof.repetitions, proof.nonce, bytes(32))
    rejected(lambda: street.mine(Transaction.register_identity(forged)), "identity-proof", "high-hash", transaction=1)
    street.act("ben", Action.add_stake(address, 700))
    before = street.balance("ann")
    fee = chain.sign(street.key("ann"), Action.withdraw_stake(200)).body.fee
    street.act("ann", Action.withdraw_stake(200))
    assert (chain.identity(address).stake, street.balance("ann")) == (500, before - fee)
    assert code(street, "ann", Action.withdraw_stake(501)) == "stake"
    street.wait(20)
    assert street.balance("ann") == before - fee + 200


def test_a_claim_is_split_as_in_the_paper(street):
    market, chain = Market(street), street.chain
    assert chain.pool(market.id).deposit == 4 * 60 * 100_000
    claim, _ = market.carried("ann", "ben")
    assert chain.bank(market.id, claim.pool.token.body.bank) is None
    before = street.balance("ann"), street.balance("ben")
    street.mine(Transaction.claim([claim]))
    paid = gridnet.payout(40 * 100_000, 2, weight=claim.weight)
    gained = street.balance("ann") - before[0], street.balance("ben") - before[1]
    assert gained == tuple(paid.hops)
    assert chain.account(market.receiver_key.address).balance == paid.receiver
    row = chain.pool(market.id)
    assert (row.revealed, row.opened, row.banned) == (40, (claim.pool.token.body.bank,), False)
    assert row.deposit == 4 * 60 * 100_000 - 40 * 100_000
    kept = chain.bank(market.id, claim.pool.token.body.bank)
    assert (kept.depth, kept.word, kept.session) == (40, claim.pool.token.body.word, claim.pool.token.session)
    # Once: whoever posts it again is late, and the place in the list is said.
    rejected(
        lambda: street.mine(Transaction.claim([claim])), "claim", "stale", transaction=1, entry=0, is_transient=True
    )


def test_a_hop_says_later_who_it_is(street):
    market, chain = Market(street), street.chain
    claim, openings = market.carried("ann", "ben", unsealed=("ann",))
    street.mine(Transaction.claim([claim]))
    body = claim.pool.token.body
    held, before = gridnet.held_id(market.id, body.bank, body.depth), street.balance("ann")
    assert chain.row("held", held) is not None
    rejected(lambda: street.mine(Transaction.open(held, openings[1])), "opening", is_transient=True)
    street.mine(Transaction.open(held, openings[0]))
    assert street.balance("ann") > before
    rejected(lambda: street.mine(Transaction.open(held, openings[0])), "unknown")


def test_what_was_not_revealed_comes_back(street):
    market, chain = Market(street, lifetime=10), street.chain
    reclaim = Action.reclaim_pool(market.id)
    assert code(street, "sue", reclaim) == "too-early"
    assert code(street, "ann", reclaim) == "not-yours"
    while True:
        try:
            before = street.balance("sue")
            fee = chain.sign(market.owner, reclaim).body.fee
            street.act("sue", reclaim)
        except gridnet.Rejected as error:
            assert (error.reason, error.is_transient) == ("too-early", True)  # noqa: PT017
            street.wait(50)
        else:
            break
    assert street.balance("sue") == before - fee + 4 * 60 * 100_000
    assert chain.pool(market.id) is None


def test_who_sells_twice_loses_identity_and_stake(street):
    market, chain = Market(street), street.chain
    street.act("ben", Action.add_stake(market.owner.address, 1_000))
    # The owner's pool is restored from a copy, and gives the same hashes again.
    copied = gridnet.TokenPool.resume(market.pool.file)
    one = market.token().token
    market.pool, other_receiver = copied, street.key("another").bind(NETWORK, market.seals)
    other = market.token(other_receiver).token
    proof = gridnet.prove_fraud(NETWORK, one, other)
    assert gridnet.check_fraud(NETWORK, proof).owner == market.owner.address
    ann = street.key("ann").address
    commitment = gridnet.fraud_commitment(proof, ann)
    street.act("ann", Action.commit_fraud(commitment))
    assert code(street, "ben", Action.commit_fraud(commitment)) == "duplicate"
    before, burnt = street.balance("ann"), chain.burnt
    fee = chain.sign(street.key("ann"), Action.prove_fraud(proof)).body.fee
    street.act("ann", Action.prove_fraud(proof))
    assert (street.balance("ann"), chain.burnt - burnt) == (before - fee + 100, 900)
    assert (chain.identity(market.owner.address).revoked, chain.pool(market.id).banned) == (True, True)
    assert code(street, "ann", Action.prove_fraud(proof)) == "revoked"
    innocent = gridnet.prove_fraud(NETWORK, one, one)
    with pytest.raises(gridnet.Rejected) as caught:
        street.act("ann", Action.prove_fraud(innocent))
    assert (caught.value.reason, caught.value.detail) == ("fraud", "order")


def test_subventions_pay_for_what_is_exported(street):
    roof, home = street.meters()
    maker, gov = street.key("maker").public_key, street.key("gov")
    subvention = gridnet.subvention_id(gov.address, street.chain.account(gov.address).sequence)
    until = street.chain.height + 60
    opened = Action.open_subvention(1_000, 100, [maker], expiry=until, area="north", source="green", net=True)
    street.act("gov", opened)
    assert code(street, "gov", Action.open_subvention(0, 100, [maker], expiry=until)) == "amount"
    credit = Action.credit_subvention(subvention, roof)
    street.act("ann", credit)
    street.wait_for_slot(street.slot + 4)
    street.act("ann", Action.read([street.reading("roof", roof, street.slot, 500, 1_739)]))
    before = street.balance("sue")
    street.act("ann", credit)
    # What was imported counts against it: ⌊100 · 1.239⌋.
    assert street.balance("sue") - before == 123
    # What is left of the budget stands at the end of the row.
    assert int.from_bytes(street.chain.row("subventions", subvention)[-8:], "little") == 1_000 - 123
    assert code(street, "gov", Action.close_subvention(subvention)) == "too-early"
    street.wait(until - street.chain.height)
    before = street.balance("gov")
    fee = street.chain.sign(gov, Action.close_subvention(subvention)).body.fee
    street.act("gov", Action.close_subvention(subvention))
    assert street.balance("gov") == before - fee + 877
    assert code(street, "ann", Action.credit_subvention(subvention, home)) == "unknown"


def test_authorities_mark_and_take_back(street):
    roof, _ = street.meters()
    authority, subject = street.key("gov").address, ("meter", roof)
    marking = Action.mark(subject, "opened by force", street.chain.height + 5)
    assert code(street, "gov", marking) == "unknown"
    street.act("gov", Action.register_authority())
    street.act("gov", marking)
    row = street.chain.row("marks", authority + b"\0" + roof)
    assert b"opened by force" in row
    assert code(street, "gov", Action.mark(("pool", bytes(32)), "none", 0)) == "unknown"
    street.act("gov", Action.unmark(subject))
    assert street.chain.row("marks", authority + b"\0" + roof) is None
    assert code(street, "gov", Action.unmark(("identity", street.key("sue").address))) == "unknown"


def test_rows_are_found_by_their_keys(street):
    chain = street.chain
    address = street.key("ann").address
    row = chain.row("accounts", address)
    assert (int.from_bytes(row[:8], "little"), int.from_bytes(row[8:], "little")) == chain.account(address)
    assert chain.row("accounts", bytes(32)) is chain.row("pools", b"") is None
    assert chain.row("tip", b"")[4:36] == chain.tip
    totals = chain.row("totals", b"")
    assert int.from_bytes(totals[:8], "little") == chain.rewarded
    assert chain.account(bytes(31) + b"x") == (0, 0)
    assert chain.meter(bytes(32)) is chain.contract(bytes(32)) is chain.bank(bytes(32), 0) is None


def test_what_cannot_be_is_said_by_its_name(street):
    chain, key = street.chain, street.key("ann")
    pay = Action.transfer(bytes(32), 1)
    refused(lambda: Action.transfer(bytes(31), 1), 302, "to", "32 bytes")
    refused(lambda: Action.transfer("sue", 1), 301, "to")
    refused(lambda: Action.transfer(bytes(32), 2**64), 302, "amount")
    refused(lambda: Action.transfer(bytes(32), 1.0), 301, "amount")
    refused(lambda: Action.transfer(bytes(32), -1), 302, "amount")
    refused(lambda: Action.register_pool(gridnet.PoolPlan(banks=1, length=1, value=1, expiry=1)), 301, "registration")
    refused(lambda: Action.register_identity(key), 301, "identity")
    refused(lambda: Action.prove_fraud(b"no proof"), 101, "fraud")
    refused(lambda: Action.read([pay]), 301, "readings[0]", "gridnet.Reading")
    refused(lambda: Action.mark(("street", bytes(32)), "why", 0), 302, "subject[0]")
    refused(lambda: Action.mark("meter", "why", 0), 301, "subject")
    refused(lambda: Action.mark(("meter", bytes(32)), 65 * "y", 0), 102, "reason")
    refused(lambda: Action.mark(("meter", bytes(32)), "why", 2**32), 302, "effective")
    refused(lambda: Action.open_subvention(1, 1, [], expiry=1, net=1), 301, "net")
    refused(lambda: Action.open_subvention(1, 1, [], expiry=1, source="brown"), 302, "source")
    refused(lambda: Action.open_subvention(1, 1, [], expiry=1, area="a b"), 101, "area")
    refused(lambda: Action.open_subvention(1, 1, [bytes(32)] * 17, expiry=1), 102, "certifiers")
    refused(lambda: Action.open_contract(pay), 301, "contract", "gridnet.SignedContract")
    refused(lambda: Transaction.claim([]), 108, "claim")
    refused(lambda: Transaction.claim([pay]), 301, "pools[0]")
    refused(lambda: Transaction.sign(NETWORK, key, -1, pay), 302, "sequence")
    refused(lambda: Transaction.sign("venus", key, 0, pay), 302, "network")
    refused(lambda: Transaction.sign(NETWORK, key, 0, key), 301, "action", "gridnet.Action")
    refused(lambda: Transaction.from_bytes(b"\x09"), 101, "transaction")
    refused(lambda: gridnet.Block.from_bytes(bytes(79)), 101, "block")
    refused(lambda: chain.sign(key, pay, ahead=2**64), 302, "ahead")
    refused(lambda: chain.mine([pay]), 301, "transactions[0]", "gridnet.Transaction")
    refused(lambda: chain.mine([], b"short"), 302, "payout")
    refused(lambda: chain.apply(pay), 301, "block")
    refused(lambda: setattr(chain, "now", 2**64), 302, "now")
    refused(lambda: chain.row("rooms", b""), 302, "table", "'accounts'")
    refused(lambda: chain.bank(bytes(32), 2**16), 302, "bank")
    refused(lambda: chain.fillings(bytes(32), "both"), 302, "direction")
    refused(lambda: gridnet.Regtest(engine="cpu"), 301, "engine")
    refused(lambda: gridnet.held_id(bytes(32), 0, 2**32), 302, "depth")
    refused(lambda: gridnet.fraud_commitment(b"", bytes(32)), 101)
    with pytest.raises(TypeError):
        Transaction()


def test_a_key_that_is_elsewhere_may_look_at_the_chain_meanwhile(street):
    kept, chain = street.key("ann"), street.chain
    seen = []

    def sign(digest):
        seen.append(chain.height)
        return kept.sign(digest)

    signed = chain.sign(gridnet.Signer.elsewhere(kept.public_key, sign), Action.transfer(bytes(32), 5))
    street.mine(signed)
    assert seen == [1, 1]

    def fail(digest):
        raise OSError("no card")

    with pytest.raises(OSError, match="no card"):
        chain.sign(gridnet.Signer.elsewhere(kept.public_key, fail), Action.transfer(bytes(32), 5))
