"""The list of files beside its floor (performance.md B1), at a tenth of the size: the rows are compared byte for byte; the figures are printed,
never asserted, since a busy machine proves nothing. `python -m tests.bench.bench_list` measures them whole."""

import pytest

from tests.bench.bench_list import line, measure


@pytest.mark.bench
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_print_the_ratio_of_the_list(engine: str) -> None:
    found = measure(engine, 10_000, rounds=3, requests=120)
    print("\n" + line(engine, 10_000, found))
    assert found["product"] > 0 and found["floor"] > 0
