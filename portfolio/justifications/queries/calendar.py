"""When the report on each advance is due: so many days after its payment (article 12), days of force majeure and suspension left out (M1, R18)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import exists, select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.queries.stops import pushed, stops_along
from portfolio.documents.reference import figure
from portfolio.justifications.models import Justification
from portfolio.justifications.queries.advances import carries
from portfolio.places.models import Place
from portfolio.work import Work


def reports_due(work: Work, agreement: Agreement | None = None) -> dict[int, date]:
    """The last day for the report on each advance that still waits for one, by tranche; a report handed in ends the delay, a draft does not.
    Two queries, whatever the number of advances; `agreement` keeps to one grant."""
    handed_in = exists().where(Justification.tranche_id == Tranche.id, Justification.status != "draft")
    statement = (
        select(Tranche.id, Tranche.paid_on, Tranche.agreement_id, Place.path)
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Place, Place.id == Agreement.place_id)
        .where(
            carries(), ~handed_in, Tranche.paid_on.is_not(None), work.within("justification:view", Tranche)
        )
    )
    if agreement is not None:
        statement = statement.where(Tranche.agreement_id == agreement.id)
    rows = work.db.execute(statement).all()
    stops = stops_along(work, {number: where for _t, _paid, number, where in rows}) if rows else {}
    found = {}
    for tranche, paid_on, number, _where in rows:
        if paid_on is not None:
            due = paid_on + timedelta(days=figure("report_days", paid_on))
            found[tranche] = pushed(stops[number], paid_on + timedelta(days=1), due, work.today)
    return found
