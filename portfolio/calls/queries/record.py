"""A call and what hangs on it, one query each; its state as the clock says it (C4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, or_, select

from portfolio.calls.models import (
    Call,
    CallLine,
    CallPlace,
    Correction,
    Criterion,
    Question,
    RequiredPiece,
    ReservedShare,
)
from portfolio.funds.models import BudgetLine, Donor, Fund
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import N_, date_text, locale
from portfolio.kit.i18n import gettext as _
from portfolio.kit.words import hour_short
from portfolio.places.models import Place
from portfolio.work import Work

NIAMEY = ZoneInfo("Africa/Niamey")
STATES = {
    "draft": (N_("Draft"), "neutral"),
    "sent": (N_("Sent for publication"), "info"),
    "scheduled": (N_("Published, not open yet"), "info"),
    "open": (N_("Open"), "good"),
    "closed": (N_("Closed, under examination"), "warn"),
    "finalised": (N_("Results published"), "neutral"),
    "cancelled": (N_("Cancelled"), "bad"),
}
"""State as people read it → its words and the tone of its tag."""


@dataclass(frozen=True)
class Envelope:
    """The part of the envelope that a budget line carries, with the fund and donor behind it. Minor units."""

    budget_line_id: int
    amount_minor: int
    line: str
    label: str
    exercice: int
    line_status: str
    available_minor: int
    fund_id: int
    fund: str
    fund_name: str
    donor: str


@dataclass(frozen=True)
class Credit:
    """A voted line with what is still free on it: voted − reserved − committed."""

    id: int
    code: str
    label: str
    exercice: int
    available_minor: int
    fund_name: str


def visible(work: Work) -> Select[Call]:
    """Every call that the actor may see."""
    return select(Call).where(work.within("call:view", Call))


def get(work: Work, number: int) -> Call:
    """The call with this id; NotFound when it is missing or out of scope."""
    return work.fetch(Call, number, "call:view")


def published() -> Select[Call]:
    """The calls that anybody may read, signed in or not."""
    called_off = and_(Call.status == "cancelled", Call.reference.is_not(None))
    return select(Call).where(or_(Call.status.in_(("published", "finalised")), called_off))


def published_one(work: Work, number: int) -> Call:
    """A published call, for the public side; NotFound for drafts, so that they cannot be guessed."""
    found = (
        work.db.scalars(published().where(Call.id == number)).one_or_none() if 0 < number < 2**62 else None
    )
    if found is None:
        raise NotFound
    return found


def open_calls(work: Work) -> list[Call]:
    """The calls that groups may answer now, the first to close first."""
    statement = select(Call).where(is_state("open", work.now))
    return list(work.db.scalars(statement.order_by(Call.closes_at, Call.id)))


def state(call: Call, now: datetime) -> str:
    """Where the call stands: draft, sent, scheduled, open, closed, finalised or cancelled. Open until the closing instant, not at it (C4)."""
    if call.status != "published":
        return call.status
    if now < call.opens_at:
        return "scheduled"
    return "open" if now < call.closes_at else "closed"


def is_state(code: str, now: datetime) -> ColumnElement[bool]:
    """The same rule as SQL, for lists."""
    live = Call.status == "published"
    return {
        "scheduled": and_(live, Call.opens_at > now),
        "open": and_(live, Call.opens_at <= now, Call.closes_at > now),
        "closed": and_(live, Call.closes_at <= now),
    }.get(code, Call.status == code)


def state_words(call: Call, now: datetime) -> tuple[str, str]:
    """The words of the state and the tone of its tag."""
    words, tone = STATES[state(call, now)]
    return _(words), tone


def applicant_state(call: Call, now: datetime) -> str:
    """The words of the state for a visitor."""
    return _(STATES[state(call, now)][0])


def deadline_text(moment: datetime) -> str:
    """`4 décembre 2026, 16 h 00 TU (17 h 00 à Niamey)`: a deadline always says its zone (F4)."""
    utc = moment.astimezone(UTC)
    there = utc.astimezone(NIAMEY)
    day = date_text(utc.date())
    if locale() == "fr":
        hours = hour_short(utc), hour_short(there)
    else:
        hours = f"{utc:%H:%M}", f"{there:%H:%M}"
    if there.date() != utc.date():
        words = _("%(day)s, %(hour)s UTC (%(local)s the next day in Niamey)")
    else:
        words = _("%(day)s, %(hour)s UTC (%(local)s in Niamey)")
    return words % {"day": day, "hour": hours[0], "local": hours[1]}


def criteria(work: Work, call: Call) -> list[Criterion]:
    """The grid, in its order."""
    statement = select(Criterion).where(Criterion.call_id == call.id)
    return list(work.db.scalars(statement.order_by(Criterion.position, Criterion.id)))


def pieces(work: Work, call: Call) -> list[RequiredPiece]:
    """The required papers, in their order."""
    statement = select(RequiredPiece).where(RequiredPiece.call_id == call.id)
    return list(work.db.scalars(statement.order_by(RequiredPiece.position, RequiredPiece.id)))


def shares(work: Work, call: Call) -> list[ReservedShare]:
    """The reserved shares."""
    statement = select(ReservedShare).where(ReservedShare.call_id == call.id)
    return list(work.db.scalars(statement.order_by(ReservedShare.id)))


def places(work: Work, call: Call) -> list[Place]:
    """The territories where groups may apply, country by country."""
    statement = (
        select(Place).join(CallPlace, CallPlace.place_id == Place.id).where(CallPlace.call_id == call.id)
    )
    return list(work.db.scalars(statement.order_by(Place.country, Place.path, Place.name)))


def countries(found: Sequence[Place]) -> list[str]:
    """The countries of these places, in their order."""
    return sorted({p.country for p in found})


def lines(work: Work, call: Call) -> list[Envelope]:
    """The budget lines that carry the envelope, with what each still has free; one query."""
    statement = (
        select(CallLine, BudgetLine, Fund, Donor)
        .join(BudgetLine, BudgetLine.id == CallLine.budget_line_id)
        .join(Fund, Fund.id == BudgetLine.fund_id)
        .join(Donor, Donor.id == Fund.donor_id)
        .where(CallLine.call_id == call.id)
        .order_by(CallLine.id)
        .execution_options(populate_existing=True)
    )
    return [
        Envelope(
            line.id,
            part.amount_minor,
            line.code,
            line.label,
            line.exercice,
            line.status,
            line.opened_minor - line.reserved_minor - line.committed_minor,
            fund.id,
            fund.code,
            fund.name,
            donor.name,
        )
        for part, line, fund, donor in work.db.execute(statement)
    ]


def credits(work: Work, call: Call | None = None) -> list[Credit]:
    """The voted lines that a call may draw on, those of its exercice first."""
    opened = BudgetLine.voted_minor + BudgetLine.carried_minor - BudgetLine.lapsed_minor
    free = opened - BudgetLine.reserved_minor - BudgetLine.committed_minor
    mine = select(CallLine.budget_line_id).where(CallLine.call_id == (call.id if call else 0))
    statement = (
        select(BudgetLine, Fund.name, free)
        .join(Fund, Fund.id == BudgetLine.fund_id)
        .where(or_(and_(BudgetLine.status == "voted", free > 0), BudgetLine.id.in_(mine)))
        .order_by(BudgetLine.exercice.desc(), BudgetLine.code)
        .limit(200)
    )
    return [
        Credit(line.id, line.code, line.label, line.exercice, left, fund)
        for line, fund, left in work.db.execute(statement)
    ]


def questions(work: Work, call: Call, *, answered_only: bool = False) -> list[Question]:
    """The questions, the unanswered first for staff; only the answered ones for the public (C7)."""
    statement = select(Question).where(Question.call_id == call.id)
    if answered_only:
        statement = statement.where(Question.answered_at.is_not(None))
    found = list(work.db.scalars(statement.order_by(Question.asked_at.desc(), Question.id.desc()).limit(200)))
    return sorted(found, key=lambda q: q.answered_at is not None)


def corrections(work: Work, call: Call) -> list[Correction]:
    """The « avis rectificatifs », in their order."""
    statement = select(Correction).where(Correction.call_id == call.id)
    return list(work.db.scalars(statement.order_by(Correction.number)))
