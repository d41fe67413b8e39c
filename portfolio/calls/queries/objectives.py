"""The objectives of a call, by framework: which must reach 100 % (R8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, select

from portfolio.calls.models import Call
from portfolio.strategy.models import Framework, Objective, Tag
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
    for framework, objective, weight in work.db.execute(statement):
        territory = set(framework.territory.replace(",", " ").split())
        begun = framework.starts_on is None or framework.starts_on <= on
        lasting = framework.ends_on is None or on <= framework.ends_on
        needed = framework.status == "approved" and begun and lasting and bool(territory & set(countries))
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
