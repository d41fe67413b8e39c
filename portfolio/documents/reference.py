"""The institution as its papers name it: letterhead, place, head, contacts; and the figures of its rules: data with validity dates
(documents.md F1)."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date

from portfolio.kit.tables import optional_date, rows


@functools.cache
def _institutions() -> tuple[dict[str, str], ...]:
    return tuple(rows("portfolio.documents", "institution.csv"))


def institution(on: date) -> dict[str, str]:
    """The row in force on a date; the last one when the table has a hole."""
    table = _institutions()
    for row in table:
        start, end = optional_date(row["valid_from"]), optional_date(row["valid_to"])
        if (start is None or start <= on) and (end is None or on < end):
            return row
    return table[-1]


def letterhead(on: date, service: str = "") -> dict[str, object]:
    """The letterhead in force on a date, as facts of a paper: `lines` (three at most), `service`, `place`.

    The room's `pdf.py` makes `Letterhead(tuple(head["lines"]), head["service"], head["place"])` of it.
    """
    row = institution(on)
    lines = [row[name] for name in ("line_1", "line_2", "line_3") if row[name]]
    return {"lines": lines, "service": service or row["service"], "place": row["place"]}


ORIGINALS = {"agreement": 3, "amendment": 3, "order": 3}
"""Kinds of papers that are signed in several originals, and how many (documents.md 9 and 10)."""


@dataclass(frozen=True)
class Rule:
    """A figure of the institution's rules on one day, with the text that says so. `unit` is hours, days, years or percent. `value` is None
    where no text fixes it yet."""

    code: str
    value: int | None
    unit: str
    valid_from: date | None
    valid_to: date | None
    source: str


@functools.cache
def rules() -> tuple[Rule, ...]:
    """Every figure, in the order of the table."""
    return tuple(
        Rule(
            row["code"],
            int(row["value"]) if row["value"] else None,
            row["unit"],
            optional_date(row["valid_from"]),
            optional_date(row["valid_to"]),
            row["source"],
        )
        for row in rows("portfolio.documents", "rules.csv")
    )


def rule(code: str, on: date) -> Rule:
    """The figure in force on a day; before the first row, the first one. Raises KeyError for a code that the table does not have."""
    mine = [r for r in rules() if r.code == code]
    if not mine:
        raise KeyError(code)
    for each in mine:
        if (each.valid_from is None or each.valid_from <= on) and (
            each.valid_to is None or on < each.valid_to
        ):
            return each
    return min(mine, key=lambda r: r.valid_from or date.min)


def figure(code: str, on: date) -> int:
    """The value of a figure that must be fixed. Raises ValueError where the table leaves it empty."""
    found = rule(code, on).value
    if found is None:
        raise ValueError(f"{code} is not fixed on {on}")
    return found


@dataclass(frozen=True)
class Recipient:
    """Who receives copies of a kind of paper (F13); `role`: only while the institution has this office ("" for always)."""

    kind: str
    name: str
    copies: int
    role: str
    valid_from: date | None
    valid_to: date | None


@functools.cache
def recipients() -> tuple[Recipient, ...]:
    """Every recipient, in the order of the table."""
    return tuple(
        Recipient(
            row["kind"],
            row["recipient"],
            int(row["copies"]),
            row["role"],
            optional_date(row["valid_from"]),
            optional_date(row["valid_to"]),
        )
        for row in rows("portfolio.documents", "ampliations.csv")
    )
