"""The objectives of a call, by framework: which must reach 100 % (R8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, select

from portfolio.calls.models import Call
from portfolio.calls.queries.record import countries as countries_of
from portfolio.calls.queries.record import get, places
from portfolio.kit.errors import NotFound
from portfolio.strategy.models import Framework, Objective, Tag
from portfolio.strategy.queries import Subject, in_force, subject_context
from portfolio.work import Work


@dataclass
class Tagged:
    """One framework: the weights given so far, and whether they must sum to 100 before publication."""

    framework_id: int
    code: str
    title: str
    needed: bool
    weights: list[tuple[int, str, str, int]] = field(default_factory=list)
    """(objective id, code, title, weight)"""

    @property
    def total(self) -> int:
        """The sum of the weights."""
        return sum(weight for _id, _code, _title, weight in self.weights)


def tagged(work: Work, call: Call, countries: Sequence[str]) -> list[Tagged]:
    """Frameworks in force on these countries when the call is (or was) published, and those tagged anyway; one query."""
    on = call.published_at.date() if call.published_at else work.today
    statement = (
        select(Framework, Objective, Tag.weight)
        .outerjoin(
            Tag, and_(Tag.framework_id == Framework.id, Tag.subject_type == "call", Tag.subject_id == call.id)
        )
        .outerjoin(Objective, Objective.id == Tag.objective_id)
        .where(Framework.status.in_(("approved", "superseded")))
        .order_by(Framework.id, Objective.position, Objective.id)
    )
    found: dict[int, Tagged] = {}
    rows: Iterable[Any] = work.db.execute(statement)
    for framework, objective, weight in rows:
        needed = in_force(framework, on, countries)
        if not needed and objective is None:
            continue
        entry = found.setdefault(framework.id, Tagged(framework.id, framework.code, framework.title, needed))
        if objective is not None:
            entry.weights.append((objective.id, objective.code, objective.title, weight))
    return list(found.values())


def taggable(work: Work, frameworks: Sequence[int]) -> dict[int, list[Objective]]:
    """The objectives that may be tagged, by framework; one query."""
    statement = select(Objective).where(
        Objective.framework_id.in_(list(frameworks)), Objective.taggable.is_(True)
    )
    found: dict[int, list[Objective]] = {}
    for objective in work.db.scalars(statement.order_by(Objective.position, Objective.id)):
        found.setdefault(objective.framework_id, []).append(objective)
    return found


def _subject(work: Work, number: int) -> Subject:
    """A draft call, for the tag editor. A published one is not found there: its objectives are frozen with it (C5)."""
    call = get(work, number)
    if call.status != "draft":
        raise NotFound
    return Subject(call, call.code, f"/calls/{call.id}", tuple(countries_of(places(work, call))))


subject_context("call", _subject)
