"""Meters: who signs for them, what becomes of their readings, and what two of them prove."""

import pytest

import gridnet
from gridnet import Action

NETWORK = "regtest"
SLOT = 2_000_000


def refused(call, code: int, *words: str) -> None:
    with pytest.raises(gridnet.Error) as caught:
        call()
    assert caught.value.code == code, caught.value
    for word in words:
        assert word in str(caught.value), caught.value


def invalid(call, reason: str) -> None:
    with pytest.raises(gridnet.Invalid) as caught:
        call()
    assert (caught.value.code, caught.value.reason) == (306, reason)


class Metered:
    """A meter, who certifies it and who owns it."""

    def __init__(self):
        self.key, self.maker, self.owner = (gridnet.Signer.from_seed(bytes([seed] * 32)) for seed in (1, 2, 3))
        self.certificate = self.signed()
        self.id = self.certificate.id(NETWORK)

    def signed(self, key=None, **more):
        says = {"area": "north", "rating": 10_000, **more}
        return gridnet.Certificate.sign(NETWORK, key or self.key.public_key, self.maker, self.owner, **says)

    def reading(self, after=None, slot=SLOT, imported=0, exported=0, key=None):
        about = after and after.kept(NETWORK), NETWORK, key or self.key, self.id
        return gridnet.Reading.after(*about, slot=slot, imported=imported, exported=exported)


@pytest.fixture
def meter():
    return Metered()


def test_a_certificate_is_signed_by_both(meter):
    certificate = meter.certificate
    certificate.verify(NETWORK)
    assert certificate.body == gridnet.CertificateBody(
        key=meter.key.public_key,
        kind="connection",
        source="green",
        area="north",
        rating=10_000,
        certifier=meter.maker.public_key,
        owner=meter.owner.public_key,
        replaces=None,
    )
    replaces = (bytes([7] * 32), bytes([8] * 32))
    other = meter.signed(kind="generation", source="grey", replaces=replaces).body
    assert (other.kind, other.source, other.replaces) == ("generation", "grey", replaces)
    invalid(lambda: certificate.verify("main"), "certifier-signature")
    invalid(lambda: meter.signed(rating=0).verify(NETWORK), "rating")
    invalid(lambda: meter.signed(key=meter.owner.public_key).verify(NETWORK), "same-key")
    invalid(lambda: meter.signed(key=bytes(32)).verify(NETWORK), "bad-key")


def test_a_certificate_with_any_byte_changed_is_bad(meter):
    encoded, fates = meter.certificate.to_bytes(), set()
    for place in range(len(encoded)):
        bad = bytearray(encoded)
        bad[place] ^= 1
        try:
            gridnet.Certificate.from_bytes(bytes(bad)).verify(NETWORK)
        except gridnet.Invalid as error:
            fates.add(error.reason)
        except gridnet.ArgumentError as error:
            fates.add(error.name)
        else:
            pytest.fail(f"byte {place} does not matter")
    assert {"encoding", "bad-key", "certifier-signature", "owner-signature"} <= fates
    assert fates - {"encoding"} <= set(gridnet.CERTIFICATE_REASONS)


def test_each_fault_of_a_reading_has_its_reason(engine, meter):
    first = meter.reading(imported=1_000, exported=2_000)
    next_ = {"slot": SLOT + 2, "imported": 1_010, "exported": 2_005}
    body = {**next_, "meter": meter.id, "sequence": 1, "previous": first.id(NETWORK)}

    def changed(**more):
        return gridnet.Reading.sign(NETWORK, meter.key, gridnet.ReadingBody(**{**body, **more}))

    bad = {
        "signature": meter.reading(first, **next_, key=meter.owner),
        "other-meter": changed(meter=bytes(32)),
        "sequence": changed(sequence=0),
        "slot": changed(slot=SLOT),
        "future": changed(slot=SLOT + 100),
        "backwards": changed(imported=999),
        # Two quarters of an hour at 10 kW are 5 kWh.
        "too-much": changed(exported=2_000 + 5_001),
        "previous": changed(previous=bytes(32)),
    }
    assert set(bad) == set(gridnet.READING_REASONS)
    good, best = changed(exported=2_000 + 5_000), meter.reading(first, **next_)
    assert best == changed()
    # What is bad changes nothing for those after it.
    readings = [first, *bad.values(), good, best]
    now = (SLOT + 10) * gridnet.SLOT_SECONDS
    verdicts = gridnet.verify_readings(NETWORK, meter.certificate, readings, now=now, engine=engine)
    assert [verdict.reason for verdict in verdicts] == [None, *bad, None, "sequence"]
    assert verdicts[0] == gridnet.ReadingVerdict(first.kept(NETWORK), None, None)
    assert verdicts[1] == gridnet.ReadingVerdict(None, None, "signature")
    assert verdicts[-2] == gridnet.ReadingVerdict(good.kept(NETWORK), gridnet.Interval(SLOT, SLOT + 2, 10, 5_000), None)
    # From what was kept before, on the ledger for one.
    kept = first.kept(NETWORK)
    later = gridnet.verify_readings(NETWORK, meter.certificate, [best], now=now, kept=kept, engine=engine)
    assert later[0].interval == gridnet.Interval(SLOT, SLOT + 2, 10, 5)
    assert gridnet.verify_readings(NETWORK, meter.certificate, [], now=now, engine=engine) == []


def test_a_long_chain_of_readings_with_one_bit_flipped(engine, meter):
    readings = [meter.reading(imported=5)]
    for step in range(1, 400):
        readings.append(meter.reading(readings[-1], slot=SLOT + step, imported=5 + step, exported=2 * step))
    now = (SLOT + 400) * gridnet.SLOT_SECONDS

    def reasons(of):
        verdicts = gridnet.verify_readings(NETWORK, meter.certificate, of, now=now, engine=engine)
        return [verdict.reason for verdict in verdicts]

    assert reasons(readings) == [None] * 400
    place = {"meter": 5, "slot": 32, "imported": 48, "previous": 80, "signature": 120}
    for at in place.values():
        encoded = bytearray(readings[100].to_bytes())
        encoded[at] ^= 1
        spoilt = [*readings[:100], gridnet.Reading.from_bytes(bytes(encoded)), *readings[101:]]
        # The next one says more than what is missing: nothing is lost but this one.
        assert reasons(spoilt) == [None] * 100 + ["signature"] + [None] * 299


def test_what_a_reading_says(meter):
    reading = meter.reading(slot=2**64 - 1, imported=2**64 - 1, exported=2**64 - 1)
    assert reading.body == gridnet.ReadingBody(meter.id, 2**64 - 1, 0, 2**64 - 1, 2**64 - 1, bytes(32))
    assert reading.is_signed(NETWORK, meter.key.public_key)
    assert not reading.is_signed("main", meter.key.public_key)
    assert not reading.is_signed(NETWORK, meter.owner.public_key)
    assert reading.id(NETWORK) != reading.id("main")
    assert gridnet.Reading.from_bytes(reading.to_bytes()) == reading
    assert len({reading, gridnet.Reading.from_bytes(reading.to_bytes())}) == 1


def test_a_meter_that_says_two_things_at_once(meter):
    one, other = meter.reading(imported=1), meter.reading(imported=2)
    proof = gridnet.Equivocation.prove(NETWORK, other, one)
    assert proof == gridnet.Equivocation.prove(NETWORK, one, other)
    key = meter.key.public_key
    assert proof.verify(NETWORK, key) == (meter.id, 0)
    invalid(lambda: gridnet.Equivocation.prove(NETWORK, one, one).verify(NETWORK, key), "order")
    later = meter.reading(one, slot=SLOT + 1, imported=2)
    invalid(lambda: gridnet.Equivocation.prove(NETWORK, one, later).verify(NETWORK, key), "other-sequence")
    invalid(lambda: proof.verify(NETWORK, meter.owner.public_key), "signature")
    elsewhere = gridnet.Reading.sign(NETWORK, meter.key, gridnet.ReadingBody(bytes(32), SLOT, 0, 5, 5))
    invalid(lambda: gridnet.Equivocation.prove(NETWORK, one, elsewhere).verify(NETWORK, key), "other-meter")
    encoded = proof.to_bytes()
    for place in range(0, len(encoded), 7):
        bad = bytearray(encoded)
        bad[place] ^= 1
        with pytest.raises(gridnet.Error):
            gridnet.Equivocation.from_bytes(bytes(bad)).verify(NETWORK, key)


def test_meters_on_the_ledger(street):
    chain = street.chain
    certificate = street.certificate("roof", "sue")
    register = Action.register_meter(certificate)
    with pytest.raises(gridnet.Rejected) as caught:
        street.act("ann", register)
    assert caught.value.reason == "unknown", "nobody certifies yet"
    roof, _ = street.meters()
    row = chain.meter(roof)
    assert (row.certificate, row.baseline, row.allotted) == (certificate.body, (0, 0), (0, 0))
    assert row.kept.sequence == 0
    assert row.equivocated is row.replaced_by is None
    with pytest.raises(gridnet.Rejected) as caught:
        street.act("ann", register)
    assert caught.value.reason == "duplicate"
    # A bad reading among good ones is named by its place, and says why.
    street.wait_for_slot(street.slot + 2)
    good = street.reading("roof", roof, street.slot, 5, 5)
    about = good.kept("regtest"), "regtest", street.key("roof"), roof
    back = gridnet.Reading.after(*about, slot=street.slot + 1, imported=4, exported=5)
    street.wait_for_slot(street.slot + 2)
    with pytest.raises(gridnet.Rejected) as caught:
        street.act("ann", Action.read([good, back]))
    error = caught.value
    assert (error.reason, error.detail, error.entry, error.is_transient) == ("reading", "backwards", 1, True)
    assert str(error) == "transaction 1, entry 1, is not taken: reading (backwards)"
    street.act("ann", Action.read([good]))
    assert chain.meter(roof).kept == good.kept("regtest")
    assert chain.meter(street.key("roof").address) is None
    # Nobody reads any more what said two things at once.
    other = gridnet.Reading.sign("regtest", street.key("roof"), gridnet.ReadingBody(roof, good.body.slot, 1, 9, 9))
    street.act("ben", Action.prove_equivocation(gridnet.Equivocation.prove("regtest", good, other)))
    assert chain.meter(roof).equivocated == 1
    with pytest.raises(gridnet.Rejected) as caught:
        street.act("ann", Action.read([street.reading("roof", roof, street.slot, 50, 50)]))
    assert caught.value.reason == "retired"


def test_a_meter_takes_the_place_of_another(street):
    roof, _ = street.meters()
    replaces = roof, street.chain.meter(roof).kept.id
    people = street.key("new roof").public_key, street.key("maker"), street.key("sue")
    certificate = gridnet.Certificate.sign("regtest", *people, area="north", rating=10_000, replaces=replaces)
    street.act("ann", Action.register_meter(certificate))
    assert street.chain.meter(roof).replaced_by == certificate.id("regtest")


def test_what_cannot_be_is_said_by_its_name(engine, meter):
    refused(lambda: meter.signed(area="a b"), 101, "area")
    refused(lambda: meter.signed(area=17 * "a"), 102, "area")
    refused(lambda: meter.signed(area=b"north"), 301, "area")
    refused(lambda: meter.signed(rating=2**32), 302, "rating")
    refused(lambda: meter.signed(rating=True), 301, "rating")
    refused(lambda: meter.signed(kind="spare"), 302, "kind", "'generation'")
    refused(lambda: meter.signed(source="brown"), 302, "source")
    refused(lambda: meter.signed(replaces=bytes(64)), 301, "replaces")
    refused(lambda: meter.signed(replaces=(bytes(32), bytes(31))), 302, "replaces[1]")
    refused(lambda: meter.signed(key=meter.key), 301, "key")
    refused(lambda: meter.reading(slot=-1), 302, "slot")
    refused(lambda: meter.reading(imported=2**64), 302, "imported")
    refused(lambda: meter.reading(exported=0.5), 301, "exported")
    refused(lambda: meter.reading(key=bytes(32)), 301, "key", "gridnet.Signer")
    refused(lambda: gridnet.Reading.sign(NETWORK, meter.key, {}), 301, "body")
    refused(lambda: gridnet.Reading.after(5, NETWORK, meter.key, meter.id, slot=1, imported=1, exported=1), 301, "kept")
    refused(lambda: gridnet.Reading.from_bytes(bytes(9)), 101, "reading")
    verify = gridnet.verify_readings
    refused(lambda: verify(NETWORK, meter.id, [], now=0, engine=engine), 301, "certificate")
    refused(lambda: verify(NETWORK, meter.certificate, [b""], now=0, engine=engine), 301, "readings[0]")
    refused(lambda: verify(NETWORK, meter.certificate, [], now=-1, engine=engine), 302, "now")
    refused(lambda: gridnet.Equivocation.prove(NETWORK, meter.reading(), b""), 301, "other")
    last = gridnet.KeptReading(2**64 - 1, 0, 0, 0, bytes(32))
    refused(
        lambda: gridnet.Reading.after(last, NETWORK, meter.key, meter.id, slot=1, imported=0, exported=0),
        302,
        "sequence",
    )
