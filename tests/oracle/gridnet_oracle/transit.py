"""Transit pools: claimed pools, their weight, and verdicts against what the ledger holds."""

import collections

from . import payout, pool
from .custody import BEARER, OPENING, accumulators, commitment, hop_keys, hops_signed, last_signed
from .encoding import HASH, SIGNATURE, U32, choice, listed, option, struct
from .token import TOKEN, all_admitted, keys, owner_signed, receiver_bound, session, token_id, well_shaped
from .values import RECEIPT, TRANSIT as KIND, address, first_broken, signed

UNOPENED, OPENED = 0, 1
HOP = struct(
    bearer=option(BEARER), key=HASH, seal_hash=HASH, signature=SIGNATURE, disclosure=choice(HASH, OPENING)
)
TRANSIT = struct(token=TOKEN, hops=listed(HOP, 32), last=SIGNATURE, proof=choice(SIGNATURE, SIGNATURE))
CLAIM = struct(steps=U32, bank_proof=option(struct(**pool.BANK_PROOF)), transit=TRANSIT)

Identity = collections.namedtuple("Identity", "repetitions nonce registered revoked stake")
# What the ledger holds: pools by id, kept (depth, word, session) by (pool, bank), identities by address.
Context = collections.namedtuple("Context", "network height median_time pools kept identities")
Verdict = collections.namedtuple("Verdict", "reason weight total split voids", defaults=(None, None, None))


def weight(claim):
    signatures = 4 + sum(2 if hop.bearer else 1 for hop in claim.transit.hops)
    return len(claim.raw) + -(-claim.steps // 16) + 64 * signatures


def fee_weight(context, claim):
    """What the fee is computed with: a bank proof that is not needed does not count."""
    token, proof = claim.transit.token, claim.bank_proof
    return weight(claim) - (len(proof.raw) if proof and (token.pool, token.bank) in context.kept else 0)


def committed(hop):
    tag, content = hop.disclosure
    return content if tag == UNOPENED else commitment(content)


def receiver_signed(token, transit, accumulator):
    tag, signature = transit.proof
    # What the receiver signs of a transit pool is all but its proof.
    kind, body = (RECEIPT, accumulator + token_id(token.network, token)) if tag else (KIND, transit.raw[:-65])
    return signed(token.receiver.key, token.network, kind, body, signature)


def void_causes(context, minimum_stake, hops, shares):
    """For each hop why it gets nothing, or None."""
    named = [opening[:32] if tag == OPENED else None for tag, opening in (hop.disclosure for hop in hops)]

    def cause(i):
        if named[i] is None:
            return "unopened"
        identity = context.identities.get(named[i])
        # Of equal shares, max takes the first.
        best = max((j for j, name in enumerate(named) if name == named[i]), key=shares.__getitem__)
        return first_broken(
            ("unregistered", lambda: identity is not None),
            ("revoked", lambda: not identity.revoked),
            ("too-young", lambda: context.height >= identity.registered + context.network.youth),
            ("low-stake", lambda: identity.stake >= minimum_stake),
            ("duplicate", lambda: best == i),
        )

    return [cause(i) for i in range(len(hops))]


def fault(context, claim):
    """The first reason against a claim, up to the walk; the order is part of the rules."""
    if claim is None:
        return "shape"
    transit, proof, steps = claim.transit, claim.bank_proof, claim.steps
    token, hops = transit.token, transit.hops
    sender, owner = token.sender, address(token.sender.key)
    registration, identity = context.pools.get(token.pool), context.identities.get(owner)
    kept = context.kept.get((token.pool, token.bank)) or (proof and (0, proof.ceiling, None))
    chain = accumulators(token, [(hop.key, committed(hop), hop.seal_hash) for hop in hops])
    return first_broken(
        ("shape", lambda: well_shaped(token)),
        ("bad-key", lambda: all_admitted(keys(token) + hop_keys(hops))),
        ("network", lambda: token.network == context.network.number),
        ("pool", lambda: registration is not None and pool.in_bounds(registration) and registration.owner == owner),
        ("pool", lambda: identity and (identity.repetitions, identity.nonce) == (sender.repetitions, sender.nonce)),
        ("bank", lambda: token.bank < registration.banks and token.depth <= registration.length),
        ("bank", lambda: kept is not None),
        ("bank", lambda: proof is None or pool.leads_to_root(registration, token.bank, proof)),
        ("stale", lambda: token.depth > kept[0] and (token.start == kept[0] or session(token) == kept[2])),
        ("stale", lambda: steps == token.depth - kept[0]),
        ("expiry", lambda: token.issued <= context.median_time <= token.expiry),
        # 720 blocks on every network, whatever its youth.
        ("expiry", lambda: context.height <= registration.expiry + 720),
        ("owner-signature", lambda: owner_signed(token)),
        ("receiver-binding", lambda: receiver_bound(token)),
        ("custody", lambda: hops_signed(token, hops, chain)),
        ("last-hand-over", lambda: last_signed(token, hops, chain, transit.last)),
        ("receiver-signature", lambda: receiver_signed(token, transit, chain[-1])),
        ("walk", lambda: pool.walk(registration.function, token.word, steps) == kept[1]),
    )


def judge(context, claim):
    """The verdict on a claim, which is None where it does not decode."""
    reason, weighed = fault(context, claim), claim and weight(claim)
    if reason:
        return Verdict(reason, weighed)
    token, hops = claim.transit.token, claim.transit.hops
    registration = context.pools[token.pool]
    total, rate = claim.steps * registration.value, context.network.fee_rate
    split = payout.split(total, fee_weight(context, claim), rate, token.rule, token.a, token.b, len(hops))
    if split is None:
        return Verdict("fee", weighed)
    voids = void_causes(context, registration.minimum_stake, hops, split.shares)
    return Verdict(None, weighed, total, split, voids)


def judge_all(context, claims):
    """Verdicts on claims one after the other, each on what the valid ones before it left."""
    kept = dict(context.kept)
    verdicts = []
    for claim in claims:
        verdicts.append(judge(context._replace(kept=kept), claim))
        if verdicts[-1].reason is None:
            token = claim.transit.token
            kept[token.pool, token.bank] = token.depth, token.word, session(token)
    return verdicts
