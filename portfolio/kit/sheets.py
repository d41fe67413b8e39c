"""Tables as files: XLSX row by row in constant memory, CSV for anything else. A cell that a spreadsheet would run is defused (I05)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


def defuse(value: Any) -> Any:
    """Text that begins like a formula gets an apostrophe before it; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RISKY) else value


def write_csv(path: Path, labels: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """UTF-8 with its mark and semicolons, as a French spreadsheet opens it."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(labels)
        for row in rows:
            writer.writerow([defuse(v.isoformat() if isinstance(v, date | datetime) else v) for v in row])


def write_xlsx(
    path: Path,
    labels: Sequence[str],
    kinds: Sequence[str],
    rows: Iterable[Sequence[Any]],
    notes: Sequence[str] = (),
) -> None:
    """One sheet: notes, a heading that stays in sight, the rows; amounts as numbers with French grouping."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1})
    figures = book.add_format({"num_format": "#,##0"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    top = 0
    for note in notes:
        if note:
            sheet.write_string(top, 0, note)
            top += 1
    sheet.freeze_panes(top + 1, 0)
    for i, label in enumerate(labels):
        sheet.write_string(top, i, label, bold)
        sheet.set_column(i, i, 14 if kinds[i] in ("money", "number", "date", "percent") else 26)
    number = top
    for number, row in enumerate(rows, top + 1):
        for i, value in enumerate(row):
            if isinstance(value, bool) or value is None:
                sheet.write_string(number, i, "" if value is None else str(value))
            elif isinstance(value, int):
                sheet.write_number(number, i, value, figures)
            elif isinstance(value, datetime):
                sheet.write_string(number, i, value.strftime("%Y-%m-%d %H:%M"))
            elif isinstance(value, date):
                sheet.write_datetime(number, i, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001 (a day in a sheet has no zone)
            else:
                sheet.write_string(number, i, str(defuse(value)))
    if number > top and labels:
        sheet.autofilter(top, 0, number, len(labels) - 1)
    book.close()
