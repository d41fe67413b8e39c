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


@dataclass(frozen=True, slots=True)
class Recovery:
    """An ordre de reversement and what was paid of it (quittances as `(day, amount)`)."""

    project: str
    tranche: int
    amount: int
    reason: str
    notice_j: int | None
    ordered_j: int
    receipts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ForceMajeure:
    """An act that stops the delays of every file in a zone, until it is lifted (R18)."""

    act: str
    act_j: int
    from_j: int
    lifted_j: int | None
    places: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class LineChange:
    """A budget line before and after an amendment: the quantity stays, the unit price moves."""

    label: str
    old_unit_price: int
    new_unit_price: int


@dataclass(frozen=True, slots=True)
class Amendment:
    """An avenant: more days, and lines that move without changing the total."""

    project: str
    number: int
    signed_j: int
    extra_days: int
    changes: tuple[LineChange, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class SignatoryChange:
    """A president replaced during the grant: earlier signatures stand."""

    project: str
    role: str
    new_name: str
    new_sex: str
    minutes_j: int
    registered_j: int


@dataclass(frozen=True, slots=True)
class Grievance:
    """A complaint received; `restricted` ones are seen by few."""

    project: str
    received_j: int
    channel: str
    subject: str
    restricted: bool
    visit_j: int


@dataclass(frozen=True, slots=True)
class SmallOrder:
    """A purchase order of the institution under the threshold of competition."""

    number: str
    supplier: str
    j: int
    amount: int
    subject: str
