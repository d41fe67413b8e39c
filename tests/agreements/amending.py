"""An amendment brought to its signature, each step by its own person."""

from __future__ import annotations

from typing import Any

from portfolio.agreements import queries, service
from portfolio.agreements.forms import AmendmentForm, AmendmentSignatureForm, BudgetLine
from portfolio.agreements.models import Amendment
from portfolio.documents.service import Incoming
from tests.agreements.standing import World, pdf_bytes

REASON = "Le ciment a renchéri de moitié depuis juin"
OPINION = "Avis du comité de suivi n° 4 du 2 novembre 2026"


def amend(world: World, number: int, kind: str, **more: Any) -> int:
    """An amendment prepared; its id."""
    form = AmendmentForm(**{"kind": kind, "reason": REASON, "act": OPINION, **more})
    with world.work("grants_officer") as work:
        return service.prepare_amendment(work, queries.get(work, number), form).id


def submit(world: World, amendment: int) -> None:
    with world.work("grants_officer") as work:
        service.submit_amendment(work, work.db.get_one(Amendment, amendment))


def approve(world: World, amendment: int) -> None:
    submit(world, amendment)
    with world.work("programme_head") as work:
        service.approve_amendment(work, work.db.get_one(Amendment, amendment))


def signature(work: Any, **more: Any) -> AmendmentSignatureForm:
    return AmendmentSignatureForm(
        **{
            "signed_on": work.today,
            "signatory_name": "Fadimata Touré",
            "signatory_function": "présidente",
            "scan": Incoming("avenant signé.pdf", pdf_bytes()),
            **more,
        }
    )


def sign(world: World, amendment: int, **more: Any) -> None:
    """Submitted, approved and signed by three people."""
    approve(world, amendment)
    with world.work("authorising_officer") as work:
        service.sign_amendment(work, work.db.get_one(Amendment, amendment), signature(work, **more))


def accept(world: World, amendment: int) -> None:
    submit(world, amendment)
    with world.work("programme_head") as work:
        service.accept_amendment(work, work.db.get_one(Amendment, amendment))


def rows(world: World, number: int) -> list[BudgetLine]:
    """The budget as it stands, as the form takes it."""
    with world.work("grants_officer", readonly=True) as work:
        return [
            BudgetLine(label=line.label, unit=line.unit, quantity=line.quantity, unit_minor=line.unit_minor, source=line.source)  # type: ignore[arg-type]
            for line in queries.lines(work, queries.get(work, number))
        ]  # fmt: skip


def moved(found: list[BudgetLine], taker: int, giver: int, amount: int) -> list[BudgetLine]:
    """So many francs from one line to another, both written as one unit."""
    lines = list(found)
    for position, change in ((taker, amount), (giver, -amount)):
        line = lines[position]
        lines[position] = line.model_copy(
            update={"quantity": 1, "unit_minor": line.quantity * line.unit_minor + change}
        )
    return lines
