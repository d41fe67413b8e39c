"""Payments that leave together: locked, approved, authorised, released, sent, reconciled, each by another person; told in plain integers."""

from __future__ import annotations

from tests.lives.nouns import Batch, Grant, Payment, Tranche

HELD = ("locked", "approved", "authorised", "released")
SIGNED = {"approve": ("locked", "approved"), "authorise": ("approved", "authorised"), "release": ("authorised", "released")}
"""Signature → the status before and after it."""


class Bundles:
    """The verbs on batches of payments."""

    cash: int
    moment: int
    grants: list[Grant]
    tranches: list[Tranche]
    payments: list[Payment]
    batches: list[Batch]

    def free(self, at: int) -> bool:
        """Ordered, and in no batch."""
        return self.payments[at].status == "ordered" and self.payments[at].batch is None

    def may_bundle(self, payments: list[int]) -> bool:
        return all(self.free(at) for at in payments)

    def bundle(self, payments: list[int], who: str) -> None:
        self.batches.append(Batch(who, []))
        self.add(len(self.batches) - 1, payments)

    def may_add(self, batch: Batch, at: int) -> bool:
        return batch.status == "draft" and self.free(at)

    def add(self, batch: int, payments: list[int]) -> None:
        for at in payments:
            self.payments[at].batch = batch
        self.batches[batch].payments += payments

    def may_take_out(self, batch: Batch) -> bool:
        return batch.status == "draft"

    def take_out(self, batch: int, at: int) -> None:
        self.batches[batch].payments.remove(at)
        self._free(batch, at)

    def _free(self, batch: int, at: int) -> None:
        if self.payments[at].batch == batch:
            self.payments[at].batch = None

    def _leaves(self, batch: Batch) -> bool:
        """Every payment can be made today, and the account holds them all."""
        mine = [self.payments[at] for at in batch.payments]
        alive = all(p.status == "ordered" and self.grants[self.tranches[p.tranche].grant].alive for p in mine)
        return bool(mine) and alive and sum(p.net for p in mine) <= self.cash

    def may_lock(self, batch: Batch) -> bool:
        return batch.status == "draft" and self._leaves(batch)

    def lock(self, batch: Batch, who: str) -> None:
        self.moment += 1
        batch.status, batch.locker, batch.locked_at, batch.signers = "locked", who, self.moment, []
        batch.locked = {at: self.payments[at].net for at in batch.payments}

    def _as_locked(self, batch: int) -> bool:
        """No payment was taken back, changed or ordered anew since the lock: else what was signed is void."""
        found = self.batches[batch]
        return all(
            p.status == "ordered" and p.batch == batch and p.net == found.locked[at] and p.ordered_at < found.locked_at
            for at, p in ((at, self.payments[at]) for at in found.payments)
        )

    def may_sign(self, batch: int, verb: str, who: str, typed: int) -> bool:
        """By somebody who neither made the batch, nor signed it, nor asked for or liquidated a payment of it; who types the total he saw."""
        found = self.batches[batch]
        signers = [self.payments[at].signers for at in found.payments]
        own = verb != "authorise" and any(who in (s.get("requested"), s.get("liquidated")) for s in signers)
        return (
            found.status == SIGNED[verb][0]
            and self._as_locked(batch)
            and who not in (found.author, found.locker, *found.signers)
            and not own
            and typed == sum(found.locked.values())
        )

    def sign(self, batch: Batch, verb: str, who: str) -> None:
        batch.status = SIGNED[verb][1]
        batch.signers.append(who)

    def may_dispatch(self, batch: int, who: str) -> bool:
        found = self.batches[batch]
        return found.status == "released" and self._as_locked(batch) and self._leaves(found) and who not in found.signers[:2]

    def dispatch(self, batch: Batch) -> None:
        batch.status = "sent"
        for at in batch.payments:
            self.payments[at].status = "sent"

    def may_reconcile(self, batch: Batch, who: str) -> bool:
        answered = all(self.payments[at].status in ("paid", "failed") for at in batch.payments)
        return batch.status == "sent" and answered and who not in batch.signers[:2]

    def may_unlock(self, batch: Batch) -> bool:
        return batch.status in HELD

    def may_cancel(self, batch: Batch) -> bool:
        return batch.status in ("draft", *HELD)

    def cancel(self, batch: int) -> None:
        self.batches[batch].status = "cancelled"
        for at in self.batches[batch].payments:
            self._free(batch, at)
