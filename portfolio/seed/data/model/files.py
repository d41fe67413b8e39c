"""Shapes of applications, projects, sheets and the ranked list."""

from dataclasses import dataclass

from portfolio.seed.data.model.calls import Tags


@dataclass(frozen=True, slots=True)
class Line:
    """A budget line; `financing`: S subvention, N apport en numéraire, V apport en nature valorisé."""

    number: int
    label: str
    unit: str
    quantity: int
    unit_price: int
    financing: str

    @property
    def amount(self) -> int:
        """Quantity × unit price, in F CFA."""
        return self.quantity * self.unit_price


@dataclass(frozen=True, slots=True)
class Tranche:
    """A tranche: `modality` is `advance`, `direct`, `reimbursement` or `kind`; `conditions` hold codes such as `cleared:1:75`."""

    number: int
    amount: int
    modality: str
    conditions: tuple[str, ...]
    held: bool
    wording: str


@dataclass(frozen=True, slots=True)
class Project:
    """A micro-project line by line; `group` is its group's code, `base` the project it repeats, if any."""

    code: str
    title: str
    summary: str
    call: str
    commune: str
    masked: bool
    group: str
    tags: Tags
    state: str
    state_note: str
    lines: tuple[Line, ...]
    tranches: tuple[Tranche, ...]
    base: str = ""

    def total(self, financing: str) -> int:
        """The sum of the lines of one financing, in F CFA."""
        return sum(line.amount for line in self.lines if line.financing == financing)

    @property
    def grant(self) -> int:
        """What the authority gives."""
        return self.total("S")

    @property
    def cost(self) -> int:
        """The whole cost, contribution included."""
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One assessor's marks: `levels` are 0 to 5 by criterion code; `set_aside` sheets leave the mean."""

    assessor: str
    levels: tuple[tuple[str, int], ...]
    total: int
    set_aside: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter asking for papers: sent, received, answered; `answered_j` is None when nothing came."""

    piece: str
    state: str
    reason: str
    sent_j: int
    received_j: int
    answered_j: int | None


@dataclass(frozen=True, slots=True)
class File:
    """One application. `outcome` is where it stands at J (see `files.py`); `rank` counts within the call."""

    code: str
    call: str
    order: int
    title: str
    group: str
    project: str
    commune: str
    requested: int
    lines: tuple[Line, ...]
    tags: Tags
    channel: str
    office: str
    filed_j: int
    filed_hour: str
    saved_pages: int
    outcome: str
    reason: str
    letters: tuple[Letter, ...]
    sheets: tuple[Sheet, ...]
    score: int | None
    spread: int | None
    first_spread: int | None
    rank: int | None
    reinstated: bool = False
    admitted_late: bool = False
    template: str = ""
    """The described project whose budget it follows: what kind of project it is."""


@dataclass(frozen=True, slots=True)
class RankRow:
    """A row of the ranked list of AAP-2026-01 and the proposal expected from the session of J+6."""

    rank: int | None
    file: str
    name: str
    category: str
    requested: int
    score: int
    spread: int
    first_spread: int
    cumulated: int | None
    proposal: str
    proposed: int
    waiting_rank: int | None
    note: str
