"""The people of the institution, who may do what, and the things they act on, in plain integers. Nothing here is read from the product."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PEOPLE = ("officer", "second", "head", "controller", "director", "accountant", "cashier", "auditor")
OFFICERS = frozenset({"officer", "second"})
HEADS = frozenset({"head", "director"})
TELLERS = frozenset({"accountant", "cashier"})
LETTERS = OFFICERS | {"head"}
DIRECTOR, HEAD, ACCOUNTANT = frozenset({"director"}), frozenset({"head"}), frozenset({"accountant"})
WHO: dict[str, frozenset[str]] = {
    "request": OFFICERS, "liquidate": OFFICERS | HEAD, "visa": frozenset({"controller"}), "order": DIRECTOR,
    "send": TELLERS, "pay": TELLERS, "fail": TELLERS, "return": OFFICERS | HEADS, "reject": frozenset({"controller", "accountant"}),
    "reverse": ACCOUNTANT,
    "report": OFFICERS, "verdict": OFFICERS, "review": OFFICERS, "validate": HEAD, "clear": HEAD,
    "claim": OFFICERS, "withdraw": OFFICERS, "issue": DIRECTOR, "collect": ACCOUNTANT, "write_off": DIRECTOR, "deduct": DIRECTOR,
    "suspend": HEADS, "resume": HEADS, "terminate": DIRECTOR,
    "propose_waiver": OFFICERS, "waive": HEADS,
    "amend": OFFICERS, "submit": OFFICERS, "approve": HEADS, "accept": HEADS, "refuse": HEADS, "sign": DIRECTOR,
    "notify": LETTERS, "serve": LETTERS, "answer": LETTERS, "lift": HEAD,
    "start_closing": HEAD, "give_up": DIRECTOR, "draw_up": LETTERS, "clear_account": ACCOUNTANT, "attest": DIRECTOR,
    "bundle": TELLERS, "add": TELLERS, "take_out": TELLERS, "lock": TELLERS, "cancel": TELLERS, "dispatch": TELLERS, "reconcile": TELLERS,
    "unlock": TELLERS | HEADS | {"controller"},
    "approve_batch": frozenset({"head", "controller"}), "authorise_batch": DIRECTOR, "release_batch": ACCOUNTANT,
}  # fmt: skip
"""Who may do what, as the institution rules it (R1–R3, R7)."""
BUREAU = ("Aïssata Maïga", "Fatoumata Cissé")
"""The officers of each group."""
TOLERANCE = 10
"""Per cent of a budget line that a virement adds without an avenant (article 18 of the agreement)."""


@dataclass
class Grant:
    """A convention: its budget, its last day (days from today), what of its commitment went back to the line."""

    amount: int
    lines: list[int]
    last_day: int
    status: str = "active"
    signed_lines: list[int] = field(default_factory=list)
    """The budget as both parties last signed it."""
    stopped_today: bool = False
    """A day of suspension does not count: the end moves by as much."""
    released: int = 0
    signatory: str = ""
    """Who signs for the group, once an avenant said so."""

    def __post_init__(self) -> None:
        self.signed_lines = list(self.lines)

    @property
    def alive(self) -> bool:
        return self.status == "active"

    @property
    def ended(self) -> bool:
        return self.last_day + self.stopped_today <= 0


@dataclass
class Tranche:
    grant: int
    amount: int
    percent_before: int = 0
    """How much of the tranche before it must be justified."""
    status: str = "planned"
    requested: int = 0
    liquidated: int = 0
    ordered: int = 0
    paid: int = 0
    cleared: int = 0
    refused: int = 0
    number: int = 0
    given_up: bool = False
    waiver_by: str = ""
    waived: bool = False

    @property
    def open(self) -> int:
        """Advanced, and neither justified nor asked back."""
        return self.paid - self.cleared - self.refused


@dataclass
class Payment:
    tranche: int
    amount: int
    signers: dict[str, str]
    status: str = "requested"
    fee: int = 0
    batch: int | None = None
    """The batch that holds it."""
    ordered_at: int = 0
    deductions: list[tuple[int, int]] = field(default_factory=list)
    """(claim, francs) that it is made less."""

    @property
    def deducted(self) -> int:
        return sum(amount for _claim, amount in self.deductions)

    @property
    def net(self) -> int:
        return self.amount - self.deducted


@dataclass
class Paper:
    amount: int
    verdict: str = "presented"
    accepted: int = 0
    cleared: int = 0
    by: str = ""


@dataclass
class Report:
    tranche: int
    papers: list[Paper]
    submitter: str
    status: str = "submitted"
    reviewer: str = ""
    line: int = 0
    """The line of the budget that its papers are charged to."""

    def to_clear(self) -> list[Paper]:
        return [p for p in self.papers if p.verdict == "accepted" and p.cleared < p.accepted]


@dataclass
class Claim:
    tranche: int
    amount: int
    preparer: str
    status: str = "prepared"
    collected: int = 0
    written_off: int = 0
    held: int = 0
    """What payments on their way are made less."""
    ground: str = "unspent"
    notice: int | None = None
    """The formal notice that it rests on."""

    @property
    def owed(self) -> int:
        return self.amount - self.collected - self.written_off

    @property
    def free(self) -> int:
        return self.owed - self.held


@dataclass
class Act:
    """Something the books can take back: what it was, of what, how much, and whether that was done."""

    kind: str
    of: int
    amount: int
    papers: list[Paper] = field(default_factory=list)
    reversed: bool = False


@dataclass
class Amendment:
    """An avenant: its type, what it would change, and who handled it."""

    grant: int
    kind: str
    proposal: Any
    """Lines of the budget; days to the new end; or francs by number of tranche."""
    status: str = "draft"
    submitter: str = ""
    approver: str = ""

    @property
    def open(self) -> bool:
        return self.status in ("draft", "submitted", "approved")


@dataclass
class Notice:
    """A mise en demeure: of one tranche, or of the whole agreement."""

    grant: int
    tranche: int | None
    over: bool
    """Whether its delay has run out, once it is served."""
    status: str = "sent"

    @property
    def stands(self) -> bool:
        return self.over and self.status in ("served", "answered")


@dataclass
class Closure:
    grant: int
    figures: tuple[int, ...]
    preparer: str
    clearer: str = ""
    status: str = "prepared"


@dataclass
class Batch:
    """Payments that leave together, and who signed in the present round."""

    author: str
    payments: list[int]
    status: str = "draft"
    locker: str = ""
    locked_at: int = 0
    locked: dict[int, int] = field(default_factory=dict)
    """What each payment was when the lines were locked."""
    signers: list[str] = field(default_factory=list)
