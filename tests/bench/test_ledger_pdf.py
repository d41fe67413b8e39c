"""The printed ledger stays near its floor (performance.md B2)."""

import pytest

from tests.bench.bench_ledger_pdf import measure


@pytest.mark.bench
def test_near_the_floor_linear_and_small() -> None:
    cpu = {way: min(measure(way, 10_000)["cpu"] for _ in range(3)) for way in ("product", "floor")}
    assert cpu["product"] <= 1.5 * cpu["floor"]
    large = measure("product", 100_000)
    assert large["cpu"] / 10 <= 1.2 * cpu["product"] + 0.05
    assert large["mb"] <= 100
