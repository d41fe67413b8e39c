"""CPU and memory of the printed ledger against its floor (performance.md B2).

    python -m tests.bench.bench_ledger_pdf [--lines 1000 10000 100000] [--rounds 5]

Floor: the same text, already formatted, clipped and split into the lines of each page before the clock
starts, drawn as one ReportLab text block a page (`beginText`, `textLine`), `useA85=0`. The product starts
from rows of text and integers: it formats, clips, aligns, sums, carries forward, rules and numbers pages.
Two other ways are printed for reference: the same cells each put at its place in the text block, and the
same operators already made, which leaves only ReportLab's compression and file.
Rounds are interleaved, CPU is process_time, medians; memory is the peak of a process of its own.
"""

import argparse
import io
import json
import resource
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import date

from portfolio.kit.pdf.figures import figures
from portfolio.kit.pdf.fonts import face
from portfolio.kit.pdf.lines import clip
from portfolio.kit.pdf.pen import A4, new_canvas
from portfolio.kit.pdf.register import BookColumn, BookSpec, draw_book
from portfolio.kit.pdf.sheet import Letterhead

PER_PAGE, SIZE, LEAD = 42, 6.7, 10.2
COLUMNS = (
    BookColumn("N°", 14, align="center"),
    BookColumn("Date", 16),
    BookColumn("N° de pièce", 26),
    BookColumn("Tiers", 40),
    BookColumn("Convention", 28),
    BookColumn("Tr.", 7, align="center"),
    BookColumn("Objectif", 12),
    BookColumn("Libellé", 46),
    BookColumn("Débit", 20, "amount"),
    BookColumn("Crédit", 20, "amount"),
    BookColumn("Solde", 22, "balance"),
)
GROUPS = tuple(f"Groupement féminin n° {n} de la commune d'Ansongo, élevage (ovins)" for n in range(300))

Row = tuple[str | int | None, ...]


def rows(lines: int) -> Iterator[Row]:
    """Entries whose number, voucher, wording and amounts are all different, as in a real ledger."""
    balance = 12_000_000
    for n in range(lines):
        debit = (n * 7_919) % 2_000_000 if n % 3 else None
        credit = None if n % 3 else (n * 104_729) % 3_500_000
        balance += (debit or 0) - (credit or 0)
        yield (
            f"{n + 1:06d}", f"{n % 28 + 1:02d}/{n % 12 + 1:02d}/2026", f"OP-2026-{n:05d}-K", GROUPS[n % 300],
            f"CONV-2026-{n % 900:05d}-K", str(n % 3 + 1), f"OS{n % 4}.{n % 5}",
            f"Versement de la tranche {n % 3 + 1}, maraîchage n° {n}", debit, credit, balance,
        )  # fmt: skip


def spec() -> BookSpec:
    head = Letterhead(("AUTORITÉ",), "Agence comptable", "Gao")
    return BookSpec(
        "Grand livre des décaissements", "GL-2026-00003-B", head, COLUMNS, date(2026, 3, 12),
        opening=(None,) * 10 + (12_000_000,), edition="Édition n° 3 du 12 mars 2026", fingerprint="0" * 64,
    )  # fmt: skip


def split(data: list[Row]) -> list[list[list[tuple[float, str]]]]:
    """Pages of lines of (place, text): what the floors start from."""
    letters, pages = face("body"), []
    total = sum(column.width_mm for column in COLUMNS)
    widths = [728 * column.width_mm / total for column in COLUMNS]
    for start in range(0, len(data), PER_PAGE):
        page = []
        for row in data[start : start + PER_PAGE]:
            x, line = 57.0, []
            for wide, value in zip(widths, row, strict=True):
                if isinstance(value, int):
                    shown = figures(value)
                    line.append((round(x + wide - 2 - letters.width(shown, SIZE), 2), shown))
                elif value:
                    line.append((round(x + 2, 2), clip(value, letters, SIZE, wide - 4)))
                x += wide
            page.append(line)
        pages.append(page)
    return pages


def product(data: list[Row]) -> Callable[[], bytes]:
    return lambda: draw_book(spec(), iter(data))


def floor(data: list[Row]) -> Callable[[], bytes]:
    pages = [["  ".join(text for _, text in line) for line in page] for page in split(data)]

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


def cells(data: list[Row]) -> Callable[[], bytes]:
    pages = split(data)

    def run() -> bytes:
        buffer = io.BytesIO()
        canvas = new_canvas(buffer, "cells")
        for page in pages:
            canvas.setPageSize((A4[1], A4[0]))
            block = canvas.beginText(57, 520)
            block.setFont("DejaVuSansCondensed", SIZE, LEAD)
            for n, line in enumerate(page):
                for x, text in line:
                    block.setTextOrigin(x, 520 - n * LEAD)
                    block.textOut(text)
            canvas.drawText(block)
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    return run


def made(data: list[Row]) -> Callable[[], bytes]:
    """The operators of every cell made beforehand (in one 8-bit set): only joining and writing are left."""
    pages = [
        [
            f"1 0 0 1 {x} {520 - n * LEAD:.1f} Tm ({text}) Tj"
            for n, line in enumerate(page)
            for x, text in line
        ]
        for page in [
            [
                [(x, text.replace("\u202f", " ").replace("(", "[").replace(")", "]")) for x, text in line]
                for line in page
            ]
            for page in split(data)
        ]
    ]

    def run() -> bytes:
        from reportlab.pdfbase import pdfdoc

        buffer = io.BytesIO()
        canvas = new_canvas(buffer, "made")
        for page in pages:
            text = "BT /F1+0 6.7 Tf " + "\n".join(page) + " ET"
            stream = pdfdoc.PDFStream(content=zlib.compress(text.encode("cp1252", "replace")), filters=[])
            stream.dictionary["Filter"] = pdfdoc.PDFName("FlateDecode")
            sheet = pdfdoc.PDFPage()
            sheet.pagewidth, sheet.pageheight = A4[1], A4[0]
            sheet.Contents, sheet.Resources = stream, pdfdoc.PDFDictionary({})
            canvas._doc.addPage(sheet)
        canvas.save()
        return buffer.getvalue()

    return run


WAYS = {"product": product, "floor": floor, "cells": cells, "made": made}


def one(way: str, lines: int) -> dict[str, float]:
    """CPU seconds and megabytes added by one way, in this process."""
    data = list(rows(lines))
    face("body"), face("bold"), face("title")
    small = WAYS[way](data[:100])
    small()
    run = WAYS[way](data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    size = len(run())
    cpu = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"cpu": cpu, "mb": (after - before) / 1024, "kb": size / 1024}


def measure(way: str, lines: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.bench_ledger_pdf", "--one", way, "--lines", str(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one")
    parser.add_argument("--ways", nargs="+", default=["product", "floor"])
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(one(asked.one, asked.lines[0])))
        return
    each: dict[int, float] = {}
    for lines in asked.lines:
        found: dict[str, list[dict[str, float]]] = {way: [] for way in asked.ways}
        for _ in range(asked.rounds):
            for way in asked.ways:
                found[way].append(measure(way, lines))
        middle = {
            way: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            for way, runs in found.items()
        }
        for way, result in middle.items():
            ratio = middle["product"]["cpu"] / result["cpu"]
            print(
                f"{lines:>7} lines  {way:<8} {result['cpu']:7.3f} s CPU  +{result['mb']:5.0f} MB "
                f"{result['kb']:7.0f} KB   product / {way} = {ratio:.2f}"
            )
        each[lines] = middle["product"]["cpu"] / lines
    if len(each) > 1:
        growth = each[max(each)] / each[sorted(each)[-2]]
        print(f"cost of a line at {max(each)} / at {sorted(each)[-2]} = {growth:.2f}")


if __name__ == "__main__":
    main()
