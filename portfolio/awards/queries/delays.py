"""The delays that a letter of notification sets: from its receipt, and never on days of a force majeure of the zone (R11, R18)."""

from __future__ import annotations

from datetime import date, timedelta

from portfolio.awards.models import Notice
from portfolio.calls.models import Call
from portfolio.places.queries import last_day
from portfolio.work import Work


def appeal_until(work: Work, notice: Notice, call: Call, place_id: int) -> date | None:
    """Last day of the recours: so many days from receipt, not from sending. None before the receipt."""
    if notice.received_on is None:
        return None
    return last_day(
        work, place_id, notice.received_on, notice.received_on + timedelta(days=call.appeal_days)
    )


def reply_until(work: Work, notice: Notice, place_id: int) -> date | None:
    """The day that the letter sets, for the conditions or for the waiting list. None when it sets none."""
    if notice.reply_by is None:
        return None
    since = notice.received_on or (notice.sent_at or notice.prepared_at).date()
    return last_day(work, place_id, since, notice.reply_by)
