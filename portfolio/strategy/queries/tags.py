"""Weighted tags: what is tagged with what, and money split by objective to the franc (M05, R8, R14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import aliased

from portfolio.kit.db import Base
from portfolio.kit.errors import NotFound
from portfolio.kit.money import split
from portfolio.rulebook.permissions import PERMISSIONS
from portfolio.strategy.models import Crosswalk, Framework, Objective, Tag
from portfolio.strategy.queries.frameworks import objectives_in_force
from portfolio.work import Work

ALL_COUNTRIES = ("ML", "BF", "NE")


@dataclass(frozen=True)
class Subject:
    """What is being tagged: its territory and the day its call was published decide which frameworks count (R8)."""

    thing: Base
    label: str
    url: str
    countries: tuple[str, ...] = ALL_COUNTRIES
    on: date | None = None


CONTEXTS: dict[str, Callable[[Work, int], Subject]] = {}
"""Table → how its room describes one of its records as a subject of tags."""


def subject_context(subject_type: str, describe: Callable[[Work, int], Subject]) -> None:
    """Register how the records of a table are described: label, address, territory, day of publication. NotFound hides them."""
    CONTEXTS[subject_type] = describe


def context_of(work: Work, subject_type: str, subject_id: int) -> Subject:
    """The subject of the tag editor. Without a registration, the record's own country and today stand."""
    if (describe := CONTEXTS.get(subject_type)) is not None:
        return describe(work, subject_id)
    model = next((m.class_ for m in Base.registry.mappers if m.class_.__tablename__ == subject_type), None)
    permission = f"{subject_type}:view"
    if model is None or permission not in PERMISSIONS:
        raise NotFound
    thing = work.fetch(model, subject_id, permission)
    label = str(getattr(thing, "reference", None) or getattr(thing, "title", None) or subject_id)
    country = getattr(thing, "country", None)
    return Subject(thing, label, "/", (country,) if country else ALL_COUNTRIES)


def tags_of(work: Work, subject: Base) -> list[tuple[Tag, Objective, Framework]]:
    """The tags of a record, by framework and weight."""
    return tags_of_many(work, subject.__tablename__, [subject.id]).get(subject.id, [])  # type: ignore[attr-defined]


def tags_of_many(
    work: Work, subject_type: str, ids: Sequence[int]
) -> dict[int, list[tuple[Tag, Objective, Framework]]]:
    """The tags of several records of one table, in one query."""
    statement = (
        select(Tag, Objective, Framework)
        .join(Objective, Objective.id == Tag.objective_id)
        .join(Framework, Framework.id == Tag.framework_id)
        .where(Tag.subject_type == subject_type, Tag.subject_id.in_(ids))
        .order_by(Framework.id, Tag.weight.desc(), Objective.position)
    )
    found: dict[int, list[tuple[Tag, Objective, Framework]]] = {}
    for tag, objective, framework in work.db.execute(statement):
        found.setdefault(tag.subject_id, []).append((tag, objective, framework))
    return found


def main_and_more(work: Work, subject: Base) -> tuple[str, int]:
    """The heaviest objective of the institution's own framework and how many more it has: « A1.3 » and « + 1 » (R14)."""
    found = tags_of(work, subject)
    own = [o.code for _tag, o, f in found if f.id == found[0][2].id]
    return (own[0], len(own) - 1) if own else ("", 0)


def main_objective(work: Work, subject: Base) -> str:
    """The code an entry of the ledger carries: the heaviest objective, the first in the framework's order when two weigh the same. "" untagged."""
    return main_and_more(work, subject)[0]


@dataclass
class Split:
    """Money by objective of one framework. The parts and what lies outside sum to the whole, to the franc."""

    amounts: dict[int, int] = field(default_factory=dict)
    """Objective id → minor units."""
    outside_minor: int = 0
    """« hors périmètre »: what no objective of this framework covers."""
    outside_count: int = 0
    through_crosswalk: bool = False

    @property
    def total(self) -> int:
        """Everything that was split."""
        return sum(self.amounts.values()) + self.outside_minor


def split_by_objective(work: Work, framework: Framework, amounts: Iterable[tuple[str, int, int]]) -> Split:
    """Share each (subject_type, subject_id, minor) by the weights of its tags in this framework, by largest remainder (M05).

    A subject without tags in it is reached through the cross-walk: each of its tags elsewhere that answers to objectives of this framework gives
    them its weight, in equal parts; what answers to nothing is « hors périmètre », never guessed (R8).
    """
    return split_each(work, framework, [amounts])[0]


def split_each(
    work: Work, framework: Framework, measures: Iterable[Iterable[tuple[str, int, int]]]
) -> list[Split]:
    """The same for several measures of the same subjects (granted, paid, justified), whose tags are read once."""
    several = [[row for row in amounts if row[2]] for amounts in measures]
    direct: dict[tuple[str, int], dict[int, int]] = {}
    elsewhere: dict[tuple[str, int], dict[int, dict[int, int]]] = {}
    subjects = sorted({(kind, number) for rows in several for kind, number, _minor in rows})
    for start in range(0, len(subjects), 400):
        statement = select(Tag).where(
            tuple_(Tag.subject_type, Tag.subject_id).in_(subjects[start : start + 400])
        )
        for tag in work.db.scalars(statement.order_by(Tag.framework_id, Tag.objective_id)):
            key = (tag.subject_type, tag.subject_id)
            if tag.framework_id == framework.id:
                direct.setdefault(key, {})[tag.objective_id] = tag.weight
            else:
                elsewhere.setdefault(key, {}).setdefault(tag.framework_id, {})[tag.objective_id] = tag.weight
    answers = _answers(work, framework) if len(direct) < len(subjects) else {}
    return [_shared(rows, direct, elsewhere, answers) for rows in several]


def _shared(
    rows: Iterable[tuple[str, int, int]],
    direct: Mapping[tuple[str, int], dict[int, int]],
    elsewhere: Mapping[tuple[str, int], dict[int, dict[int, int]]],
    answers: dict[int, list[int]],
) -> Split:
    result = Split()
    for kind, number, minor in rows:
        weights: dict[int | None, int] = {}
        weights.update(direct.get((kind, number), {}).items())
        if not weights:
            weights = _through(elsewhere.get((kind, number), {}), answers)
            result.through_crosswalk = result.through_crosswalk or any(k is not None for k in weights)
        if not weights:
            weights = {None: 1}
        parts = split(minor, list(weights.values()))
        for objective, part in zip(weights, parts, strict=True):
            if objective is None:
                result.outside_minor += part
            else:
                result.amounts[objective] = result.amounts.get(objective, 0) + part
        result.outside_count += set(weights) == {None}
    return result


def _answers(work: Work, framework: Framework) -> dict[int, list[int]]:
    """Objective of any other framework → the objectives of this one that it answers to, whichever way the row was written."""
    first, second = aliased(Objective), aliased(Objective)
    statement = (
        select(Crosswalk.from_id, first.framework_id, Crosswalk.to_id, second.framework_id)
        .join(first, first.id == Crosswalk.from_id)
        .join(second, second.id == Crosswalk.to_id)
        .order_by(Crosswalk.from_id, Crosswalk.to_id)
    )
    found: dict[int, list[int]] = {}
    for start, from_framework, end, to_framework in work.db.execute(statement):
        starts_here, ends_here = from_framework == framework.id, to_framework == framework.id
        if starts_here and not ends_here:
            found.setdefault(end, []).append(start)
        elif ends_here and not starts_here:
            found.setdefault(start, []).append(end)
    return found


def _through(by_framework: dict[int, dict[int, int]], answers: dict[int, list[int]]) -> dict[int | None, int]:
    """Weights in this framework from the tags of the one other framework that covers most; whole numbers, scaled so that equal parts stay exact."""
    best = max(
        by_framework.values(), key=lambda tags: sum(w for o, w in tags.items() if o in answers), default={}
    )
    if not any(o in answers for o in best):
        return {}
    scale = 1
    for o in best:
        scale *= len(answers.get(o, [0]))
    weights: dict[int | None, int] = {}
    for o, weight in best.items():
        if o not in answers:
            weights[None] = weights.get(None, 0) + weight * scale
            continue
        for target in answers[o]:
            weights[target] = weights.get(target, 0) + weight * scale // len(answers[o])
    return weights


@dataclass(frozen=True)
class Section:
    """One framework in the tag editor: each objective with what is typed or stored for it, and the total."""

    framework: Framework
    rows: list[tuple[int, Objective, str]]
    """(line number of the form, objective, weight as text)."""
    total: int


def editor_facts(work: Work, subject: Subject, typed: Mapping[str, object] | None = None) -> dict[str, Any]:
    """What the tag editor shows: a section for each framework in force for the subject, and the ended ones it is read through."""
    on = subject.on or work.today
    stored = {o.id: str(tag.weight) for tag, o, _framework in tags_of(work, subject.thing)}
    sections, line = [], 0
    for framework, objectives in objectives_in_force(work, subject.countries, on):
        rows = []
        for objective in objectives:
            kept = stored.get(objective.id, "")
            rows.append((line, objective, str(typed.get(f"lines-{line}-weight", "")) if typed else kept))
            line += 1
        total = sum(int(text) for _line, _objective, text in rows if text.isascii() and text.isdigit())
        sections.append(Section(framework, rows, total))
    inside = {s.framework.id for s in sections}
    approved = work.db.scalars(select(Framework).where(Framework.status == "approved").order_by(Framework.id))
    return {
        "sections": sections,
        "on": on,
        "ended": [
            f for f in approved if f.id not in inside and set(f.territory.split(",")) & set(subject.countries)
        ],
    }
