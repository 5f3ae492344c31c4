"""The published vectors of meters and contracts."""

import types

from . import contract as contracts, meter as meters
from .encoding import decode
from .values import NETWORKS

hexed = bytes.fromhex


def of_certificate(case):
    network, certificate = NETWORKS[case["network"]], decode(meters.SIGNED_CERTIFICATE, hexed(case["certificate"]))
    reason = meters.certificate_fault(network, certificate)
    return {"id": meters.meter_id(network, certificate.body), "reason": reason}


def of_reading(case):
    network, reading = NETWORKS[case["network"]], decode(meters.SIGNED_READING, hexed(case["reading"]))
    body, before = reading.body, case["before"]
    kept = before and types.SimpleNamespace(
        id=hexed(before["id"]), **{name: int(before[name]) for name in ("sequence", "slot", "imported", "exported")}
    )
    if not meters.reading_signed(network, hexed(case["key"]), reading):
        reason = "signature"
    elif body.meter != hexed(case["meter"]):
        reason = "other-meter"
    else:
        reason = meters.misread(kept, body, case["rating"], int(case["now"]))
    after = interval = None
    if reason is None:
        after = vars(meters.kept_after(network, body))
        if kept:
            interval = [kept.slot, body.slot, body.imported - kept.imported, body.exported - kept.exported]
    return {"id": meters.reading_id(network, body), "reason": reason, "after": after, "interval": interval}


def of_equivocation(case):
    network, proof = NETWORKS[case["network"]], decode(meters.EQUIVOCATION, hexed(case["proof"]))
    return {"reason": meters.equivocation_fault(network, hexed(case["key"]), proof)}


def of_command(case):
    network, command = NETWORKS[case["network"]], decode(meters.SIGNED_COMMAND, hexed(case["command"]))
    if command is None:
        return {"id": None, "signed": None, "is_for": None}
    tag, named = command.body.scope
    is_for = named == case["area"].encode() if tag == 0 else hexed(case["meter"]) in named
    signed = meters.command_signed(network, command)
    return {"id": meters.command_id(network, command.body), "signed": signed, "is_for": is_for}


def of_allotment(case):
    fillings = [tuple(map(int, filling)) for filling in case["fillings"]]
    return {"shares": contracts.allot(fillings, *(int(case[name]) for name in ("after", "until", "flowed")))}


def of_delivery(case):
    delivery, steps, last, early = contracts.Delivery(), [], int(case["last"]), int(case["early"])
    for side, until, allotted in case["readings"]:
        refused = delivery.add({"s": contracts.SELLER, "b": contracts.BUYER}[side], int(until), int(allotted))
        complete = min(map(delivery.latest, (contracts.SELLER, contracts.BUYER))) >= last
        settled = delivery.settled(last, last), delivery.settled(last, early)
        steps.append([refused, delivery.agreed(), delivery.delivered(), *settled, complete])
    return {"steps": steps, "encoded": delivery.encoded()}


def of_balances(case):
    contract = decode(contracts.CONTRACT, hexed(case["contract"]))
    paid = [
        {"delivered": entry["delivered"], "balances": contracts.balances(contract, int(entry["delivered"]))}
        for entry in case["paid"]
    ]
    return {"cap": contracts.cap(contract), "bond": contracts.bond(contract), "paid": paid}


def of_contract(case):
    network, contract = NETWORKS[case["network"]], decode(contracts.SIGNED_CONTRACT, hexed(case["contract"]))
    reason = contracts.objection(network, contract.body)
    if reason is None and not contracts.contract_signed(network, contract):
        reason = "signature"
    return {"id": contracts.contract_id(network, contract.body), "reason": reason}


def of_state(case):
    contract = decode(contracts.CONTRACT, hexed(case["contract"]))
    state = decode(contracts.SIGNED_STATE, hexed(case["state"]))
    return {"reason": contracts.state_fault(NETWORKS[case["network"]], contract, state)}


LISTS = {
    "certificates": of_certificate,
    "readings": of_reading,
    "equivocations": of_equivocation,
    "commands": of_command,
    "allotments": of_allotment,
    "deliveries": of_delivery,
    "balances": of_balances,
    "contracts": of_contract,
    "states": of_state,
}
