"""Whether a supplier has delivered for a tranche: known by the room of purchases, which says how it is asked (design section 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from portfolio.agreements.models import Tranche
from portfolio.agreements.reference import TO_SUPPLIER
from portfolio.work import Work

ASKED: list[Callable[[Work, list[int]], Iterable[int]]] = []


def receptions(ask: Callable[[Work, list[int]], Iterable[int]]) -> None:
    """Say how one knows for which of some tranches something was received."""
    ASKED.append(ask)


def served(work: Work, tranches: Iterable[Tranche]) -> frozenset[int]:
    """Those that pay a supplier, are still to be asked for, and for which something was received. One query, none when nothing is so paid."""
    asked = [t.id for t in tranches if t.modality in TO_SUPPLIER and t.status == "planned"]
    return frozenset(number for ask in ASKED for number in ask(work, asked)) if asked else frozenset()
