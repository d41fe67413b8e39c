"""The printed ledger beside its floor (performance.md B2), at a tenth of the size: printed, never asserted, since a busy machine proves nothing."""

import pytest

from tests.bench.bench_ledger_pdf import measure


@pytest.mark.bench
def test_print_the_ratio_of_the_ledger() -> None:
    cpu = {way: min(measure(way, 10_000)["cpu"] for _ in range(3)) for way in ("product", "floor")}
    print(f"\nledger PDF, 10 000 lines: product {cpu['product']:.2f} s, floor {cpu['floor']:.2f} s, ratio {cpu['product'] / cpu['floor']:.2f}")
    assert cpu["product"] > 0 and cpu["floor"] > 0
