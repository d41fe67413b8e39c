"""One `facts` a page: a sheet with its file, the progress of a call, the ranked list, the summary of one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.applications import queries as applications
from portfolio.applications.models import Application
from portfolio.calls.models import Call, Criterion, ReservedShare
from portfolio.committees.models import Session
from portfolio.groups.models import Group
from portfolio.kit.money import percent_of
from portfolio.places.models import Place
from portfolio.scoring.models import Mark, ScoreSheet
from portfolio.scoring.queries import progress as follow
from portfolio.scoring.queries.arithmetic import TOP, Grid, sheet_tenths
from portfolio.scoring.queries.ranks import Ranked, ranking, results
from portfolio.scoring.queries.sheets import complete_clause
from portfolio.work import Work


@dataclass(frozen=True)
class Line:
    """One criterion of a sheet: the grid and what was written."""

    criterion: Criterion
    value: int | None
    abstained: bool
    justification: str

    @property
    def choice(self) -> str:
        """The value of the form field."""
        return "na" if self.abstained else "" if self.value is None else str(self.value)

    @property
    def points_tenths(self) -> int | None:
        """Weighted mark, in tenths."""
        return None if self.value is None else 10 * self.value * self.criterion.weight // TOP

    @property
    def filled(self) -> bool:
        """A mark or an abstention, and its justification."""
        return (self.value is not None or self.abstained) and len(self.justification.strip()) >= JUSTIFIED


JUSTIFIED = 10
"""A justification is a sentence: ten characters at least."""


def lines_of(work: Work, sheet: ScoreSheet) -> list[Line]:
    """The grid of the call with the marks of this sheet. Two queries."""
    criteria = work.db.scalars(
        select(Criterion).where(Criterion.call_id == sheet.call_id).order_by(Criterion.position, Criterion.id)
    )
    marks = {m.criterion_id: m for m in work.db.scalars(select(Mark).where(Mark.sheet_id == sheet.id))}
    found = []
    for criterion in criteria:
        mark = marks.get(criterion.id)
        found.append(
            Line(
                criterion,
                mark.value if mark else None,
                bool(mark and mark.abstained),
                mark.justification if mark else "",
            )
        )
    return found


def total_of(lines: list[Line]) -> int:
    """The total of one sheet in tenths."""
    grid = [
        Grid(x.criterion.id, x.criterion.code, x.criterion.label, x.criterion.weight, x.criterion.floor, None)
        for x in lines
    ]
    return sheet_tenths(grid, {x.criterion.id: x.value for x in lines})


def sheet_facts(work: Work, sheet: ScoreSheet) -> dict[str, Any]:
    """A sheet for who may open it. The file itself shows only once its assessor has declared no interest."""
    row = work.db.execute(
        select(Application, Call, Group, Place.name, Person.full_name)
        .join(Call, Call.id == Application.call_id)
        .join(Group, Group.id == Application.group_id)
        .join(Place, Place.id == Application.place_id)
        .join(Person, Person.id == sheet.assessor_id)
        .where(Application.id == sheet.application_id)
    ).one()
    application = row[0]
    lines = lines_of(work, sheet)
    opened = sheet.status in ("open", "locked")
    return {
        "sheet": sheet,
        "application": application,
        "call": row[1],
        "group": row[2],
        "commune": row[3],
        "assessor": row[4],
        "lines": lines,
        "total_tenths": total_of(lines),
        "filled": sum(1 for line in lines if line.filled),
        "opened": opened,
        "is_mine": sheet.assessor_id == work.actor.id,
        "budget": applications.budget(work, application) if opened else [],
        "pieces": applications.piece_rows(work, application) if opened else [],
        "answers": _written(application, row[3]) if opened else [],
    }


def _written(application: Application, commune: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the group wrote, question by question; its people and telephones stay out of an assessor's sight."""
    told = applications.shown_answers(application, commune)
    return [(title, [row for row in rows if row[1]]) for code, title, rows in told if code != "group"]


def call_facts(work: Work, call: Call) -> dict[str, Any]:
    """The progress of the assessment of a call: files, assessors, sheets; never a mark."""
    rows = follow.progress(work, call)
    people = follow.assessors(work, call)
    loads = follow.loads(work, call)
    return {
        "call": call,
        "rows": rows,
        "totals": follow.totals(rows),
        "ready": follow.ready_to_close(rows),
        "assessors": [(p.id, p.full_name, loads.get(p.id, 0)) for p in people],
        "can_assign": work.may("application:assign"),
    }


@dataclass(frozen=True)
class Gauge:
    """What ranked files of a category ask, within the envelope, against a reserved share."""

    category: str
    percent: int
    within_minor: int
    tenths: int


def ranking_facts(work: Work, call: Call) -> dict[str, Any]:
    """The ranked list against the envelope, as the actor may see it, with what the reserved shares would get by rank alone."""
    lines = ranking(work, call)
    shares = work.db.scalars(
        select(ReservedShare).where(ReservedShare.call_id == call.id).order_by(ReservedShare.id)
    )
    covered = [
        x for x in lines if x.cumulative_minor is not None and x.cumulative_minor <= call.envelope_minor
    ]
    gauges = []
    for share in shares:
        total = sum(x.requested_minor for x in covered if share.category in x.categories)
        gauges.append(Gauge(share.category, share.percent, total, percent_of(total, call.envelope_minor)))
    sessions = work.db.scalars(
        select(Session)
        .where(
            Session.subject_type == "call",
            Session.subject_id == call.id,
            Session.status.in_(("planned", "convened", "sitting")),
        )
        .order_by(Session.scheduled_at)
    )
    return {
        "call": call,
        "lines": lines,
        "ranked": [x for x in lines if x.rank is not None],
        "unranked": [x for x in lines if x.rank is None],
        "covered_minor": max((x.cumulative_minor or 0 for x in covered), default=0),
        "asked_minor": sum(x.requested_minor for x in lines if x.rank is not None),
        "gauges": gauges,
        "sessions": list(sessions),
        "can_extra": work.may("application:assign"),
    }


def summary_facts(work: Work, application: Application) -> dict[str, Any]:
    """The fiche de synthèse of one file: every sheet side by side, once all are locked; else only how many are."""
    call = work.db.get_one(Call, application.call_id)
    outcome = results(work, call, [application.id]).get(application.id)
    names: dict[int, str] = {}
    marks: dict[int, dict[int, Mark]] = {}
    sheets: list[ScoreSheet] = []
    if outcome is not None:
        sheets = list(
            work.db.scalars(
                select(ScoreSheet)
                .join(Call, Call.id == ScoreSheet.call_id)
                .where(
                    ScoreSheet.application_id == application.id,
                    ScoreSheet.status == "locked",
                    complete_clause(ScoreSheet.application_id, Call.assessors_needed),
                )
                .order_by(ScoreSheet.id)
            )
        )
        names = work.around.names_of(work.db, [s.assessor_id for s in sheets])
        for mark in work.db.scalars(select(Mark).where(Mark.sheet_id.in_([s.id for s in sheets]))):
            marks.setdefault(mark.sheet_id, {})[mark.criterion_id] = mark
    criteria = list(
        work.db.scalars(
            select(Criterion).where(Criterion.call_id == call.id).order_by(Criterion.position, Criterion.id)
        )
    )
    group = work.db.get_one(Group, application.group_id)
    return {
        "application": application,
        "call": call,
        "group": group,
        "result": outcome,
        "criteria": criteria,
        "sheets": sheets,
        "names": names,
        "marks": marks,
        "totals": {s.sheet_id: s.total_tenths for s in outcome.sheets} if outcome else {},
        "needs_extra": bool(outcome) and outcome.spread_tenths > call.spread_limit * 10 if outcome else False,
    }


__all__ = [
    "Line",
    "Ranked",
    "call_facts",
    "lines_of",
    "ranking_facts",
    "sheet_facts",
    "summary_facts",
    "total_of",
]
