"""Admitting the server's clock although it disagrees with the last entry: proposed by one person, admitted by another, with the reason (C09)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.audit.service import lock_head
from portfolio.kit.errors import NotFound, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.ledger.queries import LedgerClock
from portfolio.rulebook.lifecycles.periods import CLOCK
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def get(work: Work, number: int) -> LedgerClock:
    """An admission by its number; NotFound when there is none."""
    found = work.db.get(LedgerClock, number)
    if found is None:
        raise NotFound
    return found


def propose_obstacles(work: Work) -> Iterator[Refusal]:
    """Only a clock that is refused is admitted, and once at a time."""
    if ledger.clock(work.db, work.now).refusal is None:
        yield Refusal(
            "clock_agrees",
            _("The server's clock agrees with the books: there is nothing to admit."),
        )
    head = ledger.head(work.db)
    if any(c.status == "proposed" and c.head_seq == head.seq for c in ledger.clocks(work.db)):
        yield Refusal(
            "already_proposed",
            _("The admission of the clock is already proposed."),
            who=who_may("period:close"),
        )


def propose(work: Work, reason: str) -> LedgerClock:
    """Propose to make entries by the clock as it is, with the reason. Refused: clock_agrees, already_proposed."""
    work.require("period:propose")
    lock_head(work.db.connection(), "ledger")  # one proposal at a time
    refuse(propose_obstacles(work))
    stands = ledger.clock(work.db, work.now)
    made = LedgerClock(
        reason=reason,
        last_at=stands.last or work.now,
        head_seq=ledger.head(work.db).seq,
        proposed_by_id=work.actor.id,
        proposed_at=work.now,
    )
    return work.create(made, "clock:proposed", data={"last": made.last_at}, reason=reason)


def admit(work: Work, clock: LedgerClock) -> None:
    """The next entry is judged against this moment, not against the last entry. Refused when entries were made since the proposal."""
    seq, _hash = lock_head(work.db.connection(), "ledger")
    clock = work.hold(clock)
    if seq != clock.head_seq:
        words = _("Entries were made since this was proposed: it has no object any more.")
        refuse([Refusal("clock_moved", words, way_out=_("Withdraw the proposal."))])
    work.advance(CLOCK, clock, "admit", data={"last": clock.last_at})


def withdraw(work: Work, clock: LedgerClock, reason: str) -> None:
    """Take the proposal back, with the reason."""
    work.advance(CLOCK, work.hold(clock), "withdraw", reason=reason)
