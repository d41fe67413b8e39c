"""Posting: entries are collected while the work goes on and sealed once, at commit, under the ledger's head."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portfolio.audit.service import lock_head, move_head
from portfolio.kit.chain import seal
from portfolio.kit.direct import Direct
from portfolio.kit.errors import Refusal, Refused
from portfolio.kit.i18n import date_text, datetime_text
from portfolio.kit.i18n import gettext as _
from portfolio.ledger.models import (
    DIMENSIONS,
    LedgerBalance,
    LedgerClock,
    LedgerDay,
    LedgerEntry,
    LedgerExercice,
    LedgerPeriod,
)
from portfolio.rulebook.permissions import who_may
from portfolio.rulebook.postings import CHART, CLOSING
from portfolio.rulebook.postings import Dims as Dims

SEALED = (
    "seq",
    "posting",
    "at",
    "dated_on",
    "event",
    "debit",
    "credit",
    "amount_minor",
    "amount_currency",
    *DIMENSIONS,
    "document",
    "subject_type",
    "subject_id",
    "actor_id",
    "reverses",
    "reason",
    "value_on",
)
"""Every column but the two hashes (T03)."""
BALANCE_KEY = ("account", "currency", *DIMENSIONS)
DAY_KEY = ("account", "currency", "fund", "dated_on")
CLOSED_UNTIL = select(func.max(LedgerPeriod.__table__.c.ends_on)).where(
    LedgerPeriod.__table__.c.status == "closed"
)
"""The last day of the last month that is closed."""
LAST_CLOSED = select(func.max(LedgerExercice.__table__.c.year)).where(
    LedgerExercice.__table__.c.status == "closed"
)
"""The last exercice that is closed."""
CLOCK_BACK = timedelta(minutes=5)
CLOCK_AHEAD = timedelta(days=400)
"""How far the server's clock may stand behind, or ahead of, the last entry before nothing is entered any more (C09)."""
_entry, _clock = LedgerEntry.__table__, LedgerClock.__table__
LAST_MOMENT = (
    select(_entry.c.at).where(_entry.c.seq == bindparam("seq")).scalar_subquery(),
    select(func.max(_clock.c.admitted_at))
    .where(_clock.c.status == "admitted", _clock.c.head_seq == bindparam("seq"))
    .scalar_subquery(),
)
"""When the last entry was made, and when two people admitted the clock after it."""
_STANDS = Direct(select(CLOSED_UNTIL.scalar_subquery(), LAST_CLOSED.scalar_subquery(), *LAST_MOMENT))
_ADD_ENTRIES = Direct(insert(LedgerEntry.__table__))  # type: ignore[arg-type]


@dataclass
class Transfer:
    """An entry before it has its number: `amount_minor` goes from `credit` to `debit`."""

    event: str
    debit: str
    credit: str
    amount_minor: int
    amount_currency: str
    dated_on: date
    at: datetime
    subject_type: str
    subject_id: int
    actor_id: int | None
    act: int
    """Transfers of one act share this number and get one posting number."""
    dims: Dims = field(default_factory=Dims)
    document: str | None = None
    reverses: int | None = None
    reason: str | None = None
    value_on: date | None = None
    """Of a late entry alone: its date of value, in a month that was closed when it was entered."""


@dataclass(frozen=True)
class Original:
    """A sealed entry as its reversal needs it."""

    seq: int
    debit: str
    credit: str
    amount_minor: int
    amount_currency: str
    dims: Mapping[str, object]
    document: str | None
    subject_type: str
    subject_id: int


def reverse(
    originals: Sequence[Original], reason: str, *, at: datetime, actor_id: int | None, act: int
) -> list[Transfer]:
    """The contre-passation of one act: each entry again with its accounts exchanged, for the same amount, naming the original and the
    reason (M07). Once only and never for more: `reverses` is unique and the amount is the original's (M08)."""
    if not reason.strip():
        raise ValueError("a reversal needs its reason")
    return [
        Transfer(
            event="ledger:reversed",
            debit=each.credit,
            credit=each.debit,
            amount_minor=each.amount_minor,
            amount_currency=each.amount_currency,
            dated_on=at.date(),
            at=at,
            subject_type=each.subject_type,
            subject_id=each.subject_id,
            actor_id=actor_id,
            act=act,
            dims=Dims(**each.dims),  # type: ignore[arg-type]
            document=each.document,
            reverses=each.seq,
            reason=reason,
        )
        for each in originals
    ]


def post(session: Session, transfers: Sequence[Transfer]) -> None:
    """Number, chain and insert the collected transfers and add them to the balances. Called once by `work.commit()`."""
    if not transfers:
        return
    connection = session.connection()
    seq, previous = lock_head(connection, "ledger")
    closed, year, last, admitted = _STANDS.run(connection, {"seq": seq}).fetchone()
    _refuse_clock(moment_of(admitted) or moment_of(last), transfers)
    _refuse_closed(closed, year, transfers)
    rows: list[dict[str, Any]] = []
    posting, act = seq, None
    for transfer in transfers:
        seq += 1
        if transfer.act != act:
            posting, act = seq, transfer.act
        row = {**vars(transfer), **vars(transfer.dims), "seq": seq, "posting": posting}
        row |= {"previous": previous, "hash": seal(previous, "ledger", {name: row[name] for name in SEALED})}
        previous = row["hash"]
        rows.append(row)
    _ADD_ENTRIES.run(connection, rows)
    _ADD_BALANCES.run(connection, _balances(rows))
    _ADD_DAYS.run(connection, list(days(rows).values()))
    move_head(connection, "ledger", seq, previous)


def moment_of(stored: object) -> datetime | None:
    """A moment as the driver gives it: SQLite keeps text, in UTC."""
    found = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    if not isinstance(found, datetime):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def clock_refusal(last: datetime | None, now: datetime) -> Refusal | None:
    """Why nothing is entered at this moment, the last entry being of that one: the server's clock was set back, or far ahead (C09)."""
    if last is None or last - CLOCK_BACK <= now <= last + CLOCK_AHEAD:
        return None
    words = (
        _("The server's clock says %(now)s, but the last entry of the books was made on %(last)s.")
        if now < last
        else _("The server's clock says %(now)s, more than 400 days after the last entry, made on %(last)s.")
    )
    return Refusal(
        "clock_wrong",
        words % {"now": datetime_text(now), "last": datetime_text(last)},
        way_out=_(
            "Have the server's clock set right, then send again. If it is right, two people admit it on the page of the checks."
        ),
        who=who_may("period:propose"),
        url="/ledger/checks",
    )


def _refuse_clock(last: datetime | None, transfers: Sequence[Transfer]) -> None:
    """No entry is made by a clock that disagrees with the books, nor dated more than 400 days from the moment it is made (C09)."""
    for transfer in transfers:
        if (refusal := clock_refusal(last, transfer.at)) is not None:
            raise Refused(refusal)
        if abs(transfer.dated_on - transfer.at.date()) > CLOCK_AHEAD:
            words = _("The date %(day)s is more than 400 days away from today: nothing is entered at it.")
            raise Refused(
                Refusal(
                    "date_too_far",
                    words % {"day": date_text(transfer.dated_on)},
                    way_out=_("Check the year that was typed."),
                )
            )


def _refuse_closed(closed: object, year: int | None, transfers: Sequence[Transfer]) -> None:
    """Nothing is dated in a closed month: corrections go to the open one (M17). Asked under the ledger's head, as closings are."""
    if year is not None:
        _refuse_exercice(int(year), transfers)
    until = date.fromisoformat(closed) if isinstance(closed, str) else closed  # text, as SQLite keeps it
    if isinstance(until, date) and any(t.dated_on <= until for t in transfers):
        raise Refused(
            Refusal(
                "period_closed",
                _("The books are closed up to %(day)s: nothing is dated before that day any more.")
                % {"day": date_text(until)},
                way_out=_("Date it in the open month; the paper keeps its own date."),
            )
        )


def _refuse_exercice(year: int, transfers: Sequence[Transfer]) -> None:
    """On a closed exercice nothing is engaged, ordered or paid any more. Money and third parties go on: what moves on them now is of the
    exercice that is open, their balance having been brought forward to it (R12)."""
    for transfer in transfers:
        if (transfer.dims.exercice or year + 1) > year or transfer.event in CLOSING:
            continue
        if any(code in CHART and CHART[code].budget for code in (transfer.debit, transfer.credit)):
            raise Refused(exercice_closed(transfer.dims.exercice or year))
        transfer.dims = replace(transfer.dims, exercice=year + 1)


def late(session: Session, value_on: date, today: date) -> dict[str, date]:
    """The day in the books of what has its own date of value: the day itself, or, of an entry that comes late, the first day open after its
    month was closed with its date of value beside it. What a bank statement says is never refused for its date (M17)."""
    if value_on >= today.replace(day=1):  # no month is closed before it is over
        return {"dated_on": value_on}
    until: date | None = session.connection().execute(CLOSED_UNTIL).scalar_one_or_none()
    if until is None or value_on > until:
        return {"dated_on": value_on}
    return {"dated_on": until + timedelta(days=1), "value_on": value_on}


def exercice_closed(year: int) -> Refusal:
    """An exercice is closed: its credits are no longer charged."""
    return Refusal(
        "exercice_closed",
        _("The exercice %(year)s is closed: nothing is charged to its credits any more.") % {"year": year},
        way_out=_("Charge it to the line that carries these credits in the exercice that is open."),
    )


def balance_key(row: Mapping[str, object], account: object) -> tuple[object, ...]:
    """The key of the balance an entry adds to: account, currency and every dimension ("" or 0 for none)."""
    return (account, row["amount_currency"], *(row[d] or (0 if d == "exercice" else "") for d in DIMENSIONS))


def _balances(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, object]]:
    """What these entries add to each balance, one line a balance."""
    sums: dict[tuple[object, ...], list[int]] = {}
    for row in rows:
        sums.setdefault(balance_key(row, row["debit"]), [0, 0])[0] += row["amount_minor"]
        sums.setdefault(balance_key(row, row["credit"]), [0, 0])[1] += row["amount_minor"]
    return [
        dict(zip(BALANCE_KEY, key, strict=True), debit_minor=debit, credit_minor=credit)
        for key, (debit, credit) in sums.items()
    ]


def days(
    rows: Iterable[Mapping[str, Any]], known: dict[tuple[object, ...], dict[str, Any]] | None = None
) -> dict[tuple[object, ...], dict[str, Any]]:
    """What entries add to each day of each account and fund, added to what is `known`; in the order of the entries."""
    found = {} if known is None else known
    for row in rows:
        for name, side in (("debit_minor", row["debit"]), ("credit_minor", row["credit"])):
            key = (side, row["amount_currency"], row["fund"] or "", row["dated_on"])
            day = found.get(key)
            if day is None:
                day = found[key] = dict(zip(DAY_KEY, key, strict=True))
                day |= {"debit_minor": 0, "credit_minor": 0, "entries": 0, "first_seq": row["seq"]}
            day[name] += row["amount_minor"]
            day["entries"] += 1
            day["last_seq"] = row["seq"]
    return found


def _add_days(dialect: str) -> Any:
    """Add to a day, or begin it."""
    made = postgresql.insert if dialect == "postgresql" else sqlite.insert
    table: Any = LedgerDay.__table__
    statement = made(table)
    added = {
        name: table.c[name] + statement.excluded[name] for name in ("debit_minor", "credit_minor", "entries")
    }
    return statement.on_conflict_do_update(
        index_elements=list(DAY_KEY), set_={**added, "last_seq": statement.excluded["last_seq"]}
    )


def _upsert(dialect: str) -> Any:
    """Add to a balance, or begin it."""
    made = postgresql.insert if dialect == "postgresql" else sqlite.insert
    named = (*BALANCE_KEY, "debit_minor", "credit_minor")
    statement = made(LedgerBalance.__table__).values({name: bindparam(name) for name in named})  # type: ignore[arg-type]
    return statement.on_conflict_do_update(
        index_elements=list(BALANCE_KEY),
        set_={
            name: LedgerBalance.__table__.c[name] + statement.excluded[name]
            for name in ("debit_minor", "credit_minor")
        },
    )


_ADD_BALANCES = Direct(_upsert)
_ADD_DAYS = Direct(_add_days)
