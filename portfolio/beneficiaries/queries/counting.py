"""How many people, counted three ways that are never added together (R13): by name, counted, estimated.

Somebody found twice and merged counts once in every total: within a project, a call, a region, or all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from portfolio.agreements.models import Agreement
from portfolio.beneficiaries.models import BANDS, DISPLACEMENT, SEXES, ReachedCount, ReachedPerson
from portfolio.beneficiaries.reference import DISPLACEMENT_WORDS, KIND_WORDS, MASKED_BELOW
from portfolio.calls.models import Call
from portfolio.places.models import Place
from portfolio.projects.models import Project
from portfolio.strategy.models import Framework, Objective, Tag
from portfolio.work import Work

Cell = tuple[str, str, str]
"""sex, band, displacement"""
KINDS = ("named", "counted", "indirect")


@dataclass
class Reach:
    """The people of one row of a table: a counter of cells for each of the three ways."""

    named: Counter[Cell] = field(default_factory=Counter)
    counted: Counter[Cell] = field(default_factory=Counter)
    indirect: Counter[Cell] = field(default_factory=Counter)

    def cells(self, kind: str) -> Counter[Cell]:
        """The cells of one way of counting."""
        found: Counter[Cell] = getattr(self, kind)
        return found

    def total(self, kind: str) -> int:
        """How many by one way of counting."""
        return sum(self.cells(kind).values())

    def of_sex(self, kind: str, sex: str) -> int:
        """How many of one sex by one way of counting."""
        return sum(n for cell, n in self.cells(kind).items() if cell[0] == sex)


@dataclass
class Records:
    """What was recorded for some projects, as read: groups of persons, the persons found twice, groups of counts."""

    named: list[tuple[int, Cell, int]] = field(default_factory=list)
    twice: list[tuple[int, int, Cell]] = field(default_factory=list)
    """(the one person, project, cell), in order of first assistance."""
    counts: list[tuple[int, str, Cell, int]] = field(default_factory=list)

    def gathered(self, key: Callable[[int], Any]) -> dict[Any, Reach]:
        """The people under `key(project_id)`; somebody merged counts once in each group, where first assisted."""
        found: dict[Any, Reach] = {}

        def at(project_id: int) -> Reach:
            return found.setdefault(key(project_id), Reach())

        for project_id, cell, number in self.named:
            at(project_id).named[cell] += number
        seen: set[tuple[Any, int]] = set()
        for person, project_id, cell in self.twice:
            mark = (key(project_id), person)
            if mark in seen:
                at(project_id).named[cell] -= 1
            seen.add(mark)
        for project_id, kind, cell, number in self.counts:
            at(project_id).cells(kind)[cell] += number
        return found


def records(work: Work, projects: set[int] | None) -> Records:
    """The people of the projects given, of all in scope when None. Three queries."""
    p, c = ReachedPerson, ReachedCount
    some = [] if projects is None else [p.project_id.in_(sorted(projects))]
    found = Records()
    statement = (
        select(p.project_id, p.sex, p.band, p.displacement, func.count())
        .where(work.within("reach:view", p), *some)
        .group_by(p.project_id, p.sex, p.band, p.displacement)
    )
    for project_id, sex, band, situation, number in work.db.execute(statement):
        found.named.append((project_id, (sex, band, situation), number))
    roots = select(p.same_as_id).where(p.same_as_id.is_not(None))
    merged = (
        select(p.id, p.same_as_id, p.project_id, p.sex, p.band, p.displacement)
        .where(work.within("reach:view", p), *some, p.same_as_id.is_not(None) | p.id.in_(roots))
        .order_by(p.received_on, p.id)
    )
    for number, root, project_id, sex, band, situation in work.db.execute(merged):
        found.twice.append((root or number, project_id, (sex, band, situation)))
    some_c = [] if projects is None else [c.project_id.in_(sorted(projects))]
    counts = (
        select(c.project_id, c.kind, c.sex, c.band, c.displacement, func.sum(c.people))
        .where(work.within("reach:view", c), *some_c)
        .group_by(c.project_id, c.kind, c.sex, c.band, c.displacement)
    )
    for project_id, kind, sex, band, situation, number in work.db.execute(counts):
        found.counts.append((project_id, kind, (sex, band, situation), int(number)))
    return found


def by_project(work: Work, projects: set[int] | None, key: Callable[[int], Any]) -> dict[Any, Reach]:
    """The people of the projects given (all in scope when None), gathered under `key(project_id)`. Three queries."""
    return records(work, projects).gathered(key)


def reach(work: Work, projects: set[int] | None = None) -> Reach:
    """All the people of some projects, or of every project in scope."""
    return by_project(work, projects, lambda _n: "all").get("all", Reach())


# -- tables ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A line of a table: None is a masked cell."""

    code: str
    cells: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True)
class Table:
    """Bands by sex, with the line of totals."""

    kind: str
    lines: tuple[Line, ...]
    totals: Line
    total: int | None
    masked: bool
    situations: tuple[Line, ...]


def hide_small(matrix: list[list[int]]) -> list[list[int | None]]:
    """Mask the cells from 1 to 4, then as many others as it takes for no masked cell to be worked out from the total of its line or column."""
    shown: list[list[int | None]] = [[None if 0 < n < MASKED_BELOW else n for n in row] for row in matrix]
    if not matrix:
        return shown
    changed = True
    while changed:
        changed = False
        lines = [[(r, c) for c in range(len(matrix[0]))] for r in range(len(matrix))]
        lines += [[(r, c) for r in range(len(matrix))] for c in range(len(matrix[0]))]
        for line in lines:
            hidden = [at for at in line if shown[at[0]][at[1]] is None]
            others = sorted(
                (at for at in line if shown[at[0]][at[1]]), key=lambda at: (matrix[at[0]][at[1]], at)
            )
            if len(hidden) == 1 and others:
                shown[others[0][0]][others[0][1]] = None
                changed = True
    return shown


def _total(number: int, hide: bool) -> int | None:
    return None if hide and 0 < number < MASKED_BELOW else number


def masked(found: Reach, kind: str, hide: bool) -> Table:
    """The table of one way of counting; with `hide`, small cells and what would give them away are left out."""
    cells = found.cells(kind)
    matrix = [
        [sum(n for (s, b, _d), n in cells.items() if s == sex and b == band) for sex in SEXES]
        for band in BANDS
    ]
    plain: list[list[int | None]] = [list(row) for row in matrix]
    shown = hide_small(matrix) if hide else plain
    lines = tuple(
        Line(band, tuple(shown[n]), _total(sum(matrix[n]), hide))
        for n, band in enumerate(BANDS)
        if sum(matrix[n])
    )
    by_sex = [[sum(row[i] for row in matrix) for i in range(len(SEXES))]]
    sexes = hide_small(by_sex)[0] if hide else list[int | None](by_sex[0])
    total = sum(by_sex[0])
    situation = [[sum(n for (_s, _b, d), n in cells.items() if d == code) for code in DISPLACEMENT]]
    situations = hide_small(situation)[0] if hide else list[int | None](situation[0])
    return Table(
        kind=kind,
        lines=lines,
        totals=Line("total", tuple(sexes), _total(total, hide)),
        total=_total(total, hide),
        masked=hide and any(None in row for row in (*shown, sexes, situations)),
        situations=tuple(
            Line(code, (situations[n],), situations[n])
            for n, code in enumerate(DISPLACEMENT)
            if situation[0][n]
        ),
    )


# -- the page of all ------------------------------------------------------------------------------------------------

GROUPINGS = ("call", "region", "objective", "project", "country")


def _projects(work: Work) -> list[dict[str, Any]]:
    """Every project in scope with what it is gathered by: call, region, country, main objective. Two queries."""
    heaviest = (
        select(Objective.id)
        .join(Tag, Tag.objective_id == Objective.id)
        .where(Tag.subject_type == "agreement", Tag.subject_id == Agreement.id)
        .order_by(Tag.framework_id, Tag.weight.desc(), Objective.position, Objective.id)
        .limit(1)
        .correlate(Agreement)
        .scalar_subquery()
    )
    statement = (
        select(
            Project.id, Project.reference, Project.title, Project.country, Call.id, Call.reference, Call.code, Call.title, Place.path,
            heaviest.label("objective"),
        )
        .join(Call, Call.id == Project.call_id)
        .join(Place, Place.id == Project.place_id)
        .join(Agreement, Agreement.id == Project.agreement_id)
        .where(work.within("reach:view", Project))
        .order_by(Project.id)
    )  # fmt: skip
    rows = work.db.execute(statement).all()
    regions = {"/".join(r[8].split("/")[:2]) for r in rows}
    names: dict[str, str] = {}
    if regions:
        for path, name in work.db.execute(
            select(Place.path, Place.name).where(Place.path.in_(sorted(regions)))
        ):
            names[path] = name
    wanted = sorted({r[9] for r in rows if r[9]})
    objectives: dict[int, tuple[str, str]] = {}
    if wanted:
        said = (
            select(Objective.id, Framework.code, Objective.code, Objective.title)
            .join(Framework, Framework.id == Objective.framework_id)
            .where(Objective.id.in_(wanted))
        )
        for number, framework, code, title in work.db.execute(said):
            objectives[number] = (f"{framework}-{code}", f"{framework} {code} · {title}")
    found = []
    for (
        number,
        reference,
        title,
        country,
        call,
        call_reference,
        call_code,
        call_title,
        path,
        objective,
    ) in rows:
        region = "/".join(path.split("/")[:2])
        code, label = objectives.get(objective, ("none", ""))
        found.append(
            {
                "id": number,
                "project": (str(number), f"{reference} · {title}"),
                "country": (
                    country,
                    {"ML": "Mali", "BF": "Burkina Faso", "NE": "Niger"}.get(country, country),
                ),
                "call": (str(call), f"{call_reference or call_code} · {call_title}"),
                "region": (region, names.get(region, region)),
                "objective": (code, label),
            }
        )
    return found


def index_facts(work: Work, wanted: dict[str, str]) -> dict[str, Any]:
    """The page of all: three figures, bands by sex, situations, and the rows of a grouping. Six queries whatever the size."""
    by = wanted.get("by", "")
    by = by if by in GROUPINGS else "call"
    projects = _projects(work)
    options = {
        name: _options(p[name] for p in projects) for name in ("call", "country", "region", "objective")
    }
    kept = [
        p
        for p in projects
        if all(
            not wanted.get(name) or p[name][0] == wanted[name]
            for name in ("call", "country", "region", "objective")
        )
    ]
    keys = {p["id"]: p[by][0] for p in kept}
    labels = {p[by][0]: p[by][1] for p in kept}
    ids = set(keys)
    read = records(work, ids) if ids else Records()
    whole = read.gathered(lambda _n: "all").get("all", Reach())
    rows = read.gathered(lambda n: keys.get(n, ""))
    hide = not work.may("reach:view_names")
    return {
        "reach": whole,
        "tables": {kind: masked(whole, kind, hide) for kind in KIND_WORDS},
        "rows": table_rows(rows, labels, hide),
        "by": by,
        "wanted": wanted,
        "options": options,
        "projects": len(kept),
        "hidden": hide,
        "kind_words": KIND_WORDS,
        "displacement_words": DISPLACEMENT_WORDS,
    }


def _options(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(set(pairs), key=lambda pair: pair[1])


def table_rows(rows: dict[Any, Reach], labels: dict[Any, str], hide: bool) -> list[dict[str, Any]]:
    """One row a group: women, men, not given and total, for each of the three ways; small cells masked down the columns too."""
    order = sorted(rows, key=lambda k: labels.get(k, ""))
    columns: dict[str, list[list[int | None]]] = {}
    for kind in KINDS:
        matrix = [[rows[k].of_sex(kind, sex) for sex in SEXES] for k in order]
        columns[kind] = hide_small(matrix) if hide else [list[int | None](row) for row in matrix]
    return [
        {
            "code": code,
            "label": labels.get(code, ""),
            **{
                kind: {
                    "cells": columns[kind][n],
                    "total": _total(rows[code].total(kind), hide),
                }
                for kind in KINDS
            },
        }
        for n, code in enumerate(order)
    ]
