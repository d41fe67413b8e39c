"""What a screen, a CSV, an XLSX and a PDF say, read back as text and whole numbers; and the list of what disagrees."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pypdf import PdfReader

from tests.client import Client
from tests.desk.foreign import Screen

AMOUNT = re.compile(r"\u2212?\d{1,3}(?:\u202f\d{3})*")
"""A whole amount, its thousands apart by the narrow blank that no other number has."""
TAIL = re.compile(rf"(?:(?<![\d\u202f]){AMOUNT.pattern}(?: |$))+$")


def francs(cell: Any) -> int:
    """The whole number of a cell; nothing and a dash are 0."""
    plain = re.sub(r"[\u202f\u00a0 ]|F\s*CFA", "", str(cell)).replace("\u2212", "-").removesuffix(".0")
    return 0 if plain in ("", "-", "–", "—") else int(plain)


@dataclass
class Verdict:
    """`wrong` keeps each difference; `seen` counts the figures compared in each medium; `places` the addresses and papers."""

    wrong: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    places: set[str] = field(default_factory=set)

    def same(self, medium: str, what: str, shown: Any, right: Any) -> None:
        self.seen[medium] += len(right) if isinstance(right, (list, tuple)) else 1
        if shown != right:
            self.wrong.append(f"{medium} {what}: says {shown}, the rows give {right}")

    def must(self, medium: str, what: str, holds: bool) -> None:
        """Something that is not a number: a line that must be there."""
        if not holds:
            self.wrong.append(f"{medium} {what}")


def screen(browser: Client, address: str) -> Screen:
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return Screen(answer.text)


def next_page(html: str) -> str:
    """The address behind « Suivant », or nothing."""
    found = re.search(r'rel="next" href="([^"]+)"', html)
    return found[1].replace("&amp;", "&") if found else ""


def with_format(address: str, kind: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}format={kind}"


def sheets(browser: Client, address: str) -> dict[str, list[list[Any]]]:
    """The rows below the heading of the CSV and of the XLSX of one address; both headings are the same."""
    from python_calamine import CalamineWorkbook

    answer = browser.get(with_format(address, "csv"))
    assert answer.status_code == 200, address
    head, *body = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    answer = browser.get(with_format(address, "xlsx"))
    assert answer.status_code == 200, address
    made = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    top = next(n for n, row in enumerate(made) if [str(c) for c in row[: len(head)]] == head)
    return {"csv": [list(row) for row in body], "xlsx": [list(row[: len(head)]) for row in made[top + 1 :]]}


def heading(browser: Client, address: str) -> list[str]:
    """The words over the columns of its CSV."""
    content = browser.get(with_format(address, "csv")).content.decode("utf-8-sig")
    return next(csv.reader(io.StringIO(content), delimiter=";"))


def lines(content: bytes) -> list[str]:
    """Every line of a PDF, its columns apart by blanks."""
    return [" ".join(line.split(" ")).strip() for page in PdfReader(io.BytesIO(content)).pages for line in page.extract_text().split("\n")]


def tail(line: str) -> list[int]:
    """The amounts that a line ends with; the first may stand close to the words before it."""
    found = TAIL.search(line)
    return [francs(word) for word in found[0].split(" ") if word] if found else []


def said(content: Sequence[str]) -> list[int]:
    """Every « n F CFA » of the sentences of a paper."""
    text = re.sub(r"\s*\u00a0\s*|\n", lambda m: "\u00a0" if "\u00a0" in m[0] else " ", "\n".join(content))
    return [francs(m[1]) for m in re.finditer(rf"({AMOUNT.pattern})[\u00a0 ]F\s*CFA", text)]


def printed(browser: Client, address: str, fields: dict[str, Any] | None = None) -> bytes:
    """The paper that a button makes."""
    answer = browser.submit(address, fields or {})
    assert answer.status_code == 303, (address, answer.status_code, answer.text[-600:])
    paper = browser.get(answer.headers["location"])
    assert paper.status_code == 200 and paper.content.startswith(b"%PDF"), (address, answer.headers["location"])
    return bytes(paper.content)
