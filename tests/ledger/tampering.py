"""What a forger may do to a ledger, on rows in memory: twelve ways, each with the entry where it must be found (T02).

Rows are what the database holds. The running totals are made to fit the forged rows, and where it says so the head too: the chain
alone must tell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from portfolio.kit.chain import GENESIS, seal
from portfolio.ledger import offline
from portfolio.ledger.export import sealed_lines
from portfolio.ledger.models import DIMENSIONS
from portfolio.ledger.queries import Head, judge
from portfolio.ledger.service import SEALED, Transfer, balance_key

Row = dict[str, Any]
COLUMNS = (*SEALED, "previous", "hash")


@dataclass
class Books:
    """The rows of a ledger and its head."""

    rows: list[Row]
    head: Head
    totals: dict[tuple[object, ...], list[int]] = field(default_factory=dict)

    def copy(self) -> Books:
        return Books([dict(row) for row in self.rows], self.head)

    def sums(self) -> dict[tuple[object, ...], list[int]]:
        found: dict[tuple[object, ...], list[int]] = {}
        for row in self.rows:
            for at, side in enumerate(("debit", "credit")):
                found.setdefault(balance_key(row, row[side]), [0, 0])[at] += row["amount_minor"]
        return found

    def product(self, *witnesses: tuple[int, str]) -> tuple[int, str] | None:
        """What `ledger verify` says."""
        hashes = {row["hash"] for row in self.rows}
        found = judge(iter(self.rows), self.head, self.totals or self.sums(), witnesses, hashes.__contains__)
        return None if found is None else (found.seq, found.kind)

    def offline(self, path: Path, *witnesses: tuple[int, str], workers: int = 1) -> tuple[int, str] | None:
        """What the offline verifier says of the export of these rows."""
        names = ("account", "currency", *DIMENSIONS)
        totals = [dict(zip(names, key, strict=True)) | {"debit_minor": d, "credit_minor": c}
                  for key, (d, c) in (self.totals or self.sums()).items()]  # fmt: skip
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(sealed_lines(self.rows, totals, self.head))
        return offline.verify(str(path), witnesses, workers).fault


def sealed(transfers: list[Transfer]) -> Books:
    """The rows that posting these would have stored."""
    rows: list[Row] = []
    previous = GENESIS
    for seq, each in enumerate(transfers, 1):
        row: Row = {name: getattr(each, name) for name in SEALED if hasattr(each, name)}
        row = {name: (row | {"seq": seq, "posting": seq} | vars(each.dims))[name] for name in SEALED}
        previous, before = seal(previous, "ledger", row), previous
        rows.append(row | {"previous": before, "hash": previous})
    return Books(rows, Head(len(rows), previous))


def different(value: object, name: str) -> object:
    """Another value that the column could hold."""
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, date) or name == "value_on":
        return value + timedelta(days=1) if isinstance(value, date) else date(2026, 1, 31)
    if isinstance(value, int) or name in ("actor_id", "reverses", "exercice"):
        return int(value or 0) + 1  # type: ignore[call-overload]
    if name in ("previous", "hash"):
        return ("0" if str(value)[0] != "0" else "1") + str(value)[1:]
    return f"{value or ''}x"


def again(books: Books, start: int) -> None:
    """Write every hash again from entry `start` to the end, as a careful forger would."""
    for row in books.rows[start - 1 :]:
        row["previous"] = books.rows[row["seq"] - 2]["hash"] if row["seq"] > 1 else GENESIS
        row["hash"] = seal(row["previous"], "ledger", {name: row[name] for name in SEALED})


def _number(books: Books) -> None:
    for seq, row in enumerate(books.rows, 1):
        row["seq"] = seq


def edit(books: Books, at: int) -> tuple[int, str]:
    name = [n for n in SEALED if n != "seq"][at % (len(SEALED) - 1)]
    books.rows[at - 1][name] = different(books.rows[at - 1][name], name)
    return at, "edit"


def change_hash(books: Books, at: int) -> tuple[int, str]:
    books.rows[at - 1]["hash"] = different(books.rows[at - 1]["hash"], "hash")
    return at, "hash" if at < len(books.rows) else "edit"


def change_previous(books: Books, at: int) -> tuple[int, str]:
    books.rows[at - 1]["previous"] = different(books.rows[at - 1]["previous"], "previous")
    return at, "previous"


def delete(books: Books, at: int) -> tuple[int, str]:
    del books.rows[at - 1]
    return at, "deletion" if at <= len(books.rows) else "truncation"


def delete_and_close_the_gap(books: Books, at: int) -> tuple[int, str]:
    found = delete(books, at)
    _number(books)
    return found


def truncate(books: Books, at: int) -> tuple[int, str]:
    del books.rows[at - 1 :]
    return at, "truncation"


def insert_a_copy(books: Books, at: int) -> tuple[int, str]:
    books.rows.insert(at - 1, dict(books.rows[at - 1]))
    _number(books)
    return at, "insertion"


def insert_a_hashed_row(books: Books, at: int) -> tuple[int, str]:
    before = books.rows[at - 2]["hash"] if at > 1 else GENESIS
    row = books.rows[at - 1] | {"amount_minor": 77, "previous": before}
    row["hash"] = seal(before, "ledger", {name: row[name] for name in SEALED})
    books.rows.insert(at - 1, row)
    _number(books)
    return at, "insertion"


def swap_neighbours(books: Books, at: int) -> tuple[int, str]:
    first = min(at, len(books.rows) - 1)
    books.rows[first - 1], books.rows[first] = books.rows[first], books.rows[first - 1]
    _number(books)
    return first, "swap"


def swap_far(books: Books, at: int) -> tuple[int, str]:
    last = len(books.rows)
    first, second = (1, last) if at in (1, last) else (at, last)
    books.rows[first - 1], books.rows[second - 1] = books.rows[second - 1], books.rows[first - 1]
    _number(books)
    return first, "swap"


def edit_and_hash_again(books: Books, at: int) -> tuple[int, str]:
    row = books.rows[at - 1]
    row["amount_minor"] += 5
    row["hash"] = seal(row["previous"], "ledger", {name: row[name] for name in SEALED})
    return at, "edit" if at < len(books.rows) else "rehash"


def edit_and_hash_to_the_end(books: Books, at: int) -> tuple[int, str]:
    books.rows[at - 1]["amount_minor"] += 5
    again(books, at)
    return len(books.rows), "rehash"


ATTACKS: tuple[Callable[[Books, int], tuple[int, str]], ...] = (
    edit, change_hash, change_previous, delete, delete_and_close_the_gap, truncate, insert_a_copy, insert_a_hashed_row,
    swap_neighbours, swap_far, edit_and_hash_again, edit_and_hash_to_the_end,
)  # fmt: skip
