"""Lines of the budget spent beyond the tolerance of their agreement: each must be explained in the financial report (document 16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement
from portfolio.justifications.models import Justification
from portfolio.justifications.queries.reports import LineUse, line_uses
from portfolio.work import Work


@dataclass(frozen=True)
class Overrun:
    """A line beyond the tolerance: by how many minor units it passes what was planned, and why."""

    use: LineUse
    note: str

    @property
    def minor(self) -> int:
        """Spent above what was planned, in minor units."""
        return self.use.total - self.use.planned

    @property
    def unexplained(self) -> bool:
        """Whether the report must still say why: it spends on this line. What has no line yet is charged to one at the examination."""
        return bool(self.use.period and self.use.source and not self.note)


def overruns(work: Work, report: Justification) -> list[Overrun]:
    """The lines that stand beyond the tolerance in force at the signature, in the order of the budget, with what the report says of each, or
    an earlier one of a line that this one does not touch."""
    percent = agreements.tolerance(work, work.db.get_one(Agreement, report.agreement_id))
    own, earlier = _notes(report), dict[int, str]()
    found = [u for u in line_uses(work, report) if u.total * 100 > u.planned * (100 + percent)]
    if any(not use.period for use in found):
        statement = select(Justification).where(
            Justification.agreement_id == report.agreement_id, Justification.id < report.id
        )
        for each in work.db.scalars(statement.order_by(Justification.id)):
            earlier |= _notes(each)
    return [Overrun(u, own.get(u.position) or ("" if u.period else earlier.get(u.position, ""))) for u in found]


def _notes(report: Justification) -> dict[int, str]:
    return {int(row["position"]): str(row["note"]) for row in report.overrun_notes}


def edit_facts(work: Work, report: Justification) -> dict[str, Any]:
    """The page of a report's head: period, cash, and the lines to explain."""
    return {"report": report, "overruns": overruns(work, report)}
