"""Relevé d'une subvention: all that the ledger holds of one agreement, paid, accepted, asked back, given back, and what is left of each.

Drawn from the entries of the money's accounts; the budget's (901 to 909) tell the same payments a second time, and are its control.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portfolio.agreements.models import Agreement
from portfolio.desk.queries.ledger.books import entry_words, source_url, tranche_of
from portfolio.desk.queries.statements import frame
from portfolio.groups.models import Group
from portfolio.ledger import queries as ledger
from portfolio.rulebook.postings import TREASURY
from portfolio.work import Work

ADVANCES, CLAIMS, ACCEPTED, WRITTEN_OFF = "409", "463", "657", "659"
GIVEN = frozenset({*TREASURY.values(), "468"})
"""What a payment comes from and a repayment goes to: the money, and claims set off against a payment."""
COLUMNS = ("paid", "accepted", "claimed", "returned", "written_off")


@dataclass(frozen=True)
class Movement:
    """One entry, in minor units: what it adds to each column (less when it reverses another), and what is left after it."""

    seq: int
    posting: int
    on: date
    document: str
    tranche: str
    label: str
    paid: int
    accepted: int
    claimed: int
    returned: int
    written_off: int
    to_justify: int
    to_return: int
    source: str | None


def _adds(debit: str, credit: str, amount: int) -> dict[str, int]:
    """What one entry adds to the columns; an entry with both accounts changed over takes the same away."""
    found = dict.fromkeys(COLUMNS, 0)
    for one, other, sign in ((debit, credit, 1), (credit, debit, -1)):
        if one in (ADVANCES, ACCEPTED) and other in GIVEN:
            found["paid"] += sign * amount
        if one == ACCEPTED:
            found["accepted"] += sign * amount
        if one == CLAIMS and other not in (*GIVEN, WRITTEN_OFF):
            found["claimed"] += sign * amount
        if one in GIVEN and other == CLAIMS:
            found["returned"] += sign * amount
        if one == WRITTEN_OFF:
            found["written_off"] += sign * amount
    return found


def movements(work: Work, agreement: Agreement) -> list[Movement]:
    """Every entry of the agreement's money, in the order of the ledger; one query."""
    made: list[Movement] = []
    left = asked = 0
    for entry in ledger.of_agreement(work.db, agreement.reference, (ADVANCES, CLAIMS, ACCEPTED)):
        debit, credit, amount = entry.debit, entry.credit, entry.amount_minor
        left += amount * ((debit == ADVANCES) - (credit == ADVANCES))
        asked += amount * ((debit == CLAIMS) - (credit == CLAIMS))
        made.append(
            Movement(
                entry.seq,
                entry.posting,
                entry.dated_on,
                entry.document or "",
                tranche_of(entry.tranche),
                entry_words(entry),
                **_adds(debit, credit, amount),
                to_justify=left,
                to_return=asked,
                source=source_url(entry.subject_type, entry.subject_id),
            )
        )
    return made


def sums(rows: Sequence[Movement]) -> dict[str, int]:
    """The totals of the columns, and what is left to justify and to give back: paid is the sum of all that became of it."""
    found = {name: sum(getattr(row, name) for row in rows) for name in COLUMNS}
    last = rows[-1] if rows else None
    return {
        **found,
        "to_justify": last.to_justify if last else 0,
        "to_return": last.to_return if last else 0,
    }


def facts(work: Work, agreement: Agreement) -> dict[str, Any]:
    """The screen."""
    rows = movements(work, agreement)
    return {
        "agreement": agreement,
        "group": work.db.get_one(Group, agreement.group_id),
        "rows": rows,
        "sums": sums(rows),
        "ledger_minor": ledger.net(work.db, ["907"], agreement=agreement.reference),
    }


def paper_facts(work: Work, agreement: Agreement) -> dict[str, Any]:
    """What the paper prints."""
    found = facts(work, agreement)
    return {
        **frame(work),
        "agreement": agreement.reference,
        "group": found["group"].name,
        "title": agreement.title,
        "amount_minor": agreement.amount_minor,
        "sums": found["sums"],
        "ledger_minor": found["ledger_minor"],
        "rows": [
            [
                str(row.seq),
                f"{row.on:%d/%m/%Y}",
                row.document,
                row.tranche,
                row.label,
                *(value or None for value in (row.paid, row.accepted, row.claimed)),
                (row.returned + row.written_off) or None,
                row.to_justify,
                row.to_return,
            ]
            for row in found["rows"]
        ],
    }
