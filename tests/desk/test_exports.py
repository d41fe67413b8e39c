"""A file holds every row that is filtered: what one sheet cannot hold goes on in the next, and the rows sum to the totals."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from portfolio.kit import sheets
from portfolio.web import listing
from tests.client import client
from tests.desk.scene import lived
from tests.justifications.grants import Office


def every_sheet(content: bytes) -> list[list[list[str]]]:
    """The cells of each sheet, in the order of the book."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        shared: list[str] = []
        if "xl/sharedStrings.xml" in archive.namelist():
            strings = sheets._xml(archive, "xl/sharedStrings.xml")
            shared = ["".join(t.text or "" for t in item.iter(f"{sheets._SHEET}t")) for item in strings]
        count = sum(1 for name in archive.namelist() if name.startswith("xl/worksheets/sheet"))
        return [sheets._cells(sheets._xml(archive, f"xl/worksheets/sheet{n}.xml"), shared) for n in range(1, count + 1)]


def whole(cell: str) -> int:
    return int(float(cell)) if cell else 0


@pytest.mark.both_engines
def test_no_row_is_left_out_of_a_file(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    lived(place)
    browser = client(place.around, place.people["external_auditor"])
    monkeypatch.setattr(listing, "EXPORTED_AT_ONCE", 2)
    monkeypatch.setattr(sheets, "MOST_ROWS", 7)
    for address in ("/ledger?account=907&account=409&account=521", "/justifications/advances?", "/disbursements?"):
        written = browser.get(f"{address}&format=csv").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(written), delimiter=";"))
        book = every_sheet(browser.get(f"{address}&format=xlsx").content)
        assert all(len(sheet) <= 7 for sheet in book)
        heads = [next(at for at, row in enumerate(sheet) if row[: len(rows[0])] == rows[0]) for sheet in book]
        held = [row for sheet, at in zip(book, heads, strict=True) for row in sheet[at + 1 :]]
        assert len(held) == len(rows) - 1, address
        if not address.startswith("/ledger"):
            continue
        assert len(book) > 2 and heads[1:] == [0] * (len(book) - 1), "notes once, the heading on every sheet"
        debit, credit = rows[0].index("Débit"), rows[0].index("Crédit")
        for table in (rows[1:], held):
            moved, last = table[1:-1], table[-1]
            assert sum(whole(r[debit]) for r in moved) == whole(last[debit]) > 0
            assert sum(whole(r[credit]) for r in moved) == whole(last[credit]) > 0
    reports = browser.get("/disbursements?format=csv").content.decode("utf-8-sig").splitlines()
    assert len(reports) == 1 + 3
