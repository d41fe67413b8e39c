"""A life tries what may be done with payments that leave together."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.lives.acts import Product
from tests.lives.expected import Institution

NEXT = {"locked": "approve_batch", "approved": "authorise_batch", "authorised": "release_batch", "released": "dispatch"}


class BatchLives:
    """The acts on batches."""

    model: Institution
    product: Product
    theme: str
    who: Callable[..., str]
    among: Callable[[random.Random, list[int], list[Any]], int]
    agree: Callable[..., bool]

    def due_batches(self) -> list[str]:
        """The verbs for which a batch waits."""
        m, found = self.model, []
        for batch in m.batches:
            if batch.status == "draft":
                found += ["lock"] * 3 if batch.payments else ["add"]
            elif batch.status == "sent":
                found.append("reconcile" if all(m.payments[at].status in ("paid", "failed") for at in batch.payments) else "pay")
            elif batch.status in NEXT:
                found += [NEXT[batch.status]] * 4
        if any(m.free(at) for at in range(len(m.payments))):
            found += ["bundle"] * (6 if self.theme == "batches" else 1)
        return found

    def _teller(self, draw: random.Random, verb: str) -> str:
        """Mostly the cashier: the accountant releases, and so does not make."""
        return "cashier" if draw.random() < 0.75 else self.who(draw, verb)

    def bundle(self, draw: random.Random) -> None:
        every = list(range(len(self.model.payments)))
        ready = [at for at in every if self.model.free(at)]
        chosen = [at for at in ready if draw.random() < 0.8]
        if every and draw.random() < 0.15:
            chosen = list(dict.fromkeys([*chosen, draw.choice(every)]))
        self.do_bundle(self._teller(draw, "bundle"), chosen)

    def do_bundle(self, who: str, chosen: list[int]) -> None:
        went = self.product.bundle(who, chosen)
        if self.agree("bundle", who, self.model.may_bundle(chosen), went):
            self.model.bundle(sorted(chosen), who)
            self.product.batches.append(went[1])

    def fill(self, draw: random.Random, verb: str) -> None:
        m = self.model
        who = self.who(draw, verb)
        drafts = [n for n, b in enumerate(m.batches) if b.status == "draft" and (b.payments or verb == "add")]
        at = self.among(draw, drafts, m.batches)
        if verb == "take_out":
            if not m.batches[at].payments:
                return
            payment, expected = draw.choice(m.batches[at].payments), m.may_take_out(m.batches[at])
        elif not m.payments:
            return  # a batch was opened before there was anything to pay
        else:
            payment = self.among(draw, [n for n in range(len(m.payments)) if m.free(n)], m.payments)
            expected = m.may_add(m.batches[at], payment)
        if self.agree(verb, who, expected, self.product.on_batch(who, verb, at, payment)):
            if verb == "add":
                m.add(at, [payment])
            else:
                m.take_out(at, payment)

    def _waiting(self, draw: random.Random, *statuses: str) -> int:
        return self.among(draw, [n for n, b in enumerate(self.model.batches) if b.status in statuses], self.model.batches)

    def handle(self, draw: random.Random, verb: str) -> None:
        """Locked, opened again, given up, sent, reconciled."""
        m = self.model
        waits = {"lock": ("draft",), "unlock": ("locked", "approved", "authorised", "released"), "dispatch": ("released",),
                 "reconcile": ("sent",), "cancel": ("draft", "locked", "approved")}[verb]  # fmt: skip
        at = self._waiting(draw, *waits)
        batch = m.batches[at]
        may = {"dispatch": lambda one: m.may_dispatch(at, one), "reconcile": lambda one: m.may_reconcile(batch, one)}.get(verb)
        who = self._teller(draw, verb) if verb == "lock" else self.who(draw, verb, may)
        expected = {
            "lock": lambda: m.may_lock(batch), "unlock": lambda: m.may_unlock(batch), "cancel": lambda: m.may_cancel(batch),
            "dispatch": lambda: m.may_dispatch(at, who), "reconcile": lambda: m.may_reconcile(batch, who),
        }[verb]()  # fmt: skip
        if self.agree(verb, who, expected, self.product.on_batch(who, verb, at)):
            if verb == "lock":
                m.lock(batch, who)
            elif verb == "dispatch":
                m.dispatch(batch)
            elif verb == "cancel":
                m.cancel(at)
            else:
                batch.status = {"unlock": "draft", "reconcile": "reconciled"}[verb]

    def sign_batch(self, draw: random.Random, verb: str) -> None:
        m, name = self.model, f"{verb}_batch"
        at = self._waiting(draw, {"approve": "locked", "authorise": "approved", "release": "authorised"}[verb])
        wrong, total = draw.choice((0, 0, 0, 0, 0, 0, 0, 1)), sum(m.batches[at].locked.values())
        who = self.who(draw, name, lambda one: m.may_sign(at, verb, one, total))
        expected = m.may_sign(at, verb, who, total + wrong)
        if self.agree(name, who, expected, self.product.sign_batch(who, verb, at, wrong)):
            m.sign(m.batches[at], verb, who)
