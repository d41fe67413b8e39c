"""Drawing an audit sample that anybody can draw again: integers and SHA-256 only, no generator whose numbers change with a version.

A population is a sequence of (reference, amount in minor units), in the order of the books. A seed is any text. The same population, seed and
method give the same rows on any machine; so does pencil and paper with a SHA-256 calculator:

- `random`: each row's ticket is SHA-256(seed, line feed, reference) read as a number; the rows with the smallest tickets are drawn.
- `systematic`: with N rows and n to draw, the start s is SHA-256(seed, line feed, "start") modulo N; rows number (s + i·N) ÷ n are drawn,
  i from 0 to n − 1, rounded down, counted from 0.
- `monetary`: the same over the francs laid end to end instead of the rows; the row that holds each franc drawn is drawn. A row is drawn in
  proportion to its amount, surely when it reaches the interval; one that holds several of these francs counts for as many hits.

Floats never enter: the fraction of an interval is kept in the integer division.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

START = "start"
Unit = tuple[str, int]
"""Reference, amount in minor units (above zero for `monetary`)."""


@dataclass(frozen=True)
class Hit:
    """A row drawn: where it stands in the population, counted from 0, and how many times it was hit."""

    index: int
    times: int = 1


def ticket(seed: str, reference: str) -> int:
    """The number of a reference under a seed: from 0 to 2²⁵⁶ − 1."""
    return int.from_bytes(hashlib.sha256(f"{seed}\n{reference}".encode()).digest(), "big")


def fingerprint(units: Iterable[Unit]) -> str:
    """SHA-256 over the references and amounts of a population, in its order: what tells that it is still the same."""
    digest = hashlib.sha256()
    for reference, amount in units:
        digest.update(f"{reference}\t{amount}\n".encode())
    return digest.hexdigest()


def start(seed: str, among: int) -> int:
    """Where a systematic draw begins, from 0 to `among` − 1."""
    return ticket(seed, START) % among


def simple(seed: str, units: Sequence[Unit], size: int) -> list[Hit]:
    """Simple random sampling, without replacement."""
    order = sorted(range(len(units)), key=lambda i: (ticket(seed, units[i][0]), units[i][0]))
    return [Hit(i) for i in sorted(order[:size])]


def systematic(seed: str, units: Sequence[Unit], size: int) -> list[Hit]:
    """One row every N/n, from a start drawn by the seed."""
    count = len(units)
    begin = start(seed, count)
    return [Hit((begin + i * count) // size) for i in range(size)]


def monetary(seed: str, units: Sequence[Unit], size: int) -> list[Hit]:
    """Monetary-unit sampling: one franc every T/n, from a start drawn by the seed; probability proportional to the amount."""
    reached = list(accumulate(amount for _reference, amount in units))
    total = reached[-1]
    begin = start(seed, total)
    francs = ((begin + i * total) // size for i in range(size))
    hits = Counter(bisect_right(reached, franc) for franc in francs)
    return [Hit(i, times) for i, times in sorted(hits.items())]


METHODS: dict[str, Callable[[str, Sequence[Unit], int], list[Hit]]] = {
    "random": simple,
    "systematic": systematic,
    "monetary": monetary,
}


def draw(method: str, seed: str, units: Sequence[Unit], size: int) -> list[Hit]:
    """The rows drawn, in the order of the population. Raises ValueError where `size` is not from 1 to the number of rows."""
    if not 1 <= size <= len(units):
        raise ValueError(f"{size} of {len(units)}")
    return METHODS[method](seed, units, size)
