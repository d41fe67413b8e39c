"""CPU and memory of the ledger as a spreadsheet against its floor (performance.md B4).

    python -m tests.bench.bench_sheets [--lines 1000 10000 100000] [--rounds 5]

Floor: xlsxwriter alone with `constant_memory`, the same cells already made in the types that it writes, one format a column. The product starts
from the rows of the grand livre: it defuses formulas, picks the writer of each cell, freezes, filters and sizes.
Each run is a process of its own, rounds interleaved, CPU is process_time, medians; memory is the peak.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from portfolio.kit.sheets import write_xlsx

LABELS = ("N°", "Date", "Pièce", "Tiers", "Convention", "Tranche", "Objectif", "Libellé", "Débit", "Crédit", "Solde")
KINDS = ("number", "date", "text", "text", "text", "text", "text", "text", "money", "money", "money")
LIMITS = "at most 1.30 and +30 MB at 100,000 lines"


def rows(lines: int) -> list[tuple[Any, ...]]:
    """Entries as the grand livre gives them: numbers, days, words, francs or nothing."""
    start = date(2026, 1, 1)
    return [
        (
            n + 1, start + timedelta(days=n % 365), f"OP-2026-{n:05d}-K", f"Groupement féminin n° {n % 300} d'Ansongo",
            f"CONV-2026-{n % 900:05d}-K", f"T{n % 3 + 1}", f"OS{n % 4}.{n % 5}", f"Versement de la tranche {n % 3 + 1}, n° {n}",
            (n * 7_919) % 2_000_000 if n % 3 else None, None if n % 3 else (n * 104_729) % 3_500_000, 12_000_000 + n,
        )
        for n in range(lines)
    ]  # fmt: skip


def product(data: list[tuple[Any, ...]], path: Path) -> Callable[[], None]:
    return lambda: write_xlsx(path, LABELS, KINDS, iter(data), ("Grand livre des décaissements",))


def floor(data: list[tuple[Any, ...]], path: Path) -> Callable[[], None]:
    import xlsxwriter

    ready = [tuple(datetime(v.year, v.month, v.day) if isinstance(v, date) else v for v in row) for row in data]

    def run() -> None:
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        sheet = book.add_worksheet()
        figures, day = book.add_format({"num_format": "#,##0"}), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, LABELS)
        for number, row in enumerate(ready, 1):
            for i, value in enumerate(row):
                if value is None:
                    sheet.write_blank(number, i, None)
                elif isinstance(value, int):
                    sheet.write_number(number, i, value, figures)
                elif isinstance(value, datetime):
                    sheet.write_datetime(number, i, value, day)
                else:
                    sheet.write_string(number, i, value)
        book.close()

    return run


WAYS = {"product": product, "floor": floor}


def one(way: str, lines: int) -> dict[str, float]:
    """CPU seconds and megabytes added by one way, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        data = rows(lines)
        WAYS[way](data[:100], path)()
        run = WAYS[way](data, path)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.process_time()
        run()
        cpu = time.process_time() - start
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {"cpu": cpu, "mb": (after - before) / 1024, "kb": path.stat().st_size / 1024}


def measure(way: str, lines: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.bench_sheets", "--one", way, "--lines", str(lines)]
    result: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one")
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(one(asked.one, asked.lines[0])))
        return
    for lines in asked.lines:
        found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
        for _ in range(asked.rounds):
            for way in WAYS:
                found[way].append(measure(way, lines))
        middle = {way: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for way, runs in found.items()}
        for way, result in middle.items():
            print(f"{lines:>7} lines  {way:<8} {result['cpu']:7.3f} s CPU  +{result['mb']:5.1f} MB {result['kb']:7.0f} KB")
        print(f"{lines:>7} lines  product / floor = {middle['product']['cpu'] / middle['floor']['cpu']:.2f}   {LIMITS}")


if __name__ == "__main__":
    main()
