"""The list of files stays near its floor, and costs the same whatever the number of files (performance.md B1), at a tenth of the size."""

import pytest

from tests.bench.bench_list import measure


@pytest.mark.bench
@pytest.mark.parametrize("engine, most", [("sqlite", 4.0), ("postgresql", 3.0)])
def test_near_the_floor_and_flat(engine: str, most: float) -> None:
    small = measure(engine, 10_000, rounds=5)
    assert small["ratio"] <= most, small
    large = measure(engine, 100_000, rounds=5)
    assert large["product"] <= 1.3 * small["product"], (small, large)
