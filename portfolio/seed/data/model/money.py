"""Shapes of the money: funds, receipts, lines, accounts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in (or is due, `received=False`); `foreign_minor` is in the donor's minor unit."""

    code: str
    fund: str
    j: int
    foreign_minor: int
    currency: str
    amount: int
    received: bool
    reference: str


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """What a part of a fund is voted for; `call` names the call that it feeds, empty elsewhere."""

    code: str
    fund: str
    title: str
    amount: int
    call: str = ""


@dataclass(frozen=True, slots=True)
class Fund:
    """A fund: `rate_e4` is F CFA for one unit of the donor's currency, × 10 000 (655,957 → 6 559 570)."""

    code: str
    title: str
    donor: str
    currency: str
    foreign_minor: int
    rate_e4: int
    rate_source: str
    amount: int
    opened_j: int


@dataclass(frozen=True, slots=True)
class Account:
    """One of the institution's own accounts; `ceiling` bounds what petty cash may hold."""

    code: str
    title: str
    kind: str
    fund: str
    ceiling: int | None = None
