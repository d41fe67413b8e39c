"""The arithmetic of marks, exact: fractions inside, tenths out. No database, no screen.

A mark of 0 to 5 is worth mark × weight / 5 points. The mean of a criterion is over the assessors who gave a mark; an abstention stays outside
(G10). The mark of a file is the sum of those means, brought back to 100 when a criterion has no mark at all, rounded half up to the tenth: the
printed tenth is the mark that is ranked and held against the floors, so that a reader can redo the list with a pencil.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

TOP = 5
"""The highest mark."""


@dataclass(frozen=True)
class Grid:
    """One criterion of the published grid."""

    id: int
    code: str
    label: str
    weight: int
    floor: int
    tie_rank: int | None


@dataclass(frozen=True)
class SheetMarks:
    """The marks of one locked sheet: criterion → 0 to 5, None for an abstention."""

    sheet_id: int
    assessor_id: int
    marks: Mapping[int, int | None]
    extra: bool = False
    set_aside: bool = False


@dataclass(frozen=True)
class CriterionResult:
    """The mean points of one criterion (tenths), against its weight and floor."""

    code: str
    label: str
    weight: int
    floor: int
    points_tenths: int | None
    below: bool


@dataclass(frozen=True)
class SheetResult:
    """The total of one sheet, in tenths out of 1000."""

    sheet_id: int
    assessor_id: int
    total_tenths: int
    extra: bool
    set_aside: bool


@dataclass(frozen=True)
class Result:
    """The mark of a file whose sheets are all locked. Tenths throughout; `score_tenths` is what is ranked."""

    mean_tenths: int
    settled_tenths: int | None
    settled_reason: str
    spread_tenths: int
    first_spread_tenths: int
    criteria: tuple[CriterionResult, ...]
    sheets: tuple[SheetResult, ...]
    floor: int
    tie: tuple[int, ...]
    """Points of the tie-breaking criteria, in their order."""

    @property
    def score_tenths(self) -> int:
        """The mark that is ranked: the committee's where it settled one, else the mean (R19)."""
        return self.mean_tenths if self.settled_tenths is None else self.settled_tenths

    @property
    def below_total(self) -> bool:
        """Under the total floor of the call."""
        return self.score_tenths < self.floor * 10

    @property
    def below_criteria(self) -> tuple[CriterionResult, ...]:
        """The criteria under their floor."""
        return tuple(c for c in self.criteria if c.below)

    @property
    def ranked(self) -> bool:
        """Whether the file enters the ranked list."""
        return not self.below_total and not self.below_criteria


def half_up(value: Fraction) -> int:
    """Tenths of a positive fraction, rounded half up."""
    return int((value * 10 + Fraction(1, 2)) // 1)


def sheet_points(grid: Sequence[Grid], marks: Mapping[int, int | None]) -> Fraction:
    """The total of one sheet out of 100, exactly; abstentions leave their weight out."""
    given = [(c.weight, mark) for c in grid if (mark := marks.get(c.id)) is not None]
    weight = sum(w for w, _m in given)
    return Fraction(100 * sum(w * m for w, m in given), TOP * weight) if weight else Fraction(0)


def sheet_tenths(grid: Sequence[Grid], marks: Mapping[int, int | None]) -> int:
    """The total of one sheet in tenths."""
    return half_up(sheet_points(grid, marks))


def _spread(totals: Sequence[Fraction]) -> int:
    return half_up(max(totals) - min(totals)) if totals else 0


def combine(
    grid: Sequence[Grid],
    sheets: Sequence[SheetMarks],
    *,
    floor: int = 0,
    settled: tuple[int, str] | None = None,
) -> Result:
    """The result of a file from its locked sheets; those set aside count in nothing but the first spread."""
    kept = [s for s in sheets if not s.set_aside]
    points: dict[int, Fraction] = {}
    for criterion in grid:
        given = [mark for s in kept if (mark := s.marks.get(criterion.id)) is not None]
        if given:
            points[criterion.id] = Fraction(sum(given) * criterion.weight, TOP * len(given))
    weight = sum(c.weight for c in grid if c.id in points)
    mean = Fraction(100, weight) * sum(points.values(), Fraction(0)) if weight else Fraction(0)
    totals = {s.sheet_id: sheet_points(grid, s.marks) for s in sheets}
    criteria = tuple(
        CriterionResult(
            c.code,
            c.label,
            c.weight,
            c.floor,
            half_up(points[c.id]) if c.id in points else None,
            c.id in points and half_up(points[c.id]) < c.floor * 10,
        )
        for c in grid
    )
    by_code = {c.code: c.points_tenths or 0 for c in criteria}
    ties = sorted((c for c in grid if c.tie_rank is not None), key=lambda c: c.tie_rank or 0)
    return Result(
        mean_tenths=half_up(mean),
        settled_tenths=settled[0] if settled else None,
        settled_reason=settled[1] if settled else "",
        spread_tenths=_spread([totals[s.sheet_id] for s in kept]),
        first_spread_tenths=_spread([totals[s.sheet_id] for s in sheets if not s.extra]),
        criteria=criteria,
        sheets=tuple(
            SheetResult(s.sheet_id, s.assessor_id, half_up(totals[s.sheet_id]), s.extra, s.set_aside)
            for s in sheets
        ),
        floor=floor,
        tie=tuple(by_code[c.code] for c in ties),
    )
