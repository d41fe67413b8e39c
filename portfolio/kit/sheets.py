"""Tables as files: XLSX row by row in constant memory, CSV for anything else. A cell that a spreadsheet would run is defused (I05)."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

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


MOST_ROWS = 1_048_576
"""Rows that a sheet of this format may have; the table goes on in another sheet after them, under the same heading."""


def write_xlsx(
    path: Path,
    labels: Sequence[str],
    kinds: Sequence[str],
    rows: Iterable[Sequence[Any]],
    notes: Sequence[str] = (),
) -> None:
    """One sheet: notes, a heading that stays in sight, the rows; amounts as numbers with French grouping. More rows than a sheet may have go
    on in the next: none is left out."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    bold = book.add_format({"bold": True, "bottom": 1})
    figures = book.add_format({"num_format": "#,##0"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})

    def opened(notes: Sequence[str]) -> tuple[Any, int]:
        sheet, top = book.add_worksheet(), 0
        for note in notes:
            if note:
                sheet.write_string(top, 0, note)
                top += 1
        sheet.freeze_panes(top + 1, 0)
        for i, label in enumerate(labels):
            sheet.write_string(top, i, label, bold)
            sheet.set_column(i, i, 14 if kinds[i] in ("money", "number", "date", "percent") else 26)
        return sheet, top

    def closed(sheet: Any, top: int, number: int) -> None:
        if number > top and labels:
            sheet.autofilter(top, 0, number, len(labels) - 1)

    sheet, top = opened(notes)
    number = top
    for row in rows:
        if number + 1 == MOST_ROWS:
            closed(sheet, top, number)
            sheet, top = opened(())
            number = top
        number += 1
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
    closed(sheet, top, number)
    book.close()


def read_csv(content: bytes) -> list[list[str]]:
    """The cells of a CSV as text: UTF-8 or cp1252, with semicolons, commas or tabs, whichever cuts the most."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    head = "\n".join(text.splitlines()[:30])
    delimiter = max(";,\t", key=head.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as bad:
        raise ValueError(str(bad)) from None


_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MOST_CELLS = 200_000


def read_xlsx(content: bytes) -> list[list[str]]:
    """The cells of the first sheet of an XLSX as text; dates as the number of days that the file keeps. Raises ValueError when it is no such file.

    Only the parts that are needed are read, entities are refused, and the cells are bounded."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            sheets = sorted(
                (n for n in names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n)),
                key=lambda n: (len(n), n),
            )
            shared: list[str] = []
            if "xl/sharedStrings.xml" in names:
                strings = _xml(archive, "xl/sharedStrings.xml")
                shared = ["".join(t.text or "" for t in item.iter(f"{_SHEET}t")) for item in strings]
            return _cells(_xml(archive, sheets[0]), shared)
    except (zipfile.BadZipFile, KeyError, IndexError, ElementTree.ParseError, OverflowError) as bad:
        raise ValueError(str(bad)) from None


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    part = archive.read(name)
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise ValueError("entities")
    return ElementTree.fromstring(part)


def _cells(sheet: ElementTree.Element, shared: list[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    count = 0
    for row in sheet.iter(f"{_SHEET}row"):
        number = int(row.get("r") or len(rows) + 1)
        if number > len(rows) + 10_000:
            raise ValueError("rows")
        rows += [[] for _ in range(number - 1 - len(rows))]
        cells: list[str] = []
        for cell in row.iter(f"{_SHEET}c"):
            found = re.match(r"[A-Z]{1,3}", cell.get("r") or "")
            at = _column(found[0]) if found else len(cells)
            if at > 200:
                continue
            cells += [""] * (at - len(cells))
            cells.append(_value(cell, shared))
            count += 1
            if count > MOST_CELLS:
                raise ValueError("cells")
        rows.append(cells)
    return rows


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(cell: ElementTree.Element, shared: list[str]) -> str:
    kind = cell.get("t") or "n"
    if kind == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(f"{_SHEET}t"))
    raw = cell.findtext(f"{_SHEET}v") or ""
    if kind == "s":
        return shared[int(raw)] if raw.isdigit() else ""
    if kind == "n" and re.fullmatch(r"-?\d+\.0+", raw):
        return raw.partition(".")[0]
    return raw
