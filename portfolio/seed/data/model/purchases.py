"""Shapes of purchases and of the typical problems."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Quotation:
    """An offer: `read` is the price read aloud, `corrected` after arithmetic; late ones are not opened."""

    supplier: str
    read: int | None
    corrected: int | None
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase inside a grant: `buyer` is `authority` or `group` (R6)."""

    code: str
    project: str
    buyer: str
    method: str
    subject: str
    lines: tuple[str, ...]
    estimate: int
    asked: int
    asked_j: int
    opened_j: int
    decided_j: int
    ordered_j: int | None
    received_j: int | None
    handed_over_j: int | None
    quotations: tuple[Quotation, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A typical problem: where it is, the facts with their days, and what the screen must then say."""

    number: int
    where: str
    facts: str
    must_show: str
    days: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)
