"""Sheets: an assessor sees their own; the staff sees a sheet only once every sheet of the file is locked (R9)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from portfolio.applications import queries as applications
from portfolio.applications.models import Application
from portfolio.calls.models import Call, Criterion
from portfolio.committees import queries as committees
from portfolio.documents import queries as documents
from portfolio.kit.errors import NotFound
from portfolio.scoring.models import ScoreSheet
from portfolio.scoring.queries.arithmetic import Grid
from portfolio.work import Work

ACTIVE = ("assigned", "open", "locked")
"""Sheets that count: neither declined nor withdrawn."""


def criteria(work: Work, call_id: int) -> list[Grid]:
    """The published grid of a call, in order."""
    rows = work.db.scalars(
        select(Criterion).where(Criterion.call_id == call_id).order_by(Criterion.position, Criterion.id)
    )
    return [Grid(c.id, c.code, c.label, c.weight, c.floor, c.tie_rank) for c in rows]


def complete_clause(application_id: Any, needed: Any) -> ColumnElement[bool]:
    """SQL: all the sheets of this file are locked, and there are as many as the call asks: only then may anything be seen (R9)."""
    pending, locked = aliased(ScoreSheet), aliased(ScoreSheet)
    count = (
        select(func.count(locked.id))
        .where(locked.application_id == application_id, locked.status == "locked")
        .scalar_subquery()
    )
    waiting = exists().where(
        pending.application_id == application_id, pending.status.in_(("assigned", "open"))
    )
    return and_(~waiting, count >= needed)


def visible(work: Work) -> Select[ScoreSheet]:
    """The sheets that the actor may open: their own, and those of complete files that no link closes to them."""
    actor = work.maybe_actor
    if actor is None:
        return select(ScoreSheet).where(false())
    clauses: list[ColumnElement[bool]] = []
    if actor.may("score_sheet:view"):
        clauses.append(ScoreSheet.assessor_id == actor.id)
    if actor.may("score:view"):
        clauses.append(
            and_(
                work.within("score:view", ScoreSheet),
                complete_clause(ScoreSheet.application_id, Call.assessors_needed),
                committees.open_to(work, "score:view", "application", ScoreSheet.application_id),
            )
        )
    if actor.may("score_sheet:enter"):
        clauses.append(
            and_(
                ScoreSheet.entered_from_paper_by_id == actor.id,
                ScoreSheet.status == "open",
                work.within("score_sheet:enter", ScoreSheet),
            )
        )
    return (
        select(ScoreSheet)
        .join(Call, Call.id == ScoreSheet.call_id)
        .where(or_(*clauses) if clauses else false())
    )


def get(work: Work, number: int) -> ScoreSheet:
    """A sheet that the actor may open, or NotFound."""
    statement = visible(work).where(ScoreSheet.id == number)
    found = work.db.scalars(statement).one_or_none() if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def get_managed(work: Work, number: int) -> ScoreSheet:
    """A sheet for whoever assigns, reopens or enters from paper; its marks stay closed. NotFound outside scope."""
    found = work.db.get(ScoreSheet, number) if 0 < number < 2**62 else None
    rights = ("application:assign", "score_sheet:reopen", "score_sheet:enter")
    if found is None or not any(work.may(right, found) for right in rights):
        raise NotFound
    return found


def get_call(work: Work, number: int) -> Call:
    """A call whose assessment the actor follows, or NotFound."""
    return work.fetch(Call, number, "call:view")


def get_application(work: Work, number: int) -> Application:
    """A file in assessment, for whoever assigns or reads scores; NotFound outside scope or when a link closes it."""
    right = "score:view" if work.may("score:view") else "application:assign"
    statement = select(Application).where(
        Application.id == number,
        work.within(right, Application),
        committees.open_to(work, right, "application", Application.id),
    )
    found = work.db.scalars(statement).one_or_none() if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def sheets_of(work: Work, application_ids: Iterable[int]) -> list[ScoreSheet]:
    """Every sheet of these files, in the order of assignment."""
    statement = select(ScoreSheet).where(ScoreSheet.application_id.in_(list(application_ids)))
    return list(work.db.scalars(statement.order_by(ScoreSheet.application_id, ScoreSheet.id)))


def active_sheets(work: Work, application_id: int) -> list[ScoreSheet]:
    """The sheets of one file that count."""
    return [s for s in sheets_of(work, [application_id]) if s.status in ACTIVE]


def mine(work: Work, *, pending: bool = False) -> list[tuple[ScoreSheet, Application, Call]]:
    """The actor's own sheets: those to fill first, by the end of the scoring period."""
    statement = (
        select(ScoreSheet, Application, Call)
        .join(Application, Application.id == ScoreSheet.application_id)
        .join(Call, Call.id == ScoreSheet.call_id)
        .where(ScoreSheet.assessor_id == work.actor.id)
    )
    if pending:
        statement = statement.where(ScoreSheet.status.in_(("assigned", "open")))
    order = {"open": 0, "assigned": 1, "locked": 2, "declined": 3, "withdrawn": 4}
    rows = [(s, a, c) for s, a, c in work.db.execute(statement.order_by(ScoreSheet.id))]
    rows.sort(
        key=lambda row: (order[row[0].status], row[2].scoring_until or row[2].closes_at.date(), row[0].id)
    )
    return rows


def open_file(work: Work, number: int) -> Application:
    """The file behind a paper: whoever may see it, and its assessor once no conflict was declared and until the sheet is withdrawn."""
    if work.may("application:view"):
        return applications.get(work, number)
    mine_here = select(ScoreSheet.id).where(
        ScoreSheet.application_id == number,
        ScoreSheet.assessor_id == work.actor.id,
        ScoreSheet.status.in_(("open", "locked")),
    )
    found = work.db.get(Application, number) if work.db.execute(mine_here).first() else None
    if found is None:
        return applications.get(work, number)
    return found


documents.owner("score_sheet", get)
documents.owner("application", open_file)
