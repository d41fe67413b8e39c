"""What a finding points at, from the number that the auditor types: « OP-2026-00003-K », « JUS-2026-00002-F/4 », « 1284 » for an entry."""

from __future__ import annotations

from typing import Any

from sqlalchemy import column, select, table

from portfolio.agreements.models import Agreement
from portfolio.disbursements.models import Disbursement
from portfolio.justifications.models import Expense, Justification, Recovery
from portfolio.ledger import queries as ledger
from portfolio.missions.queries.records import About
from portfolio.work import Work

_SAMPLES = table("audit_sample", column("id"), column("reference"))
"""The auditor's samples live above this room: read by name, without importing it."""


def resolve(work: Work, typed: str) -> About | None:
    """The record of this number, with its grant when it has one; None when the actor may see no such record."""
    said = " ".join(typed.split()).upper()
    if not said:
        return About()
    bare = said.lstrip("N°O. ")
    if bare.isascii() and bare.isdigit() and len(bare) < 16:
        act = ledger.act_of(work.db, int(bare))
        return About("ledger", act, bare) if act is not None else None
    first, _slash, second = said.partition("/")
    if second:
        return _voucher(work, first, second)
    for kind, model, own in (
        ("disbursement", Disbursement, Disbursement.agreement_id),
        ("recovery", Recovery, Recovery.agreement_id),
        ("agreement", Agreement, Agreement.id),
    ):
        found = _record(work, model, own, said)
        if found is not None:
            return About(kind, found[0], said, found[1], found[2])
    number = work.db.scalar(select(_SAMPLES.c.id).where(_SAMPLES.c.reference == said))
    return About("audit_sample", int(number), said) if number is not None else None


def _record(work: Work, model: Any, own: Any, reference: str) -> Any:
    noun = model.__tablename__
    statement = select(model.id, own, model.country).where(
        model.reference == reference, work.within(f"{noun}:view", model)
    )
    return work.db.execute(statement).one_or_none()


def _voucher(work: Work, report: str, number: str) -> About | None:
    if not (number.isascii() and number.isdigit() and len(number) < 7):
        return None
    statement = (
        select(Expense.id, Justification.agreement_id, Justification.country)
        .join(Justification, Justification.id == Expense.justification_id)
        .where(
            Justification.reference == report,
            Expense.number == int(number),
            work.within("justification:view", Justification),
        )
    )
    row = work.db.execute(statement).one_or_none()
    return About("expense", row[0], f"{report}/{int(number)}", row[1], row[2]) if row else None
