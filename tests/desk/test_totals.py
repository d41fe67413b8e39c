"""Every total at the foot of a list is the sum of the rows of its own files, and the count is theirs: the screen, the CSV and the XLSX say
the same of the same filter (M18)."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from portfolio.app import create_app
from portfolio.origin import Surroundings
from portfolio.web import listing
from portfolio.web.urls import url
from tests.client import Client, client
from tests.house.lists import EXPECTED
from tests.house.test_crawl import one_with

FOOT = re.compile(r"<tfoot>(.*?)</tfoot>", re.S)
CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.S)


def whole(cell: str) -> int | None:
    """The number of a cell without its spaces, or None."""
    plain = re.sub(r"<[^>]+>|[\s\u00a0\u202f]", "", cell)
    return int(plain) if re.fullmatch(r"-?\d+", plain) else None


def rows_of_csv(browser: Client, address: str) -> list[list[str]]:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def rows_of_xlsx(browser: Client, address: str, width: int, label: str) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook

    answer = browser.get(address)
    assert answer.status_code == 200, address
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    top = next(n for n, row in enumerate(rows) if row[0] == label and len([c for c in row if c != ""]) == width)
    return rows[top + 1 :]


def test_totals_of_lists_are_those_of_their_files(demo: Surroundings) -> None:
    app = create_app(demo)
    by_route = {url(each.route): each for each in listing.DECLARED}
    summed = compared = 0
    for address, (role, _number) in EXPECTED.items():
        declared = by_route.get(address.partition("?")[0])
        if declared is None:
            continue
        browser = client(demo, one_with(demo, role), app=app)
        page = browser.get(address).text
        if 'name="format"' not in page and "format=csv" not in page:
            continue
        join = "&" if "?" in address else "?"
        head, *rows = rows_of_csv(browser, f"{address}{join}format=csv")
        sheet = rows_of_xlsx(browser, f"{address}{join}format=xlsx", len(head), head[0])
        assert [[_plain(c) for c in row[: len(head)]] for row in sheet[: len(rows)]] == [[_plain(c) for c in row] for row in rows], address
        count = re.search(r'class="pager"[^>]*><span class="figure">[^<]*?(\d+\+?)</span>', page)
        if count is not None and "+" not in count[1]:
            assert whole(count[1]) == len(rows), (address, count[1], len(rows))
            compared += 1
        width = len(declared.columns)
        feet = [cells for foot in FOOT.findall(page) if len(cells := CELL.findall(foot)) in (width, width + 1)]
        if not feet:
            assert not any(column.total for column in declared.columns) or not rows, f"{address}: no totals are shown"
            continue
        shown = [whole(cell) for cell in feet[-1]]
        for column, total in zip(declared.columns, shown[-width:], strict=True):
            if column.total:
                position = list(declared.columns).index(column)
                assert total == sum(int(row[position] or 0) for row in rows), (address, column.key)
                assert total == sum(int(row[position] or 0) for row in sheet[: len(rows)]), (address, column.key)
                summed += 1
    assert summed > 5 and compared > 10, (summed, compared)


def _plain(cell: Any) -> str:
    """A cell as both kinds of file hold it: days and numbers in the same words."""
    text = cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
    moment = re.match(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d))?", text)
    if moment:
        return moment[1] if moment[2] in (None, "00:00") else f"{moment[1]} {moment[2]}"
    return text.removesuffix(".0")
