"""The list of files beside its floor (performance.md B1), at a tenth of the size: printed, never asserted, since a busy machine proves nothing."""

import pytest

from tests.bench.bench_list import measure


@pytest.mark.bench
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_print_the_ratio_of_the_list(engine: str) -> None:
    found = measure(engine, 10_000, rounds=3)
    print(f"\nlist of files, {engine}, 10 000 rows: {found}")
    assert found["ratio"] > 0
