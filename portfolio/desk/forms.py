"""What is typed on the page of statements."""

from __future__ import annotations

from datetime import date

from portfolio.kit.errors import FieldError, Invalid
from portfolio.kit.forms import Amount, Day, Form, OptionalAmount, OptionalDay, OptionalLine, RecordId
from portfolio.kit.i18n import gettext as _

ROWS = 4
"""Rows of a reconciliation that explain its gap."""


class FundForm(Form):
    """The fund whose orders are issued."""

    fund: RecordId


class AccountForm(Form):
    """The account whose last imported statement is reconciled."""

    account: RecordId


class ReconciliationForm(Form):
    """The account, its statement, and up to four rows that explain the gap."""

    account: RecordId
    statement_on: Day
    statement_minor: Amount
    label_1: OptionalLine = None
    on_1: OptionalDay = None
    add_1: OptionalAmount = None
    take_1: OptionalAmount = None
    label_2: OptionalLine = None
    on_2: OptionalDay = None
    add_2: OptionalAmount = None
    take_2: OptionalAmount = None
    label_3: OptionalLine = None
    on_3: OptionalDay = None
    add_3: OptionalAmount = None
    take_3: OptionalAmount = None
    label_4: OptionalLine = None
    on_4: OptionalDay = None
    add_4: OptionalAmount = None
    take_4: OptionalAmount = None

    def gaps(self) -> list[tuple[str, date | None, int]]:
        """The rows that were filled in: label, day, francs to add to the statement (negative: to take from it)."""
        found, errors = [], []
        for n in range(1, ROWS + 1):
            label, on = getattr(self, f"label_{n}"), getattr(self, f"on_{n}")
            add, take = getattr(self, f"add_{n}") or 0, getattr(self, f"take_{n}") or 0
            if not (label or add or take):
                continue
            if not label:
                errors.append(
                    FieldError(
                        f"label_{n}",
                        _("Say what this amount is: a deposit on its way, a payment not yet debited…"),
                    )
                )
            elif bool(add) == bool(take):
                errors.append(FieldError(f"add_{n}", _("Enter one amount on this row, to add or to take.")))
            else:
                found.append((label, on, add - take))
        if errors:
            raise Invalid(errors)
        return found
