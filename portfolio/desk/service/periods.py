"""Closing a month of the books: the accountant proposes, the ordonnateur closes, the balance of its last day is printed and kept (M17, R12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from portfolio.audit.service import lock_head
from portfolio.desk.queries.ledger import Filters
from portfolio.desk.service.ledger import keep_trial_balance
from portfolio.documents.models import Paper
from portfolio.kit.errors import NotFound, Refusal, refuse
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.ledger.queries import LedgerPeriod
from portfolio.rulebook.lifecycles.periods import PERIOD
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def get(work: Work, number: int) -> LedgerPeriod:
    """A month by its number; NotFound when there is none."""
    found = work.db.get(LedgerPeriod, number)
    if found is None:
        raise NotFound
    return found


def propose_obstacles(work: Work, ends_on: date) -> Iterator[Refusal]:
    """A month is closed when it is over, after the one before it, once."""
    wanted = ledger.next_to_close(work.db, work.today)
    if wanted is None:
        yield Refusal(
            "month_runs",
            _("No month is waiting to be closed: the oldest open one is not over, or the books are empty."),
            way_out=_("Come back when the month is over."),
        )
    elif ends_on != wanted:
        yield Refusal(
            "not_in_order",
            _("Months are closed one after the other: the next one ends on %(day)s.")
            % {"day": date_text(wanted)},
            way_out=_("Propose that month first."),
        )
    waiting = next((p for p in ledger.periods(work.db) if p.status == "proposed"), None)
    if waiting is not None:
        yield Refusal(
            "already_proposed",
            _("The closing of the month that ends on %(day)s is already proposed.")
            % {"day": date_text(waiting.ends_on)},
            way_out=_("Have it signed, or withdraw it."),
            who=who_may("period:close"),
        )


def propose(work: Work, ends_on: date) -> LedgerPeriod:
    """Propose to close the month that ends on this day."""
    work.require("period:propose")
    lock_head(work.db.connection(), "ledger")  # one proposal at a time
    refuse(propose_obstacles(work, ends_on))
    period = LedgerPeriod(ends_on=ends_on, proposed_by_id=work.actor.id, proposed_at=work.now)
    return work.create(period, "period:proposed", data={"ends_on": ends_on})


def close(work: Work, period: LedgerPeriod) -> Paper:
    """Close it for good: from now on nothing is dated in it, by anybody. Its balance générale is printed and kept."""
    lock_head(work.db.connection(), "ledger")  # no entry slips in between
    period = work.hold(period)
    stands = ledger.head(work.db)
    work.advance(
        PERIOD,
        period,
        "close",
        data={"ends_on": period.ends_on, "head": stands.hash},
        entries=ledger.entries_between(work.db, period.ends_on.replace(day=1), period.ends_on),
        head_seq=stands.seq,
        head_hash=stands.hash,
    )
    return keep_trial_balance(work, Filters(to_on=period.ends_on))


def withdraw(work: Work, period: LedgerPeriod, reason: str) -> None:
    """Take the proposal back, with the reason: the month stays open."""
    work.advance(PERIOD, work.hold(period), "withdraw", reason=reason)
