"""The package against published vectors, and against the `cryptography` package where there is one."""

import contextlib
import copy
import hashlib
import io
import json
import pathlib
import tempfile
import types

from . import contract, curve, hpke, payout, pool, state, values

hexed = bytes.fromhex


def signatures():
    """RFC 8032, 7.1, and ZIP-215's defining case: R and A of small order in all 14 encodings, S = 0."""
    seed = hexed("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = hexed("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = hexed(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert curve.public_key(seed) == key
    assert curve.verify(key, b"", signature) and not curve.verify(key, b"\0", signature) and curve.admitted(key)
    raised = (int.from_bytes(signature[32:], "little") + curve.L).to_bytes(32, "little")
    assert not curve.verify(key, b"", signature[:32] + raised)

    small = set()
    for y in range(19):
        # The encodings of P + y, and of y, under both signs.
        for number in (y, curve.P + y, curve.P - 1):
            small |= {(number | sign << 255).to_bytes(32, "little") for sign in (0, 1)}
    # A point of order L times any point leaves what is of small order; some point gives all eight.
    for i in range(40):
        point = curve.decode(hashlib.sha256(bytes([i])).digest())
        if point:
            rest = curve.combine((curve.L, point))
            small |= {curve.encode(rest), curve.encode(curve.negative(rest))}
    small = {data for data in small if curve.decode(data) and curve.is_small(curve.decode(data))}
    assert len(small) == 14 and not any(map(curve.admitted, small))
    assert all(curve.verify(a, b"Zcash", r + bytes(32)) for a in small for r in small)
    for data in small:
        mixed = curve.encode(curve.add(curve.decode(key), curve.decode(data)))
        assert curve.admitted(mixed)
        # The cofactor forgives R a part of small order, once its bytes are in the hash.
        r = curve.encode(curve.add(curve.combine((5, curve.BASE)), curve.decode(data)))
        s = (5 + curve.sha512(r, key, b"m") * curve.secret_scalar(seed)) % curve.L
        assert curve.verify(key, b"m", r + s.to_bytes(32, "little"))


def sealing():
    """RFC 7748, 5.2 and 6.1; RFC 8439, 2.8.2; RFC 9180, A.2.1."""
    scalar = hexed("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4")
    point = hexed("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")
    assert hpke.x25519(scalar, point).hex() == "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
    alice = hexed("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
    bob = hexed("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
    shared = hpke.x25519(alice, hpke.x25519(bob))
    assert shared.hex() == "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"

    key, nonce = bytes(range(0x80, 0xA0)), hexed("070000004041424344454647")
    aad = hexed("50515253c0c1c2c3c4c5c6c7")
    text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    text += b"sunscreen would be it."
    sealed = hexed(
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e06"
        "0b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d265"
        "86cec64b61161ae10b594f09e26a7e902ecbd0600691"
    )
    assert hpke.aead_open(key, nonce, aad, sealed) == text and hpke.aead_open(key, nonce, b"", sealed) is None

    info, aad = b"Ode on a Grecian Urn", b"Count-0"
    secret = hexed("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
    receiver = hexed("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a")
    assert hpke.x25519(secret) == receiver
    sealed = hexed(
        "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
    )
    assert hpke.unseal(secret, info, aad, sealed) == b"Beauty is truth, truth beauty"
    assert hpke.unseal(secret, info, aad, bytes(32) + sealed[32:]) is None


def formats():
    """BIP 350, and what the page says in numbers."""
    down = values.bech32m("abcdef", range(31, -1, -1))
    assert down == "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx"
    # 1,000,003 is what is left of this total after the fee and the receiver's part.
    total = next(t for t in range(1_050_000, 1_070_000) if sum(payout.split(t, 0, 10, 0, 3, 4, 5).shares) == 1_000_003)
    assert payout.split(total, 0, 10, 0, 3, 4, 5).shares == [250_001, 187_501, 140_626, 105_469, 316_406]
    leaves = [pool.leaf(bank, bytes(32), bytes(8)) for bank in range(5)]
    layers = pool.tree(leaves)
    assert [len(layer) for layer in layers] == [8, 4, 2, 1] and pool.tree(leaves[:1]) == [leaves[:1]]
    registered = types.SimpleNamespace(banks=5, root=layers[-1][0])
    for bank in range(8):
        proof = types.SimpleNamespace(ceiling=bytes(32), prefix=bytes(8), branch=pool.branch_of(layers, bank))
        assert pool.leads_to_root(registered, bank, proof) == (bank < 5)
        proof.branch.pop()
        assert not pool.leads_to_root(registered, bank, proof)


def rules():
    """What the page says in numbers of contracts, and trees of the state by hand."""
    shares = contract.allot([(10, 20, 100), (15, 30, 50)], 9, 20, 1_250)
    assert shares == [1_100, 150], shares
    delivery = contract.Delivery()
    for side, until, allotted in ((0, 4, 100), (0, 8, 10), (1, 4, 10), (1, 8, 100)):
        assert delivery.add(side, until, allotted) is None
    # The lesser of each interval, not of the sums.
    assert delivery.agreed() == 20 and delivery.add(0, 8, 1) == "slot"
    rows = [(state.ACCOUNTS, bytes([i]) * 32, bytes(16)) for i in range(3)]
    places = [state.key_hash(table, key) for table, key, _ in rows]
    leaves = [state.leaf(place, state.hashed(row[2])) for place, row in zip(places, rows)]
    assert state.root([]) == state.NOTHING and state.root(rows[:1]) == leaves[0]
    # Two rows: as many nodes with nothing on one side as their places have bits in common.
    depth = next(i for i in range(256) if state.bit(places[0], i) != state.bit(places[1], i))
    at = state.node(*(leaves[:2] if state.bit(places[1], depth) else leaves[1::-1]))
    for i in reversed(range(depth)):
        at = state.node(state.NOTHING, at) if state.bit(places[0], i) else state.node(at, state.NOTHING)
    assert state.root(rows[:2]) == at


def against_cryptography():
    """Random cases, where the package is there."""
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    except ImportError:
        print("without the cryptography package")
        return
    for i in range(60):
        a, b = (hashlib.sha256(bytes([i, j])).digest() for j in (0, 1))
        message = (a * 5)[: 2 * i]
        other = Ed25519PrivateKey.from_private_bytes(a)
        assert curve.verify(curve.public_key(a), message, other.sign(message))
        mine = hpke.x25519(a, hpke.x25519(b))
        theirs = X25519PublicKey.from_public_bytes(hpke.x25519(b))
        assert mine == X25519PrivateKey.from_private_bytes(a).exchange(theirs)
        sealed = ChaCha20Poly1305(a).encrypt(b[:12], message, b[: i % 32])
        assert hpke.aead_open(a, b[:12], b[: i % 32], sealed) == message


def run():
    for test in (signatures, sealing, formats, rules, against_cryptography):
        test()
        print(test.__name__, "good")


def changed(value):
    """Something else of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "nothing"
    if value.isdecimal():
        return str(int(value) + 1)
    # Hex, or a code.
    return ("1" if value[0] == "0" else "0") + value[1:]


def at(content, place):
    """What holds the place's last part."""
    for part in place[:-1]:
        content = content[part]
    return content


def entry_with(entries, **wanted):
    """The number of the first entry in which these are true."""
    return next(i for i, entry in enumerate(entries) if all(test(entry[name]) for name, test in wanted.items()))


def spoiled(name, content):
    """Places of a file each of which is said to be something else, which must be noticed."""
    given, nothing = (lambda value: value not in (None, [], False)), (lambda value: value is None)
    if name == "transactions.json":
        for field in ("id", "weight", "walked", "signatures", "kind"):
            yield "transactions", 0, field
        signed = entry_with(content["transactions"], least_fees=given)
        yield "transactions", signed, "least_fees", "main"
        yield "transactions", signed, "says", "sequence"
        yield "malformed", 3, "decodes"
    elif name == "blocks.json":
        places = "first.id first.proof trees.root trees.mutated coinbases.bytes rewards.reward".split()
        yield from ((*place.split(".")[:1], 1, place.split(".")[1]) for place in places)
        yield "branches", entry_with(content["branches"], root=nothing), "root"
        yield "framing", 0, "block", "weight"
        yield "framing", entry_with(content["framing"], block=nothing), "block"
    elif name == "energy.json":
        for part, field in (("certificates", "id"), ("readings", "id"), ("equivocations", "reason")):
            yield part, 0, field
        for part in ("certificates", "readings", "equivocations", "contracts", "states"):
            for reason in sorted({entry["reason"] for entry in content[part] if entry["reason"]}):
                yield part, entry_with(content[part], reason=lambda value: value == reason), "reason"
        yield "readings", entry_with(content["readings"], after=given), "after", "imported"
        yield "commands", 0, "signed"
        yield "allotments", 0, "shares", 0
        yield "balances", 0, "cap"
        yield "balances", 0, "bond"
        yield "balances", 0, "paid", 3, "balances", 1
        several = entry_with(content["deliveries"], steps=lambda steps: len(steps) > 3)
        yield from (("deliveries", several, "steps", 3, figure) for figure in (1, 2, 3))
        yield "deliveries", several, "encoded"
    elif name == "state.json":
        yield from (("rows", 0, field) for field in ("place", "value_hash"))
        yield "states", 0, "root"
        yield "states", len(content["states"]) - 1, "rows", 5, 2
        yield "proofs", 0, "holds"
        yield "proofs", entry_with(content["proofs"], holds=lambda value: not value), "holds"
    elif name == "chain.json":
        last = len(content["blocks"]) - 1
        for field in ("id", "root", "burnt", "rewarded", "height"):
            yield "blocks", last, field
        yield "blocks", last, "balances", 7
        refused = entry_with(content["blocks"], refused=given)
        yield "blocks", refused, "refused", 0, "code"
        yield "blocks", refused, "refused", 0, "entry"
        # A byte of a block that was mined is another block.
        yield "blocks", 1, "block"


# Blocks of the chain that are replayed for each thing that is spoiled.
BLOCKS = 8


def sabotage(folder, check):
    """A changed figure, byte, hash or code of each file is noticed. `check` says whether all of a file agrees."""
    for name in ("transactions.json", "blocks.json", "energy.json", "state.json", "chain.json"):
        content = json.loads((folder / name).read_text())
        if name == "chain.json":
            content["blocks"] = content["blocks"][:BLOCKS]
        places = [None, *spoiled(name, content)]
        for place in places:
            wrong = copy.deepcopy(content)
            if place:
                holder = at(wrong, place)
                holder[place[-1]] = changed(holder[place[-1]])
            with tempfile.TemporaryDirectory() as other:
                path = pathlib.Path(other) / name
                path.write_text(json.dumps(wrong))
                said = io.StringIO()
                with contextlib.redirect_stdout(said):
                    agrees = check(path)
            assert agrees == (place is None), f"{name}: {place}: {said.getvalue()}"
        print(f"{name}: each of {len(places) - 1} changes is noticed")
