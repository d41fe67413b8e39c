"""Running sums of a book, and its sub-totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from portfolio.kit.pdf.register import BookColumn, BookSpec, Row, Totals


@dataclass(frozen=True)
class SubTotal:
    label: str
    values: tuple[int | None, ...]


@dataclass
class Sums:
    """Running sums: of the page, of the book, and as carried forward."""

    columns: Sequence[BookColumn]
    opening: Row | None
    lines: int = 0
    sums: list[int] = field(default_factory=list)
    balance: list[int | None] = field(default_factory=list)
    page: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start = [value if isinstance(value, int) else None for value in self.opening or ()]
        self.start = self.start or [None] * len(self.columns)
        self.sums = [0] * len(self.columns)
        self.balance = list(self.start)
        self._amounts = [
            (at, itemgetter(at)) for at, column in enumerate(self.columns) if column.kind == "amount"
        ]
        self._balances = [at for at, column in enumerate(self.columns) if column.kind == "balance"]
        self.any = bool(self._amounts or self._balances)

    def kept(self) -> tuple[int, list[int], list[int | None]]:
        """Where the sums stand."""
        return self.lines, list(self.sums), list(self.balance)

    def back(self, kept: tuple[int, list[int], list[int | None]]) -> None:
        """To where they stood."""
        self.lines, self.sums, self.balance = kept

    def add(self, rows: Sequence[Row]) -> None:
        """The rows of one page."""
        self.page = [0] * len(self.columns)
        self.lines += len(rows)
        for at, value_of in self._amounts:
            self.page[at] = sum(filter(None, map(value_of, rows)))
            self.sums[at] += self.page[at]
        for at in self._balances:
            last = next((row[at] for row in reversed(rows) if row[at] is not None), self.balance[at])
            self.balance[at] = last if isinstance(last, int) else None

    def each(
        self, amount: Callable[[int], int | None], balance: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        return tuple(
            amount(at) if column.kind == "amount" else balance[at] if column.kind == "balance" else None
            for at, column in enumerate(self.columns)
        )

    def of_page(self) -> tuple[int | None, ...]:
        return self.each(lambda at: self.page[at], [None] * len(self.columns))

    def carried(self) -> tuple[int | None, ...]:
        return self.each(lambda at: self.sums[at] + (self.start[at] or 0), self.balance)

    def totals(self) -> Totals:
        return Totals(self.lines, self.each(lambda at: self.sums[at], self.balance), self.carried())


def with_subtotals(rows: Iterable[Row], spec: BookSpec) -> Iterator[Row | SubTotal]:
    """Rows, and after each run of equal keys the sums of the run."""
    at = spec.group_by
    assert at is not None
    group = Sums(spec.columns, None)
    key: object = None
    run: list[Row] = []

    def closed() -> SubTotal:
        group.add(run)
        return SubTotal(f"{spec.group_label} — {key}", group.each(lambda n: group.page[n], group.balance))

    for row in rows:
        if run and row[at] != key:
            yield closed()
            run = []
        key = row[at]
        run.append(row)
        yield row
    if run:
        yield closed()
