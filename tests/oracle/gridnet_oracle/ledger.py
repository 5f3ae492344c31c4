"""The ledger: blocks, one after the other, by rules of its own. What is refused changes nothing."""

import copy
import types

from compact import from_compact, work

from . import block as blocks, contract as contracts, curve, fraud, meter as meters, pool as pools
from .rules import Refused, Turn, require
from .state import State
from .transaction import COINBASE_KIND, WEIGHT_MAX, is_signed, parts, signed_body, structural_fault, weight
from .token import owner_signed
from .values import address, identity_proof

AHEAD_MAX = 600
TIMES = 11
PREMINE = 1_000_000 * 100_000_000
PREMINED_SEED = b"GRIDNET regtest: everybody's key"


def at(number, act, *arguments):
    """Does something to the transaction of a block."""
    try:
        return act(*arguments)
    except Refused as refused:
        refused.transaction = number
        raise


def structural(network, transaction):
    fault = structural_fault(network, transaction)
    if fault:
        raise Refused(*fault)


def median(times):
    return sorted(times)[len(times) // 2]


class Known:
    """What is registered, before some transactions or by them, as far as their signatures are by it."""

    def __init__(self, network, state, transactions):
        self.network, self.state, self.meters, self.contracts = network, state, {}, {}
        for name, content in map(parts, transactions):
            if name == "register-meter":
                body = content.certificate.body
                self.meters[meters.meter_id(network, body)] = body.key
            elif name == "open-contract":
                body = content.contract.body
                self.contracts[contracts.contract_id(network, body)] = body

    def meter_key(self, name):
        row = self.state.meters.get(name)
        return self.meters.get(name) or (row and row.certificate.key)

    def contract(self, name):
        row = self.state.contracts.get(name)
        return self.contracts.get(name) or (row and row.contract)


def semantic(known, transaction):
    """Signatures and proofs of work, those of claims aside. Signatures by what nobody knows are not looked at."""
    network = known.network
    name, content = parts(transaction)
    if name in ("register-identity", "register-identity-free"):
        identity = content.identity if name == "register-identity" else content
        _, reason = identity_proof(network, identity.address, identity.repetitions, identity.nonce)
        require(reason is None, "identity-proof", reason)
    body = signed_body(transaction)
    if body is None:
        return
    require(curve.decode(body.sender), "bad-key")
    require(is_signed(network, transaction), "signature")
    if name == "prove-fraud":
        for token in (content.proof.first, content.proof.second):
            require(curve.decode(token.sender.key), "fraud", "bad-key")
            require(owner_signed(token), "fraud", "owner-signature")
    elif name == "register-meter":
        require(meters.certifier_signed(network, content.certificate), "certificate", "certifier-signature")
        require(meters.owner_signed(network, content.certificate), "certificate", "owner-signature")
    elif name == "open-contract":
        require(contracts.contract_signed(network, content.contract), "contract", "signature")
    elif name == "prove-equivocation":
        for reading in (content.proof.first, content.proof.second):
            key = known.meter_key(reading.body.meter)
            good = key is None or meters.reading_signed(network, key, reading)
            require(good, "equivocation", "signature")
    elif name in ("close-contract", "answer-contract", "end-contract") and content.state:
        contract = known.contract(content.state.body.contract)
        good = contract is None or contracts.state_signed(network, contract, content.state)
        require(good, "contract", "signature")
    if name in ("read", "close-contract", "answer-contract"):
        for entry, reading in enumerate(content.readings):
            key = known.meter_key(reading.body.meter)
            if key is not None and not meters.reading_signed(network, key, reading):
                raise Refused("reading", "signature", entry)


class Ledger:
    def __init__(self, network):
        self.network, self.state = network, State()
        first = blocks.read(blocks.genesis(network))
        if network.number == 3:
            self.state.accounts[address(curve.public_key(PREMINED_SEED))] = PREMINE, 0
            self.state.rewarded = PREMINE
        time = first.header.time
        self.state.tip = types.SimpleNamespace(
            height=0,
            id=first.id,
            time=time,
            first=first.id,
            first_time=time,
            times=[time],
            work=work(from_compact(first.header.bits)),
        )

    def root(self):
        return self.state.root()

    def median_time(self):
        return median(self.state.tip.times)

    def turn(self):
        """The next block on a copy of the state."""
        return Turn(self.network, copy.deepcopy(self.state), self.state.tip.height + 1, self.median_time())

    def judge(self, transaction):
        """Raises Refused for a transaction that the next block cannot have alone."""
        structural(self.network, transaction)
        turn = self.turn()
        semantic(Known(self.network, turn.state, [transaction]), transaction)
        turn.transaction(transaction)

    def next_bits(self):
        """Targets do not change where everybody mines for himself."""
        assert self.network.number == 3
        return self.network.limit_bits

    def check_alone(self, block):
        """What a block says of itself: its coinbase."""
        network, header, transactions = self.network, block.header, block.transactions
        target = from_compact(header.bits)
        require(target is not None and target <= from_compact(network.limit_bits), "bad-bits")
        require(blocks.is_met(target, network.work(header.raw)), "high-hash")
        # Before this nothing is known to be the block's own.
        require(transactions, "merkle-root")
        root, mutated = blocks.own_root(block)
        require(root == header.merkle_root, "merkle-root")
        require(not mutated, "mutated")
        weighed = 0
        for number, transaction in enumerate(transactions):
            weighed += weight(transaction)
            at(number, require, weighed <= WEIGHT_MAX, "weight")
        kinds = [transaction.content[0] for transaction in transactions]
        require(kinds[0] == COINBASE_KIND, "coinbase")
        if COINBASE_KIND in kinds[1:]:
            raise Refused("coinbase", transaction=kinds.index(COINBASE_KIND, 1))
        for number, transaction in enumerate(transactions[1:], 1):
            at(number, structural, network, transaction)
        return transactions[0].content[1]

    def check_header(self, header, now):
        require(header.previous == self.state.tip.id, "previous")
        require(header.bits == self.next_bits(), "bad-bits")
        require(header.time > self.median_time(), "time-too-old")
        require(header.time <= now + AHEAD_MAX, "time-too-new")

    def apply(self, block, now):
        """Takes a block, or raises Refused."""
        coinbase = self.check_alone(block)
        self.check_header(block.header, now)
        turn = self.turn()
        at(0, require, coinbase.height == turn.height, "height")
        at(0, require, coinbase.state == self.root(), "state")
        known = Known(self.network, turn.state, block.transactions)
        for number, transaction in enumerate(block.transactions[1:], 1):
            at(number, semantic, known, transaction)
        for number, transaction in enumerate(block.transactions[1:], 1):
            at(number, turn.transaction, transaction)
        new = blocks.reward(turn.height)
        at(0, require, coinbase.amount == new + turn.fees, "reward")
        if coinbase.amount:
            turn.later(turn.height + self.network.maturity, "pay", coinbase.payout, coinbase.amount)
        state, tip, header = turn.state, self.state.tip, block.header
        state.rewarded += new
        state.tip = types.SimpleNamespace(
            height=turn.height,
            id=block.id,
            time=header.time,
            first=tip.first,
            first_time=tip.first_time,
            times=(tip.times + [header.time])[-TIMES:],
            work=min(tip.work + work(from_compact(header.bits)), 2**256 - 1),
        )
        assert state.money() + state.burnt == state.rewarded, "money came or went"
        self.state = state

    def empty(self, payout, time):
        """The next block, of nothing but its coinbase."""
        height = self.state.tip.height + 1
        due = blocks.coinbase(height, bytes(12), payout, blocks.reward(height), self.root())
        root = blocks.double_sha256(due)
        header = blocks.mined(self.network, 1 << 29, self.state.tip.id, root, time, self.next_bits())
        return blocks.read(blocks.written(header, [due]))
