"""How far the assessment is: who holds what, how many sheets are locked. Never a mark (R9)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, or_, select

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.accounts.queries import in_force
from portfolio.applications.models import Application
from portfolio.calls.models import Call
from portfolio.committees import queries as committees
from portfolio.groups.models import Group
from portfolio.scoring.models import ScoreSheet
from portfolio.scoring.queries.sheets import ACTIVE
from portfolio.work import Work

IN_HAND = ("eligible", "in_review", "reviewed")
"""Files that are being assessed or have just been."""


@dataclass(frozen=True)
class SheetState:
    """One assignment: who, and how far."""

    id: int
    assessor_id: int
    name: str
    status: str
    extra: bool
    set_aside: bool


@dataclass(frozen=True)
class FileProgress:
    """One file: its sheets and whether they are all locked."""

    application_id: int
    reference: str
    applicant: str
    status: str
    country: str
    sheets: tuple[SheetState, ...] = field(default_factory=tuple)
    needed: int = 2

    @property
    def active(self) -> list[SheetState]:
        """Sheets that count."""
        return [s for s in self.sheets if s.status in ACTIVE]

    @property
    def locked(self) -> int:
        """How many are locked."""
        return sum(1 for s in self.active if s.status == "locked")

    @property
    def expected(self) -> int:
        """How many must be locked."""
        return max(self.needed, len(self.active))

    @property
    def complete(self) -> bool:
        """All sheets locked, and enough of them: marks may be read."""
        return len(self.active) >= self.needed and self.locked == len(self.active)

    @property
    def lacking(self) -> int:
        """Assessors still to assign."""
        return max(0, self.needed - len(self.active))


def progress(work: Work, call: Call) -> list[FileProgress]:
    """Every file in assessment with its sheets, in the order of filing. Two queries."""
    files = work.db.execute(
        select(Application.id, Application.reference, Group.name, Application.status, Application.country)
        .join(Group, Group.id == Application.group_id)
        .where(
            Application.call_id == call.id,
            Application.status.in_((*IN_HAND, "awarded", "waitlisted", "adjourned", "not_selected")),
            or_(work.within("application:assign", Application), work.within("score:view", Application)),
            committees.open_to(work, "score:view", "application", Application.id),
        )
        .order_by(Application.submitted_at, Application.id)
    ).all()
    sheets: dict[int, list[SheetState]] = {}
    rows = work.db.execute(
        select(ScoreSheet, Person.full_name)
        .join(Person, Person.id == ScoreSheet.assessor_id)
        .where(ScoreSheet.call_id == call.id)
        .order_by(ScoreSheet.id)
    )
    for sheet, name in rows:
        state = SheetState(sheet.id, sheet.assessor_id, name, sheet.status, sheet.extra, sheet.set_aside)
        sheets.setdefault(sheet.application_id, []).append(state)
    return [
        FileProgress(
            row.id,
            row.reference,
            row.name,
            row.status,
            row.country,
            tuple(sheets.get(row.id, [])),
            call.assessors_needed,
        )
        for row in files
    ]


@dataclass(frozen=True)
class Totals:
    """Sums over a call: files, sheets asked and locked."""

    files: int
    complete: int
    expected: int
    locked: int
    without: int


def totals(rows: list[FileProgress]) -> Totals:
    """What the progress adds up to."""
    return Totals(
        len(rows),
        sum(1 for r in rows if r.complete),
        sum(r.expected for r in rows),
        sum(r.locked for r in rows),
        sum(r.lacking for r in rows),
    )


def call_totals(work: Work, call: Call) -> tuple[int, int, int]:
    """(files in assessment, sheets, sheets locked) of a call, for a panel. One query."""
    row = work.db.execute(
        select(
            func.count(func.distinct(ScoreSheet.application_id)),
            func.count(ScoreSheet.id),
            func.count(ScoreSheet.locked_at),
        ).where(ScoreSheet.call_id == call.id, ScoreSheet.status.in_(ACTIVE))
    ).one()
    return row[0], row[1], row[2]


def ready_to_close(rows: list[FileProgress]) -> list[FileProgress]:
    """Files whose assessment can be closed."""
    return [r for r in rows if r.complete and r.status == "in_review"]


def assessors(work: Work, call: Call) -> list[Person]:
    """Who may assess files of this call today, by name."""
    statement = (
        select(Person)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(
            RoleAssignment.role == "assessor",
            Person.active.is_(True),
            *in_force(work.today),
            or_(
                RoleAssignment.scope_kind != "call",
                RoleAssignment.scope_code == str(call.id),
            ),
        )
        .order_by(Person.full_name, Person.id)
        .distinct()
    )
    return list(work.db.scalars(statement))


def loads(work: Work, call: Call) -> dict[int, int]:
    """Assessor → sheets that count in this call."""
    rows = work.db.execute(
        select(ScoreSheet.assessor_id, func.count(ScoreSheet.id))
        .where(ScoreSheet.call_id == call.id, ScoreSheet.status.in_(ACTIVE))
        .group_by(ScoreSheet.assessor_id)
    )
    return {row[0]: row[1] for row in rows}
