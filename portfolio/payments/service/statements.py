"""A statement imported: once for all, whatever the number of times it is sent; its lines matched by reference and amount (M19, row 40)."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from sqlalchemy import select

from portfolio.disbursements import service as payments
from portfolio.disbursements.forms import PayForm
from portfolio.disbursements.models import Disbursement
from portfolio.documents.service import checked
from portfolio.funds import queries as funds
from portfolio.funds.models import MoneyReceipt, TreasuryAccount
from portfolio.kit.errors import FieldError, Invalid, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.kit.sheets import read_csv, read_xlsx
from portfolio.kit.text import fold
from portfolio.payments.forms import StatementForm
from portfolio.payments.models import BankStatement, StatementLine
from portfolio.payments.service.reading import Row, read_rows
from portfolio.rulebook.lifecycles.payments import STATEMENT_LINE
from portfolio.work import Work


def import_statement(work: Work, form: StatementForm) -> BankStatement:
    """Keep what the file says that was not known yet, and match it. The same file again gives the statement it made the first time."""
    work.require("bank_statement:import")
    try:
        account = funds.treasury(work, form.treasury_account_id)
    except NotFound:
        raise Invalid(
            [FieldError("treasury_account_id", _("Choose an account of the institution in the list."))]
        ) from None
    if not getattr(form.file, "filename", None):
        raise Invalid([FieldError("file", _("Choose the file of the statement."))])
    file = checked(form.file)
    extension = file.filename.rpartition(".")[2].lower()
    if extension not in ("xlsx", "csv"):
        raise Invalid([FieldError("file", _("Send the statement as XLSX or CSV."))])
    account = work.hold(account)
    digest = hashlib.sha256(file.content).hexdigest()
    known = work.db.scalars(
        select(BankStatement).where(
            BankStatement.treasury_account_id == account.id, BankStatement.file_hash == digest
        )
    ).one_or_none()
    if known is not None:
        return known
    try:
        table = read_xlsx(file.content) if extension == "xlsx" else read_csv(file.content)
    except ValueError:
        raise Invalid(
            [FieldError("file", _("This file cannot be read. Open it, save it again as XLSX, then send it."))]
        ) from None
    read = read_rows(table)
    if not read.rows:
        raise Invalid(
            [
                FieldError("file", _("Row %(n)d: %(what)s") % {"n": number, "what": what})
                for number, what in read.errors[:20]
            ]
            or [FieldError("file", _("The file has no operation."))]
        )
    last = max(read.rows, key=lambda row: (row.on, row.number))
    statement = BankStatement(
        reference=work.number("statement", "bank_statement"),
        treasury_account_id=account.id,
        file_name=file.filename[:300],
        file_hash=digest,
        from_on=min(row.on for row in read.rows),
        to_on=last.on,
        closing_minor=form.closing if form.closing is not None else _closing(read.rows),
        errors=[[number, what] for number, what in read.errors[:200]],
        imported_by_id=work.actor.id,
        imported_at=work.now,
    )
    work.create(statement, "bank_statement:imported", data={"account": account.code, "rows": len(read.rows)})
    new = _keep(work, account, statement, read.rows)
    statement.new_count, statement.row_count = len(new), len(read.rows)
    work.db.flush()
    for line in new:
        match_alone(work, account, line)
    return statement


def _closing(rows: list[Row]) -> int | None:
    """The balance that the statement itself gives: that of its last operation, whatever the order of its rows."""
    told = [row for row in rows if row.balance is not None]
    if not told:
        return None
    ascending = told[0].on <= told[-1].on
    return told[-1].balance if ascending else told[0].balance


def _keep(
    work: Work, account: TreasuryAccount, statement: BankStatement, rows: list[Row]
) -> list[StatementLine]:
    """The lines that no earlier import brought. Two equal operations of one file are two lines; the same two in another file are those."""
    seen: dict[tuple[Any, ...], int] = {}
    keyed: list[tuple[str, Row]] = []
    for row in rows:
        facts = (row.on.isoformat(), fold(row.label), _bare(row.reference), row.amount)
        seen[facts] = seen.get(facts, 0) + 1
        text = "|".join(str(part) for part in (*facts, seen[facts]))
        keyed.append((hashlib.sha256(text.encode()).hexdigest(), row))
    known = set(
        work.db.scalars(
            select(StatementLine.line_key).where(
                StatementLine.treasury_account_id == account.id,
                StatementLine.line_key.in_([key for key, _row in keyed]),
            )
        )
    )
    made = [
        StatementLine(
            statement_id=statement.id,
            treasury_account_id=account.id,
            row_number=row.number,
            booked_on=row.on,
            label=row.label,
            bank_reference=row.reference,
            amount_minor=row.amount,
            line_key=key,
        )
        for key, row in keyed
        if key not in known
    ]
    work.db.add_all(made)
    work.db.flush()
    return made


def _bare(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def match_alone(work: Work, account: TreasuryAccount, line: StatementLine) -> None:
    """Match by reference and amount, or leave the line to a person. A payment sent and seen on the statement is paid, by the same verb as by hand."""
    said = _bare(f"{line.bank_reference} {line.label}")
    if line.amount_minor > 0:
        for receipt in work.db.scalars(
            select(MoneyReceipt).where(
                MoneyReceipt.treasury_account_id == account.id,
                MoneyReceipt.status == "confirmed",
                MoneyReceipt.amount_minor == line.amount_minor,
            )
        ):
            if _bare(receipt.bank_reference) and _bare(receipt.bank_reference) in said:
                settle(work, line, "match", f"money_receipt:{receipt.id}")
                return
        return
    for d in work.db.scalars(
        select(Disbursement)
        .where(
            Disbursement.treasury_account_id == account.id,
            Disbursement.status.in_(("sent", "paid")),
            (Disbursement.net_minor == -line.amount_minor)
            | (Disbursement.net_minor + Disbursement.fee_minor == -line.amount_minor),
        )
        .order_by(Disbursement.id)
    ):
        known = [_bare(d.reference)] + ([_bare(d.payment_reference)] if d.payment_reference else [])
        if any(each and each in said for each in known):
            match_payment(work, account, line, d, quiet=True)
            return


def match_payment(
    work: Work, account: TreasuryAccount, line: StatementLine, d: Disbursement, *, quiet: bool = False
) -> None:
    """This line is that payment. Still on its way, it becomes paid at the date and with the reference of the statement; else only matched.

    With `quiet`, an obstacle leaves the line as it is; without, it is raised.
    """
    key = f"disbursement:{d.id}"
    if _taken(work, account, key):
        if quiet:
            return
        raise Invalid([FieldError("payment", _("Another line of the statement is already this payment."))])
    if d.status == "sent":
        form = PayForm(
            content_hash=d.content_hash,
            amount_seen=d.amount_minor,
            treasury_account_id=account.id,
            payment_reference=line.bank_reference or f"{line.statement_id}-{line.row_number}-{d.reference}",
            paid_on=line.booked_on,
            fee=-line.amount_minor - d.net_minor or None,
        )
        blocked = any(payments.pay_obstacles(work, d)) or any(payments.pay_errors(work, d, form))
        if quiet and (blocked or account.balance_minor < -line.amount_minor):
            return
        payments.pay(work, d, form)
    settle(work, line, "match", key)


def _taken(work: Work, account: TreasuryAccount, key: str) -> bool:
    statement = select(StatementLine.id).where(
        StatementLine.treasury_account_id == account.id, StatementLine.matched_key == key
    )
    return work.db.scalars(statement.limit(1)).first() is not None


def settle(
    work: Work, line: StatementLine, verb: str, key: str | None = None, reason: str | None = None
) -> None:
    """Move a line by its lifecycle; `key` says which movement of the books it is."""
    work.hold(line)
    work.advance(
        STATEMENT_LINE,
        line,
        verb,
        reason=reason,
        matched_key=key,
        note=(reason or "")[:300] if verb == "leave" else line.note,
    )
