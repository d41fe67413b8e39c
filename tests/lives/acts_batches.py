"""Payments that leave together, by the product's own verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from portfolio.funds.models import TreasuryAccount
from portfolio.payments import service
from portfolio.payments.forms import AddForm, BatchForm, SignForm
from portfolio.payments.models import PaymentBatch, PaymentLine
from tests.lives.acts_agreements import REASON


class BatchActs:
    """The verbs on batches."""

    tries: Callable[[str, Callable[[Any], Any]], tuple[bool, Any]]
    office: Any
    payments: list[int]
    batches: list[int]

    def bundle(self, who: str, payments: list[int]) -> tuple[bool, Any]:
        form = BatchForm(treasury_account_id=self.office.bank, profile="fleuve-csv", payments=[self.payments[at] for at in payments])
        return self.tries(who, lambda w: service.create(w, form).id)

    def on_batch(self, who: str, verb: str, at: int, payment: int = 0) -> tuple[bool, Any]:
        def act(work: Any) -> None:
            batch = work.db.get_one(PaymentBatch, self.batches[at])
            if verb == "add":
                service.add(work, batch, AddForm(payments=[self.payments[payment]]))
            elif verb == "take_out":
                line = select(PaymentLine.id).where(
                    PaymentLine.batch_id == batch.id, PaymentLine.disbursement_id == self.payments[payment])
                service.take_out(work, batch, work.db.scalars(line).one())
            elif verb in ("unlock", "cancel"):
                getattr(service, verb)(work, batch, REASON)
            else:
                {"lock": service.lock, "dispatch": service.send, "reconcile": service.reconcile}[verb](work, batch)

        return self.tries(who, act)

    def sign_batch(self, who: str, verb: str, at: int, wrong: int = 0) -> tuple[bool, Any]:
        """A signature on what the page shows now; `wrong` is by how much the total is typed wrong."""

        def act(work: Any) -> None:
            batch = work.db.get_one(PaymentBatch, self.batches[at])
            account = work.db.get_one(TreasuryAccount, batch.treasury_account_id)
            getattr(service, verb)(work, batch, SignForm.model_construct(
                total=batch.total_minor + wrong, count=batch.line_count, content_hash=batch.content_hash,
                balance_seen=account.balance_minor))

        return self.tries(who, act)
