"""The mark of each file and the ranked list. Only files whose sheets are all locked exist here (R9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import func, select

from portfolio.applications.models import Application, FilingReceipt
from portfolio.calls.models import Call
from portfolio.committees.models import InterestDeclaration
from portfolio.committees.queries import must_declare
from portfolio.groups.models import Group, Officer
from portfolio.places.models import Place
from portfolio.scoring.models import Mark, ScoreSheet, SettledScore
from portfolio.scoring.queries.arithmetic import Result, SheetMarks, combine
from portfolio.scoring.queries.sheets import ACTIVE, criteria
from portfolio.work import Work


@dataclass(frozen=True)
class Why:
    """Why a file is not ranked: under the floor of a criterion or of the total, with the points it has (tenths)."""

    code: str
    label: str
    weight: int
    floor: int
    points_tenths: int


@dataclass(frozen=True)
class Ranked:
    """One line of the ranked list. `rank` is None for a file under a floor; `cumulative_minor` adds what ranked files ask."""

    application_id: int
    reference: str
    group_id: int
    applicant: str
    commune: str
    country: str
    title: str
    category: str
    categories: tuple[str, ...]
    status: str
    requested_minor: int
    currency: str
    result: Result | None
    filed_at: datetime
    filing_number: int | None
    rank: int | None = None
    cumulative_minor: int | None = None
    limit_before: bool = False
    """True on the first file that the envelope does not cover any more."""
    needs_extra: bool = False
    why: tuple[Why, ...] = field(default_factory=tuple)
    hidden: bool = False
    """The actor declared a link with this file, or has not declared yet: only its number and rank show."""

    @property
    def score_tenths(self) -> int:
        """The mark that is ranked."""
        return self.result.score_tenths if self.result else 0


def results(work: Work, call: Call, application_ids: Sequence[int] | None = None) -> dict[int, Result]:
    """File → result, for the files of a call whose sheets are all locked and numerous enough. Four queries."""
    statement = select(ScoreSheet).where(ScoreSheet.call_id == call.id, ScoreSheet.status.in_(ACTIVE))
    if application_ids is not None:
        statement = statement.where(ScoreSheet.application_id.in_(list(application_ids)))
    by_file: dict[int, list[ScoreSheet]] = {}
    for sheet in work.db.scalars(statement.order_by(ScoreSheet.id)):
        by_file.setdefault(sheet.application_id, []).append(sheet)
    complete = {
        number: sheets
        for number, sheets in by_file.items()
        if len(sheets) >= call.assessors_needed and all(s.status == "locked" for s in sheets)
    }
    if not complete:
        return {}
    grid = criteria(work, call.id)
    marks: dict[int, dict[int, int | None]] = {}
    rows = work.db.execute(
        select(Mark.sheet_id, Mark.criterion_id, Mark.value)
        .join(ScoreSheet, ScoreSheet.id == Mark.sheet_id)
        .where(ScoreSheet.application_id.in_(list(complete)), ScoreSheet.status == "locked")
    )
    for sheet_id, criterion_id, value in rows:
        marks.setdefault(sheet_id, {})[criterion_id] = value
    settled = {
        s.application_id: (s.tenths, s.reason)
        for s in work.db.scalars(select(SettledScore).where(SettledScore.application_id.in_(list(complete))))
    }
    return {
        number: combine(
            grid,
            [SheetMarks(s.id, s.assessor_id, marks.get(s.id, {}), s.extra, s.set_aside) for s in sheets],
            floor=call.score_floor,
            settled=settled.get(number),
        )
        for number, sheets in complete.items()
    }


def result(work: Work, application: Application) -> Result | None:
    """The result of one file, or None while a sheet is not locked (R9)."""
    call = work.db.get_one(Call, application.call_id)
    return results(work, call, [application.id]).get(application.id)


def full_ranking(work: Work, call: Call) -> list[Ranked]:
    """The ranked list as the committee's papers have it: ranked files in order, then those under a floor. For services: nothing is hidden.

    Order: mark, then the tie-breaking criteria of the grid in their order, then the order of filing.
    """
    found = results(work, call)
    if not found:
        return []
    rows = work.db.execute(
        select(Application, Group.name, Group.category, Place.name, FilingReceipt.number)
        .join(Group, Group.id == Application.group_id)
        .join(Place, Place.id == Application.place_id)
        .outerjoin(FilingReceipt, FilingReceipt.application_id == Application.id)
        .where(Application.id.in_(list(found)), Application.status != "withdrawn")
        .order_by(Application.id)
    ).all()
    led = led_by_women(work, [row[0].group_id for row in rows], work.today)
    lines = []
    for application, group, category, commune, number in rows:
        outcome = found[application.id]
        why = [
            Why("criterion_floor", c.label, c.weight, c.floor, c.points_tenths or 0)
            for c in outcome.below_criteria
        ]
        if outcome.below_total:
            why.append(Why("total_floor", "", 100, outcome.floor, outcome.score_tenths))
        categories = (category, "woman_president") if application.group_id in led else (category,)
        lines.append(
            Ranked(
                application_id=application.id,
                reference=application.reference,
                group_id=application.group_id,
                applicant=group,
                commune=commune,
                country=application.country,
                title=application.title,
                category=category,
                categories=categories,
                status=application.status,
                requested_minor=application.requested_minor,
                currency=application.amount_currency,
                result=outcome,
                filed_at=application.submitted_at,
                filing_number=number,
                needs_extra=outcome.spread_tenths > call.spread_limit * 10,
                why=tuple(why),
            )
        )
    return _order(lines, call.envelope_minor)


def _order(lines: Sequence[Ranked], envelope_minor: int) -> list[Ranked]:
    def key(line: Ranked) -> tuple[object, ...]:
        tie = line.result.tie if line.result else ()
        number = line.filing_number if line.filing_number is not None else 10**9
        return (-line.score_tenths, *(-points for points in tie), number, line.filed_at, line.application_id)

    ranked = sorted((x for x in lines if x.result and x.result.ranked), key=key)
    others = sorted((x for x in lines if not (x.result and x.result.ranked)), key=key)
    total, crossed, found = 0, False, []
    for rank, line in enumerate(ranked, 1):
        total += line.requested_minor
        limit = not crossed and total > envelope_minor
        crossed = crossed or limit
        found.append(replace(line, rank=rank, cumulative_minor=total, limit_before=limit))
    return found + others


def led_by_women(work: Work, group_ids: Sequence[int], on: date) -> set[int]:
    """The groups whose president is a woman on a day. One query."""
    rows = work.db.scalars(
        select(Officer.group_id).where(
            Officer.group_id.in_(list(group_ids)),
            Officer.office == "president",
            Officer.sex == "F",
            Officer.since <= on,
            func.coalesce(Officer.until, on) >= on,
        )
    )
    return set(rows)


def ranking(work: Work, call: Call) -> list[Ranked]:
    """The ranked list as the actor may see it: files they are linked to, or have not declared about, show their number alone."""
    lines = full_ranking(work, call)
    if not lines:
        return []
    actor = work.actor
    rows = work.db.execute(
        select(InterestDeclaration.subject_id, InterestDeclaration.conflict).where(
            InterestDeclaration.person_id == actor.id, InterestDeclaration.subject_type == "application"
        )
    )
    declared = {row[0]: row[1] for row in rows}
    strict = must_declare(work)
    return [
        replace(line, hidden=True, applicant="", commune="", title="", result=None, why=())
        if declared.get(line.application_id, strict)
        else line
        for line in lines
    ]
