"""Printed statements of any length (payables, ageing, balance générale) beside the floor of the grand livre (performance.md B2).

    python -m tests.bench.bench_statements_pdf [--lines 1000 10000 100000] [--rounds 3]

Floor: the same text, already formatted, clipped and split into the lines of each page before the clock starts, drawn as one ReportLab
text block a page, as in bench_ledger_pdf. Each way runs in a process of its own, interleaved; CPU is process_time, medians; memory is the
peak added while drawing. The rows exist before: what the database costs is not measured here.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from portfolio.desk.pdf.registers import ageing_pdf, payables_pdf
from portfolio.documents.reference import letterhead
from portfolio.kit.pdf.figures import figures
from portfolio.kit.pdf.fonts import face
from portfolio.kit.pdf.lines import clip
from portfolio.kit.pdf.pen import A4, new_canvas
from tests.bench.bench_ledger_pdf import GROUPS, LEAD, PER_PAGE, SIZE

AGES = ((0, 90), (91, 180), (181, 270), (271, None))
Rows = list[tuple[Any, ...]]


def frame(lines: int, left: int) -> dict[str, Any]:
    return {"letterhead": letterhead(date(2026, 11, 22), "Agence comptable"), "on": "2026-11-22", "at": "2026-11-22T12:00:00+00:00",
            "editor": "Testeuse", "editor_function": "Comptable", "reference": "ETAT-2026-00001-K", "fingerprint": "ab" * 32,
            "head": {"seq": 3, "hash": "cd" * 32}, "count": lines, "left_minor": left, "ledger_minor": left}  # fmt: skip


def payables_rows(lines: int) -> Rows:
    return [(f"F{n * 6 // lines + 1}", f"CONV-2026-{n:05d}-K", GROUPS[n % 300], 4_450_000 + n, 3_000_000 + n, 2_000_000 + n, 1_000_000 + n,
             3_450_000) for n in range(lines)]  # fmt: skip


def payables(data: Rows) -> bytes:
    return payables_pdf(frame(len(data), sum(row[7] for row in data)), data)


def ageing_rows(lines: int) -> Rows:
    day = date(2026, 11, 22)
    return [(f"F{n * 6 // lines + 1}", f"CONV-2026-{n // 3:05d}-K", 1 + n % 3, GROUPS[n % 300], day - timedelta(days=n % 400), n % 400, 1000 + n,
             f"LT-2026-{n:05d}-K du 12/03/2026" if n % 5 == 0 else "") for n in range(lines)]  # fmt: skip


def ageing(data: Rows) -> bytes:
    facts = {**frame(len(data), sum(row[6] for row in data)), "ages": AGES, "by": "fund", "filters": [["Sous-totaux par", "Fonds"]]}
    return ageing_pdf(facts, data)


def _shown(name: str, data: Rows) -> list[tuple[str, ...]]:
    """The cells of each row as the statement shows them."""
    if name == "payables":
        return [(r[0], str(n), r[1], r[2], *map(figures, r[3:])) for n, r in enumerate(data, 1)]
    return [(r[0], str(n), r[1], str(r[2]), r[3], f"{r[4]:%d/%m/%Y}", str(r[5]), figures(r[6]), figures(r[6]), r[7]) for n, r in enumerate(data, 1)]


def floor(name: str, data: Rows) -> Callable[[], bytes]:
    """The same text as one block a page."""
    import io

    letters, shown = face("body"), _shown(name, data)
    texts = ["  ".join(clip(cell, letters, SIZE, 150) for cell in row if cell) for row in shown]
    pages = [texts[at : at + PER_PAGE] for at in range(0, len(texts), PER_PAGE)]

    def run() -> bytes:
        buffer = io.BytesIO()
        canvas = new_canvas(buffer, "floor")
        for page in pages:
            canvas.setPageSize((A4[1], A4[0]))
            block = canvas.beginText(57, 520)
            block.setFont("DejaVuSansCondensed", SIZE, LEAD)
            for line in page:
                block.textLine(line)
            canvas.drawText(block)
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    return run


MADE: dict[str, tuple[Callable[[int], Rows], Callable[[Rows], bytes]]] = {
    "payables": (payables_rows, payables),
    "ageing": (ageing_rows, ageing),
}


def one(name: str, way: str, lines: int) -> dict[str, float]:
    """CPU seconds and megabytes added by one way, in this process."""
    rows, draw = MADE[name]
    data, small = rows(lines), rows(100)
    for role in ("body", "bold", "title"):
        face(role)
    run = (lambda: draw(data)) if way == "product" else floor(name, data)
    (lambda: draw(small) if way == "product" else floor(name, small)())()
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    size = len(run())
    cpu, after = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"cpu": cpu, "mb": (after - before) / 1024, "kb": size / 1024}


def measure(name: str, way: str, lines: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.bench_statements_pdf", "--one", name, way, "--lines", str(lines)]
    found: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", nargs=2)
    asked = parser.parse_args()
    if asked.one:
        name, way = asked.one
        print(json.dumps(one(name, way, asked.lines[0])))
        return
    for name in MADE:
        each: dict[int, float] = {}
        for lines in asked.lines:
            runs: dict[str, list[dict[str, float]]] = {"product": [], "floor": []}
            for _ in range(asked.rounds):
                for way, found in runs.items():
                    found.append(measure(name, way, lines))
            product, bottom = ({key: statistics.median(run[key] for run in found) for key in found[0]} for found in runs.values())
            each[lines] = product["cpu"] / lines
            print(f"{name:<9} {lines:>7} lines  product {product['cpu']:6.3f} s +{product['mb']:4.0f} MB {product['kb']:7.0f} KB   "
                  f"floor {bottom['cpu']:6.3f} s   product / floor = {product['cpu'] / bottom['cpu']:.2f}", flush=True)  # fmt: skip
        if len(each) > 1:
            large, small = sorted(each)[-1], sorted(each)[-2]
            print(f"{name:<9} cost of a line at {large} / at {small} = {each[large] / each[small]:.2f}")


if __name__ == "__main__":
    main()
