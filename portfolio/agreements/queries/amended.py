"""What amendments look at: who may sign, what both parties signed, what is used, and what a termination would settle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from portfolio.agreements.models import (
    Agreement,
    AgreementLine,
    Amendment,
    Condition,
    Proof,
    Suspension,
    Tranche,
)
from portfolio.agreements.queries.blockers import standings, words
from portfolio.agreements.queries.records import amendments, lines, tranches
from portfolio.applications.models import Application
from portfolio.awards.models import Commitment
from portfolio.documents.reference import figure
from portfolio.groups.models import Officer
from portfolio.kit.text import fold
from portfolio.work import Work

CHARGED: list[Callable[[Work, Agreement], dict[int, int]]] = []
"""Rooms further down say what they charged to each line, by its id, in minor units; they register themselves here."""


def alike(one: str, other: str) -> bool:
    """Whether two names are one name: the words of one are in the other, or half of all their words are common."""
    left, right = set(fold(one).split()), set(fold(other).split())
    if not left or not right:
        return False
    common = left & right
    return common in (left, right) or 2 * len(common) >= len(left | right)


def entitled(work: Work, group_id: int, name: str, on: date) -> bool:
    """Whether this person was in the bureau of the group on that day."""
    statement = select(Officer.full_name).where(
        Officer.group_id == group_id, Officer.since <= on, or_(Officer.until.is_(None), Officer.until >= on)
    )
    return any(alike(name, officer) for officer in work.db.scalars(statement))


def suspensions(work: Work, agreement: Agreement) -> list[Suspension]:
    """The suspensions of an agreement, oldest first."""
    statement = select(Suspension).where(Suspension.agreement_id == agreement.id)
    return list(work.db.scalars(statement.order_by(Suspension.starts_on, Suspension.id)))


def results_of(work: Work, agreement: Agreement) -> str:
    """The expected results in force: those of the last amendment, or those of the file."""
    if agreement.results:
        return agreement.results
    answers = work.db.get_one(Application, agreement.application_id).answers or {}
    return str((answers.get("activities") or {}).get("results") or "").strip()


def signed_lines(work: Work, agreement: Agreement) -> dict[int, dict[str, Any]]:
    """The budget that both parties last signed, by position: transfers within the tolerance since then are measured against it."""
    base: list[dict[str, Any]] | None = None
    for amendment in amendments(work, agreement):
        if amendment.status != "signed":
            continue
        if (
            amendment.kind == "virement"
        ):  # prepared before or after a transfer without signature, it is what they signed last
            base = amendment.changes["after"]["lines"]
        elif amendment.kind == "virement_within" and base is None:
            base = amendment.changes["before"]["lines"]
    if base is None:
        base = [
            {"label": line.label, "source": line.source, "amount_minor": line.amount_minor}
            for line in lines(work, agreement)
        ]
    return dict(enumerate(base, 1))


def tolerance(work: Work, agreement: Agreement) -> int:
    """The per cent of a line that a transfer may add without an avenant, as it stood when the agreement was signed."""
    return figure("virement_percent", agreement.signed_at.date() if agreement.signed_at else work.today)


def used_lines(work: Work, agreement: Agreement) -> list[tuple[AgreementLine, int]]:
    """The lines that carry accepted expenses, with how much, in minor units."""
    totals: dict[int, int] = {}
    for charged in CHARGED:
        for number, amount in charged(work, agreement).items():
            totals[number] = totals.get(number, 0) + amount
    return [(line, totals[line.id]) for line in lines(work, agreement) if line.id in totals]


def conditions_of(work: Work, found: Sequence[Tranche]) -> dict[int, list[Condition]]:
    """The conditions of these tranches, by the id of their tranche, in order."""
    statement = select(Condition).where(Condition.tranche_id.in_([t.id for t in found] or [0]))
    rows: dict[int, list[Condition]] = {}
    for condition in work.db.scalars(
        statement.order_by(Condition.tranche_id, Condition.position, Condition.id)
    ):
        rows.setdefault(condition.tranche_id, []).append(condition)
    return rows


def condition_words(row: Mapping[str, Any], number: int) -> str:
    """A condition of a working copy as people say it."""
    return words(Condition(**row), number)


def used_conditions(work: Work, found: Sequence[Condition]) -> list[Condition]:
    """Those that were shown, by a mark or a record, or for which a waiver was asked."""
    shown = set(
        work.db.scalars(
            select(Proof.condition_id).where(Proof.condition_id.in_([c.id for c in found] or [0]))
        )
    )
    return [c for c in found if c.met_at or c.waiver_proposed_by_id or c.id in shown]


def settlement(work: Work, agreement: Agreement) -> dict[str, int]:
    """What a termination today would settle, in minor units: committed, paid, released to the line, still to justify, under repayment."""
    commitment = work.db.get_one(Commitment, agreement.commitment_id)
    paid = sum(t.paid_minor for t in tranches(work, agreement))
    found = standings(work, agreement).values()
    return {
        "committed_minor": commitment.amount_minor - commitment.released_minor,
        "paid_minor": paid,
        "released_minor": commitment.amount_minor - commitment.released_minor - paid,
        "open_minor": sum(s.open for s in found),
        "claimed_minor": sum(s.claimed for s in found),
    }


def open_amendments(work: Work, agreement: Agreement) -> list[Amendment]:
    """Those neither signed nor refused."""
    return [a for a in amendments(work, agreement) if a.status in ("draft", "submitted", "approved")]
