"""What each transaction does to the state, one function each: they change it, or raise Refused."""

import types

from . import contract as contracts, fraud, meter as meters, pool as pools, transit
from .custody import commitment
from .token import session
from .transaction import parts, signed_body, subvention_id, weight
from .values import address, le, tagged

GRACE = 720
COMMITMENT_BLOCKS = 100
DUE_AT_A_HEIGHT = 4096


class Refused(Exception):
    """Why something is not taken: a code, where, and the code of what is wrong there."""

    def __init__(self, code, detail=None, entry=None, transaction=None):
        super().__init__(code)
        self.code, self.detail, self.entry, self.transaction = code, detail, entry, transaction


def require(holds, code, detail=None):
    if not holds:
        raise Refused(code, detail)


def entered(entry, act, *arguments):
    """Does something to the entry of a list."""
    try:
        return act(*arguments)
    except Refused as refused:
        refused.entry = entry
        raise


class Turn:
    """A block on its way: the state, which is changed, and what does not change while it is."""

    def __init__(self, network, state, height, median_time):
        self.network, self.state, self.height, self.median_time = network, state, height, median_time
        self.fees = self.free_identities = 0
        for due in self.state.due.pop(height, []):
            self.fall_due(*due)

    def fall_due(self, kind, subject, amount=None):
        state = self.state
        if kind == "pay":
            self.credit(subject, amount)
        elif kind == "stake" and subject in state.identities:
            identity = state.identities[subject]
            back = sum(amount for due, amount in identity.notices if due <= self.height)
            identity.notices = [notice for notice in identity.notices if notice[0] > self.height]
            self.credit(subject, back)
        elif kind == "held" and subject in state.held:
            self.burn(sum(amount for _, amount in state.held.pop(subject).shares))
        elif kind == "banned" and subject in state.pools:
            self.burn(self.removed_pool(subject))
        elif kind == "commitment":
            state.commitments.pop(subject, None)
        elif kind == "contract" and not state.contracts[subject].settled:
            row = state.contracts[subject]
            self.settle(row, max(row.closing.delivered, row.delivery.settled(row.contract.last, row.closing.slot)))

    # Money.

    def credit(self, to, amount):
        if amount:
            balance, sequence = self.state.account(to)
            require(balance + amount < 2**64, "amount")
            self.state.accounts[to] = balance + amount, sequence

    def debit(self, of, amount):
        balance, sequence = self.state.account(of)
        require(balance >= amount, "balance")
        # Who pays nothing is written down all the same.
        self.state.accounts[of] = balance - amount, sequence

    def burn(self, amount):
        self.state.burnt += amount

    def later(self, height, *due):
        while len(self.state.due.get(height, [])) >= DUE_AT_A_HEIGHT and height < 2**32 - 1:
            height += 1
        self.state.due.setdefault(height, []).append(due)

    # Transactions.

    def transaction(self, transaction):
        name, content = parts(transaction)
        rule = getattr(self, name.replace("-", "_"))
        body = signed_body(transaction)
        if body is None:
            rule(content, transaction)
            return
        sender = address(body.sender)
        balance, sequence = self.state.account(sender)
        require(sequence == body.sequence, "sequence")
        require(balance >= body.fee, "balance")
        self.state.accounts[sender] = balance - body.fee, sequence + 1
        self.fees += body.fee
        rule(types.SimpleNamespace(key=body.sender, address=sender, sequence=body.sequence), content)

    def transfer(self, sender, action):
        self.debit(sender.address, action.amount)
        self.credit(action.to, action.amount)

    # Identities.

    def add_identity(self, identity, stake):
        require(identity.address not in self.state.identities, "duplicate")
        self.state.identities[identity.address] = types.SimpleNamespace(
            repetitions=identity.repetitions,
            nonce=identity.nonce,
            registered=self.height,
            revoked=False,
            stake=stake,
            notices=[],
        )

    def good_identity(self, of):
        require(of in self.state.identities, "unknown")
        require(not self.state.identities[of].revoked, "revoked")
        return self.state.identities[of]

    def register_identity_free(self, identity, _):
        require(self.free_identities < 64, "free-identities")
        self.free_identities += 1
        self.add_identity(identity, 0)

    def register_identity(self, sender, action):
        self.debit(sender.address, action.stake)
        self.add_identity(action.identity, action.stake)

    def add_stake(self, sender, action):
        identity = self.good_identity(action.identity)
        self.debit(sender.address, action.amount)
        require(identity.stake + action.amount < 2**64, "amount")
        identity.stake += action.amount

    def withdraw_stake(self, sender, action):
        identity = self.good_identity(sender.address)
        require(identity.stake >= action.amount, "stake")
        identity.stake -= action.amount
        due = self.height + self.network.notice
        if identity.notices and identity.notices[-1][0] == due:
            identity.notices[-1] = due, identity.notices[-1][1] + action.amount
            return
        require(len(identity.notices) < 32, "notices")
        identity.notices.append((due, action.amount))
        self.later(due, "stake", sender.address)

    # Pools.

    def register_pool(self, sender, action):
        pool = action.pool
        name = pools.pool_id(self.network.number, pool)
        require(name not in self.state.pools, "duplicate")
        require(pool.expiry >= self.height, "too-late")
        self.good_identity(sender.address)
        deposit = pools.coins(pool)
        self.debit(sender.address, deposit)
        self.state.pools[name] = types.SimpleNamespace(
            registration=pool, deposit=deposit, revealed=0, opened=set(), banned=False
        )

    def removed_pool(self, name):
        """What was left of a pool that is forgotten with its banks."""
        for bank in [bank for bank in self.state.banks if bank[0] == name]:
            del self.state.banks[bank]
        return self.state.pools.pop(name).deposit

    def reclaim_pool(self, sender, action):
        require(action.pool in self.state.pools, "unknown")
        pool = self.state.pools[action.pool]
        require(pool.registration.owner == sender.address, "not-yours")
        require(not pool.banned, "banned")
        require(self.height > pool.registration.expiry + GRACE, "too-early")
        self.credit(sender.address, self.removed_pool(action.pool))

    def ban(self, name):
        pool = self.state.pools[name]
        if not pool.banned:
            pool.banned = True
            self.later(max(pool.registration.expiry + GRACE, self.height) + 1, "banned", name)

    # Fraud.

    def commit_fraud(self, _, action):
        require(action.commitment not in self.state.commitments, "duplicate")
        self.state.commitments[action.commitment] = self.height
        self.later(self.height + COMMITMENT_BLOCKS + 1, "commitment", action.commitment)

    def prove_fraud(self, sender, action):
        token = action.proof.first
        owner = address(token.sender.key)
        require(token.pool in self.state.pools, "unknown")
        require(self.state.pools[token.pool].registration.owner == owner, "unknown")
        identity = self.good_identity(owner)
        lost = identity.stake + sum(amount for _, amount in identity.notices)
        identity.revoked, identity.stake, identity.notices = True, 0, []
        self.ban(token.pool)
        committed = self.state.commitments.get(tagged("GN-fraud", action.proof.raw, sender.address), self.height)
        reward = lost // 10 if committed < self.height else 0
        self.credit(sender.address, reward)
        self.burn(lost - reward)

    # Claims.

    def context(self):
        """The ledger as verdicts see it."""
        state = self.state
        identities = {
            name: transit.Identity(row.repetitions, row.nonce, row.registered, row.revoked, row.stake)
            for name, row in state.identities.items()
        }
        registered = {name: row.registration for name, row in state.pools.items()}
        kept = {name: (row.depth, row.word, row.session) for name, row in state.banks.items()}
        return transit.Context(self.network, self.height, self.median_time, registered, kept, identities)

    def claim(self, claims, _):
        for entry, claim in enumerate(claims):
            entered(entry, self.claim_one, claim)

    def claim_one(self, claim):
        verdict = transit.judge(self.context(), claim)
        require(verdict.reason is None, "claim", verdict.reason)
        token, split = claim.transit.token, verdict.split
        pool, place = self.state.pools[token.pool], (token.pool, token.bank)
        if place not in self.state.banks:
            pool.opened.add(token.bank)
            prefix = claim.bank_proof.prefix
        else:
            prefix = self.state.banks[place].prefix
        self.state.banks[place] = types.SimpleNamespace(
            depth=token.depth, word=token.word, session=session(token), prefix=prefix
        )
        if token.depth == pool.registration.length and token.word[:8] != prefix:
            self.ban(token.pool)
        pool.deposit -= verdict.total
        pool.revealed += claim.steps
        self.fees += split.fee
        self.burn(split.burnt)
        self.credit(address(token.receiver.key), split.receiver)
        shares, paid = [], {}
        for hop, share, void in zip(claim.transit.hops, split.shares, verdict.voids):
            _, content = hop.disclosure
            if void is None:
                self.credit(content[:32], share)
                paid[content[:32]] = share
            elif void == "unopened":
                shares += [(content, share)] if share else []
            else:
                self.burn(share)
        if shares:
            name = tagged("GN-held_", token.pool, le(token.bank, 2), le(token.depth, 4))
            last = self.height + self.network.escrow
            least = pool.registration.minimum_stake
            self.state.held[name] = types.SimpleNamespace(last=last, minimum_stake=least, shares=shares, paid=paid)
            self.later(last + 1, "held", name)

    def open(self, opened, transaction):
        require(opened.held in self.state.held, "unknown")
        held = self.state.held[opened.held]
        committed = [commitment(opened.opening) == of for of, _ in held.shares]
        require(any(committed), "opening")
        place, hop = committed.index(True), opened.opening[:32]
        identity = self.state.identities.get(hop)
        require(identity is not None, "void", "unregistered")
        require(not identity.revoked, "void", "revoked")
        require(self.height >= identity.registered + self.network.youth, "void", "too-young")
        require(identity.stake >= held.minimum_stake, "void", "low-stake")
        fee, share = weight(transaction) * self.network.fee_rate, held.shares[place][1]
        had = held.paid.pop(hop, 0)
        require(share > had, "void", "duplicate")
        require(fee < share - had, "fee")
        self.fees += fee
        self.burn(had)
        self.credit(hop, share - had - fee)
        del held.shares[place]
        held.paid[hop] = share
        if not held.shares:
            del self.state.held[opened.held]

    # Meters.

    def slot(self):
        return self.median_time // meters.SLOT_SECONDS

    def register_certifier(self, sender, _):
        require(sender.address not in self.state.certifiers, "duplicate")
        self.state.certifiers[sender.address] = self.height

    def active_meter(self, name):
        require(name in self.state.meters, "unknown")
        require(self.state.meters[name].retired is None, "retired")
        return self.state.meters[name]

    def register_meter(self, _, action):
        certificate = action.certificate.body
        name = meters.meter_id(self.network, certificate)
        require(name not in self.state.meters, "duplicate")
        require(address(certificate.certifier) in self.state.certifiers, "unknown")
        self.good_identity(address(certificate.owner))
        if certificate.replaces:
            old = self.active_meter(certificate.replaces.meter)
            require(old.certificate.owner == certificate.owner, "not-yours")
            require(old.kept and old.kept.id == certificate.replaces.last, "reading", "previous")
            old.retired = "replaced", name
        self.state.meters[name] = types.SimpleNamespace(
            certificate=certificate, registered=self.height, kept=None, baseline=(0, 0), allotted=(0, 0), retired=None
        )

    def read(self, _, action):
        for entry, reading in enumerate(action.readings):
            entered(entry, self.take, reading.body)

    def take(self, body):
        meter = self.active_meter(body.meter)
        kept = meter.kept
        why = meters.misread(kept, body, meter.certificate.rating, self.slot())
        require(why is None, "reading", why)
        meter.kept = meters.kept_after(self.network, body)
        if kept is None:
            meter.baseline = body.imported, body.exported
            return
        flowed = body.imported - kept.imported, body.exported - kept.exported
        pairs = zip((meters.IMPORT, meters.EXPORT), flowed, meter.allotted)
        meter.allotted = tuple(
            before + self.fill(body.meter, direction, kept.slot, body.slot, energy)
            for direction, energy, before in pairs
        )

    def fill(self, meter, direction, after, until, flowed):
        """Shares out what flowed; all that contracts got."""
        fillings = self.state.fillings.get((meter, direction), [])
        shares = contracts.allot([(one.first, one.last, one.limit) for one in fillings], after, until, flowed)
        side = contracts.BUYER if direction == meters.IMPORT else contracts.SELLER
        for filling, share in zip(fillings, shares):
            row = self.state.contracts[filling.contract]
            if filling.first <= until and not row.settled:
                why = row.delivery.add(side, until, share)
                require(why is None, "reading", why)
        left = [filling for filling in fillings if filling.last > until]
        if left:
            self.state.fillings[meter, direction] = left
        else:
            self.state.fillings.pop((meter, direction), None)
        return sum(shares)

    def prove_equivocation(self, _, action):
        first = action.proof.first.body
        self.active_meter(first.meter).retired = "equivocated", first.sequence

    # Subventions.

    def open_subvention(self, sender, action):
        terms = action.terms
        require(terms.expiry >= self.height, "too-late")
        self.debit(sender.address, terms.budget)
        name = subvention_id(sender.address, sender.sequence)
        self.state.subventions[name] = types.SimpleNamespace(sponsor=sender.address, terms=terms, left=terms.budget)

    def credit_subvention(self, _, action):
        require(action.subvention in self.state.subventions, "unknown")
        row = self.state.subventions[action.subvention]
        terms = row.terms
        require(self.height <= terms.expiry, "too-late")
        meter = self.active_meter(action.meter)
        certificate = meter.certificate
        is_for = certificate.certifier in terms.certifiers
        is_for = is_for and terms.area in (None, certificate.area) and terms.source in (None, certificate.source)
        require(is_for, "ineligible")
        require(meter.kept, "too-early")
        place, now = (action.subvention, action.meter), (meter.kept.imported, meter.kept.exported)
        if place not in self.state.credits:
            self.state.credits[place] = now, 0
            return
        baseline, credited = self.state.credits[place]
        energy = now[meters.EXPORT] - baseline[meters.EXPORT]
        if terms.net:
            energy = max(0, energy - (now[meters.IMPORT] - baseline[meters.IMPORT]))
        require(row.left > 0, "amount")
        amount = min(terms.rate * energy // 1000 - credited, row.left)
        require(amount > 0, "too-early")
        row.left -= amount
        self.state.credits[place] = baseline, credited + amount
        self.credit(address(certificate.owner), amount)

    def close_subvention(self, sender, action):
        require(action.subvention in self.state.subventions, "unknown")
        row = self.state.subventions[action.subvention]
        require(row.sponsor == sender.address, "not-yours")
        require(self.height > row.terms.expiry, "too-early")
        self.credit(sender.address, self.state.subventions.pop(action.subvention).left)

    # Authorities.

    def register_authority(self, sender, _):
        require(sender.address not in self.state.authorities, "duplicate")
        self.state.authorities[sender.address] = sender.key, self.height

    def mark(self, sender, action):
        require(sender.address in self.state.authorities, "unknown")
        of, subject = action.subject.of
        require(subject in (self.state.meters, self.state.identities, self.state.pools)[of], "unknown")
        self.state.marks[sender.address, action.subject.raw] = action.reason, action.effective, self.height

    def unmark(self, sender, action):
        place = sender.address, action.subject.raw
        require(place in self.state.marks, "unknown")
        del self.state.marks[place]

    # Contracts.

    def open_contract(self, _, action):
        contract = action.contract.body
        name = contracts.contract_id(self.network, contract)
        require(name not in self.state.contracts, "duplicate")
        require(contract.first >= self.slot() and contract.expiry > self.height, "too-late")
        sides = (
            (contract.seller_meter, contracts.SELLER, meters.EXPORT),
            (contract.buyer_meter, contracts.BUYER, meters.IMPORT),
        )
        for meter, role, direction in sides:
            row = self.active_meter(meter)
            require(row.certificate.owner == contracts.key_of(contract, role), "not-yours")
            require(row.kept is None or row.kept.slot < contract.first, "too-late")
            fillings = self.state.fillings.setdefault((meter, direction), [])
            require(len(fillings) < 16, "contracts")
            fillings.append(
                types.SimpleNamespace(contract=name, first=contract.first, last=contract.last, limit=contract.limit)
            )
        self.debit(address(contracts.key_of(contract, contracts.BUYER)), contract.deposit)
        self.state.contracts[name] = types.SimpleNamespace(
            contract=contract, opened=self.height, delivery=contracts.Delivery(), closing=None, settled=None
        )

    def unsettled(self, name):
        require(name in self.state.contracts, "unknown")
        require(not self.state.contracts[name].settled, "settled")
        return self.state.contracts[name]

    def read_further(self, row, readings):
        """Readings that come with a close or an answer. What is known already says nothing new."""
        of = row.contract.seller_meter, row.contract.buyer_meter
        for entry, reading in enumerate(readings):
            body = reading.body
            entered(entry, require, body.meter in of, "unknown")
            meter = self.state.meters.get(body.meter)
            kept = meter and meter.kept
            known = kept and (kept.sequence >= body.sequence or kept.slot >= body.slot)
            if not (meter and (known or meter.retired)):
                entered(entry, self.take, body)

    def close_contract(self, sender, action):
        row = self.unsettled(action.contract)
        self.read_further(row, action.readings)
        require(row.closing is None, "closing")
        contract = row.contract
        is_party = any(party.key == sender.key for party in contract.parties)
        require(is_party or self.height >= contract.expiry, "too-early")
        state = action.state and action.state.body
        if state:
            require(state.contract == action.contract, "contract", "other-contract")
            require(state.sequence > 0, "contract", "sequence")
        bond = contracts.bond(contract)
        self.debit(sender.address, bond)
        row.closing = types.SimpleNamespace(
            sequence=state.sequence if state else 0,
            delivered=state.delivered if state else 0,
            by=sender.address,
            bond=bond,
            slot=self.slot(),
            until=self.height + contract.window,
        )
        self.later(row.closing.until + 1, "contract", action.contract)

    def answer_contract(self, sender, action):
        state = action.state.body
        row = self.unsettled(state.contract)
        self.read_further(row, action.readings)
        require(row.closing, "not-closing")
        require(state.sequence > row.closing.sequence, "outdone")
        row.closing.sequence, row.closing.delivered, row.closing.by = state.sequence, state.delivered, sender.address

    def end_contract(self, _, action):
        state = action.state.body
        row = self.unsettled(state.contract)
        require(state.is_final, "contract", "final")
        self.settle(row, state.delivered)

    def settle(self, row, delivered):
        delivered = min(delivered, contracts.cap(row.contract))
        for to, amount in contracts.settlement(row.contract, delivered):
            self.credit(to, amount)
        if row.closing:
            self.credit(row.closing.by, row.closing.bond)
        row.settled = self.height, delivered
