"""Receipts: what a stranger makes of one with nothing else, and that nothing in it can be changed."""

import os
import pickle

import pytest

import gridnet
from gridnet import Action

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
    assert reason in gridnet.PROOF_REASONS


class Sold:
    """A sale that is settled, and what is written about it."""

    def __init__(self, street):
        self.street, self.chain = street, street.chain
        self.contract, self.readings = street.sale()

    def receipt(self, authorities=(), on_top=6, start=0):
        evidence = self.chain.evidence(self.contract, authorities)
        following = self.street.mine()
        self.street.wait(on_top)
        headers = self.chain.headers()[80 * start :]
        return gridnet.Receipt.assemble(NETWORK, headers, following, evidence, self.readings, start=start)

    def verify(self, receipt, checkpoint=None, **more):
        about = {"now": self.chain.now, "engine": self.street.engine, **more}
        return receipt.verify(NETWORK, checkpoint, **about)


@pytest.fixture
def sold(street):
    return Sold(street)


def test_a_receipt_says_who_sold_what_to_whom(street, sold):
    chain = street.chain
    height, root = chain.height, chain.root
    facts = sold.verify(gridnet.Receipt.from_file(sold.receipt().to_file()))
    row = chain.contract(sold.contract)
    assert (facts.contract_id, facts.contract) == (sold.contract, row.contract)
    assert (facts.opened, facts.settled, facts.delivered) == (row.opened, row.standing.height, 6_200)
    assert facts.paid == facts.contract.balances(6_200) == (620, 10_000 - 620 - 62, 62)
    seller, buyer = facts.seller, facts.buyer
    assert (seller.owner, buyer.owner) == (street.key("sue").address, street.key("bob").address)
    assert (seller.meter, buyer.meter) == (facts.contract.seller_meter, facts.contract.buyer_meter)
    assert (seller.measured, buyer.measured) == ((0, 6_500), (6_200, 0))
    assert seller.certificate == street.certificate("roof", "sue").body
    assert seller.identity == chain.identity(street.key("sue").address)
    assert seller.equivocated is buyer.equivocated is None
    assert facts.readings == tuple(sold.readings)
    assert (facts.height, facts.root, facts.depth) == (height, root, 6)
    assert facts.start.height == 0
    assert facts.tip == (chain.height, chain.tip)
    header = chain.headers()[80 * facts.settled :][:80]
    assert facts.settled_time == int.from_bytes(header[68:72], "little")
    # Two hashes of each block, as regtest's target has it.
    assert facts.work == 2 * (chain.height + 1)
    assert (facts.authorities, facts.marks, facts.objections) == ((), (), ())


def test_any_byte_of_a_receipt_that_is_changed_is_refused(sold):
    receipt = sold.receipt()
    encoded, fates = receipt.to_bytes(), set()
    facts = sold.verify(receipt)
    for place in range(len(encoded)):
        bad = bytearray(encoded)
        bad[place] ^= 1
        try:
            said = sold.verify(gridnet.Receipt.from_bytes(bytes(bad)))
        except gridnet.Invalid as error:
            fates.add(error.reason)
        except gridnet.ArgumentError as error:
            fates.add(error.name)
        else:
            # The last header's own version, time and nonce: where its hash is good as well, it is another block there.
            assert said.tip.id != facts.tip.id, place
            assert (said.contract_id, said.delivered, said.root) == (facts.contract_id, 6_200, facts.root)
    assert {"network", "start", "bad-link", "height", "branch", "row", "reading"} <= fates, fates
    assert fates - set(gridnet.PROOF_REASONS) == {"encoding"}


def test_what_a_receipt_is_taken_by(sold):
    receipt, chain = sold.receipt(on_top=5), sold.chain
    invalid(lambda: sold.verify(receipt), "shallow")
    assert sold.verify(receipt, depth=5).depth == 5
    invalid(lambda: receipt.verify("test", now=chain.now, engine=sold.street.engine), "network")
    invalid(lambda: sold.verify(receipt, now=0), "time-too-new")
    invalid(lambda: sold.verify(receipt, (1, chain.blocks()[0].id)), "start")
    # From a block in the middle, which somebody trusts.
    start = chain.contract(sold.contract).opened
    later = sold.receipt(start=start)
    facts = sold.verify(later, (start, chain.blocks()[start - 1].id))
    assert (facts.start.height, facts.work) == (start, 2 * (chain.height - start + 1))
    invalid(lambda: sold.verify(later), "start")
    invalid(lambda: sold.verify(later, (start, chain.tip)), "start")


def test_what_authorities_say_counts_for_those_who_listen(street, sold):
    gov, ann = street.key("gov").address, street.key("ann").address
    subject = ("meter", street.chain.contract(sold.contract).contract.seller_meter)
    street.act("gov", Action.register_authority())
    street.act("gov", Action.mark(subject, "opened by force", street.chain.height + 1))
    made = street.chain.height
    receipt = sold.receipt([gov, ann])
    facts = sold.verify(receipt)
    assert facts.authorities == tuple(sorted([gov, ann]))
    assert facts.marks == (gridnet.Marked(gov, subject, b"opened by force", made, made),)
    assert facts.objections == ()
    heard = sold.verify(receipt, authorities=[gov])
    assert heard.objections == (gridnet.ReceiptObjection("marked", subject),)
    assert sold.verify(receipt, authorities=[ann]).objections == ()
    # Of whom a receipt does not speak, it may hide something.
    silent = sold.receipt()
    unsaid = (gridnet.ReceiptObjection("unsaid", ("authority", gov)),)
    assert sold.verify(silent, authorities=[gov]).objections == unsaid


def test_what_is_proven_counts_for_everybody(street, sold):
    chain, kept = street.chain, sold.readings[0]
    body = kept.body
    lie = gridnet.ReadingBody(body.meter, body.slot, body.sequence, body.imported, body.exported + 1, body.previous)
    lie = gridnet.Reading.sign(NETWORK, street.key("roof"), lie)
    street.act("ann", Action.prove_equivocation(gridnet.Equivocation.prove(NETWORK, kept, lie)))
    facts = sold.verify(sold.receipt())
    assert facts.seller.equivocated == body.sequence == chain.meter(body.meter).equivocated
    assert facts.objections == (gridnet.ReceiptObjection("proven", ("meter", body.meter)),)


def test_a_receipt_is_of_one_moment(street, sold):
    chain = street.chain
    evidence = chain.evidence(sold.contract)
    street.act("ann", Action.transfer(bytes(32), 5))
    late = street.mine()
    invalid(lambda: gridnet.Receipt.assemble(NETWORK, chain.headers(), late, evidence), "row")
    stray = street.reading("ann", sold.readings[0].body.meter, 5, 5, 5)
    now, following = chain.evidence(sold.contract), street.mine()
    invalid(lambda: gridnet.Receipt.assemble(NETWORK, chain.headers(), following, now, [stray]), "reading")
    assert gridnet.Evidence.from_bytes(now.to_bytes()) == now


def test_only_what_is_settled_has_a_receipt(street):
    terms = street.terms(*street.meters())
    with pytest.raises(gridnet.Rejected) as caught:
        street.chain.evidence(terms.id(NETWORK))
    assert (caught.value.reason, caught.value.transaction) == ("unknown", None)
    street.act("bob", Action.open_contract(terms.sign(NETWORK, *street.parties)))
    with pytest.raises(gridnet.Rejected) as caught:
        street.chain.evidence(terms.id(NETWORK))
    assert (caught.value.reason, caught.value.is_transient) == ("too-early", True)


def test_a_receipt_has_no_more_authorities_than_it_may(sold):
    with pytest.raises(gridnet.Rejected) as caught:
        sold.chain.evidence(sold.contract, [bytes([number] * 32) for number in range(17)])
    assert (caught.value.reason, caught.value.is_transient) == ("range", False)


def test_receipts_are_values(sold):
    receipt = sold.receipt()
    assert gridnet.Receipt.from_bytes(receipt.to_bytes()) == receipt
    assert pickle.loads(pickle.dumps(receipt)) == receipt
    assert receipt.to_file().endswith(receipt.to_bytes())
    refused(lambda: gridnet.Receipt.from_file(receipt.to_bytes()), 101, "receipt's file")
    for length in (0, 1, 100, len(receipt.to_bytes()) - 1):
        refused(lambda length=length: gridnet.Receipt.from_bytes(receipt.to_bytes()[:length]), 101, "receipt")
    refused(lambda: gridnet.Receipt.from_bytes(receipt.to_bytes() + b"\0"), 101)
    for _ in range(200):
        with pytest.raises(gridnet.Error):
            gridnet.Receipt.from_bytes(os.urandom(300))


def test_what_cannot_be_is_said_by_its_name(sold):
    receipt, chain = sold.receipt(), sold.chain
    evidence, block = chain.evidence(sold.contract), chain.blocks()[-1]
    assemble = gridnet.Receipt.assemble
    refused(lambda: assemble(NETWORK, bytes(81), block, evidence), 302, "headers", "80 bytes")
    refused(lambda: assemble(NETWORK, [], block, evidence), 301, "headers")
    refused(lambda: assemble(NETWORK, b"", evidence, evidence), 301, "following", "gridnet.Block")
    refused(lambda: assemble(NETWORK, b"", block, block), 301, "evidence")
    refused(lambda: assemble(NETWORK, b"", block, evidence, [b""]), 301, "readings[0]")
    refused(lambda: assemble(NETWORK, b"", block, evidence, start=2**32), 302, "start")
    refused(lambda: assemble(NETWORK, b"", block, evidence, 193 * sold.readings[:1]), 102, "readings")
    refused(lambda: sold.verify(receipt, depth=-1), 302, "depth")
    refused(lambda: sold.verify(receipt, authorities=[b"gov"]), 302, "authorities[0]")
    refused(lambda: sold.verify(receipt, chain.tip), 301, "checkpoint")
    refused(lambda: sold.verify(receipt, (0, b"id")), 302, "checkpoint[1]")
    refused(lambda: sold.verify(receipt, now=1.5), 301, "now")
    refused(lambda: sold.verify(receipt, engine="cpu"), 301, "engine")
    refused(lambda: chain.evidence(b"id"), 302, "contract")
