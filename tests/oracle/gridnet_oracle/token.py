"""Transmission tokens, sessions, and the content of what is carried."""

from . import curve
from .encoding import HASH, SIGNATURE, U16, U32, U64, integer, struct
from .values import BINDING, TOKEN as KIND, first_broken, le, object_id, signed, tagged

TOKEN = struct(
    lambda token: 1 <= token.a < token.b,
    network=U32,
    pool=HASH,
    bank=U16,
    start=U32,
    depth=U32,
    word=HASH,
    a=U16,
    b=U16,
    rule=integer(1, 1),
    receiver=struct(key=HASH, x_key=HASH, signature=SIGNATURE),
    content=HASH,
    issued=U64,
    expiry=U64,
    first_key=HASH,
    sender=struct(key=HASH, repetitions=U32, nonce=U32),
    signature=SIGNATURE,
)


def body(token):
    return token.raw[:-64]


def token_id(number, token):
    """`number` is of the network that is verified for."""
    return object_id(number, KIND, body(token))


def session(token):
    receiver = token.receiver
    places = le(token.network, 4) + token.pool + le(token.bank, 2) + le(token.start, 4)
    terms = le(token.a, 2) + le(token.b, 2) + le(token.rule, 1)
    return tagged("GN-sess_", places, receiver.key, receiver.x_key, token.first_key, terms)


def bundle_digest(destination, expiry, payload):
    return tagged("GN-data_", destination, le(expiry, 8), payload)


def stream_digest(previous, digest):
    return tagged("GN-strm_", previous, digest)


def well_shaped(token):
    """What must hold of a token that decodes."""
    return token.start < token.depth and token.issued <= token.expiry


def keys(token):
    return [token.sender.key, token.receiver.key, token.first_key]


def all_admitted(some):
    return all(map(curve.admitted, some))


def owner_signed(token):
    return signed(token.sender.key, token.network, KIND, body(token), token.signature)


def receiver_bound(token):
    receiver = token.receiver
    return signed(receiver.key, token.network, BINDING, receiver.key + receiver.x_key, receiver.signature)


def fault(network, token):
    """The first reason against a token that is looked at without a ledger."""
    return first_broken(
        ("shape", lambda: token is not None and well_shaped(token)),
        ("bad-key", lambda: all_admitted(keys(token))),
        ("network", lambda: token.network == network.number),
        ("owner-signature", lambda: owner_signed(token)),
        ("receiver-binding", lambda: receiver_bound(token)),
    )
