"""Meters: certificates, readings, proofs that a meter said two things at once, commands."""

import types

from . import curve
from .encoding import FLAG, HASH, SIGNATURE, U32, U64, blob, choice, integer, listed, option, refined, struct
from .values import CERTIFIER, COMMAND as COMMAND_KIND, OWNER, READING as READING_KIND, first_broken, object_id, signed

GENERATION, CONNECTION = 0, 1
IMPORT, EXPORT = 0, 1
SLOT_SECONDS = 900

NOTHING = struct()
AREA = refined(blob(16), lambda name: name and all(0x21 <= byte <= 0x7E for byte in name))
CERTIFICATE = struct(
    key=HASH,
    kind=FLAG,
    source=FLAG,
    area=AREA,
    rating=U32,
    certifier=HASH,
    owner=HASH,
    replaces=option(struct(meter=HASH, last=HASH)),
)
SIGNED_CERTIFICATE = struct(body=CERTIFICATE, certifier_signature=SIGNATURE, owner_signature=SIGNATURE)
READING = struct(meter=HASH, slot=U64, sequence=U64, imported=U64, exported=U64, previous=HASH)
SIGNED_READING = struct(body=READING, signature=SIGNATURE)
EQUIVOCATION = struct(first=SIGNED_READING, second=SIGNED_READING)
COMMAND = struct(
    dso=HASH,
    sequence=U64,
    scope=choice(AREA, listed(HASH, 96)),
    instruction=choice(NOTHING, NOTHING, U32, NOTHING),
    expiry=U64,
)
SIGNED_COMMAND = struct(body=COMMAND, signature=SIGNATURE)


def meter_id(network, certificate):
    """The certificate's body names the meter, as what its certifier signs."""
    return object_id(network.number, CERTIFIER, certificate.raw)


def uncertified(body):
    """The first reason against a certificate, its signatures aside."""
    return first_broken(
        ("bad-key", lambda: all(map(curve.admitted, (body.key, body.certifier, body.owner)))),
        ("same-key", lambda: body.key not in (body.certifier, body.owner)),
        ("rating", lambda: body.rating > 0),
    )


def certifier_signed(network, certificate):
    body = certificate.body
    return signed(body.certifier, network.number, CERTIFIER, body.raw, certificate.certifier_signature)


def owner_signed(network, certificate):
    body = certificate.body
    return signed(body.owner, network.number, OWNER, body.raw, certificate.owner_signature)


def certificate_fault(network, certificate):
    return uncertified(certificate.body) or first_broken(
        ("certifier-signature", lambda: certifier_signed(network, certificate)),
        ("owner-signature", lambda: owner_signed(network, certificate)),
    )


def reading_id(network, body):
    return object_id(network.number, READING_KIND, body.raw)


def reading_signed(network, key, reading):
    return signed(key, network.number, READING_KIND, reading.body.raw, reading.signature)


def kept_after(network, body):
    """What the ledger keeps of a reading."""
    return types.SimpleNamespace(
        sequence=body.sequence,
        slot=body.slot,
        imported=body.imported,
        exported=body.exported,
        id=reading_id(network, body),
    )


def misread(kept, body, rating, now):
    """The first reason against a reading whose signature is good. `now` is the slot of the present."""
    first = kept is None

    def within():
        # Watts are watt-hours of four slots; a begun watt-hour is one.
        most = -(-rating * (body.slot - kept.slot) // 4)
        return body.imported - kept.imported <= most and body.exported - kept.exported <= most

    return first_broken(
        ("sequence", lambda: first or body.sequence > kept.sequence),
        ("slot", lambda: first or body.slot > kept.slot),
        ("future", lambda: body.slot <= now),
        ("backwards", lambda: first or (body.imported >= kept.imported and body.exported >= kept.exported)),
        ("too-much", lambda: first or within()),
        ("previous", lambda: first or body.sequence != kept.sequence + 1 or body.previous == kept.id),
    )


def no_equivocation(network, proof):
    """The first reason why two readings prove nothing, their signatures aside."""
    first, second = proof.first.body, proof.second.body
    return first_broken(
        ("order", lambda: reading_id(network, first) < reading_id(network, second)),
        ("other-meter", lambda: first.meter == second.meter),
        ("other-sequence", lambda: first.sequence == second.sequence),
    )


def equivocation_fault(network, key, proof):
    return no_equivocation(network, proof) or first_broken(
        ("signature", lambda: all(reading_signed(network, key, one) for one in (proof.first, proof.second)))
    )


def command_id(network, body):
    return object_id(network.number, COMMAND_KIND, body.raw)


def command_signed(network, command):
    return signed(command.body.dso, network.number, COMMAND_KIND, command.body.raw, command.signature)
