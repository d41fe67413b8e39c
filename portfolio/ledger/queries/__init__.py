"""Reading the ledger: totals from its own balances, statements by pages, single entries, and the check of the chain."""

from __future__ import annotations

from portfolio.ledger.models import DIMENSIONS, LedgerEntry, LedgerPeriod
from portfolio.ledger.queries.balances import all_balances, by_code, net, nets, table, turnover
from portfolio.ledger.queries.chain import Head, check, head, walk
from portfolio.ledger.queries.entries import (
    Corrections,
    act,
    act_of,
    corrections,
    entries_of,
    hashes,
    last_dates,
    last_of,
    moved_by_subject,
    originals,
    reversals_of,
)
from portfolio.ledger.queries.periods import closed_until, entries_between, month_end, next_to_close, periods
from portfolio.ledger.queries.statements import (
    SUBTOTALS,
    Line,
    Page,
    Question,
    Sums,
    TrialRow,
    lines,
    opening,
    page,
    subtotals,
    sums,
    trial_balance,
)

__all__ = [
    "DIMENSIONS",
    "SUBTOTALS",
    "Corrections",
    "Head",
    "LedgerEntry",
    "LedgerPeriod",
    "Line",
    "Page",
    "Question",
    "Sums",
    "TrialRow",
    "act",
    "act_of",
    "all_balances",
    "by_code",
    "check",
    "closed_until",
    "corrections",
    "entries_between",
    "entries_of",
    "hashes",
    "head",
    "last_dates",
    "last_of",
    "lines",
    "month_end",
    "moved_by_subject",
    "net",
    "nets",
    "next_to_close",
    "opening",
    "originals",
    "page",
    "periods",
    "reversals_of",
    "subtotals",
    "sums",
    "table",
    "trial_balance",
    "turnover",
    "walk",
]
