"""The arithmetic of audit samples: the same on every machine, for ever; each row, or each franc, with the chance that the method promises."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter

import pytest

from portfolio.kit import sampling

UNITS = [(f"OP-2026-{n:05d}-K", 100_000 * n) for n in range(1, 13)]


@pytest.mark.parametrize(
    ("method", "seed", "drawn"),
    [
        ("random", "20261123", [1, 3, 5, 6, 9]),
        ("random", "20261124", [3, 4, 6, 8, 11]),
        ("systematic", "20261123", [1, 3, 5, 8, 10]),
        ("systematic", "20261124", [2, 4, 7, 9, 11]),
        ("monetary", "20261123", [2, 5, 7, 9, 10]),
        ("monetary", "20261124", [4, 6, 8, 10, 11]),
    ],
)
def test_a_draw_is_the_same_for_ever(method: str, seed: str, drawn: list[int]) -> None:
    assert [hit.index for hit in sampling.draw(method, seed, UNITS, 5)] == drawn


def test_a_ticket_is_what_a_sha_256_calculator_gives() -> None:
    assert f"{sampling.ticket('20261123', 'OP-2026-00001-K'):064x}" == hashlib.sha256(b"20261123\nOP-2026-00001-K").hexdigest()


def test_another_interpreter_draws_the_same() -> None:
    """Hash randomisation, the order of sets, the generator's version: nothing of a run enters."""
    words = "from portfolio.kit import sampling as s; print([h.index for h in s.draw('random', 'x', [(str(n), n + 1) for n in range(99)], 9)])"
    made = {
        subprocess.run([sys.executable, "-c", words], env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."}, capture_output=True, text=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert made == {f"{[h.index for h in sampling.draw('random', 'x', [(str(n), n + 1) for n in range(99)], 9)]}\n"}


@pytest.mark.parametrize("method", sampling.METHODS)
def test_every_size_draws_what_was_asked(method: str) -> None:
    for size in range(1, len(UNITS) + 1):
        hits = sampling.draw(method, "graine", UNITS, size)
        assert sum(hit.times for hit in hits) == size
        assert [h.index for h in hits] == sorted({h.index for h in hits})
    for size in (0, -1, len(UNITS) + 1):
        with pytest.raises(ValueError):
            sampling.draw(method, "graine", UNITS, size)


@pytest.mark.parametrize("size", [1, 3, 7])
def test_each_franc_has_the_same_chance(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over every start there is, a row is hit in exact proportion to its amount; and over rows, each row as often as any other."""
    units = [("a", 1), ("b", 5), ("c", 40), ("d", 9), ("e", 5), ("f", 11), ("g", 2)]
    total = sum(amount for _name, amount in units)
    francs: Counter[int] = Counter()
    for begin in range(total):
        monkeypatch.setattr(sampling, "start", lambda _seed, _among, begin=begin: begin)
        hits = sampling.monetary("", units, size)
        francs.update({hit.index: hit.times for hit in hits})
        assert {h.index for h in hits} >= {i for i, (_n, amount) in enumerate(units) if amount * size >= total}
    assert [francs[i] for i in range(len(units))] == [size * amount for _name, amount in units]
    rows: Counter[int] = Counter()
    for begin in range(len(units)):
        monkeypatch.setattr(sampling, "start", lambda _seed, _among, begin=begin: begin)
        rows.update(hit.index for hit in sampling.systematic("", units, size))
    assert set(rows.values()) == {size}


def test_simple_sampling_favours_nobody() -> None:
    """4,000 seeds, 3 of 12: each row about a quarter of the time; five standard deviations is 137."""
    drawn: Counter[int] = Counter()
    for seed in range(4_000):
        drawn.update(hit.index for hit in sampling.simple(str(seed), UNITS, 3))
    assert all(abs(drawn[i] - 1_000) < 137 for i in range(len(UNITS)))


def test_the_fingerprint_tells_any_change() -> None:
    first = sampling.fingerprint(UNITS)
    assert first == sampling.fingerprint(list(UNITS))
    assert first != sampling.fingerprint(UNITS[:-1])
    assert first != sampling.fingerprint([*UNITS[:-1], (UNITS[-1][0], UNITS[-1][1] + 1)])
    assert first != sampling.fingerprint([UNITS[1], UNITS[0], *UNITS[2:]])
