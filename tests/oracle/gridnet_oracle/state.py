"""The state: its rows and their bytes, the tree over them, and proofs about a row.

The tree is binary, its places are the bits of hashed keys from the highest on. A part of it with one row is that row's
leaf, one with none is a fixed word.
"""

import functools

from .contract import CONTRACT
from .encoding import FLAG, HASH, U16, U32, U64, blob, choice, decode, fixed, listed, option, struct
from .meter import CERTIFICATE
from .pool import REGISTRATION
from .transaction import SUBVENTION
from .values import le, tagged

(
    TIP,
    TOTALS,
    ACCOUNTS,
    IDENTITIES,
    POOLS,
    BANKS,
    HELD,
    COMMITMENTS,
    DUE_COUNTS,
    DUE,
    CERTIFIERS,
    METERS,
    FILLINGS,
    CONTRACTS,
    SUBVENTIONS,
    CREDITS,
    AUTHORITIES,
    MARKS,
) = range(18)
NAMES = (
    "Tip Totals Accounts Identities Pools Banks Held Commitments DueCounts Due Certifiers Meters Fillings Contracts"
    " Subventions Credits Authorities Marks"
).split()

NOTHING = b"SPARSE_MERKLE_PLACEHOLDER_HASH__"


def hashed(*parts):
    return tagged("GN-state", *parts)


@functools.lru_cache(maxsize=None)
def key_hash(table, key):
    return tagged("GN-stkey", le(table, 1), key)


def leaf(key, value_hash):
    return hashed(b"JMT::LeafNode", key, value_hash)


def node(left, right):
    return hashed(b"JMT::IntrnalNode", left, right)


def bit(key, depth):
    return key[depth // 8] >> 7 - depth % 8 & 1


def root(rows):
    """Of rows: (table, key, value)."""
    leaves = sorted((key_hash(table, key), hashed(value)) for table, key, value in rows)

    def over(low, high, depth):
        if low == high:
            return NOTHING
        if high - low == 1:
            return leaf(*leaves[low])
        middle = low
        while middle < high and not bit(leaves[middle][0], depth):
            middle += 1
        return node(over(low, middle, depth + 1), over(middle, high, depth + 1))

    return over(0, len(leaves), 0)


PROOF = struct(
    leaf=option(struct(key=HASH, value_hash=HASH)),
    siblings=listed(choice(struct(), struct(left=HASH, right=HASH), struct(key=HASH, value_hash=HASH)), 2**14),
)


def shows(data, against, table, key, value):
    """Whether a proof shows that the row has this value, or with None that there is no such row."""
    proof = decode(PROOF, data)
    if proof is None or len(proof.siblings) > 256 or not 0 <= table < len(NAMES):
        return False
    place, depth = key_hash(table, key), len(proof.siblings)
    if value is not None:
        if proof.leaf is None or proof.leaf.key != place or proof.leaf.value_hash != hashed(value):
            return False
    elif proof.leaf is not None:
        # The leaf stands where the row would: it is another, with the same way to it.
        others = [bit(proof.leaf.key, i) != bit(place, i) for i in range(depth)]
        if proof.leaf.key == place or any(others):
            return False
    at = leaf(proof.leaf.key, proof.leaf.value_hash) if proof.leaf else NOTHING
    for level, (tag, sibling) in zip(reversed(range(depth)), proof.siblings):
        if tag == 0:
            beside = NOTHING
        else:
            beside = node(sibling.left, sibling.right) if tag == 1 else leaf(sibling.key, sibling.value_hash)
        at = node(beside, at) if bit(place, level) else node(at, beside)
    return at == against


def u32(number):
    return le(number, 4)


def u64(*numbers):
    return b"".join(le(number, 8) for number in numbers)


def listing(items):
    items = list(items)
    return u32(len(items)) + b"".join(items)


def optional(value):
    return b"\0" if value is None else b"\1" + value


def flag(value):
    return bytes([bool(value)])


def of_tip(row):
    begin = u32(row.height) + row.id + u32(row.time) + row.first + u32(row.first_time)
    return begin + listing(map(u32, row.times)) + row.work.to_bytes(32, "big")


def of_identity(row):
    notices = listing(u32(due) + u64(amount) for due, amount in row.notices)
    proof = u32(row.repetitions) + u32(row.nonce)
    return proof + u32(row.registered) + flag(row.revoked) + u64(row.stake) + notices


def bits(numbers):
    """A bit for each, the lowest of the first byte for 0, and no byte beyond the last bit."""
    number = sum(1 << number for number in numbers)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "little")
    return u32(len(raw)) + raw


def of_pool(row):
    return row.registration.raw + u64(row.deposit, row.revealed) + bits(row.opened) + flag(row.banned)


def of_bank(row):
    return u32(row.depth) + row.word + row.session + row.prefix


def of_held(row):
    shares = listing(commitment + u64(amount) for commitment, amount in row.shares)
    paid = listing(identity + u64(amount) for identity, amount in row.paid.items())
    return u32(row.last) + u64(row.minimum_stake) + shares + paid


REGISTERS = struct(imported=U64, exported=U64)
ALLOTTED = struct(latest=option(U64), total=U64, compared=U64)
DELIVERY = struct(
    seller=ALLOTTED,
    buyer=ALLOTTED,
    agreed=U64,
    passed=U64,
    ahead=listed(struct(slot=U64, total=U64), 96),
)
CLOSING = struct(sequence=U64, delivered=U64, by=HASH, bond=U64, slot=U64, until=U32)
HEIGHT_ROW = struct(height=U32)
ROWS = {
    TIP: struct(
        height=U32, id=HASH, time=U32, first=HASH, first_time=U32, times=listed(U32, 11), work=HASH
    ),
    TOTALS: struct(rewarded=U64, burnt=U64),
    ACCOUNTS: struct(balance=U64, sequence=U64),
    IDENTITIES: struct(
        repetitions=U32,
        nonce=U32,
        registered=U32,
        revoked=FLAG,
        stake=U64,
        notices=listed(struct(due=U32, amount=U64), 32),
    ),
    POOLS: struct(registration=REGISTRATION, deposit=U64, revealed=U64, opened=blob(128), banned=FLAG),
    BANKS: struct(depth=U32, word=HASH, session=HASH, prefix=fixed(8)),
    HELD: struct(
        last=U32,
        minimum_stake=U64,
        shares=listed(struct(commitment=HASH, amount=U64), 32),
        paid=listed(struct(identity=HASH, amount=U64), 32),
    ),
    COMMITMENTS: HEIGHT_ROW,
    DUE_COUNTS: struct(count=U32),
    DUE: choice(struct(to=HASH, amount=U64), *[struct(subject=HASH)] * 5),
    CERTIFIERS: HEIGHT_ROW,
    METERS: struct(
        certificate=CERTIFICATE,
        registered=U32,
        kept=option(struct(sequence=U64, slot=U64, imported=U64, exported=U64, id=HASH)),
        baseline=REGISTERS,
        allotted=REGISTERS,
        retired=option(choice(U64, HASH)),
    ),
    FILLINGS: listed(struct(contract=HASH, first=U64, last=U64, limit=U64), 16),
    CONTRACTS: struct(
        contract=CONTRACT,
        opened=U32,
        standing=choice(
            struct(delivery=DELIVERY),
            struct(delivery=DELIVERY, closing=CLOSING),
            struct(height=U32, delivered=U64),
        ),
    ),
    SUBVENTIONS: struct(sponsor=HASH, terms=SUBVENTION, left=U64),
    CREDITS: struct(baseline=REGISTERS, credited=U64),
    AUTHORITIES: struct(key=HASH, registered=U32),
    MARKS: struct(reason=blob(64), effective=U32, made=U32),
}


def read_row(table, value):
    """What a row's bytes say, or None."""
    return decode(ROWS[table], value)


def money(table, row):
    """The money that stands in a row which was read."""
    if table == ACCOUNTS:
        return row.balance
    if table == IDENTITIES:
        return row.stake + sum(notice.amount for notice in row.notices)
    if table == POOLS:
        return row.deposit
    if table == HELD:
        return sum(share.amount for share in row.shares)
    if table == DUE:
        return row[1].amount if row[0] == 0 else 0
    if table == CONTRACTS:
        tag, standing = row.standing
        bond = standing.closing.bond if tag == 1 else 0
        return 0 if tag == 2 else row.contract.deposit + bond
    return row.left if table == SUBVENTIONS else 0


DUE_KINDS = ("pay", "stake", "held", "banned", "commitment", "contract")


def of_due(row):
    kind, subject, *amount = row
    return le(DUE_KINDS.index(kind), 1) + subject + u64(*amount)


def of_meter(row):
    kept = row.kept and u64(row.kept.sequence, row.kept.slot, row.kept.imported, row.kept.exported) + row.kept.id
    # ("equivocated", sequence) or ("replaced", meter).
    why, what = row.retired or (None, None)
    retired = {None: None, "equivocated": b"\0", "replaced": b"\1"}[why]
    if retired:
        retired += u64(what) if why == "equivocated" else what
    registers = u64(*row.baseline, *row.allotted)
    return row.certificate.raw + u32(row.registered) + optional(kept) + registers + optional(retired)


def of_filling(row):
    return listing(filling.contract + u64(filling.first, filling.last, filling.limit) for filling in row)


def of_contract(row):
    begin = row.contract.raw + u32(row.opened)
    if row.settled:
        height, delivered = row.settled
        return begin + b"\2" + u32(height) + u64(delivered)
    if row.closing is None:
        return begin + b"\0" + row.delivery.encoded()
    closing = row.closing
    numbers = u64(closing.sequence, closing.delivered) + closing.by + u64(closing.bond, closing.slot) + u32(closing.until)
    return begin + b"\1" + row.delivery.encoded() + numbers


def of_subvention(row):
    return row.sponsor + row.terms.raw + u64(row.left)


def of_mark(row):
    reason, effective, made = row
    return u32(len(reason)) + reason + u32(effective) + u32(made)


class State:
    """Rows as values, by table and key."""

    def __init__(self):
        self.tip = None
        self.rewarded = self.burnt = 0
        tables = "accounts identities pools banks held commitments due certifiers meters fillings contracts"
        for name in (tables + " subventions credits authorities marks").split():
            setattr(self, name, {})

    def account(self, address):
        """(balance, sequence)."""
        return self.accounts.get(address, (0, 0))

    def rows(self):
        yield TIP, b"", of_tip(self.tip)
        yield TOTALS, b"", u64(self.rewarded, self.burnt)
        written = (
            (ACCOUNTS, self.accounts, lambda row: u64(*row)),
            (IDENTITIES, self.identities, of_identity),
            (POOLS, self.pools, of_pool),
            (HELD, self.held, of_held),
            (COMMITMENTS, self.commitments, u32),
            (CERTIFIERS, self.certifiers, u32),
            (METERS, self.meters, of_meter),
            (CONTRACTS, self.contracts, of_contract),
            (SUBVENTIONS, self.subventions, of_subvention),
            (AUTHORITIES, self.authorities, lambda row: row[0] + u32(row[1])),
        )
        for table, rows, write in written:
            for key, row in rows.items():
                yield table, key, write(row)
        for (pool, bank), row in self.banks.items():
            yield BANKS, pool + le(bank, 2), of_bank(row)
        for (meter, direction), row in self.fillings.items():
            yield FILLINGS, meter + le(direction, 1), of_filling(row)
        for (subvention, meter), (baseline, credited) in self.credits.items():
            yield CREDITS, subvention + meter, u64(*baseline, credited)
        for (authority, subject), row in self.marks.items():
            yield MARKS, authority + subject, of_mark(row)
        for height, dues in self.due.items():
            yield DUE_COUNTS, u32(height), u32(len(dues))
            for place, due in enumerate(dues):
                yield DUE, u32(height) + u32(place), of_due(due)

    def root(self):
        return root(self.rows())

    def money(self):
        """All of it, wherever it stands."""
        accounts = sum(balance for balance, _ in self.accounts.values())
        stakes = sum(row.stake + sum(amount for _, amount in row.notices) for row in self.identities.values())
        pools = sum(row.deposit for row in self.pools.values())
        held = sum(amount for row in self.held.values() for _, amount in row.shares)
        due = sum(row[2] for dues in self.due.values() for row in dues if row[0] == "pay")
        open_ = [row for row in self.contracts.values() if not row.settled]
        deposits = sum(row.contract.deposit + (row.closing.bond if row.closing else 0) for row in open_)
        return accounts + stakes + pools + held + due + deposits + sum(row.left for row in self.subventions.values())
