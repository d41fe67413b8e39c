"""When the report on each advance is due: so many days after its payment (article 12), days of force majeure and suspension left out (M1, R18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, select, true

from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.queries.stops import pushed, stops_along
from portfolio.documents.reference import figure
from portfolio.justifications.models import Justification, Reminder
from portfolio.justifications.queries.advances import carries
from portfolio.kit.i18n import gettext as _
from portfolio.outbox.queries import fates
from portfolio.places.models import Place
from portfolio.rulebook.reminders import BY_CODE
from portfolio.work import Work


@dataclass(frozen=True)
class Due:
    """The report on one advance that still waits for one: its last day, and whether days are stopped today."""

    tranche_id: int
    agreement_id: int
    paid_on: date
    on: date
    stopped: bool


def reports_due(work: Work, agreement: Agreement | None = None) -> dict[int, date]:
    """The last day for the report on each advance that still waits for one, by tranche; a report handed in ends the delay, a draft does not.
    Two queries, whatever the number of advances; `agreement` keeps to one grant."""
    here = work.within("justification:view", Tranche)
    if agreement is not None:
        here = and_(here, Tranche.agreement_id == agreement.id)
    return {each.tranche_id: each.on for each in all_due(work, here)}


def all_due(work: Work, here: ColumnElement[bool] | None = None) -> list[Due]:
    """The same with what a reminder needs, of everybody: for the job of the day, which acts for nobody."""
    handed_in = exists().where(Justification.tranche_id == Tranche.id, Justification.status != "draft")
    statement = (
        select(Tranche.id, Tranche.paid_on, Tranche.agreement_id, Place.path)
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Place, Place.id == Agreement.place_id)
        .where(carries(), ~handed_in, Tranche.paid_on.is_not(None), true() if here is None else here)
    )
    rows = work.db.execute(statement).all()
    stops = stops_along(work, {number: where for _t, _paid, number, where in rows}) if rows else {}
    found = []
    for tranche, paid_on, number, _where in rows:
        if paid_on is not None:
            due = paid_on + timedelta(days=figure("report_days", paid_on))
            last = pushed(stops[number], paid_on + timedelta(days=1), due, work.today)
            stopped = any(stop.covers(work.today) for stop in stops[number])
            found.append(Due(tranche, number, paid_on, last, stopped))
    return found


@dataclass(frozen=True)
class Said:
    """One reminder as the screen shows it: `state` is waiting, done, failed, or nobody where there is no address to write to."""

    label: str
    state: str
    at: datetime
    error: str | None


def reminders(work: Work, due: Mapping[int, date]) -> dict[int, list[Said]]:
    """What was said about each of these reports, by tranche, the newest first; two queries, none when nothing is due."""
    if not due:
        return {}
    statement = select(Reminder).where(Reminder.tranche_id.in_(sorted(due))).order_by(Reminder.id.desc())
    rows = work.db.scalars(statement).all()
    known = fates(work.db, [row.job_id for row in rows if row.job_id is not None])
    found: dict[int, list[Said]] = {}
    for row in rows:
        fate = known.get(row.job_id) if row.job_id is not None else None
        state, at, error = (fate.state, fate.done_at, fate.error) if fate else ("nobody", None, None)
        said = Said(_(BY_CODE[row.stage].label), state, at or row.made_at, error)
        found.setdefault(row.tranche_id, []).append(said)
    return found
