"""A statement as a bank or an operator gives it, read row by row: what can be read is kept, what cannot is said with its row (row 40)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from portfolio.kit import money
from portfolio.kit.forms import read_day
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.payments.reference import heading_of

EPOCH = date(1899, 12, 30)
"""Day zero of a spreadsheet's dates."""
HEADINGS_WITHIN = 30
"""Rows in which the headings are looked for: banks put their own lines above."""
MOST_ROWS = 5_000


@dataclass(frozen=True)
class Row:
    """One operation; `amount` is negative when money left, in minor units; `balance` is what the statement says stood after it."""

    number: int
    on: date
    label: str
    reference: str
    amount: int
    balance: int | None


@dataclass
class Read:
    """What a file holds: its operations, and the rows that could not be read, in words."""

    rows: list[Row] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def read_rows(table: list[list[str]]) -> Read:
    """The operations of a sheet. Without a row of headings nothing can be read, and the only error says which are needed."""
    found = Read()
    top = 0
    for at, cells in enumerate(table[:HEADINGS_WITHIN]):
        columns = {f: i for i, cell in enumerate(cells) if (f := heading_of(fold(cell))) is not None}
        if "date" not in columns and "value" in columns:
            columns["date"] = columns["value"]
        if "date" in columns and ("amount" in columns or "debit" in columns or "credit" in columns):
            top = at
            break
    else:
        found.errors.append(
            (
                1,
                _(
                    "No row of headings was found. The sheet needs a column Date, and Montant or Débit and Crédit."
                ),
            )
        )
        return found
    if len(table) - top > MOST_ROWS:
        found.errors.append(
            (1, _("The file has more than 5,000 rows: cut it by month, then send each part."))
        )
        return found
    for number, cells in enumerate(table[top + 1 :], top + 2):
        if not any(cell.strip() for cell in cells):
            continue
        values = {name: cells[i].strip() if i < len(cells) else "" for name, i in columns.items()}
        if not values["date"] and not any(values.get(n) for n in ("amount", "debit", "credit")):
            continue  # a line of total or of carrying forward
        try:
            found.rows.append(
                Row(
                    number,
                    _day(values["date"]),
                    " ".join(values.get("label", "").split())[:300],
                    values.get("reference", "")[:100],
                    _amount(values),
                    _minor(values["balance"]) if values.get("balance") else None,
                )
            )
        except Unreadable as bad:
            found.errors.append((number, str(bad)))
    return found


class Unreadable(Exception):
    """Why one row cannot be read, in words."""


def _day(text: str) -> date:
    if re.fullmatch(r"\d{5}(\.0*)?", text):  # a spreadsheet keeps a date as a number of days
        return EPOCH + timedelta(days=int(text[:5]))
    try:
        return read_day(text[:10] if re.match(r"\d{4}-\d{2}-\d{2}", text) else text)
    except ValueError:
        raise Unreadable(
            _("the date « %(text)s » cannot be read: write it as 12/03/2026.") % {"text": text[:40]}
        ) from None


_SIGNED = re.compile(r"(?P<sign>[-−+]?)\s?(?P<whole>[^()+−-]+)|\((?P<inside>[^()+−-]+)\)")
"""An amount of a statement: a sign before it, or brackets round it. A sign behind it, or two, would need a guess (M03)."""


def _minor(text: str) -> int:
    found = _SIGNED.fullmatch(text.strip())
    bare = re.sub(r"[.,]0{1,2}(?= ?[A-Za-z ]*$)", "", (found["whole"] or found["inside"]) if found else "")
    sign = -1 if found and (found["sign"] in ("-", "−") or found["inside"]) else 1
    try:
        return sign * money.parse_minor(bare)
    except money.MoneyError:
        raise Unreadable(
            _("the amount « %(text)s » cannot be read: write it in figures, without decimals.")
            % {"text": text[:40]}
        ) from None


def _amount(values: dict[str, str]) -> int:
    if values.get("amount"):
        found = _minor(values["amount"])
    else:
        debit = abs(_minor(values["debit"])) if values.get("debit") else 0
        credit = abs(_minor(values["credit"])) if values.get("credit") else 0
        if debit and credit:
            raise Unreadable(_("a row has a debit and a credit: keep one of them."))
        found = credit - debit
    if not found:
        raise Unreadable(_("the amount is missing or zero: type it, or take the row out."))
    return found
