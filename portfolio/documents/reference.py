"""The institution as its papers name it: letterhead, place, head, contacts; data with validity dates (documents.md F1)."""

from __future__ import annotations

import functools
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
