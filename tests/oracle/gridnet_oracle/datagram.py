"""Datagrams and their files."""

from . import custody, token as tokens
from .encoding import HASH, U8, U64, blob, fixed, option, struct
from .pool import CARD, card_is_good
from .values import address, first_broken, identity_proof

# A file is these nine bytes and the datagram.
FILE = struct(
    lambda file: file.magic == b"GN-dgram" and file.version == 1,
    magic=fixed(8),
    version=U8,
    token=tokens.TOKEN,
    card=option(CARD),
    custody=custody.CHAIN,
    destination=HASH,
    expiry=U64,
    payload=blob(65535),
)


def identity_is_proven(network, sender):
    """Whether the sender's address has the work behind it that the network asks for."""
    return identity_proof(network, address(sender.key), sender.repetitions, sender.nonce)[1] is None


def fault(network, now, previous, file):
    """The first reason against a datagram; `previous` is D of the packet before, None outside of streams."""
    if file is None:
        return "shape"
    token, card = file.token, file.card
    digest = tokens.bundle_digest(file.destination, file.expiry, file.payload)
    if previous is not None:
        digest = tokens.stream_digest(previous, digest)
    return (
        tokens.fault(network, token)
        or first_broken(("identity", lambda: identity_is_proven(network, token.sender)))
        or first_broken(("card", lambda: card is None or card_is_good(card, token)))
        or custody.fault(token, file.custody)
        or first_broken(
            ("expiry", lambda: token.issued <= now <= file.expiry <= token.expiry),
            ("content", lambda: token.content == digest),
        )
    )
