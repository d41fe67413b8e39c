"""The offline verifier on a ledger of a million rows (T04: at most 10 s on two cores).

    python -m tests.bench.bench_verifier [--rows 1000000] [--keep FILE]

The export is written as the product writes it, sealed by the product's own chain; then the verifier runs as an auditor runs it: a bare
interpreter with nothing of the product on its path. The floor printed beside it is `hashlib` alone over the same bytes, one process.
"""

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from portfolio.kit.chain import GENESIS, seal
from portfolio.ledger.export import sealed_lines, write_verifier
from portfolio.ledger.models import DIMENSIONS
from portfolio.ledger.queries import Head
from portfolio.ledger.service import SEALED, balance_key

START = datetime(2020, 1, 6, 8, tzinfo=UTC)
ACTS = (("904", "902"), ("905", "904"), ("906", "905"), ("907", "906"), ("409", "521"), ("657", "409"))


def entries(count: int) -> Iterator[dict[str, Any]]:
    """Rows as a fund of that age has them: 1 500 agreements in three tranches, numbers and papers all different, one in fifty entered late."""
    previous = GENESIS
    for seq in range(1, count + 1):
        agreement, act = seq % 1500, seq % len(ACTS)
        at = START + timedelta(seconds=191 * seq, microseconds=seq * 37 % 1_000_000)
        row: dict[str, Any] = {
            "seq": seq, "posting": seq, "at": at, "dated_on": at.date(), "event": "disbursement:paid",
            "debit": ACTS[act][0], "credit": ACTS[act][1], "amount_minor": 1 + seq * 7919 % 2_500_000,
            "amount_currency": "XOF", "exercice": at.year, "donor": "NORLANDE", "fund": f"F{agreement % 5}",
            "line": f"F{agreement % 5}-AAP", "call": f"AAP-2026-{agreement % 7:02d}", "agreement": f"CONV-2026-{agreement:05d}-K",
            "tranche": f"CONV-2026-{agreement:05d}-K-T{1 + seq % 3}", "party": f"GRP-{agreement}", "place": f"ML07{agreement % 90:02d}",
            "objective": f"OS{agreement % 4}", "treasury": "BANQUE-1" if act == 4 else None, "document": f"OP-2026-{seq:06d}-K",
            "subject_type": "disbursement", "subject_id": seq // 3, "actor_id": 1 + seq % 30, "reverses": None, "reason": None,
            "value_on": at.date() - timedelta(days=40) if seq % 50 == 0 else None,
        }  # fmt: skip
        digest = seal(previous, "ledger", {name: row[name] for name in SEALED})
        yield {**row, "previous": previous, "hash": digest}
        previous = digest


def write(out: Path, count: int) -> None:
    """An export of so many rows, with its running totals and its head."""
    sums: dict[tuple[object, ...], list[int]] = {}
    last: dict[str, Any] = {}

    def counted() -> Iterator[dict[str, Any]]:
        for row in entries(count):
            for at, side in enumerate(("debit", "credit")):
                sums.setdefault(balance_key(row, row[side]), [0, 0])[at] += row["amount_minor"]
            last.update(row)
            yield row

    with out.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(line for line in sealed_lines(counted(), [], Head(0, GENESIS)) if not line.startswith('{"head"'))
        totals = [dict(zip(("account", "currency", *DIMENSIONS), key, strict=True)) | {"debit_minor": d, "credit_minor": c}
                  for key, (d, c) in sums.items()]  # fmt: skip
        stream.writelines(list(sealed_lines([], totals, Head(last["seq"], last["hash"])))[1:])


def measure(path: Path) -> tuple[float, float, float, str]:
    """Seconds of the verifier by the clock and by its processes, seconds of the floor, and what the verifier said."""
    alone = path.with_name("verifier.py")
    write_verifier(alone)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, "-I", str(alone), str(path)], capture_output=True, text=True, check=False)
    spent, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert done.returncode == 0, done.stdout + done.stderr
    started = time.perf_counter()
    with path.open("rb") as stream:
        for line in stream:
            hashlib.sha256(line).hexdigest()
    return spent, cpu, time.perf_counter() - started, done.stdout


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.keep or Path(folder, "ledger.jsonl")
        if not path.exists():
            write(path, given.rows)
        for _ in range(3):
            spent, cpu, floor, words = measure(path)
            print(f"{given.rows} rows, {path.stat().st_size / 1e6:.0f} MB: verified in {spent:.1f} s ({cpu:.1f} s of processor), hashing alone {floor:.1f} s")
        print(words)


if __name__ == "__main__":
    main()
