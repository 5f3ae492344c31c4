"""A published chain, block by block, through the ledger of this side."""

from . import block as blocks, transaction as transactions
from .ledger import Ledger
from .rules import Refused
from .values import NETWORKS, address

hexed = bytes.fromhex


class Replay:
    def __init__(self):
        self.people, self.ledger = [], Ledger(NETWORKS["regtest"])

    def person(self, case):
        self.people.append(address(hexed(case["key"])))
        return {"address": self.people[-1]}

    def block(self, case):
        if "empty" in case:
            for number in range(case["empty"]):
                time = case["time"] + 120 * number
                self.ledger.apply(self.ledger.empty(hexed(case["payout"]), time), time)
        else:
            block = blocks.read(hexed(case["block"]))
            self.ledger.apply(block, block.header.time)
        state = self.ledger.state
        refused = [self.refusal(entry) for entry in case["refused"]]
        fields = "name", "code", "at", "entry", "detail"
        expected = [{field: entry[field] for field in fields} for entry in case["refused"]]
        return {
            "height": state.tip.height,
            "id": state.tip.id,
            "root": self.ledger.root(),
            "rewarded": state.rewarded,
            "burnt": state.burnt,
            "balances": [state.account(person)[0] for person in self.people],
            "refused": (expected, refused),
        }

    def refusal(self, entry):
        """Why a transaction or a block is not taken now. It changes nothing: blocks to come show whether it did."""
        try:
            if "block" in entry:
                self.ledger.apply(blocks.read(hexed(entry["block"])), entry["now"])
            else:
                self.ledger.judge(transactions.read(hexed(entry["transaction"])))
        except Refused as refused:
            code, at = refused.code, refused.transaction
            return {"name": entry["name"], "code": code, "at": at, "entry": refused.entry, "detail": refused.detail}
        return {"name": entry["name"], "code": None, "at": None, "entry": None, "detail": None}
