"""Transactions: their bytes, ids, what they cost, and what is wrong with one whatever came before it."""

from . import contract as contracts, curve, fraud, meter as meters, pool as pools, transit
from .custody import OPENING, commitment
from .encoding import FLAG, HASH, SIGNATURE, U32, U64, blob, choice, decode, fixed, listed, option, refined, struct
from .token import token_id
from .values import TRANSACTION as KIND, address, double_sha256, object_id, signed, tagged

COINBASE_KIND, SIGNED_KIND, POSTED_KIND = range(3)
ACTIONS = (
    "transfer register-identity add-stake withdraw-stake register-pool reclaim-pool commit-fraud prove-fraud"
    " register-certifier register-meter read prove-equivocation open-subvention credit-subvention close-subvention"
    " register-authority mark unmark open-contract close-contract answer-contract end-contract"
).split()
POSTED = "claim open register-identity-free".split()
WEIGHT_MAX = 2**21

COINBASE = struct(height=U32, extranonce=fixed(12), payout=HASH, amount=U64, state=HASH)
IDENTITY = struct(address=HASH, repetitions=U32, nonce=U32)
SUBVENTION = struct(
    budget=U64,
    rate=U64,
    certifiers=listed(HASH, 16),
    area=option(meters.AREA),
    source=option(FLAG),
    net=FLAG,
    expiry=U32,
)
SUBJECT = struct(of=choice(HASH, HASH, HASH))
CLOSE_READINGS = listed(meters.SIGNED_READING, 192)

ACTION = choice(
    struct(to=HASH, amount=U64),
    struct(identity=IDENTITY, stake=U64),
    struct(identity=HASH, amount=U64),
    struct(amount=U64),
    struct(pool=pools.REGISTRATION),
    struct(pool=HASH),
    struct(commitment=HASH),
    struct(proof=fraud.PROOF),
    struct(),
    struct(certificate=meters.SIGNED_CERTIFICATE),
    struct(readings=listed(meters.SIGNED_READING, 1024)),
    struct(proof=meters.EQUIVOCATION),
    struct(terms=SUBVENTION),
    struct(subvention=HASH, meter=HASH),
    struct(subvention=HASH),
    struct(),
    struct(subject=SUBJECT, reason=blob(64), effective=U32),
    struct(subject=SUBJECT),
    struct(contract=contracts.SIGNED_CONTRACT),
    struct(contract=HASH, state=option(contracts.SIGNED_STATE), readings=CLOSE_READINGS),
    struct(state=contracts.SIGNED_STATE, readings=CLOSE_READINGS),
    struct(state=contracts.SIGNED_STATE),
)
BODY = struct(sender=HASH, sequence=U64, fee=U64, action=ACTION)
SIGNED = struct(body=BODY, signature=SIGNATURE)
CLAIMS = refined(listed(transit.CLAIM, 256), lambda claims: claims)
TRANSACTION = struct(
    content=choice(COINBASE, SIGNED, choice(CLAIMS, struct(held=HASH, opening=OPENING), IDENTITY))
)


def parts(transaction):
    """What it is, by name, and what it says: (name, content). A signed one's content is its action's."""
    tag, content = transaction.content
    if tag == COINBASE_KIND:
        return "coinbase", content
    if tag == SIGNED_KIND:
        number, action = content.body.action
        return ACTIONS[number], action
    number, posted = content
    return POSTED[number], posted


def signed_body(transaction):
    """The body of what an account does, else None."""
    tag, content = transaction.content
    return content.body if tag == SIGNED_KIND else None


def transaction_id(transaction):
    return double_sha256(transaction.raw)


def identity_steps(identity):
    return -(-(32 * identity.repetitions + 4) // 128)


def cost(transaction):
    """Signatures, and what walks and proofs of work weigh: a byte for every sixteen hashes begun, of each apart."""
    name, content = parts(transaction)
    signatures, walks = (1 if signed_body(transaction) else 0), []
    if name in ("register-identity", "register-identity-free"):
        walks = [identity_steps(content.identity if name == "register-identity" else content)]
    elif name in ("prove-fraud", "register-meter", "prove-equivocation"):
        signatures += 2
    elif name == "open-contract":
        signatures += len(content.contract.signatures)
    elif name == "claim":
        walks = [claim.steps for claim in content]
        signatures += sum(4 + sum(2 if hop.bearer else 1 for hop in claim.transit.hops) for claim in content)
    elif name in ("read", "close-contract", "answer-contract"):
        signatures += len(content.readings)
    if name in ("close-contract", "answer-contract", "end-contract") and content.state:
        signatures += len(content.state.signatures)
    return signatures, sum(-(-walk // 16) for walk in walks)


def weight(transaction):
    signatures, walked = cost(transaction)
    return len(transaction.raw) + walked + 64 * signatures


def least_fee(network, transaction):
    return weight(transaction) * network.fee_rate


def says(network, transaction):
    """Its kind, and what of it is told."""
    name, content = parts(transaction)
    body = signed_body(transaction)
    if name == "claim":
        return name, {"weights": [transit.weight(claim) for claim in content]}
    if name == "open":
        return name, {"held": content.held, "commitment": commitment(content.opening)}
    if body is None:
        return name, plainly(content)
    own = {"sender": address(body.sender), "sequence": body.sequence, "fee": body.fee}
    return name, {**own, **(SAYS[name](network, body, content) if name in SAYS else plainly(content))}


def plainly(content):
    """Every field of an action that has simple ones alone."""
    return {field: value for field, value in vars(content).items() if field != "raw"}


SAYS = {
    "register-identity": lambda network, body, action: {**plainly(action.identity), "stake": action.stake},
    "register-pool": lambda network, body, action: {
        "pool": pools.pool_id(network.number, action.pool),
        "coins": pools.coins(action.pool),
    },
    "prove-fraud": lambda network, body, action: {
        "tokens": [token_id(network.number, token) for token in (action.proof.first, action.proof.second)]
    },
    "register-meter": lambda network, body, action: {"meter": meters.meter_id(network, action.certificate.body)},
    "read": lambda network, body, action: {
        "readings": [meters.reading_id(network, reading.body) for reading in action.readings]
    },
    "prove-equivocation": lambda network, body, action: {
        "meter": action.proof.first.body.meter,
        "told_twice": action.proof.first.body.sequence,
    },
    "open-subvention": lambda network, body, action: {
        "subvention": subvention_id(address(body.sender), body.sequence),
        "budget": action.terms.budget,
        "expiry": action.terms.expiry,
    },
    "mark": lambda network, body, action: {
        "subject": action.subject.raw,
        "reason": action.reason,
        "effective": action.effective,
    },
    "unmark": lambda network, body, action: {"subject": action.subject.raw},
    "open-contract": lambda network, body, action: {
        "contract": contracts.contract_id(network, action.contract.body),
        "bond": contracts.bond(action.contract.body),
        "cap": contracts.cap(action.contract.body),
    },
    "close-contract": lambda network, body, action: {
        "contract": action.contract,
        "state": action.state and action.state.body.sequence,
        "readings": len(action.readings),
    },
    "answer-contract": lambda network, body, action: {
        "state": action.state.body.sequence,
        "readings": len(action.readings),
    },
    "end-contract": lambda network, body, action: {"delivered": action.state.body.delivered},
}


def subvention_id(sponsor, sequence):
    return tagged("GN-subv_", sponsor, sequence.to_bytes(8, "little"))


def is_signed(network, transaction):
    content = transaction.content[1]
    return signed(content.body.sender, network.number, KIND, content.body.raw, content.signature)


def could_be_admitted(key):
    """Admission as far as it can be seen without asking whether the key is a point."""
    return curve.decode(key) is None and canonical(key) or curve.admitted(key)


def canonical(key):
    return int.from_bytes(key, "little") % 2**255 < curve.P


def range_fault(network, transaction):
    """(code, detail) of what is wrong with what a signed transaction does, whatever the ledger holds, or None."""
    body, (name, content) = signed_body(transaction), parts(transaction)
    sender = address(body.sender)

    def unless(holds, code):
        return None if holds else (code, None)

    def detailed(code, detail):
        return (code, detail) if detail else None

    if name == "transfer":
        return unless(content.amount > 0 and content.to != sender, "amount")
    if name in ("add-stake", "withdraw-stake"):
        return unless(content.amount > 0, "amount")
    if name == "register-pool":
        own = content.pool.owner == sender and content.pool.sequence == body.sequence
        return unless(pools.in_bounds(content.pool), "range") or unless(own, "not-yours")
    if name == "prove-fraud":
        return detailed("fraud", fraud.unsigned_fault(network, content.proof))
    if name == "register-meter":
        return detailed("certificate", meters.uncertified(content.certificate.body))
    if name == "prove-equivocation":
        return detailed("equivocation", meters.no_equivocation(network, content.proof))
    if name == "read":
        return unless(content.readings, "amount")
    if name == "open-subvention":
        terms = content.terms
        return unless(terms.budget > 0 and terms.rate > 0, "amount") or unless(terms.certifiers, "range")
    if name == "open-contract":
        return detailed("contract", contracts.objection(network, content.contract.body))
    return None


def structural_fault(network, transaction):
    """(code, detail), or None."""
    if weight(transaction) > WEIGHT_MAX:
        return "weight", None
    body = signed_body(transaction)
    if transaction.content[0] == COINBASE_KIND:
        return "coinbase", None
    if body is None:
        return None
    if not could_be_admitted(body.sender):
        return "bad-key", None
    if body.fee < least_fee(network, transaction):
        return "fee", None
    return range_fault(network, transaction)


def read(data):
    return decode(TRANSACTION, data)
