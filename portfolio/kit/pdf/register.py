"""The book: a ledger or a register of up to 100,000 lines, landscape (documents.md 18).

Each page opens with « Report » and closes with its control total and « À reporter »; the last one with the
totals, the closing formula, fingerprints, QR and signatures. The same facts give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from portfolio.kit.pdf.sheet import Letterhead
from portfolio.kit.pdf.signing import Signatory

Row = Sequence["str | int | None"]


@dataclass(frozen=True)
class BookColumn:
    """A column; widths share the page in proportion to `width_mm`.

    Kinds: text (clipped to its column), amount (integer of minor units: summed and carried), balance
    (integer: the last value is carried).
    """

    label: str
    width_mm: float
    kind: Literal["text", "amount", "balance"] = "text"
    align: Literal["left", "right", "center"] = "left"


@dataclass(frozen=True)
class Totals:
    """What the book adds up to: lines, movements per column, and with the opening balances."""

    lines: int
    sums: tuple[int | None, ...]
    carried: tuple[int | None, ...]


@dataclass(frozen=True)
class BookSpec:
    """A book but for its rows.

    `filters` are printed in clear; `edition` is « Édition n° … du … à … par … »; `opening` has a value (or
    None) per column; `group_by` is the index of the column whose changes print a sub-total (rows come sorted
    by it); `closing` words the formula « Arrêté le présent … » from the totals; `fingerprints` are
    (label, hexadecimal); `lines_per_page` counts « Report » and sub-totals, not the two lines of control.
    """

    title: str
    reference: str
    letterhead: Letterhead
    columns: Sequence[BookColumn]
    on: date
    edition: str = ""
    reference_lines: Sequence[tuple[str, str]] = ()
    filters: Sequence[tuple[str, str]] = ()
    opening: Row | None = None
    opening_label: str = "Solde initial"
    closing_label: str = "Totaux et solde final"
    group_by: int | None = None
    group_label: str = "Sous-total"
    closing: Callable[[Totals], Sequence[str]] | None = None
    fingerprints: Sequence[tuple[str, str]] = ()
    fingerprint: str | None = None
    qr: str | None = None
    signatories: Sequence[Signatory] = ()
    unit: str = "francs CFA"
    exponent: int = 0
    lines_per_page: int = 42
    draft: bool = False
    copy_label: str | None = None
    empty: str = "Aucune écriture ne répond à ces critères."


def draw_book(spec: BookSpec, rows: Iterable[Row]) -> bytes:
    """The PDF of a book. `rows` may be an iterator; each has one value per column, text or integer."""
    from portfolio.kit.pdf.book import Book

    return Book(spec).write(rows)
