"""Contracts: what is agreed and by whom, who is paid what, and how parties who do not trust each other get there."""

import dataclasses
import os

import pytest

import gridnet
from gridnet import Action, Bounds, Party, State

NETWORK = "regtest"


def refused(call, code: int, *words: str) -> None:
    with pytest.raises(gridnet.Error) as caught:
        call()
    assert caught.value.code == code, caught.value
    for word in words:
        assert word in str(caught.value), caught.value


def invalid(call, reason: str) -> None:
    with pytest.raises(gridnet.Invalid) as caught:
        call()
    assert (caught.value.code, caught.value.reason) == (306, reason), caught.value
    assert reason in gridnet.CONTRACT_REASONS


def rejected(call, reason: str, detail: str | None = None) -> None:
    with pytest.raises(gridnet.Rejected) as caught:
        call()
    assert (caught.value.reason, caught.value.detail) == (reason, detail), caught.value


@pytest.fixture
def terms(street):
    return street.terms(*street.meters())


def test_the_terms_say_who_is_paid_what(terms):
    assert (terms.price, terms.bond) == (110, 300)
    assert gridnet.Contract.from_bytes(terms.to_bytes()) == terms
    assert terms.balances(0) == (0, 10_000, 0)
    assert terms.balances(2_345) == (234, 10_000 - 234 - 23, 23)
    for delivered in (0, 1, 999, 12_345, terms.cap, terms.cap + 1, 2**64 - 1):
        balances = terms.balances(delivered)
        within = min(delivered, terms.cap)
        assert sum(balances) == terms.deposit
        assert (balances[0], balances[2]) == (100 * within // 1_000, 10 * within // 1_000)
    most = terms.cap
    assert 100 * most // 1_000 + 10 * most // 1_000 <= 10_000
    assert 100 * (most + 1) // 1_000 + 10 * (most + 1) // 1_000 > 10_000
    assert terms.id(NETWORK) != dataclasses.replace(terms, nonce=1).id(NETWORK)


def test_each_rule_of_the_terms_has_its_reason(terms):
    def changed(**more):
        return dataclasses.replace(terms, **more)

    seller, buyer, line = terms.parties
    terms.verify(NETWORK)
    bad = {
        "parties": changed(parties=(seller, line)),
        "bad-key": changed(parties=(seller, buyer, gridnet.Signatory(bytes(32), "broker", 1))),
        "same-key": changed(parties=(seller, buyer, dataclasses.replace(buyer, role="broker"))),
        "meters": changed(buyer_meter=terms.seller_meter),
        "rate": changed(parties=(seller, dataclasses.replace(buyer, rate=1))),
        "slots": changed(last=terms.first - 1),
        "limit": changed(limit=0),
        "deposit": changed(deposit=terms.watch_fee),
        "window": changed(window=5),
    }
    for reason, of in bad.items():
        invalid(lambda of=of: of.verify(NETWORK), reason)


def test_all_sign_in_their_places(street, terms):
    sue, bob, lin = street.parties
    signed = terms.sign(NETWORK, lin, sue, bob)
    signed.verify(NETWORK)
    assert signed == terms.sign(NETWORK, sue, bob, lin)
    assert signed.contract == terms
    # By and by, as an offer goes round.
    offer = gridnet.Offer.make(terms)
    for party in street.parties:
        assert offer.whole is None
        offer = gridnet.Offer.from_bytes(offer.sign(NETWORK, party).to_bytes())
        offer.verify(NETWORK)
    assert (offer.whole, offer.contract) == (signed, terms)
    invalid(lambda: offer.verify("main"), "signature")
    invalid(lambda: offer.sign(NETWORK, street.key("ann")), "stranger")
    refused(lambda: terms.sign(NETWORK, sue, bob), 302, "signers", "all 3 parties")
    encoded = signed.to_bytes()
    for place in range(0, len(encoded), 5):
        bad = bytearray(encoded)
        bad[place] ^= 1
        with pytest.raises(gridnet.Error) as caught:
            gridnet.SignedContract.from_bytes(bytes(bad)).verify(NETWORK)
        assert caught.value.code in (101, 306)


def test_states_are_of_one_contract(street, terms):
    body = State(terms.id(NETWORK), 3, 2_345, True)
    state = body.sign(NETWORK, terms, *street.parties)
    state.verify(NETWORK, terms)
    assert state.body == body
    assert gridnet.SignedState.from_bytes(state.to_bytes()) == state
    invalid(lambda: state.verify(NETWORK, dataclasses.replace(terms, nonce=1)), "other-contract")
    invalid(lambda: state.verify("main", terms), "other-contract")
    encoded = state.to_bytes()
    for place in range(len(encoded)):
        bad = bytearray(encoded)
        bad[place] ^= 1
        with pytest.raises(gridnet.Error) as caught:
            gridnet.SignedState.from_bytes(bytes(bad)).verify(NETWORK, terms)
        assert caught.value.code in (101, 306)
    offer = gridnet.StateOffer.make(terms, body)
    offer = offer.sign(NETWORK, terms, street.key("bob"))
    offer.verify(NETWORK, terms)
    assert (offer.body, offer.whole) == (body, None)
    assert gridnet.StateOffer.from_bytes(offer.to_bytes()) == offer
    invalid(lambda: offer.sign(NETWORK, terms, street.key("ann")), "stranger")
    refused(lambda: body.sign(NETWORK, terms, street.key("bob")), 302, "signers")


def test_a_contract_ends_as_all_agree(street, terms):
    chain, id_ = street.chain, terms.id(NETWORK)
    before = street.balance("bob")
    street.act("ann", Action.open_contract(terms.sign(NETWORK, *street.parties)))
    assert before - street.balance("bob") == 10_000
    row = chain.contract(id_)
    assert (row.contract, row.opened, row.standing) == (terms, chain.height, gridnet.Standing("open"))
    filling = gridnet.Filling(id_, terms.first, terms.last, terms.limit)
    assert chain.fillings(terms.seller_meter, "export") == [filling]
    assert chain.fillings(terms.buyer_meter, "import") == [filling]
    assert chain.fillings(terms.buyer_meter, "export") == []

    def end(final):
        return Action.end_contract(State(id_, 3, 2_345, final).sign(NETWORK, terms, *street.parties))

    rejected(lambda: street.act("ann", end(False)), "contract", "final")
    before = [street.balance(name) for name in ("sue", "bob", "lin")]
    street.act("ann", end(True))
    after = [street.balance(name) for name in ("sue", "bob", "lin")]
    assert tuple(now - then for now, then in zip(after, before, strict=True)) == terms.balances(2_345)
    assert chain.contract(id_).standing == gridnet.Standing("settled", 0, 2_345, chain.height)
    rejected(lambda: street.act("ann", end(True)), "settled")


def test_an_old_state_is_answered(street, terms):
    chain, id_, parties = street.chain, terms.id(NETWORK), street.parties
    signed = terms.sign(NETWORK, *parties)
    street.act("bob", Action.open_contract(signed))
    old, newest = (State(id_, at, 100 * at).sign(NETWORK, terms, *parties) for at in (1, 7))
    watcher = gridnet.Watcher(NETWORK, 1)
    assert watcher.watch(signed) == id_
    assert (watcher.hear(newest), watcher.hear(newest), watcher.hear(old)) == (True, False, False)
    assert watcher.newest(id_) == newest
    assert watcher.advise(id_, chain.contract(id_).standing) is None
    street.act("bob", Action.close_contract(id_, old))
    standing = chain.contract(id_).standing
    assert standing == gridnet.Standing("closing", 1, 100, chain.height + terms.window)
    assert watcher.advise(id_, standing) == newest
    rejected(lambda: street.act("ann", Action.answer_contract(old)), "outdone")
    before = street.balance("ann")
    fee = chain.sign(street.key("ann"), Action.answer_contract(newest)).body.fee
    street.act("ann", Action.answer_contract(newest))
    assert watcher.advise(id_, chain.contract(id_).standing) is None
    street.wait(terms.window + 1)
    # The bond of who closed with an old state is theirs who knew better.
    assert street.balance("ann") == before - fee + terms.bond
    assert (chain.contract(id_).standing.stage, chain.contract(id_).standing.delivered) == ("settled", 700)
    # What is bad is not watched.
    other = dataclasses.replace(terms, nonce=1)
    refused(lambda: watcher.watch(other.sign(NETWORK, *parties)), 102, "watcher")
    invalid(lambda: watcher.hear(State(other.id(NETWORK), 1, 1).sign(NETWORK, other, *parties)), "other-contract")
    invalid(lambda: watcher.watch(dataclasses.replace(terms, limit=0).sign(NETWORK, *parties)), "limit")
    watcher.forget(id_)
    assert watcher.newest(id_) is None


class Parties:
    """A contract in the hands of its parties, each of which knows its own key alone."""

    def __init__(self, street, terms):
        self.street, self.terms, self.kept = street, terms, {}
        self.metered = [
            gridnet.Metered(street.certificate(name, owner), street.chain.meter(meter).kept)
            for name, owner, meter in (("roof", "sue", terms.seller_meter), ("home", "bob", terms.buyer_meter))
        ]
        self.keys = dict(zip(("sue", "bob", "lin"), street.parties, strict=True))
        sue = Party.propose(NETWORK, terms, Bounds(rate_min=100), *self.metered, self.keys["sue"])
        offer, self.of = sue.offer, {"sue": sue}
        for name, bounds in (("bob", Bounds(price_max=110, deposit_max=10_000)), ("lin", Bounds(rate_min=10))):
            self.of[name] = Party.accept(NETWORK, offer, bounds, *self.metered, self.keys[name])
            offer = self.of[name].offer
        for party in self.of.values():
            party.gather(offer)

    def read(self, slot, exported, imported, names=("sue", "bob", "lin")):
        """Have parties take the meters' next readings, which need not go to the ledger."""
        street, terms, kept = self.street, self.terms, [metered.kept for metered in self.metered]
        about = NETWORK, street.key("roof"), terms.seller_meter
        roof = gridnet.Reading.after(self.kept.get("roof", kept[0]), *about, slot=slot, imported=0, exported=exported)
        about = NETWORK, street.key("home"), terms.buyer_meter
        home = gridnet.Reading.after(self.kept.get("home", kept[1]), *about, slot=slot, imported=imported, exported=0)
        self.kept = {"roof": roof.kept(NETWORK), "home": home.kept(NETWORK)}
        now = (slot + 1) * gridnet.SLOT_SECONDS
        fillings = street.chain.fillings(terms.seller_meter, "export")
        for name in names:
            self.of[name].read("seller", roof, fillings, now=now)
            self.of[name].read("buyer", home, fillings, now=now)
        return roof, home

    def agree(self, first="sue"):
        """Whoever is first proposes the next state, and all sign it."""
        offer = self.of[first].sign_next(self.keys[first])
        for name in self.of.keys() - {first}:
            offer = self.of[name].counter_sign(self.keys[name], offer)
        for party in self.of.values():
            assert party.gather_state(offer)
        return offer.whole


@pytest.fixture
def agreed(street, terms):
    agreed = Parties(street, terms)
    street.act("bob", Action.open_contract(agreed.of["lin"].contract))
    return agreed


def test_parties_agree_on_what_the_meters_say(street, agreed):
    terms, chain = agreed.terms, street.chain
    sue, bob = agreed.of["sue"], agreed.of["bob"]
    assert sue.id == terms.id(NETWORK)
    assert sue.contract == terms.sign(NETWORK, *street.parties)
    agreed.read(terms.first + 3, 2_600, 2_400)
    assert [party.recomputed for party in agreed.of.values()] == [2_400] * 3
    state = agreed.agree()
    assert (state.body.sequence, state.body.delivered, state.body.is_final) == (1, 2_400, False)
    state.verify(NETWORK, terms)
    assert sue.advise(chain.height + 1, chain.contract(sue.id).standing).action == "nothing"
    street.wait_for_slot(terms.last + 1)
    readings = agreed.read(terms.last, 6_500, 6_200)
    street.act("ann", Action.read(readings))
    assert (sue.is_complete, sue.recomputed) == (True, 6_200)
    final = agreed.agree("bob")
    assert (final.body.sequence, final.body.delivered, final.body.is_final) == (2, 6_200, True)
    assert bob.newest == final
    advice = bob.advise(chain.height + 1, chain.contract(bob.id).standing)
    assert advice == gridnet.Advice("close", final)
    before = street.balance("sue")
    street.act("ann", Action.end_contract(final))
    assert street.balance("sue") - before == terms.balances(6_200)[0] == 620
    assert bob.advise(chain.height + 1, chain.contract(bob.id).standing).action == "nothing"


def test_nobody_signs_what_the_meters_do_not_say(agreed):
    terms, keys = agreed.terms, agreed.keys
    sue, bob = agreed.of["sue"], agreed.of["bob"]
    agreed.read(terms.first, 500, 500, names=("sue", "lin"))
    # Bob does not know of it yet, and Sue says more than there is.
    proposal = sue.sign_next(keys["sue"])
    invalid(lambda: bob.counter_sign(keys["bob"], proposal), "delivered")
    invalid(lambda: bob.counter_sign(keys["sue"], proposal), "stranger")
    invalid(lambda: bob.gather_state(proposal), "sequence")
    lie = gridnet.StateOffer.make(terms, State(terms.id(NETWORK), 2, 501)).sign(NETWORK, terms, keys["sue"])
    invalid(lambda: agreed.of["lin"].counter_sign(keys["lin"], lie), "delivered")
    early = gridnet.StateOffer.make(terms, State(terms.id(NETWORK), 2, 500, True)).sign(NETWORK, terms, keys["sue"])
    invalid(lambda: agreed.of["lin"].counter_sign(keys["lin"], early), "final")
    agreed.of["lin"].end()
    assert agreed.of["lin"].counter_sign(keys["lin"], early).body.is_final
    forged = bytearray(proposal.to_bytes())
    forged[-70] ^= 1
    with pytest.raises(gridnet.Error):
        bob.counter_sign(keys["bob"], gridnet.StateOffer.from_bytes(bytes(forged)))
    # A reading that its meter did not sign changes nothing.
    stray = agreed.street.reading("ann", terms.seller_meter, terms.first, 0, 900)
    with pytest.raises(gridnet.Invalid) as caught:
        bob.read("seller", stray, [], now=terms.last * gridnet.SLOT_SECONDS)
    assert caught.value.reason == "signature"
    assert bob.recomputed == 0


def test_who_agrees_to_less_says_so(street, terms):
    parties = Parties(street, terms)
    offer, metered, keys = gridnet.Offer.make(terms), parties.metered, parties.keys
    for name, bounds, reason in (
        ("bob", Bounds(price_max=109), "terms"),
        ("bob", Bounds(deposit_max=9_999), "terms"),
        ("sue", Bounds(rate_min=101), "terms"),
        ("sue", Bounds(covered_min=terms.cap + 1), "terms"),
        ("lin", Bounds(last=terms.last - 1), "terms"),
        ("lin", Bounds(watch_fee_max=299), "terms"),
        ("ann", Bounds(), "stranger"),
    ):
        key = keys.get(name, street.key(name))
        invalid(lambda key=key, bounds=bounds: Party.accept(NETWORK, offer, bounds, *metered, key), reason)
    invalid(lambda: Party.accept(NETWORK, offer, Bounds(), *metered[::-1], keys["sue"]), "meters")
    assert Party.accept(NETWORK, offer, Bounds(covered_min=terms.cap), *metered, keys["sue"]).contract is None
    other = gridnet.Offer.make(dataclasses.replace(terms, nonce=1)).sign(NETWORK, keys["bob"])
    invalid(lambda: parties.of["sue"].gather(other), "other-contract")
    alone = Party.propose(NETWORK, terms, Bounds(), *metered, keys["sue"])
    invalid(lambda: alone.sign_next(keys["sue"]), "unsigned")


def test_a_restored_party_hears_before_it_signs(agreed):
    terms, keys, sue = agreed.terms, agreed.keys, agreed.of["sue"]
    agreed.read(terms.first, 500, 500)
    written, state = sue.to_bytes(), agreed.agree()
    restored = Party.from_bytes(NETWORK, written)
    assert (restored.is_restored, restored.newest, restored.id) == (True, None, sue.id)
    invalid(lambda: restored.sign_next(keys["sue"]), "restored")
    assert restored.hear(state)
    assert not restored.is_restored
    assert restored.sign_next(keys["sue"]).body.sequence == 2
    unknown = Party.from_bytes(NETWORK, written)
    unknown.hear_of_none()
    assert unknown.sign_next(keys["sue"]).body.sequence == 1
    # One who knows of a state does not believe that there is none.
    knows = Party.from_bytes(NETWORK, sue.to_bytes())
    knows.hear_of_none()
    assert knows.is_restored
    refused(lambda: Party.from_bytes(NETWORK, written[:-1]), 101, "party")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_party_is_one_processes_alone(agreed):
    party, key = agreed.of["sue"], agreed.keys["sue"]
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            party.sign_next(key)
            said = b"signed"
        except gridnet.Error as error:
            said = error.name.encode()
        os.write(writer, said)
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 100) == b"forked"
    os.close(reader)
    os.close(writer)


def test_one_call_at_a_time(agreed):
    party, kept = agreed.of["sue"], agreed.keys["sue"]

    def sign(digest):
        return kept.sign(digest) if party.newest else b""

    elsewhere = gridnet.Signer.elsewhere(kept.public_key, sign)
    refused(lambda: party.sign_next(elsewhere), 307, "party")
    assert party.sign_next(kept).body.sequence == 1


def test_readings_close_what_parties_do_not(street, terms):
    id_ = terms.id(NETWORK)
    street.act("bob", Action.open_contract(terms.sign(NETWORK, *street.parties)))
    rejected(lambda: street.act("ann", Action.close_contract(id_)), "too-early")
    rejected(lambda: street.act("sue", Action.close_contract(bytes(32))), "unknown")
    spoilt = bytearray(street.reading("roof", terms.seller_meter, terms.first, 0, 5).to_bytes())
    spoilt[-1] ^= 1
    close = Action.close_contract(id_, None, [gridnet.Reading.from_bytes(bytes(spoilt))])
    rejected(lambda: street.act("sue", close), "reading", "signature")
    rejected(
        lambda: street.act("sue", Action.answer_contract(State(id_, 1, 5).sign(NETWORK, terms, *street.parties))),
        "not-closing",
    )


def test_what_cannot_be_is_said_by_its_name(street, terms):
    def changed(**more):
        return dataclasses.replace(terms, **more)

    body = State(terms.id(NETWORK), 1, 5)
    refused(lambda: terms.balances(2**64), 302, "delivered")
    refused(lambda: terms.balances(1.5), 301, "delivered")
    refused(lambda: changed(window=2**32).verify(NETWORK), 302, "window")
    refused(lambda: changed(limit="much").verify(NETWORK), 301, "limit")
    refused(lambda: changed(parties="abc").verify(NETWORK), 301, "parties")
    refused(lambda: changed(parties=(b"key",)).verify(NETWORK), 301, "parties[0]")
    refused(lambda: changed(parties=(gridnet.Signatory(bytes(32), "lender"),)).verify(NETWORK), 302, "parties[0].role")
    refused(lambda: changed(parties=(gridnet.Signatory(bytes(31), "buyer"),)).price, 302, "parties[0].key")
    refused(lambda: changed(parties=9 * (terms.parties[0],)).verify(NETWORK), 102, "parties")
    refused(lambda: gridnet.Contract.from_bytes(b""), 101, "contract")
    refused(lambda: gridnet.Offer.make(body), 301, "contract")
    refused(lambda: gridnet.StateOffer.make(terms, terms), 301, "state")
    refused(lambda: gridnet.StateOffer.make(terms, State(bytes(32), 1, 1, 1)), 301, "state.is_final")
    refused(lambda: gridnet.StateOffer.make(terms, State(bytes(32), 2**64, 1)), 302, "state.sequence")
    refused(lambda: gridnet.Watcher(NETWORK, -1), 302, "most")
    watcher = gridnet.Watcher(NETWORK, 5)
    refused(lambda: watcher.advise(bytes(32), "open"), 301, "standing")
    refused(lambda: watcher.advise(bytes(32), gridnet.Standing("lost")), 302, "standing.stage")
    refused(lambda: watcher.hear(body), 301, "state")
    parties = Parties(street, terms)
    sue = parties.of["sue"]
    reading = street.reading("roof", terms.seller_meter, terms.first, 0, 5)
    refused(lambda: sue.read("broker", reading, [], now=0), 302, "side")
    refused(lambda: sue.read("seller", reading, [reading], now=0), 301, "fillings[0]")
    refused(lambda: sue.advise(2**32, gridnet.Standing()), 302, "height")
    refused(lambda: sue.sign_next(bytes(32)), 301, "key")
    refused(lambda: Party.propose(NETWORK, terms, None, *parties.metered, parties.keys["sue"]), 301, "bounds")
    refused(lambda: Party.propose(NETWORK, terms, Bounds(), terms, terms, parties.keys["sue"]), 301, "seller")
    bad = Bounds(last=2**64)
    refused(lambda: Party.propose(NETWORK, terms, bad, *parties.metered, parties.keys["sue"]), 302, "bounds.last")
    with pytest.raises(TypeError):
        Party()
