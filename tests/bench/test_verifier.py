"""The offline verifier at a tenth of its million rows: printed, never asserted beyond being whole, since a busy machine proves nothing."""

from pathlib import Path

import pytest

from tests.bench.bench_verifier import measure, write


@pytest.mark.bench
def test_print_the_speed_of_the_offline_verifier(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    write(path, 100_000)
    spent, cpu, floor, words = measure(path)
    print(f"\noffline verifier, 100 000 rows: {spent:.2f} s ({cpu:.2f} s of processor), hashing alone {floor:.2f} s")
    assert "LIVRE INTACT" in words
