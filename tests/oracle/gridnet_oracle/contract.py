"""Contracts for energy: terms, who is paid what, states, and what two meters say was delivered."""

import bisect

from . import curve
from .encoding import FLAG, HASH, SIGNATURE, U32, U64, integer, listed, struct
from .values import CONTRACT as KIND, STATE as STATE_KIND, address, first_broken, le, object_id, signed

SELLER, BUYER = 0, 1
U64_MAX = 2**64 - 1
POINTS_MAX = 96

SIGNATURES = listed(SIGNATURE, 8)
CONTRACT = struct(
    parties=listed(struct(key=HASH, role=integer(1, 3), rate=U64), 8),
    seller_meter=HASH,
    buyer_meter=HASH,
    first=U64,
    last=U64,
    limit=U64,
    deposit=U64,
    watch_fee=U64,
    window=U32,
    expiry=U32,
    nonce=U64,
)
SIGNED_CONTRACT = struct(body=CONTRACT, signatures=SIGNATURES)
STATE = struct(contract=HASH, sequence=U64, delivered=U64, is_final=FLAG)
SIGNED_STATE = struct(body=STATE, signatures=SIGNATURES)


def contract_id(network, contract):
    return object_id(network.number, KIND, contract.raw)


def payees(contract):
    return [party for party in contract.parties if party.role != BUYER]


def key_of(contract, role):
    return next(party.key for party in contract.parties if party.role == role)


def objection(network, contract):
    """The first reason against terms."""
    parties = contract.parties
    keys, roles = [party.key for party in parties], [party.role for party in parties]
    return first_broken(
        ("parties", lambda: len(parties) >= 2 and roles.count(SELLER) == roles.count(BUYER) == 1),
        ("bad-key", lambda: all(map(curve.admitted, keys))),
        ("same-key", lambda: len(set(keys)) == len(keys)),
        ("meters", lambda: contract.seller_meter != contract.buyer_meter),
        ("rate", lambda: all(party.rate == 0 for party in parties if party.role == BUYER)),
        ("rate", lambda: any(party.rate for party in payees(contract))),
        ("slots", lambda: 0 <= contract.last - contract.first < 35_136),
        ("limit", lambda: contract.limit > 0),
        ("deposit", lambda: contract.deposit > contract.watch_fee),
        ("window", lambda: network.window <= contract.window <= 21_600),
    )


def all_signed(network, contract, kind, body, signatures):
    keys = [party.key for party in contract.parties]
    pairs = zip(keys, signatures)
    return len(keys) == len(signatures) and all(
        signed(key, network.number, kind, body.raw, signature) for key, signature in pairs
    )


def contract_signed(network, contract):
    return all_signed(network, contract.body, KIND, contract.body, contract.signatures)


def state_signed(network, contract, state):
    return all_signed(network, contract, STATE_KIND, state.body, state.signatures)


def state_fault(network, contract, state):
    return first_broken(
        ("other-contract", lambda: state.body.contract == contract_id(network, contract)),
        ("signature", lambda: state_signed(network, contract, state)),
    )


def paid(contract, delivered):
    """What all but the buyer get, each rounded down."""
    return sum(party.rate * delivered // 1000 for party in payees(contract))


def cap(contract):
    """The most watt-hours, of 64 bits, that the deposit pays for."""
    price = sum(party.rate for party in payees(contract))
    if price == 0:
        return U64_MAX
    # Without rounding it would be this. Rounding leaves each payee less than a unit short.
    least = min(contract.deposit * 1000 // price, U64_MAX)
    most = min((contract.deposit + len(contract.parties)) * 1000 // price + 1, U64_MAX)
    candidates = range(least, most + 1)
    return candidates[bisect.bisect_right(candidates, contract.deposit, key=lambda d: paid(contract, d)) - 1]


def balances(contract, delivered):
    """What each party has in the end, in their order."""
    delivered = min(delivered, cap(contract))
    rest = contract.deposit - paid(contract, delivered)
    return [rest if party.role == BUYER else party.rate * delivered // 1000 for party in contract.parties]


def bond(contract):
    return max(-(-contract.deposit // 100), contract.watch_fee)


def settlement(contract, delivered):
    """Who is paid what, a bond aside."""
    parts = balances(contract, delivered)
    return [(address(party.key), part) for party, part in zip(contract.parties, parts)]


def allot(fillings, after, until, flowed):
    """What each (first, last, limit) gets of what flowed in the slots after `after` up to `until`, in their order."""
    shares = []
    for first, last, limit in fillings:
        slots = max(0, min(until, last) - max(after + 1, first) + 1)
        shares.append(min(limit * slots, flowed))
        flowed -= shares[-1]
    return shares


class Delivery:
    """What both sides were allotted, reading by reading. Everything else is derived from that whole history."""

    def __init__(self):
        # (slot, all that was allotted by its end), in order; and slots that are no place to compare any more.
        self.points = {SELLER: [], BUYER: []}
        self.forgotten = {SELLER: set(), BUYER: set()}

    def latest(self, side):
        """Before all slots where there is none."""
        return self.points[side][-1][0] if self.points[side] else -1

    def total(self, side):
        return self.points[side][-1][1] if self.points[side] else 0

    def places(self, side):
        """Where a side can be compared: slot and total."""
        return {slot: total for slot, total in self.points[side] if slot not in self.forgotten[side]}

    def ahead(self):
        """The side that was read further, if one was, and its places that the other side has not come to."""
        sides = sorted((SELLER, BUYER), key=self.latest)
        behind, ahead = self.latest(sides[0]), self.latest(sides[1])
        if behind == ahead:
            return None, []
        return sides[1], [(slot, total) for slot, total in self.places(sides[1]).items() if slot > behind]

    def add(self, side, until, allotted):
        """The reason against a reading, or None."""
        if until <= self.latest(side):
            return "slot"
        if self.total(side) + allotted > U64_MAX:
            return "too-much"
        self.points[side].append((until, self.total(side) + allotted))
        leader, points = self.ahead()
        if leader == side and len(points) > POINTS_MAX:
            self.forgotten[side].add(points[0][0])
        return None

    def compared(self):
        """The totals of both sides where they met last."""
        seller, buyer = self.places(SELLER), self.places(BUYER)
        met = max(seller.keys() & buyer.keys(), default=None)
        return (seller[met], buyer[met]) if met is not None else (0, 0)

    def agreed(self):
        seller, buyer = self.places(SELLER), self.places(BUYER)
        sum_, before = 0, (0, 0)
        for slot in sorted(seller.keys() & buyer.keys()):
            now = seller[slot], buyer[slot]
            sum_ += min(now[0] - before[0], now[1] - before[1])
            before = now
        return sum_

    def rests(self):
        """What each side has beyond the last place where they met."""
        compared = self.compared()
        return self.total(SELLER) - compared[SELLER], self.total(BUYER) - compared[BUYER]

    def passed(self):
        """What the side that is ahead has by its last place up to where the other one is; 0 where neither is ahead."""
        leader, _ = self.ahead()
        if leader is None:
            return 0
        behind = self.latest(BUYER if leader == SELLER else SELLER)
        return max((total for slot, total in self.places(leader).items() if slot <= behind), default=0)

    def delivered(self):
        return self.agreed() + min(self.rests())

    def settled(self, last, closed):
        """What a buyer's meter that went dark before its time does not say, the seller's says, as far as it had to."""
        buyer = self.latest(BUYER)
        if not buyer < min(self.latest(SELLER), last, closed):
            return self.delivered()
        passed, counted = self.passed(), self.total(SELLER)
        if closed < last:
            counted = max([passed] + [total for slot, total in self.ahead()[1] if slot <= closed])
        both = min(self.rests()[BUYER], passed - self.compared()[SELLER])
        return max(self.delivered(), self.agreed() + both + counted - passed)

    def encoded(self):
        compared = self.compared()
        sides = [
            (b"\1" + le(self.latest(side), 8) if self.points[side] else b"\0")
            + le(self.total(side), 8)
            + le(compared[side], 8)
            for side in (SELLER, BUYER)
        ]
        points = self.ahead()[1]
        sums = le(self.agreed(), 8) + le(self.passed(), 8) + le(len(points), 4)
        return b"".join(sides) + sums + b"".join(le(slot, 8) + le(total, 8) for slot, total in points)
