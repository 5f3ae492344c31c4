"""Openings, seals, the accumulator, and custody chains on their way.

A hop, here, is anything with `bearer`, `key` and `signature`, with its commitment and the hash of its seal beside it:
links on their way and hops of transit pools are verified by the same lines.
"""

from . import curve, hpke
from .encoding import HASH, SIGNATURE, fixed, listed, option, struct
from .token import all_admitted, session
from .values import BEARER as BEARER_KIND, CUSTODY, LAST, blake2s, first_broken, le, signed, tagged

OPENING = fixed(64)
BEARER = struct(key=HASH, signature=SIGNATURE)
OFFER = struct(key=HASH, signature=SIGNATURE, secret=HASH)
LINK = struct(bearer=option(BEARER), key=HASH, commitment=HASH, seal=fixed(112), signature=SIGNATURE)
CHAIN = struct(
    lambda chain: chain.offer is None or chain.last is None,
    links=listed(LINK, 32),
    offer=option(OFFER),
    last=option(SIGNATURE),
)


def commitment(opening):
    return tagged("GN-hop__", opening)


def unseal(token, index, link, secret):
    """The opening in a link's seal, or None where there is none that gives its commitment."""
    opening = hpke.unseal(secret, b"GN-seal_", session(token) + le(index, 1) + link.key, link.seal)
    return opening if opening is not None and commitment(opening) == link.commitment else None


def accumulators(token, hops):
    """A_0 to A_n, over (key, commitment, hash of the seal) of every hop."""
    result = [session(token)]
    for key, committed, seal_hash in hops:
        result.append(tagged("GN-acc__", result[-1], key, committed, seal_hash))
    return result


def link_accumulators(token, chain):
    return accumulators(token, [(link.key, link.commitment, blake2s(link.seal)) for link in chain.links])


def hop_keys(hops):
    return [key for hop in hops for key in ([hop.bearer.key] if hop.bearer else []) + [hop.key]]


def bearer_signed(number, holder, accumulator, bearer):
    return signed(holder, number, BEARER_KIND, accumulator + bearer.key, bearer.signature)


def hops_signed(token, hops, chain):
    """Whether every hand-over among the hops is signed by who held; `chain` is A_0 to A_n."""
    holder = token.first_key
    for i, hop in enumerate(hops):
        signer = holder
        if hop.bearer:
            if not bearer_signed(token.network, holder, chain[i], hop.bearer):
                return False
            signer = hop.bearer.key
        if not signed(signer, token.network, CUSTODY, chain[i + 1], hop.signature):
            return False
        holder = hop.key
    return True


def last_holder(token, hops):
    return hops[-1].key if hops else token.first_key


def last_signed(token, hops, chain, signature):
    body = tagged("GN-last_", chain[-1], token.receiver.key)
    return signed(last_holder(token, hops), token.network, LAST, body, signature)


def fault(token, chain):
    """The first reason against a custody chain on its way, of a token that is good."""
    if chain is None:
        return "shape"
    offer, links, sums = chain.offer, chain.links, link_accumulators(token, chain)
    return first_broken(
        ("bad-key", lambda: all_admitted(hop_keys(links) + ([offer.key] if offer else []))),
        ("custody", lambda: hops_signed(token, links, sums)),
        ("custody", lambda: not offer or bearer_signed(token.network, last_holder(token, links), sums[-1], offer)),
        ("custody", lambda: not offer or curve.public_key(offer.secret) == offer.key),
        ("last-hand-over", lambda: chain.last is None or last_signed(token, links, sums, chain.last)),
    )
