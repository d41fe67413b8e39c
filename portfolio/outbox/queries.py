"""What became of the messages: for the screens that asked for them, and for `doctor`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import ngettext
from portfolio.outbox.models import Job

RECENT = timedelta(days=7)
"""A message that failed longer ago than this is no news any more."""


@dataclass(frozen=True)
class Fate:
    """What became of one message: `waiting`, `done` or `failed`, when it left, and why it did not."""

    state: str
    done_at: datetime | None
    error: str | None


def fates(session: Session, ids: Iterable[int]) -> dict[int, Fate]:
    """What became of each of these messages; one query."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    statement = select(Job.id, Job.state, Job.done_at, Job.error).where(Job.id.in_(wanted))
    return {number: Fate(state, at, error) for number, state, at, error in session.execute(statement)}


def examine(session: Session, now: datetime, *, ready: bool) -> Iterator[tuple[bool, str]]:
    """What `doctor` says of the messages, as (good, words); `ready` when a mail server is configured."""
    here = Job.name == "email"
    waiting = session.scalar(select(func.count()).where(here, Job.state == "waiting")) or 0
    words = ngettext(
        "%(n)d message waits, and no mail server is configured: set PORTFOLIO_SMTP_HOST and PORTFOLIO_MAIL_FROM.",
        "%(n)d messages wait, and no mail server is configured: set PORTFOLIO_SMTP_HOST and PORTFOLIO_MAIL_FROM.",
        waiting,
    )
    if waiting and not ready:
        yield False, words % {"n": waiting}
    late = select(func.count(), func.max(Job.error)).where(here, Job.state == "waiting", Job.attempts > 2)
    count, error = session.execute(late).one()
    words = ngettext(
        "%(n)d message cannot be sent so far: %(error)s",
        "%(n)d messages cannot be sent so far: %(error)s",
        count,
    )
    if ready and count:
        yield False, words % {"n": count, "error": error}
    lost = select(func.count(), func.max(Job.error)).where(
        here, Job.state == "failed", Job.due_at > now - RECENT
    )
    count, error = session.execute(lost).one()
    words = ngettext(
        "%(n)d message of this week was not sent: %(error)s",
        "%(n)d messages of this week were not sent: %(error)s",
        count,
    )
    if count:
        yield False, words % {"n": count, "error": error}
    if ready and not count:
        yield True, _("a mail server is configured")
