"""The printed statements that are tables of a paper (payables, ageing) at growing sizes: processor a line, megabytes added.

    python -m tests.bench.bench_statements_pdf [--lines 1000 10000 100000]

They must be linear; a line costs more here than in the book (bench_ledger_pdf), whose cells never wrap.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from portfolio.desk.pdf.statements import ageing_pdf, payables_pdf
from portfolio.documents.reference import letterhead
from tests.bench.bench_ledger_pdf import GROUPS


def frame() -> dict[str, Any]:
    return {"letterhead": letterhead(date(2026, 11, 22), "Agence comptable"), "on": "2026-11-22", "at": "2026-11-22T12:00:00+00:00",
            "editor": "Testeuse", "editor_function": "Comptable", "reference": "ETAT-2026-00001-K", "fingerprint": "ab" * 32,
            "head": {"seq": 3, "hash": "cd" * 32}}  # fmt: skip


def payables(lines: int) -> bytes:
    return payables_pdf({**frame(), "rows": [
        {"agreement": f"CONV-2026-{n:05d}-K", "group": GROUPS[n % 300], "committed_minor": 4_450_000 + n, "liquidated_minor": 3_000_000 + n,
         "ordered_minor": 2_000_000 + n, "paid_minor": 1_000_000 + n, "left_minor": 3_450_000} for n in range(lines)]})  # fmt: skip


def ageing(lines: int) -> bytes:
    return ageing_pdf({**frame(), "ages": [[0, 30], [31, 90], [91, 180], [181, None]], "rows": [
        {"agreement": f"CONV-2026-{n:05d}-K", "tranche": 1 + n % 3, "group": GROUPS[n % 300], "paid_on": "2026-01-05", "days": n % 400,
         "left_minor": 1000 + n} for n in range(lines)]})  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000, 10_000])
    asked = parser.parse_args()
    ways: tuple[Callable[[int], bytes], ...] = (payables, ageing)
    for way in ways:
        way(50)
        for lines in asked.lines:
            before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
            size = len(way(lines))
            spent, after = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            print(f"{way.__name__:<9} {lines:>7} lines  {spent:7.2f} s CPU  {spent / lines * 1000:.2f} ms a line  "
                  f"+{(after - before) / 1024:.0f} MB  {size / 1024:.0f} KB", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
