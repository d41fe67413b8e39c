"""Frameworks with a territory and dates (R8), their objectives and the correspondences between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased

from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.strategy import reference
from portfolio.strategy.models import Crosswalk, Framework, Objective
from portfolio.work import Work

COUNTRIES = {"ML": N_("Mali"), "BF": N_("Burkina Faso"), "NE": N_("Niger")}

Amount = tuple[str, int, int]
"""What money is attached to: (subject_type, subject_id, minor units)."""
BY_FRAMEWORK: list[Callable[[Work], Iterable[Amount]]] = []
"""Rooms that hold money register a function here; a framework's page splits what they give by objective."""


def visible(work: Work) -> Select[Framework]:
    """The frameworks that the actor may see: all of them or none."""
    return select(Framework).where(work.within("framework:view", Framework))


def get(work: Work, number: int) -> Framework:
    """One framework; NotFound outside scope."""
    return work.fetch(Framework, number, "framework:view")


def framework_by_code(work: Work, code: str) -> Framework:
    """The newest version of a framework by its code; NotFound when there is none."""
    statement = select(Framework).where(Framework.code == code).order_by(Framework.id.desc()).limit(1)
    found = work.db.scalars(statement).one_or_none()
    if found is None:
        raise NotFound
    return found


def in_force(framework: Framework, on: date, countries: Iterable[str] | None = None) -> bool:
    """Whether a framework counts on a day, and on one of these countries when given; an unknown date bounds nothing (R8).

    A superseded version keeps its end date, so that it stays in force for what was published before.
    """
    if framework.status not in ("approved", "superseded"):
        return False
    if framework.status == "superseded" and framework.ends_on is None:
        return False
    if countries is not None and not set(countries) & set(framework.territory.split(",")):
        return False
    started = framework.starts_on is None or framework.starts_on <= on
    return started and (framework.ends_on is None or on <= framework.ends_on)


def frameworks_in_force(work: Work, countries: Iterable[str], on: date) -> list[Framework]:
    """The frameworks whose 100 % rule holds on this territory and day, the institution's own first."""
    found = work.db.scalars(
        select(Framework).where(Framework.status.in_(("approved", "superseded"))).order_by(Framework.id)
    )
    wanted = list(countries)
    return [f for f in found if in_force(f, on, wanted)]


def objectives_in_force(
    work: Work, countries: Iterable[str], on: date
) -> list[tuple[Framework, list[Objective]]]:
    """Each framework in force with the objectives that may be tagged; two queries."""
    frameworks = frameworks_in_force(work, countries, on)
    statement = select(Objective).where(
        Objective.framework_id.in_([f.id for f in frameworks]), Objective.taggable.is_(True)
    )
    by_framework: dict[int, list[Objective]] = {}
    for found in work.db.scalars(statement.order_by(Objective.framework_id, Objective.position)):
        by_framework.setdefault(found.framework_id, []).append(found)
    return [(f, by_framework.get(f.id, [])) for f in frameworks]


def objectives(work: Work, framework: Framework) -> list[Objective]:
    """The whole tree of a framework, in its own order: parents before children."""
    statement = select(Objective).where(Objective.framework_id == framework.id)
    return list(work.db.scalars(statement.order_by(Objective.position, Objective.id)))


def objective(work: Work, code: str, framework: str | None = None) -> Objective:
    """An objective by its code, in the newest version that has it; NotFound when there is none."""
    statement = select(Objective).join(Framework, Framework.id == Objective.framework_id)
    statement = statement.where(Objective.code == code)
    if framework is not None:
        statement = statement.where(Framework.code == framework)
    found = work.db.scalars(statement.order_by(Framework.id.desc()).limit(1)).one_or_none()
    if found is None:
        raise NotFound
    return found


def short_title(framework_code: str, found: Objective) -> str:
    """The short title of the source where it gives one, else the whole title."""
    for fact in reference.objectives(framework_code):
        if fact.code == found.code and fact.title == found.title:
            return fact.short_title or found.title
    return found.title


def crosswalks(
    work: Work, framework: Framework
) -> list[tuple[Crosswalk, Objective, Framework, Objective, Framework]]:
    """The correspondences that touch a framework: (row, from, its framework, to, its framework)."""
    start, end = aliased(Objective), aliased(Objective)
    first, second = aliased(Framework), aliased(Framework)
    statement = (
        select(Crosswalk, start, first, end, second)
        .join(start, start.id == Crosswalk.from_id)
        .join(end, end.id == Crosswalk.to_id)
        .join(first, first.id == start.framework_id)
        .join(second, second.id == end.framework_id)
        .where(or_(first.id == framework.id, second.id == framework.id))
        .order_by(start.position, second.id, end.position)
    )
    return [(a, b, c, d, e) for a, b, c, d, e in work.db.execute(statement)]


def territory_words(framework: Framework) -> str:
    """The countries of a framework, in words."""
    return ", ".join(_(COUNTRIES.get(code, code)) for code in framework.territory.split(",") if code)


def other_objectives(work: Work, framework: Framework) -> list[tuple[int, str]]:
    """The objectives of every other framework as choices, for a correspondence."""
    statement = (
        select(Objective.id, Framework.code, Objective.code, Objective.title)
        .join(Framework, Framework.id == Objective.framework_id)
        .where(Framework.id != framework.id, Objective.level.not_in(("principle", "expected_result")))
        .where(Objective.title != "")
        .order_by(Framework.id, Objective.position)
    )
    return [
        (number, f"{owner} {code} · {title[:90]}")
        for number, owner, code, title in work.db.execute(statement)
    ]


def facts(work: Work, framework: Framework) -> dict[str, Any]:
    """All that a framework's page shows: its tree with the money of each objective, its correspondences, its age."""
    from portfolio.strategy.queries.tags import split_by_objective

    tree = objectives(work, framework)
    by_id = {o.id: o for o in tree}

    def depth(found: Objective) -> int:
        return 1 + depth(by_id[found.parent_id]) if found.parent_id in by_id else 0

    split = split_by_objective(work, framework, [a for source in BY_FRAMEWORK for a in source(work)])
    sums = dict(split.amounts)
    for found in reversed(tree):  # children after parents: amounts climb
        if found.parent_id in by_id and found.parent_id is not None and sums.get(found.id):
            sums[found.parent_id] = sums.get(found.parent_id, 0) + sums[found.id]
    kinds = ("principle", "expected_result")
    return {
        "framework": framework,
        "tree": [(o, depth(o), sums.get(o.id, 0)) for o in tree if o.level not in kinds],
        "principles": [o for o in tree if o.level == "principle"],
        "results": [(o, by_id.get(o.parent_id or 0)) for o in tree if o.level == "expected_result"],
        "split": split,
        "in_force": in_force(framework, work.today),
        "crosswalks": crosswalks(work, framework),
    }
