"""Entries one by one: of a record, of an act, reversals, and what an auditor counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, extract, func, or_, select
from sqlalchemy.orm import Session, aliased

from portfolio.ledger.models import DIMENSIONS, LedgerEntry
from portfolio.ledger.service import Original

_E = LedgerEntry


def entries_of(session: Session, subject_type: str, subject_id: int) -> Sequence[LedgerEntry]:
    """The entries that one thing caused, oldest first."""
    statement = select(LedgerEntry).where(_E.subject_type == subject_type, _E.subject_id == subject_id)
    return session.scalars(statement.order_by(_E.seq)).all()


def of_agreement(session: Session, agreement: str, accounts: Sequence[str]) -> Sequence[LedgerEntry]:
    """The entries of one agreement that touch one of these accounts, oldest first."""
    touched = or_(_E.debit.in_(accounts), _E.credit.in_(accounts))
    statement = select(LedgerEntry).where(_E.agreement == agreement, touched)
    return session.scalars(statement.order_by(_E.seq)).all()


def act(session: Session, posting: int) -> Sequence[LedgerEntry]:
    """The entries of one act, in order; empty when there is no such number."""
    if not 0 < posting < 2**62:
        return []
    statement = select(LedgerEntry).where(_E.seq >= posting, _E.seq < posting + 64, _E.posting == posting)
    return session.scalars(statement.order_by(_E.seq)).all()


def whole(session: Session, posting: int) -> Sequence[LedgerEntry]:
    """The entries that go back together: those of an act; of money moved between accounts, what left one and what came to the other."""
    found = act(session, posting)
    if not found or found[0].event != "money:moved" or found[0].reverses is not None:
        return found
    one = found[0]
    beside = select(LedgerEntry).where(
        _E.seq == (one.seq + 1 if one.debit == "585" else one.seq - 1),
        _E.event == one.event,
        _E.at == one.at,
        _E.amount_minor == one.amount_minor,
    )
    return sorted([*found, *session.scalars(beside)], key=lambda entry: entry.seq)


def reversals_of(session: Session, seqs: Iterable[int]) -> dict[int, LedgerEntry]:
    """The reversal of each of these entries that has one: {entry number: reversal}; one query."""
    found = session.scalars(select(LedgerEntry).where(_E.reverses.in_(list(seqs))))
    return {int(entry.reverses or 0): entry for entry in found}


def originals(session: Session, posting: int) -> list[Original]:
    """The entries of one act as a reversal needs them."""
    return [
        Original(
            seq=e.seq,
            debit=e.debit,
            credit=e.credit,
            amount_minor=e.amount_minor,
            amount_currency=e.amount_currency,
            dims={name: getattr(e, name) for name in DIMENSIONS},
            document=e.document,
            subject_type=e.subject_type,
            subject_id=e.subject_id,
        )
        for e in act(session, posting)
    ]


def last_of(session: Session, event: str, subject_type: str, subject_id: int) -> LedgerEntry | None:
    """The last entry of one event on one thing."""
    statement = select(LedgerEntry).where(
        _E.subject_type == subject_type, _E.subject_id == subject_id, _E.event == event
    )
    return session.scalars(statement.order_by(_E.seq.desc()).limit(1)).one_or_none()


def moved_by_subject(
    session: Session, subject_type: str, account: str, against: Sequence[str]
) -> dict[int, tuple[int, int]]:
    """{subject id: (debits, credits)} of one account against others, over the entries of one kind of thing, reversals included: what a
    guard column is derived from when no dimension carries it."""
    statement = (
        select(
            _E.subject_id,
            func.sum(case((and_(_E.debit == account, _E.credit.in_(against)), _E.amount_minor), else_=0)),
            func.sum(case((and_(_E.credit == account, _E.debit.in_(against)), _E.amount_minor), else_=0)),
        )
        .where(_E.subject_type == subject_type, or_(_E.debit == account, _E.credit == account))
        .group_by(_E.subject_id)
    )
    return {int(number): (int(debit), int(credit)) for number, debit, credit in session.execute(statement)}


def corrections(currency: str = "XOF") -> dict[str, Select[Any]]:
    """Acts that reverse others, and acts made after the end of their month, by their day or their date of value (auditor's item 7): for each
    kind a statement of (act, day, document, reason or event, amount), one row an act. An act's amount is its largest entry: what its budget
    and its money entries say twice is counted once."""
    made, dated = (extract("year", c) * 12 + extract("month", c) for c in (_E.at, _E.dated_on))
    shown = (func.min(_E.dated_on), func.min(_E.document), func.max(_E.amount_minor))

    def acts(what: Any, *wanted: ColumnElement[bool]) -> Select[Any]:
        day, document, amount = shown
        statement = select(
            _E.posting.label("act"),
            day.label("day"),
            document.label("document"),
            func.min(what).label("what"),
            amount.label("amount"),
        )
        return statement.where(_E.amount_currency == currency, *wanted).group_by(_E.posting)

    return {
        "reversed": acts(_E.reason, _E.reverses.is_not(None)),
        "late_entries": acts(_E.event, or_(made > dated, _E.value_on.is_not(None))),
    }


def of_treasury(
    session: Session, accounts: Mapping[str, tuple[str, date]], currency: str = "XOF"
) -> list[tuple[str, str, int, str | None, int, str, date, int]]:
    """What moved accounts of the institution since a day each, act by act: {its code: (ledger account, day)} → rows of (code, kind of the
    subject, its id, document, act, event, day, net). A fee charged on the account itself is told by its document. One query."""
    if not accounts:
        return []
    own = _E.subject_type == "treasury_account"
    by_paper = own & (_E.event == "treasury:fee_charged") & (func.coalesce(_E.document, "") != "")
    paper = case((by_paper, _E.document))
    alone = case((own & ~by_paper, _E.posting))
    signed = func.sum(
        case((_E.debit.in_([a for a, _day in accounts.values()]), _E.amount_minor), else_=-_E.amount_minor)
    )
    sums = (
        select(
            _E.treasury,
            func.min(_E.seq).label("first"),
            func.min(_E.dated_on).label("day"),
            signed.label("net"),
        )
        .where(
            _E.amount_currency == currency,
            or_(
                *(
                    and_(
                        _E.treasury == code,
                        _E.dated_on >= since,
                        or_(_E.debit == account, _E.credit == account),
                    )
                    for code, (account, since) in accounts.items()
                )
            ),
        )
        .group_by(_E.treasury, _E.subject_type, _E.subject_id, paper, alone)
        .subquery()
    )
    statement = (
        select(sums.c.treasury, _E.subject_type, _E.subject_id, _E.document, _E.posting, _E.event, sums.c.day, sums.c.net)
        .join(_E, _E.seq == sums.c.first)
        .order_by(sums.c.day, _E.seq)
    )  # fmt: skip
    return [tuple(row) for row in session.execute(statement)]


def last_dates(session: Session, account: str, by: str) -> Mapping[str, date]:
    """The date of the last entry on an account per code of one dimension."""
    column: Any = getattr(_E, by)
    statement = select(column, func.max(_E.dated_on)).where(or_(_E.debit == account, _E.credit == account))
    return {str(code): day for code, day in session.execute(statement.group_by(column)) if code is not None}


def debits_after(
    session: Session, account: str, day: date, by: Sequence[str], currency: str = "XOF"
) -> dict[tuple[object, ...], int]:
    """What was debited to an account after a day, per combination of dimensions: {(code, …): sum}; one query."""
    columns = [getattr(_E, name) for name in by]
    statement = (
        select(*columns, func.sum(_E.amount_minor))
        .where(_E.debit == account, _E.dated_on > day, _E.amount_currency == currency)
        .group_by(*columns)
    )
    return {tuple(row[:-1]): int(row[-1]) for row in session.execute(statement)}


def act_of(session: Session, seq: int) -> int | None:
    """The number of the act that an entry belongs to."""
    return session.scalars(select(_E.posting).where(_E.seq == seq)).one_or_none()


def hashes(session: Session, seqs: Iterable[int]) -> dict[int, str]:
    """The fingerprints of these entries."""
    found = session.execute(select(_E.seq, _E.hash).where(_E.seq.in_(list(seqs))))
    return {int(seq): str(digest) for seq, digest in found}


def live(
    event: str,
    debit: str,
    *,
    upto: int,
    from_on: date | None = None,
    to_on: date | None = None,
    fund: str = "",
    currency: str = "XOF",
) -> Any:
    """What one event put on an account, up to an entry, less what was reversed by then: the same rows whenever it is asked again.
    Rows of (seq, at, subject_id, day, amount), one for each thing and moment."""
    undone = aliased(LedgerEntry)
    wanted = [
        _E.event == event,
        _E.debit == debit,
        _E.seq <= upto,
        _E.amount_currency == currency,
        _E.reverses.is_(None),
        ~select(undone.seq).where(undone.reverses == _E.seq, undone.seq <= upto).exists(),
    ]
    wanted += [_E.dated_on >= from_on] if from_on else []
    wanted += [_E.dated_on <= to_on] if to_on else []
    wanted += [_E.fund == fund] if fund else []
    return (
        select(
            func.min(_E.seq).label("seq"),
            _E.at.label("at"),
            _E.subject_id.label("subject_id"),
            func.min(_E.dated_on).label("day"),
            func.sum(_E.amount_minor).label("amount"),
        )
        .where(*wanted)
        .group_by(_E.subject_id, _E.at)
    )
