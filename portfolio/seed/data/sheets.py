"""Score sheets whose totals give exactly the mark and the spread that the demo states; no chance involved."""

from functools import cache
from itertools import product

from portfolio.seed.data.calls import criteria
from portfolio.seed.data.model import Sheet

TOP = 5
PASSING = 58
"""From this total on, a sheet keeps every criterion above its floor (unless the demo says otherwise)."""


@cache
def _vectors(call: str, total: int, shape: str) -> tuple[tuple[int, ...], ...]:
    """Levels (0 to 5, one a criterion) that sum to `total` points, the most even first.

    `shape` is `plain`, or `criterion=points` to fix what one criterion must be worth.
    """
    grid = criteria(call)
    steps = [criterion.weight // TOP for criterion in grid]
    centre = total * TOP / 100
    low, high = max(0, int(centre) - 1), min(TOP, int(centre) + 2)
    ranges = [range(low, high + 1) for _ in grid]
    if shape != "plain":
        code, points = shape.split("=")
        index = [criterion.code for criterion in grid].index(code)
        ranges[index] = range(int(points) // steps[index], int(points) // steps[index] + 1)
        low, high = max(0, low - 1), min(TOP, high + 1)
    found = [
        levels
        for levels in product(*ranges)
        if sum(level * step for level, step in zip(levels, steps, strict=True)) == total
    ]
    if shape == "plain" and total >= PASSING:
        found = [levels for levels in found if _above_floors(call, levels)]
    found.sort(key=lambda levels: (round(sum((level - centre) ** 2 for level in levels), 6), levels))
    return tuple(found)


def _above_floors(call: str, levels: tuple[int, ...]) -> bool:
    return all(
        criterion.floor is None or level * (criterion.weight // TOP) >= criterion.floor
        for criterion, level in zip(criteria(call), levels, strict=True)
    )


def levels(call: str, total: int, pick: int, shape: str = "plain") -> tuple[int, ...]:
    """One of the eight most even ways to reach `total`, chosen by `pick`. `ValueError` when there is none."""
    found = _vectors(call, total, shape)[:8]
    if not found:
        raise ValueError(f"{call}: no levels give {total} ({shape})")
    return found[pick % len(found)]


def totals(score: int, spread: int, count: int) -> tuple[int, ...]:
    """Totals of `count` sheets (2 or 3) with this exact mean and this distance between extremes.

    Two sheets need an even spread; three share the remainder. `ValueError` when no whole totals exist.
    """
    if count == 2:
        if spread % 2:
            raise ValueError("two whole totals cannot have an odd spread and a whole mean")
        return (score + spread // 2, score - spread // 2)
    for top in range(score + spread, score - 1, -1):
        middle = 3 * score - top - (top - spread)
        if top - spread <= middle <= top and top <= 100:
            candidates = (top, middle, top - spread)
            if abs(middle - (2 * top - spread) / 2) <= spread / 2:
                return candidates
    raise ValueError(f"no three whole totals give {score} with a spread of {spread}")


def sheet(call: str, assessor: str, chosen: tuple[int, ...], set_aside: bool = False) -> Sheet:
    """The sheet that holds these levels, with its total out of 100."""
    grid = criteria(call)
    return Sheet(
        assessor=assessor,
        levels=tuple((criterion.code, level) for criterion, level in zip(grid, chosen, strict=True)),
        total=sum(level * (criterion.weight // TOP) for criterion, level in zip(grid, chosen, strict=True)),
        set_aside=set_aside,
    )
